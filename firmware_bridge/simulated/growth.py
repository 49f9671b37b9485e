"""How heavy a bird is at an age: Gompertz curves, for the simulator only.

    W(t) = A * exp(-exp(-k * (t - t_i)))        (Gompertz 1825; in this form e.g. Tjorve and Tjorve 2017)

    A    grams_adult     weight the curve tends to
    k    rate_per_day
    t_i  inflection_days age of fastest growth, where W = A / e

These are not breed standards: those are tables and live with the cloud's poultry science.
"""

import math
from dataclasses import dataclass

from firmware_bridge.errors import UnknownBreed


@dataclass(frozen=True, slots=True)
class Gompertz:
    """One breed's curve.

    Attributes:
        grams_adult: A.
        rate_per_day: k.
        inflection_days: t_i.
        source: where the three numbers are from, and how far to trust them.
    """

    grams_adult: float
    rate_per_day: float
    inflection_days: float
    source: str

    def grams(self, age_days: float) -> float:
        """Return the mean weight in g at an age in days, placement day = 0."""
        return self.grams_adult * math.exp(-math.exp(-self.rate_per_day * (age_days - self.inflection_days)))


BREEDS: dict[str, Gompertz] = {
    "ross-308": Gompertz(
        6408,
        0.04306,
        35.37,
        "our least-squares fit to the as-hatched daily weights of the breeder's 2022 objectives, day 0-56: within 2.3 "
        "% from day 7 on, 21 g too heavy at placement",
    ),
    "cobb-500": Gompertz(
        6393,
        0.04700,
        33.09,
        "our least-squares fit to the as-hatched daily weights of the breeder's 2022 supplement, day 0-56: within 4.8 "
        "% from day 7 on, 14 g too heavy at placement",
    ),
    "huaixiang": Gompertz(
        1499,
        0.0381,
        35.8,
        "unverified: adult weight and inflection age read in an excerpt of Zhao 2015 (Open J. Anim. Sci. 5(2)), rate "
        "chosen by us for 30 g at hatch",
    ),
}


def curve(breed: str) -> Gompertz:
    """Return a breed's curve. Raises UnknownBreed."""
    if breed not in BREEDS:
        raise UnknownBreed(f"{breed!r} is not a breed the simulator knows; known are: {', '.join(BREEDS)}")
    return BREEDS[breed]
