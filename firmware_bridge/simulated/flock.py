"""The made-up flock, and the time it lives in."""

import random
from dataclasses import dataclass

from firmware_bridge.simulated.growth import curve

SECONDS_PER_DAY = 86_400
LIGHTS_ON_HOUR = 4
LIGHTS_OFF_HOUR = 22
"""18 hours of light, 6 of darkness; EU 2007/43 asks for at least 6 dark hours."""

_SPREADS_KEPT = 3


@dataclass(frozen=True, slots=True)
class Flock:
    """Birds of one age.

    Attributes:
        breed: key of ``growth.BREEDS``.
        birds: how many live in the house.
        weight_cv: standard deviation of the weights over their mean; 0.10 gives 68 % within 10 % of the mean.
    """

    breed: str = "ross-308"
    birds: int = 480
    weight_cv: float = 0.10

    def mean_grams(self, age_days: float) -> float:
        """Return the mean weight at an age."""
        return curve(self.breed).grams(age_days)

    def bird_grams(self, age_days: float, rng: random.Random) -> float:
        """Draw one bird's weight: normal, never further from the mean than three standard deviations."""
        deviation = max(-_SPREADS_KEPT, min(_SPREADS_KEPT, rng.gauss()))
        return self.mean_grams(age_days) * (1 + self.weight_cv * deviation)


@dataclass(frozen=True, slots=True)
class Calendar:
    """From seconds since the simulator's start to the flock's age and the hour of its day.

    Attributes:
        age_days: age at the start, whole days; 0 is the day of placement.
        hour: hour of the day at the start.
        pace: seconds that pass in the house for each second outside.
    """

    age_days: int = 28
    hour: float = 10.0
    pace: float = 1.0

    def age_at(self, elapsed_s: float) -> float:
        """Return the age in days, with the time of day as its fraction."""
        return self.age_days + self.hour / 24 + elapsed_s * self.pace / SECONDS_PER_DAY

    def growth_days_at(self, elapsed_s: float) -> float:
        """Return the age to look a weight up at: a day's weight in a breeder's table is taken as that of its noon."""
        return max(0.0, self.age_at(elapsed_s) - 0.5)

    def hour_at(self, elapsed_s: float) -> float:
        """Return the hour of the day, 0 to 24."""
        return self.age_at(elapsed_s) % 1 * 24

    def is_light(self, elapsed_s: float) -> bool:
        """Say whether the lights are on."""
        return LIGHTS_ON_HOUR <= self.hour_at(elapsed_s) < LIGHTS_OFF_HOUR
