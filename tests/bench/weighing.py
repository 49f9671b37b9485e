"""Weighing on a simulated platform with known truth, through the bytes of an XK3190-A9.

python -m tests.bench weighing             # 200 flocks of the reported seeds
python -m tests.bench.weighing 0 12        # 12 flocks from seed 0: the seeds rules were chosen with
"""

import itertools
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from contract.flock_mean import ByHand, FlockMean, ScaleDay, flock_means
from contract.mixture import two_groups
from contract.statistics import VISITS_PER_BIRD, Spread, spread
from edge.config import WeighingConfig
from edge.weighing import Weighed, Weighing
from firmware_bridge.scales.xk3190 import Xk3190Decoder
from firmware_bridge.simulated.visit import Visit
from tests.bench.weighing_scenes import DAY_S, HAND_AGES, Day, Scene, day, scene, visitors

REPORTED_FROM, REPORTED_FLOCKS = 10_000, 200
"""Rules and thresholds were chosen with seeds below 1,000."""

HAND_BIRDS = 100
"""The least that handbooks ask for."""

WEEK_DAYS = 7

REPEATS: dict[str, Callable[[float], bool]] = {
    "all days": lambda _: True,
    "less than 1.6 times": lambda times: times < 1.6,
    "1.6 to 2.1 times": lambda times: 1.6 <= times < 2.1,
    "more often": lambda times: times >= 2.1,
}

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
    """Say which visit each weighing is: it stood there for half of that time, and weighs that within 2 % or 3 g.

    A visit can be only one weighing; a second one is false. Of several that fit, the closest in weight counts.
    """
    pairs: list[tuple[float, int, Visit]] = []
    for position, one in enumerate(found):
        until_s = one.at_s + one.settled_s
        for visit in visits:
            off = abs(visit.grams - one.grams)
            there = min(visit.end_s, until_s) - max(visit.start_s, one.at_s) >= one.settled_s / 2
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
    return max((after[0] - before[1] for before, after in itertools.pairwise(spans)), default=0.0)


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


def hand_weighing(one: Played, seed: int) -> ByHand:
    """Weigh ``HAND_BIRDS`` of the flock by hand, exactly, on the day that was played."""
    grams, cv = one.scene.flock_grams(one.age_days), one.scene.cv(one.age_days)
    rng = random.Random(seed)
    return ByHand(one.age_days, mean(grams * (1 + cv * rng.gauss()) for _ in range(HAND_BIRDS)), HAND_BIRDS)


def told(played: Sequence[Played], by_hand: ByHand, seed: int) -> FlockMean:
    """Correct the last of a flock's played days by what was known then.

    Of the ``WEEK_DAYS`` before each played day only visits are drawn, and weighed exactly: playing them through the
    bytes, too, would take eight times as long and adds a quarter of a percent to a day's mean.
    """
    days = {one.age_days - before: drawn_day(one, before, seed) for one in played for before in range(1, WEEK_DAYS)}
    days |= {one.age_days: scale_day(one) for one in played}
    return flock_means(list(days.values()), [by_hand])[-1]


def scale_day(one: Played) -> ScaleDay:
    """Return what the scale said on a played day."""
    lies = spread_of(one)
    return ScaleDay(one.age_days, lies.mean, len(one.found), lies.cv_percent)


def drawn_day(one: Played, before: int, seed: int) -> ScaleDay:
    """Draw as many visits as the played day had weighings, some days before it; other birds come each day."""
    age = one.age_days - before
    birds, rng = visitors(one.scene, age, seed), random.Random(seed * 1000 + age)
    grams = [birds.next_bird(rng.uniform(0, DAY_S), rng)[1] for _ in one.found]
    lies = spread(len(grams), sum(grams), sum(each * each for each in grams))
    return ScaleDay(age, lies.mean, len(grams), lies.cv_percent)


def interval_rows(played: Sequence[Played]) -> list[str]:
    """Say how often the interval holds the flock's mean, where no bird stays away."""
    rows = []
    even = [one for one in played if one.scene.bias(one.age_days) == 0 and len(one.found) > 1]
    for name, takes in REPEATS.items():
        chosen = [one for one in even if takes(visits_per_bird(one))]
        if not chosen:
            continue
        held = [holds(one, VISITS_PER_BIRD) for one in chosen]
        plain = [holds(one, 1.0) for one in chosen]
        came = mean(visits_per_bird(one) for one in chosen)
        rows.append(f"| {name} | {len(chosen)} | {came:.2f} | {mean(held):.1%} | {mean(plain):.1%} |")
    return rows


def spread_of(one: Played, repeats: float = VISITS_PER_BIRD) -> Spread:
    """Return the day's mean and interval."""
    grams = [each.grams for each in one.found]
    return spread(len(grams), sum(grams), sum(each * each for each in grams), repeats)


def holds(one: Played, repeats: float) -> bool:
    """Say whether the day's interval holds the flock's mean."""
    interval = spread_of(one, repeats).interval
    return interval is not None and interval[0] <= one.scene.flock_grams(one.age_days) <= interval[1]


def visits_per_bird(one: Played) -> float:
    """Return how often a bird that came, came."""
    return len(one.visits) / len({visit.bird for visit in one.visits})


def hand_rows(played: Sequence[Played]) -> list[str]:
    """Correct the days by one hand weighing in week 6; the truth is the whole flock's mean."""
    rows = []
    off: dict[str, list[tuple[float, float]]] = {"the day of the hand weighing": [], "a later day, to day 56": []}
    within: list[bool] = []
    for first in played:
        if first.scene.bias_day_42 == 0 or not HAND_AGES[0] <= first.age_days <= HAND_AGES[1]:
            continue
        seed = int(first.scene.ahead * 1e9)
        by_hand = hand_weighing(first, seed)
        for one in (each for each in played if each.scene is first.scene and each.age_days >= first.age_days):
            truth = one.scene.flock_grams(one.age_days)
            mean_then = told([first] if one is first else [first, one], by_hand, seed)
            within.append(mean_then.interval[0] <= truth <= mean_then.interval[1])
            off[list(off)[one is not first]].append((one.mean_grams / truth - 1, mean_then.grams / truth - 1))
    for name, pairs in off.items():
        for what, values in (("as weighed", [raw for raw, _ in pairs]), ("corrected", [right for _, right in pairs])):
            far = sorted(abs(value) for value in values)
            if far:
                rows.append(
                    f"| {name} | {what} | {len(far)} | {median(far):.2%} | {far[int(0.9 * len(far))]:.1%} "
                    f"| {mean(values):+.2%} | {mean(value <= 0.015 for value in far):.0%} |"
                )
    if within:
        rows.append(f"| all | interval of the corrected | {len(within)} | holds {mean(within):.0%} | | | |")
    return rows


def sexes_rows(played: Sequence[Played]) -> list[str]:
    """Say how often two sexes are told where there are two, and where there is one."""
    rows = []
    for name, low, high in (
        ("one sex", 0.0, 0.001),
        ("below 1.5", 0.001, 1.5),
        ("1.5 to 2.5", 1.5, 2.5),
        ("above", 2.5, 9),
    ):
        chosen = [one for one in played if low <= one.scene.apart(one.age_days) / one.scene.weight_cv < high]
        told = [two_groups(sorted(each.grams for each in one.found)) is not None for one in chosen]
        if told:
            rows.append(f"| {name} | {len(told)} | {mean(told):.0%} |")
    return rows


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
                f"| {name} | {f['days']} / {f['visits']} | {f['weighings']} "
                f"| {f['error_median']:.2%} / {f['error_p95']:.2%} | {f['bias']:+.2%} | {f['false']:.2%} "
                f"| {f['caught']:.1%} | {f['naive_median']:.1%} | {f['us']:.0f} |"
            )
    head = (
        "| days | days / visits | weighings | error median / p95 | bias | false | clean steps caught | naive, median "
        "| µs a frame |"
    )
    return "\n".join(
        [
            *(head, "| --- " * 9 + "|", *lines, ""),
            *("| a bird that came, came | days | mean | interval holds the flock | with v = 1 |", "| --- " * 5 + "|"),
            *(*interval_rows(played), ""),
            *("| day | mean | days | error median | p90 | bias | within 1.5 % |", "| --- " * 7 + "|"),
            *(*hand_rows(played), ""),
            *("| sexes apart, in deviations | days | told as two |", "| --- " * 3 + "|", *sexes_rows(played)),
        ]
    )


if __name__ == "__main__":
    first, count = (int(word) for word in sys.argv[1:3])
    print(report(days(range(first, first + count))))
