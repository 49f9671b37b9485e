"""A flock's mean after one weighing by hand in week 6, under courses of avoidance that the correction does not know.

python -m tests.bench.avoidance            # 300 flocks of the reported seeds for each row
python -m tests.bench.avoidance 0 300      # seeds below 1,000: those the rules were chosen with

Here each visit is weighed exactly (the way through an indicator's bytes is in ``tests.bench.weighing``, and adds
little): what is measured is the correction. Birds come 185 times a day, drawn from those that live near the scale.
"""

import random
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp, sqrt
from statistics import mean, median, stdev

from contract.flock_mean import ByHand, ScaleDay, flock_means
from firmware_bridge.simulated.flock import Calendar
from firmware_bridge.simulated.visitors import Regular, Regulars, regulars
from tests.bench.weighing_scenes import HAND_AGES, Scene, scene

REPORTED_FROM, REPORTED_FLOCKS = 10_000, 300
HAND_BIRDS, VISITS = 100, 185
LAST_AGE = 56
DAY_42 = 42

Course = Callable[[Scene, float], float]
"""(flock, age in days) -> by which share avoidance makes the mean of those who come low, before ``Way.strength``."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one row's flocks live.

    Attributes:
        course: how avoidance rises; 1 on day 42, or None for the flock's own.
        strength: share by which the scale is low on day 42.
        wanders: how much a day's growth departs from the curve, as a share of the weight (standard deviation).
        same_birds: the same live near the scale every day; else others every day.
        days: before each told day on which the scale weighed, too.
    """

    course: Course | None = None
    strength: float = 0.03
    wanders: float = 0.0
    same_birds: bool = False
    days: int = LAST_AGE

    def bias(self, flock: Scene, age_days: float) -> float:
        """Return by which share the mean of those who come is low."""
        return self.strength * self.course(flock, age_days) if self.course else flock.bias(age_days)


def rising(flock: Scene, age_days: float, begins: float = 28, ends: float = DAY_42, power: float = 1.0) -> float:
    """Rise from one age to another."""
    del flock
    return (max(0.0, min(age_days, ends) - begins) / (DAY_42 - begins)) ** power


def above_2100_g(flock: Scene, age_days: float) -> float:
    """Be there as soon as the flock weighs 2.1 kg, as MS Schippers' factor."""
    return float(flock.mean_grams(age_days) > 2100)  # the manual's


def soon(flock: Scene, age_days: float) -> float:
    """Rise soon, then hardly."""
    del flock
    return (1 - exp(-max(0.0, age_days - 28) / 7)) / (1 - exp(-2))


WAYS: Mapping[str, Way] = {
    "as in the weighing benchmark, others near the scale each day": Way(),
    "the same birds near the scale every day": Way(same_birds=True),
    "growth departs from the curve by .2 % a day": Way(wanders=0.002),
    "growth departs by .4 % a day": Way(wanders=0.004),
    "the scale weighed on the told days only": Way(days=0),
    "3 % on day 42, rising to day 42, then level": Way(rising),
    "3 %, rising evenly to day 56 (6 % then)": Way(partial(rising, ends=56)),
    "3 %, from 2.1 kg on at once (MS Schippers)": Way(above_2100_g),
    "3 %, soon, then hardly more": Way(soon),
    "3 %, from day 33 on, to day 56 (7.7 %)": Way(partial(rising, begins=33, ends=56)),
    "3 %, as the square, to day 56 (12 %)": Way(partial(rising, ends=56, power=2)),
    "none": Way(rising, strength=0.0),
    "1 % on day 42, rising to day 56": Way(partial(rising, ends=56), strength=0.01),
    "6 % on day 42, rising to day 56": Way(partial(rising, ends=56), strength=0.06),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One told day against the truth, as shares: the scale's mean, the corrected one; whether its interval held it."""

    raw: float
    corrected: float
    held: bool


def flock(seed: int, way: Way) -> tuple[Told, Told]:
    """Return the day of the weighing by hand and a later day of one flock of broilers."""
    one = scene(seed - seed % 3 + seed % 2)  # Ross and Cobb in turn
    rng = random.Random(seed)
    hand_age = rng.randint(*HAND_AGES)
    later = rng.randint(hand_age + 2, LAST_AGE)
    departs = _departures(rng, way.wanders)
    truth = {age: one.mean_grams(age) * departs[age] for age in range(LAST_AGE + 1)}
    weighed = [age for age in range(21, later + 1) if any(end - way.days <= age <= end for end in (hand_age, later))]
    days, birds = [], None
    for age in weighed:
        if birds is None or not way.same_birds:
            apart = one.apart(age)
            birds = regulars(one.near, weight_cv=one.weight_cv, sexes_apart=apart, rng=rng)
        grams = _visits(birds, truth[age], round(way.bias(one, age) / one.cv(age), 3), one.cv(age), rng)
        days.append(ScaleDay(age, mean(grams), VISITS, 100 * stdev(grams) / mean(grams)))
    hand = truth[hand_age] * mean(1 + one.cv(hand_age) * rng.gauss() for _ in range(HAND_BIRDS))
    first, last = (_told(truth, days, ByHand(hand_age, hand, HAND_BIRDS), age) for age in (hand_age, later))
    return first, last


def _visits(birds: Sequence[Regular], grams: float, avoidance: float, cv: float, rng: random.Random) -> list[float]:
    came = Regulars(birds, lambda _: grams, Calendar(), avoidance=lambda _: avoidance, weight_cv=cv, swings=False)
    return [came.next_bird(0, rng)[1] for _ in range(VISITS)]


def _departures(rng: random.Random, wanders: float) -> list[float]:
    """Draw growth that is ahead of the curve for some days and behind for others; level after each age."""
    ahead, rate, ages = 0.0, 0.0, []
    for _ in range(LAST_AGE + 1):
        rate = 0.9 * rate + sqrt(1 - 0.9**2) * wanders * rng.gauss()
        ahead += rate
        ages.append(exp(ahead))
    return ages


def _told(truth: Mapping[int, float], days: Iterable[ScaleDay], by_hand: ByHand, age: int) -> Told:
    known = [day for day in days if day.age_days <= age]
    told = next(mean for mean in flock_means(known, [by_hand]) if mean.age_days == age)
    held = told.interval[0] <= truth[age] <= told.interval[1]
    return Told(known[-1].mean_grams / truth[age] - 1, told.grams / truth[age] - 1, held)


def row(name: str, pairs: Iterable[tuple[Told, Told]]) -> str:
    """Write one row of the table."""
    first, later = zip(*pairs, strict=True)
    cells = []
    for told in (first, later):
        far, bias = sorted(abs(one.corrected) for one in told), mean(one.corrected for one in told)
        cells += [
            f"{median(far):.2%}",
            f"{far[int(0.9 * len(far))]:.1%}",
            f"{bias:+.1%}",
        ]
    raw, held = median(abs(one.raw) for one in later), mean(one.held for one in later)
    return f"| {name} | {' | '.join(cells)} | {held:.0%} | {raw:.1%} |"


def table(first: int = REPORTED_FROM, count: int = REPORTED_FLOCKS) -> str:
    """Measure all ways."""
    head = "| avoidance | that day: median | p90 | bias | later: median | p90 | bias | holds | as weighed, later |"
    rows = [row(name, [flock(seed, way) for seed in range(first, first + count)]) for name, way in WAYS.items()]
    return "\n".join([head, "| --- " * 9 + "|", *rows])


if __name__ == "__main__":
    print(table(*(int(word) for word in sys.argv[1:3])))
