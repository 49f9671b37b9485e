"""Columns of what was measured become columns of what a rule looks at. Pure.

A column pair is times (Unix ms, rising, int64) and values of the same shape (n,), without NaN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cloud.flock import comfort
from cloud.store.columns import Times, Values
from cloud.store.series import DayStats
from contract.doubts import Doubts
from contract.messages import Doubt
from contract.statistics import spread

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

EARLIER_WITHIN_MS: Final = 15 * MINUTE_MS
"""How much older than an hour the value may be that another is held against."""
WIND_WITHIN_MS: Final = 10 * MINUTE_MS
"""How old an air speed may be beside a temperature."""

USUAL_DAYS: Final = 7
USUAL_DAYS_LEAST: Final = 3
"""Days of which the same hour must be known before "usual" means anything."""

WEIGHINGS_LEAST: Final = 30
"""A day with fewer is not held against a curve."""
CV_WEIGHINGS_LEAST: Final = 50


@dataclass(frozen=True, slots=True)
class Columns:
    """Times (Unix ms, rising) and values, of the same shape (n,)."""

    at_ms: Times
    value: Values

    @classmethod
    def of(cls, at_ms: Sequence[int], value: Sequence[float]) -> "Columns":
        """Return columns of two lists."""
        return cls(np.asarray(at_ms, np.int64), np.asarray(value, np.float64))

    def kept(self, mask: NDArray[np.bool_]) -> "Columns":
        """Return the rows where ``mask`` is true."""
        return Columns(self.at_ms[mask], self.value[mask])

    def between(self, from_ms: int, to_ms: int) -> "Columns":
        """Return the rows with ``from_ms <= time < to_ms``."""
        first, end = np.searchsorted(self.at_ms, [from_ms, to_ms])
        return Columns(self.at_ms[first:end], self.value[first:end])


EMPTY: Final = Columns.of([], [])


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """What people wrote down of a day of a flock; None where nothing was written.

    Attributes:
        day: which.
        birds: in the house at its beginning, placed ones included.
        lost: died or culled.
        feed_kg: eaten.
        water_l: drunk.
    """

    day: date
    birds: int
    lost: int | None
    feed_kg: float | None
    water_l: float | None


def heat_index(celsius: Columns, humidity: Columns) -> Columns:
    """Return the THI at the instants that have both."""
    at_ms, left, right = np.intersect1d(celsius.at_ms, humidity.at_ms, assume_unique=True, return_indices=True)
    return Columns(at_ms, comfort.heat_index(celsius.value[left], humidity.value[right]))


def thvi(celsius: Columns, humidity: Columns, wind: Columns) -> Columns:
    """Return the THVI in °C at the instants that have temperature and humidity, with the newest air speed before."""
    at_ms, left, right = np.intersect1d(celsius.at_ms, humidity.at_ms, assume_unique=True, return_indices=True)
    known, speed = _newest_before(wind, at_ms, WIND_WITHIN_MS)
    index = comfort.thvi(celsius.value[left][known], humidity.value[right][known], speed)
    return Columns(at_ms[known], index)


def per_hour(values: Columns) -> Columns:
    """Return how much more each value is than that of an hour before, where there is one."""
    known, earlier = _newest_before(values, values.at_ms - HOUR_MS, EARLIER_WITHIN_MS)
    return Columns(values.at_ms[known], values.value[known] - earlier)


def hourly(values: Columns) -> Columns:
    """Return the mean of each hour that has values, stamped with the hour's last ms."""
    hours, index = np.unique(values.at_ms // HOUR_MS, return_inverse=True)
    n = np.bincount(index, minlength=len(hours))
    total = np.bincount(index, weights=values.value, minlength=len(hours))
    return Columns((hours + 1) * HOUR_MS - 1, total / np.maximum(n, 1))


def against_usual(hours: Columns, clock_ms: Times) -> Columns:
    """Return each hour's mean in % of the middle of the same hour on the days before, where that is known.

    Args:
        hours: means of hours.
        clock_ms: what the house's clock says at each, as if it were UTC: lights and feeding go by it.
    """
    known = dict(zip(clock_ms.tolist(), hours.value.tolist(), strict=True))
    at_ms, percent = [], []
    for at, clock, value in zip(hours.at_ms.tolist(), clock_ms.tolist(), hours.value.tolist(), strict=True):
        before = [known[clock - day * DAY_MS] for day in range(1, USUAL_DAYS + 1) if clock - day * DAY_MS in known]
        usual = float(np.median(before)) if len(before) >= USUAL_DAYS_LEAST else 0.0
        if usual > 0:
            at_ms.append(at)
            percent.append(100 * value / usual)
    return Columns.of(at_ms, percent)


def silences(at_ms: Times, from_ms: int, to_ms: int) -> Columns:
    """Return the minutes since the last of these times, at each and once a minute in the gaps between them."""
    edges = [*at_ms.tolist(), to_ms]
    stamps: list[int] = []
    minutes: list[float] = []
    for last, following in pairwise(edges):
        told = np.arange(last, following, MINUTE_MS)
        told = told[told >= from_ms]
        stamps += told.tolist()
        minutes += ((told - last) / MINUTE_MS).tolist()
    return Columns.of(stamps, minutes)


def doubts(instrument: Mapping[str, Columns], stuck_after_s: float = 3_600) -> dict[Doubt, Mapping[str, Columns]]:
    """Judge all that one instrument measured as its device would have.

    Args:
        instrument: quantity key -> columns.
        stuck_after_s: how long all its values must stay the same.

    Returns:
        Doubt -> quantity key -> (time, 1 where that doubt holds, else 0).
    """
    judge = Doubts(stuck_after_s)
    stamps = np.unique(np.concatenate([EMPTY.at_ms, *(columns.at_ms for columns in instrument.values())]))
    rows: list[dict[str, float]] = [{} for _ in range(len(stamps))]
    for key, columns in instrument.items():
        for row, value in zip(np.searchsorted(stamps, columns.at_ms).tolist(), columns.value.tolist(), strict=True):
            rows[row][key] = value
    told = [judge.judge(at / 1000, row) for at, row in zip(stamps.tolist(), rows, strict=True)]
    found: dict[Doubt, Mapping[str, Columns]] = {}
    for doubt in ("stuck", "jump"):
        found[doubt] = {
            key: Columns(
                columns.at_ms,
                np.array([told[row].get(key) == doubt for row in np.searchsorted(stamps, columns.at_ms)], np.float64),
            )
            for key, columns in instrument.items()
        }
    return found


def stuck_hours(stuck: Columns, stuck_after_s: float = 3_600) -> Columns:
    """Return for how many hours an instrument has been stuck, 0 where it is not, of its doubt at each instant."""
    hours, since_ms = [], None
    for at, is_stuck in zip(stuck.at_ms.tolist(), stuck.value.tolist(), strict=True):
        since_ms = (since_ms if since_ms is not None else at) if is_stuck else None
        hours.append(0.0 if since_ms is None else (at - since_ms) / HOUR_MS + stuck_after_s / 3_600)
    return Columns(stuck.at_ms, np.asarray(hours, np.float64))


def weight_against_curve(day: DayStats, target_grams: float) -> float | None:
    """Return how far a day's weights are from the standard, in %; None on a handful of birds.

    It is the upper end of the mean's 95 % interval that is held against the curve: what can't be seen is no alarm.
    """
    if day.n < WEIGHINGS_LEAST:
        return None
    return 100 * (_upper(day) / target_grams - 1)


def gain_against_before(days: Sequence[DayStats]) -> float | None:
    """Return the gain over the last 48 h in % of that over the 48 h before, of three days that far apart.

    The upper end of what the weighings allow: the recent gain plus its 95 % margin.
    """
    first, middle, last = days
    if min(day.n for day in days) < WEIGHINGS_LEAST or middle.mean <= first.mean:
        return None
    margin = float(np.hypot(_half(last), _half(middle)))
    return 100 * (last.mean - middle.mean + margin) / (middle.mean - first.mean)


def weight_cv(day: DayStats) -> float | None:
    """Return a day's coefficient of variation in %; None on too few weighings."""
    return spread(day.n, day.total, day.sumsq).cv_percent if day.n >= CV_WEIGHINGS_LEAST else None


def mortality(day: LoggedDay) -> float | None:
    """Return a day's deaths and culls in % of the birds that were there; None where nobody wrote a word."""
    return 100 * day.lost / day.birds if day.lost is not None and day.birds > 0 else None


def a_bird(day: LoggedDay, amount: float | None) -> float | None:
    """Return an amount for each bird of that day; None where it or the birds are not known."""
    return amount / day.birds if amount is not None and day.birds > 0 else None


def _half(day: DayStats) -> float:
    interval = spread(day.n, day.total, day.sumsq).interval
    return (interval[1] - interval[0]) / 2 if interval else 0.0


def _upper(day: DayStats) -> float:
    return day.mean + _half(day)


def _newest_before(values: Columns, at_ms: Times, within_ms: int) -> tuple[NDArray[np.bool_], Values]:
    """Return which of these times have a value at or shortly before them, and that value for each that has."""
    index = np.searchsorted(values.at_ms, at_ms, side="right") - 1
    known = index >= 0
    known[known] &= at_ms[known] - values.at_ms[index[known]] <= within_ms
    return known, values.value[index[known]]
