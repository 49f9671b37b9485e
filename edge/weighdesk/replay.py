"""Replay a recorded scale: each weighing, each day's statistics, and what the day's mean is once corrected."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Any, Protocol, TypeVar

from contract.flock_mean import FlockMean
from contract.statistics import DayOfWeights, day_of_weights
from edge.config import WeighingConfig
from edge.weighdesk.recording import UNIX_FROM_S, Sample
from edge.weighing import Basis, Refusal, Turn, Weighed, Weighing
from edge.weighing.crates import Crate, CrateWeighing

DAY_S = 86_400

F_co = TypeVar("F_co", covariant=True)

Correct = Callable[[Mapping[date, DayOfWeights]], Mapping[date, FlockMean]]


@dataclass(frozen=True, slots=True)
class WeighedDay:
    """One day of a recording.

    Attributes:
        day: its date, or, when the recording has none, the number of its day from 1.
        weights: what the scale said, uncorrected.
        flock: the flock's mean, corrected by weighings by hand; None without one.
    """

    day: date | int
    weights: DayOfWeights
    flock: FlockMean | None = None


@dataclass(slots=True)
class Replayed:
    """What came of a recording.

    Attributes:
        samples: that were read.
        seconds: from the first to the last.
        weighings: single birds.
        days: of them.
        refused: what was no single bird, by reason.
        crates: with birds, when crates were weighed.
    """

    samples: int = 0
    seconds: float = 0.0
    weighings: list[Weighed] = field(default_factory=list)
    days: list[WeighedDay] = field(default_factory=list)
    refused: dict[Refusal, int] = field(default_factory=dict)
    crates: list[Crate] = field(default_factory=list)


def replay(
    samples: Iterable[Sample],
    config: WeighingConfig,
    *,
    begins: datetime | None = None,
    flock_birds: int | None = None,
    correct: Correct | None = None,
) -> Replayed:
    """Weigh a recording.

    Args:
        samples: it.
        config: how birds are weighed.
        begins: when its t = 0 was; without it, and without Unix times, days are numbered.
        flock_birds: birds in the flock, where known.
        correct: gives the flock's mean of days with a date, by weighings by hand.
    """
    weighing, told = Weighing(config), Replayed()
    told.weighings = _fed(samples, weighing, told) + weighing.finish()
    told.refused = weighing.refusals
    told.days = _days(told.weighings, begins, flock_birds, correct)
    return told


def replay_crates(samples: Iterable[Sample], config: WeighingConfig, *, birds: int, tare_grams: float) -> Replayed:
    """Weigh crates.

    Args:
        samples: the recording.
        config: how long and how still a load must stand.
        birds: in each crate.
        tare_grams: an empty crate.
    """
    scale, told = CrateWeighing(config, birds=birds, tare_grams=tare_grams), Replayed()
    told.crates = _fed(samples, scale, told) + scale.finish()
    return told


class _Scale(Protocol[F_co]):
    """What weighs: birds or crates."""

    def feed(self, at_s: float, grams: float) -> Sequence[F_co]: ...

    def begin_anew(self) -> Sequence[F_co]: ...


def _fed(samples: Iterable[Sample], scale: _Scale[F_co], told: Replayed) -> list[F_co]:
    """Feed a recording; begin anew where its time goes back, and where gross becomes net."""
    basis, found = Basis(), list[F_co]()
    first_s, last_s = None, -inf
    for at_s, grams, of in samples:
        first_s = at_s if first_s is None else first_s
        told.samples, told.seconds = told.samples + 1, max(told.seconds, at_s - first_s)
        if at_s < last_s:
            found += scale.begin_anew()
        last_s = at_s
        turn = basis.turn(at_s, of)
        if turn is Turn.LEAVE:
            continue
        if turn is Turn.BEGIN_ANEW:
            found += scale.begin_anew()
        found += scale.feed(at_s, grams)
    return found


def _days(
    weighings: list[Weighed], begins: datetime | None, flock_birds: int | None, correct: Correct | None
) -> list[WeighedDay]:
    grams: dict[date | int, list[float]] = {}
    for one in weighings:
        grams.setdefault(day_of(one.at_s, begins), []).append(one.grams)
    days: list[WeighedDay] = []
    for day, weights in grams.items():
        before = (days[-1].weights.spread.mean, _apart(days[-1].day, day)) if days else None
        days.append(WeighedDay(day, day_of_weights(weights, before=before, flock_birds=flock_birds)))
    if not correct:
        return days
    means = correct({one.day: one.weights for one in days if isinstance(one.day, date)})
    return [replace(one, flock=means.get(one.day)) if isinstance(one.day, date) else one for one in days]


def day_of(at_s: float, begins: datetime | None) -> date | int:
    """Return the day of an instant of a recording: a date on this device's calendar, or its number from 1."""
    if at_s >= UNIX_FROM_S:
        return datetime.fromtimestamp(at_s, UTC).astimezone().date()
    return (begins + timedelta(seconds=at_s)).date() if begins else 1 + int(at_s // DAY_S)


def _apart(before: date | int, day: date | int) -> int:
    if isinstance(before, date) and isinstance(day, date):
        return (day - before).days
    return int(day) - int(before) if isinstance(day, int) and isinstance(before, int) else 0


def crate_mean(crates: list[Crate]) -> DayOfWeights | None:
    """Describe the mean bird over crates that were counted right; each crate is one value, none comes twice."""
    means = [crate.mean_grams for crate in crates if not crate.miscounted]
    return day_of_weights(means, visits_per_bird=1.0) if means else None


def as_document(path: str, told: Replayed) -> dict[str, Any]:
    """Return all of it for machines."""
    return {
        "recording": path,
        "samples": told.samples,
        "seconds": round(told.seconds, 3),
        "refused": told.refused,
        "weighings": [
            {
                "t": round(one.at_s, 3),
                "grams": round(one.grams, 1),
                "spread_grams": round(one.spread_grams, 1),
                "settled_s": round(one.settled_s, 2),
            }
            for one in told.weighings
        ],
        "days": [_day_document(day) for day in told.days],
        "crates": [
            {
                "t": round(crate.at_s, 3),
                "gross_grams": round(crate.gross_grams, 1),
                "tare_grams": round(crate.tare_grams, 1),
                "birds": crate.birds,
                "mean_grams": round(crate.mean_grams, 1),
                "miscounted": crate.miscounted,
            }
            for crate in told.crates
        ],
    }


def _day_document(day: WeighedDay) -> dict[str, Any]:
    weights, interval = day.weights, day.weights.spread.interval
    groups = weights.groups
    return {
        "day": str(day.day) if isinstance(day.day, date) else day.day,
        "weighings": weights.n,
        "mean_grams": round(weights.spread.mean, 1),
        "interval_grams": [round(end, 1) for end in interval] if interval else None,
        "median_grams": round(weights.median, 1),
        "cv_percent": _rounded(weights.spread.cv_percent),
        "uniformity_percent": _rounded(weights.uniformity_percent),
        "gain_grams_per_day": _rounded(weights.gain),
        "birds": weights.birds,
        "flock_percent": _rounded(weights.flock_percent),
        "bars": [
            {"from_grams": round(b.low, 1), "width_grams": round(b.width, 1), "count": b.count} for b in weights.bars
        ],
        "groups": groups
        and [
            {"share": round(g.share, 3), "mean_grams": round(g.mean, 1), "cv_percent": round(g.cv_percent, 1)}
            for g in (groups.lighter, groups.heavier)
        ],
        "flock": day.flock
        and {
            "mean_grams": round(day.flock.grams, 1),
            "interval_grams": [round(end, 1) for end in day.flock.interval],
            "away_percent": round(day.flock.away_percent, 2),
            "hand_weighings": day.flock.hand_weighings,
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
