"""Which bird comes next to a scale: anybody of the flock, or regulars who live near it and come back.

Regulars: each bird has a taste for the scale, gamma distributed, so that visits a day are about geometric, as those
of 54 % of visiting hens coming once and others often suggest (hens on four scales in an aviary, abstract "Automatic
weighing of individual laying hens in aviary housing systems"). Heavy birds avoid the scale from week 5 on (Chedad
2003): a bird z standard deviations above the mean comes exp(-avoidance * z) times as often, which makes the mean of
those who come low by avoidance * CV for normal weights. That law and its strength are ours; published is only that
it is so.
"""

import itertools
import math
import random
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from firmware_bridge.simulated.flock import Calendar, Flock

DAY_SWING_RATIO = 0.018
"""Half the way from lightest (morning) to heaviest (night): 63 g of a hen of 1.7 kg, the same abstract."""

HEAVIEST_HOUR = 21.0


class Visitors(Protocol):
    """Who comes."""

    def next_bird(self, elapsed_s: float, rng: random.Random) -> tuple[int, float]:
        """Return which bird comes then, -1 when nobody keeps count, and its weight in g."""
        ...


@dataclass(frozen=True, slots=True)
class Anybody:
    """Each visit is a bird of its own."""

    flock: Flock
    calendar: Calendar

    def next_bird(self, elapsed_s: float, rng: random.Random) -> tuple[int, float]:
        """Return a bird that never came before."""
        return -1, self.flock.bird_grams(self.calendar.growth_days_at(elapsed_s), rng)


@dataclass(frozen=True, slots=True)
class Regular:
    """One bird near the scale.

    Attributes:
        share: its weight over the flock's mean.
        taste: how often it comes, relative to the others.
    """

    share: float
    taste: float


class Regulars:
    """The birds near one scale.

    Args:
        birds: who they are.
        mean_grams: the flock's mean weight at an age in days.
        calendar: when they live.
        avoidance: at an age in days, see the module; 0 for none.
        weight_cv: standard deviation of the shares.
        swings: whether they are lighter in the morning than at night.
    """

    def __init__(
        self,
        birds: Sequence[Regular],
        mean_grams: Callable[[float], float],
        calendar: Calendar,
        *,
        avoidance: Callable[[float], float] = lambda _age: 0.0,
        weight_cv: float = 0.1,
        swings: bool = True,
    ) -> None:
        self._birds = birds
        self._mean_grams = mean_grams
        self._calendar = calendar
        self._avoidance = avoidance
        self._weight_cv = weight_cv
        self._swings = swings
        self._ladder: list[float] = []
        self._ladder_for = -1.0

    def next_bird(self, elapsed_s: float, rng: random.Random) -> tuple[int, float]:
        """Return one of the regulars, by taste and avoidance."""
        age_days = self._calendar.growth_days_at(elapsed_s)
        ladder = self._tastes(age_days)
        number = min(bisect(ladder, rng.random() * ladder[-1]), len(ladder) - 1)
        return number, self.grams(number, elapsed_s)

    def grams(self, number: int, elapsed_s: float) -> float:
        """Return what one of them weighs at an instant."""
        grams = self._mean_grams(self._calendar.growth_days_at(elapsed_s)) * self._birds[number].share
        return grams * (1 + day_swing(self._calendar.hour_at(elapsed_s))) if self._swings else grams

    def _tastes(self, age_days: float) -> list[float]:
        avoidance = self._avoidance(age_days)
        if avoidance != self._ladder_for:
            self._ladder_for = avoidance
            pulls = (one.taste * math.exp(-avoidance * (one.share - 1) / self._weight_cv) for one in self._birds)
            self._ladder = list(itertools.accumulate(pulls))
        return self._ladder


def day_swing(hour: float) -> float:
    """Return how much heavier than on the day's average a bird is at an hour, as a share."""
    return DAY_SWING_RATIO * math.cos(2 * math.pi * (hour - HEAVIEST_HOUR) / 24)


def regulars(count: int, *, weight_cv: float, sexes_apart: float, rng: random.Random) -> list[Regular]:
    """Draw birds of a flock, half cocks, half hens.

    Args:
        count: how many.
        weight_cv: standard deviation within a sex over that sex's mean.
        sexes_apart: cocks' mean less hens' mean, over the flock's mean; 0 for birds of one sex.
        rng: chance.
    """
    drawn = []
    for _ in range(count):
        sex = 1 + (sexes_apart / 2 if rng.random() < 0.5 else -sexes_apart / 2)  # noqa: PLR2004  # even odds
        deviation = max(-3.0, min(3.0, rng.gauss()))
        drawn.append(Regular(sex * (1 + weight_cv * deviation), rng.expovariate(1.0)))
    return drawn
