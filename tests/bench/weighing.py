"""Weighing on a simulated platform with known truth, through the bytes of an XK3190-A9.

python -m tests.bench weighing             # 200 flocks of the reported seeds
python -m tests.bench.weighing 0 12        # 12 flocks from seed 0: the seeds rules were chosen with
"""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from edge.config import WeighingConfig
from edge.weighing import Weighed, Weighing
from firmware_bridge.scales.xk3190 import Xk3190Decoder
from firmware_bridge.simulated.visit import Visit
from tests.bench.weighing_scenes import Day, Scene, day, scene

REPORTED_FROM, REPORTED_FLOCKS = 10_000, 200
"""Rules and thresholds were chosen with seeds below 1,000."""

QUIET_S = 1.2
STAND_LEAST_S = 2.5


@dataclass(slots=True)
class Played:
    """What came of one day.

    Attributes:
        scene, age_days: the flock.
        visits: the truth.
        found: the weighings.
        naive: the mean of stable readings above half the flock's mean, in g.
        seconds: processor time of decoder and weighing.
        samples: frames.
    """

    scene: Scene
    age_days: int
    visits: list[Visit]
    found: list[Weighed]
    naive: float | None
    seconds: float = 0.0
    samples: int = 0
    true: dict[int, Visit] = field(default_factory=dict)
    """Position in ``found`` -> the visit it is."""

    @property
    def false(self) -> int:
        """Weighings that were no bird, or the same visit once more."""
        return len(self.found) - len(self.true)

    @property
    def visited_grams(self) -> float:
        """Mean of the birds that stepped on, each time they did."""
        return mean(visit.grams for visit in self.visits)

    @property
    def mean_grams(self) -> float:
        """Mean of the weighings."""
        return mean(one.grams for one in self.found) if self.found else 0.0


class Naive:
    """The mean of all readings above a threshold that did not change for a second."""

    def __init__(self, least_grams: float, span: int) -> None:
        self._least_grams = least_grams
        self._span = span
        self._last: list[float] = []
        self.taken: list[float] = []

    def feed(self, grams: float) -> None:
        """Take a reading."""
        self._last = [*self._last[-self._span + 1 :], grams]
        if grams > self._least_grams and max(self._last) - min(self._last) <= 0.01 * grams:
            self.taken.append(grams)


def play(one: Day, config: WeighingConfig | None = None) -> Played:
    """Play a day and weigh."""
    decoder, weighing = Xk3190Decoder(), Weighing(config or WeighingConfig())
    naive = Naive(one.grams / 2, one.scene.hz)
    found: list[Weighed] = []
    seconds, samples = 0.0, 0
    for instants, data in one.pieces():
        began_s = time.thread_time()
        loads = [frame.grams("kg") for frame in decoder.feed(data)]
        for at_s, grams in zip(instants, loads, strict=True):
            found += weighing.feed(at_s, grams)
        seconds += time.thread_time() - began_s
        samples += len(loads)
        for grams in loads:
            naive.feed(grams)
    played = Played(
        one.scene, one.age_days, one.visits(), found, mean(naive.taken) if naive.taken else None, seconds, samples
    )
    played.true = matched(played.found, played.visits, one.scene.display_grams)
    return played


def matched(found: Sequence[Weighed], visits: Sequence[Visit], display_grams: float) -> dict[int, Visit]:
    """Say which visit each weighing is: it stood there while that was weighed, and weighs that within 2 % or 3 g.

    A visit can be only one weighing; a second one is false. Of several that fit, the closest in weight counts.
    """
    pairs: list[tuple[float, int, Visit]] = []
    for position, one in enumerate(found):
        until_s = one.at_s + one.settled_s
        for visit in visits:
            off = abs(visit.grams - one.grams)
            there = visit.start_s < until_s and visit.end_s > one.at_s
            if there and off <= max(3 + min(display_grams, 0.02 * visit.grams), 0.02 * visit.grams):
                pairs.append((off, position, visit))
    true: dict[int, Visit] = {}
    taken: set[int] = set()
    for _off, position, visit in sorted(pairs, key=lambda pair: pair[:2]):
        if position not in true and id(visit) not in taken:
            true[position] = visit
            taken.add(id(visit))
    return true


def clean(visits: Sequence[Visit]) -> list[Visit]:
    """Return visits during which no other bird came or went and that stood quietly for ``STAND_LEAST_S``."""
    return [
        visit
        for visit in visits
        if quiet_s(visit) >= STAND_LEAST_S
        and not any(
            other is not visit
            and (
                visit.start_s - QUIET_S < other.start_s < visit.end_s + QUIET_S
                or visit.start_s - QUIET_S < other.end_s < visit.end_s + QUIET_S
            )
            for other in visits
        )
    ]


def quiet_s(visit: Visit) -> float:
    """Return the longest time a bird stands on both feet without stirring, in s."""
    edges = [(visit.foot_s + 1.0, visit.foot_s + 1.0), (visit.stand_s - 0.3, visit.stand_s)]
    stirs = [(stir.from_s, stir.from_s + min(stir.lasts_s, 1.5)) for stir in visit.stirs]
    spans = sorted([*edges, *stirs])
    return max((after[0] - before[1] for before, after in zip(spans, spans[1:], strict=False)), default=0.0)


def days(seeds: Iterable[int]) -> list[Played]:
    """Play all days of the flocks of the seeds."""
    return [play(day(one, age, seed)) for seed, one in ((seed, scene(seed)) for seed in seeds) for age in one.ages]


def figures(played: Sequence[Played]) -> dict[str, float]:
    """Return the figures of the table."""
    off = [abs(one.mean_grams / one.visited_grams - 1) for one in played]
    naive = [abs(one.naive / one.visited_grams - 1) for one in played if one.naive]
    caught = [(visit in one.true.values(), one) for one in played for visit in clean(one.visits)]
    found = sum(len(one.found) for one in played)
    return {
        "days": len(played),
        "visits": sum(len(one.visits) for one in played),
        "weighings": found,
        "error_median": median(off),
        "error_p95": sorted(off)[int(0.95 * len(off))],
        "bias": mean(one.mean_grams / one.visited_grams - 1 for one in played),
        "false": sum(one.false for one in played) / max(1, found),
        "caught": mean(hit for hit, _ in caught),
        "naive_median": median(naive),
        "us": 1e6 * sum(one.seconds for one in played) / sum(one.samples for one in played),
    }


def table() -> str:
    """Measure the reported flocks."""
    return report(days(range(REPORTED_FROM, REPORTED_FROM + REPORTED_FLOCKS)))


def report(played: Sequence[Played]) -> str:
    """Write the tables."""
    groups: dict[str, Callable[[Played], bool]] = {
        "all": lambda _: True,
        "day 1-7": lambda one: one.age_days <= 7,
        "day 8-27": lambda one: 8 <= one.age_days < 28,
        "day 28-56": lambda one: 28 <= one.age_days <= 56,
        "day 57-120": lambda one: one.age_days > 56,
        "Ross": lambda one: one.scene.breed == "ross-308",
        "Cobb": lambda one: one.scene.breed == "cobb-500",
        "native": lambda one: one.scene.breed == "huaixiang",
    }
    lines = []
    for name, takes in groups.items():
        chosen = [one for one in played if takes(one)]
        if chosen:
            f = figures(chosen)
            lines.append(
                f"| {name} | {f['days']} / {f['visits']} | {f['weighings']} | {f['error_median']:.2%} / {f['error_p95']:.2%} "
                f"| {f['bias']:+.2%} | {f['false']:.2%} | {f['caught']:.1%} | {f['naive_median']:.1%} | {f['us']:.0f} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    first, count = (int(word) for word in sys.argv[1:3])
    print(report(days(range(first, first + count))))
