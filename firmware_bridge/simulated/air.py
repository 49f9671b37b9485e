"""What else is in the air of the made-up house: ammonia, carbon dioxide, light.

Ammonia follows the birds' age and is highest at dawn (field notes 2.7: peak at 06:00, 10 to 15 ppm over good litter);
carbon dioxide follows the flock's weight and how far the fans are down; the lights give 20 lx while they are on. The
sizes are our choice. A pure function of time.
"""

import math

from firmware_bridge.simulated.flock import Calendar, Flock

DAWN_HOUR = 6
LIT_LUX = 20.0
OUTDOORS_PPM = 430.0
CROWDED_PPM = 1500.0
"""Above the outdoors, with grown broilers and the fans down."""
GROWN_GRAMS = 2500.0
RIPE_DAYS = 35
RIPE_AMMONIA_PPM = 12.0


class Air:
    """Gases and light over time.

    Args:
        flock: who breathes there.
        calendar: when it lives.
    """

    def __init__(self, flock: Flock, calendar: Calendar) -> None:
        self._flock = flock
        self._calendar = calendar

    def ammonia_ppm(self, elapsed_s: float) -> float:
        """Return the ammonia at the birds' height."""
        ripe = min(1.0, self._calendar.age_at(elapsed_s) / RIPE_DAYS)
        return RIPE_AMMONIA_PPM * ripe * (1 + 0.4 * self._dawn(elapsed_s))

    def carbon_dioxide_ppm(self, elapsed_s: float) -> float:
        """Return the carbon dioxide."""
        share = min(1.0, self._flock.mean_grams(self._calendar.growth_days_at(elapsed_s)) / GROWN_GRAMS)
        return OUTDOORS_PPM + CROWDED_PPM * share * (0.75 + 0.25 * self._dawn(elapsed_s))

    def light_lux(self, elapsed_s: float) -> float:
        """Return the light."""
        return LIT_LUX if self._calendar.is_light(elapsed_s) else 0.0

    def _dawn(self, elapsed_s: float) -> float:
        return math.cos((self._calendar.hour_at(elapsed_s) - DAWN_HOUR) / 24 * math.tau)
