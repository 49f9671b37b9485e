"""The air of the made-up house: what the controller aims at for the flock's size, the sun, and a little wandering.

The aim for the temperature is the whole-house column of a breeder's 2025 handbook, by weight, as a third party coded
it (field notes 2.7, second hand); humidity 65 % in the first three days, then 55 % (same source: 60-70, then 50-60).
The day's swing and the wandering are our choices. A pure function of time: the same seed gives the same day.
"""

import itertools
import math
import random

from firmware_bridge.simulated.flock import Calendar, Flock

WARMEST_HOUR = 15
DAY_SWING_CELSIUS = 1.2
BROODING_DAYS = 3
HUMIDITY_BROODING_PERCENT = 65.0
HUMIDITY_LATER_PERCENT = 55.0
DRIER_PERCENT_PER_CELSIUS = 2.0
HUMIDITY_BOUNDS_PERCENT = (20.0, 95.0)
WANDER_PERIODS_S = (170.0, 610.0, 2300.0, 7900.0)
WANDER_CELSIUS = 0.15
WANDER_PERCENT = 0.8

_AIMS = ((44, 30), (100, 28), (180, 27), (290, 26), (425, 25), (590, 24), (790, 23), (1015, 22), (1260, 21), (1500, 20))


class Climate:
    """Temperature and humidity over time.

    Args:
        flock: for whom the house is heated.
        calendar: when it lives.
        seed: of the wandering.
    """

    def __init__(self, flock: Flock, calendar: Calendar, *, seed: int) -> None:
        self._flock = flock
        self._calendar = calendar
        rng = random.Random(seed)  # noqa: S311  # weather, not keys
        self._phases = [(rng.uniform(0, math.tau), rng.uniform(0, math.tau)) for _ in WANDER_PERIODS_S]

    def celsius(self, elapsed_s: float) -> float:
        """Return the temperature."""
        aim = aim_celsius(self._flock.mean_grams(self._calendar.growth_days_at(elapsed_s)))
        return aim + self._sun_celsius(elapsed_s) + WANDER_CELSIUS * self._wander(elapsed_s, 0)

    def humidity_percent(self, elapsed_s: float) -> float:
        """Return the relative humidity."""
        young = self._calendar.age_at(elapsed_s) <= BROODING_DAYS
        base = HUMIDITY_BROODING_PERCENT if young else HUMIDITY_LATER_PERCENT
        percent = base - DRIER_PERCENT_PER_CELSIUS * self._sun_celsius(elapsed_s)
        low, high = HUMIDITY_BOUNDS_PERCENT
        return max(low, min(high, percent + WANDER_PERCENT * self._wander(elapsed_s, 1)))

    def _sun_celsius(self, elapsed_s: float) -> float:
        hours = self._calendar.hour_at(elapsed_s) - WARMEST_HOUR
        return DAY_SWING_CELSIUS * math.cos(hours / 24 * math.tau)

    def _wander(self, elapsed_s: float, which: int) -> float:
        house_s = elapsed_s * self._calendar.pace
        pairs = zip(WANDER_PERIODS_S, self._phases, strict=True)
        return sum(math.sin(house_s / period_s * math.tau + phases[which]) for period_s, phases in pairs)


def aim_celsius(grams: float) -> float:
    """Return the temperature a house is kept at for birds of a mean weight."""
    if grams <= _AIMS[0][0]:
        return float(_AIMS[0][1])
    for (light, warm), (heavy, cool) in itertools.pairwise(_AIMS):
        if grams <= heavy:
            return warm + (cool - warm) * (grams - light) / (heavy - light)
    return float(_AIMS[-1][1])
