"""What of a flock is held against other flocks, and what those are like. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from typing import Final

from cloud.flock.benchmarks import AGES, STEPS, Period, Told
from cloud.report.facts import FlockFacts
from cloud.report.growth_figures import feeding, gain, losses, weighed_days, weight_of

NEAR_DAYS: Final = 2
"""A weight at an age is taken from weighings so many days before and after, on a line of its logarithm."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of a flock, None where it has none yet, beside the quartiles of the others."""

    figure: str
    own: float | None
    others: Told


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a flock stands among those of its breed that were placed in a season."""

    period: Period
    others: Mapping[str, Told]

    def rows(self, facts: FlockFacts) -> list[Row]:
        """Return its figures with those of the others."""
        own = measured(facts)
        return [Row(figure, own.get(figure), self.others[figure]) for figure in STEPS if figure in self.others]


def measured(facts: FlockFacts) -> dict[str, float]:
    """Return those figures of a flock that can be held against others': weights at their age, the rest at its end."""
    found = {figure: grams for figure, age in AGES.items() if (grams := grams_at(facts, age)) is not None}
    if facts.closed_on is None:
        return found
    ended = [*losses(facts), *feeding(facts)]
    values = {one.key: one.reckoned.value for one in ended} | {"gain_whole": gain(facts, None).value}
    return found | {key: value for key, value in values.items() if key in STEPS and value is not None}


def grams_at(facts: FlockFacts, age_days: int) -> float | None:
    """Return the mean weight in g at an age; None where nobody weighed about then."""
    known = [
        (day.age_days, grams)
        for day in weighed_days(facts)
        if abs(day.age_days - age_days) <= NEAR_DAYS and (grams := weight_of(day).grams.value)
    ]
    exact = next((grams for age, grams in known if age == age_days), None)
    if exact is not None:
        return exact
    for (before, light), (after, heavy) in pairwise(known):
        if before < age_days < after:
            share = (age_days - before) / (after - before)
            return exp(log(light) + share * (log(heavy) - log(light)))
    return None
