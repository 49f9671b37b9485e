"""What is usual for a flock at an hour of the day, learned from the last two weeks. Pure: the time is handed in.

Birds rest at noon, pack at night and run at feeding: a number alone says little. So the mean of each hour of each day
is kept, at most 14 days of 24 hours, a few kB; what is usual is the median over the other days at this hour.
"""

from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from edge.vision.wellness import Wellness

DAYS_KEPT = 14
FEWEST_DAYS = 3
"""Fewer days say nothing about what is usual."""
QUANTITIES = ("activity_lengths_per_min", "spread_ratio", "huddle_ratio")
LEAST_SPREAD = {"activity_lengths_per_min": 0.1, "spread_ratio": 0.04, "huddle_ratio": 0.04}
"""No flock is steadier than this from day to day; keeps a few alike days from making any other a wonder."""
ROBUST = 1.4826
"""Median absolute deviation -> standard deviation of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a quantity was at this hour on other days.

    Attributes:
        median: over the days.
        spread: from day to day, as a standard deviation.
        days: how many days it rests on.
    """

    median: float
    spread: float
    days: int

    def deviation(self, value: float) -> float:
        """Return how far a value is off, in spreads; below 0 when it is lower than usual."""
        return (value - self.median) / self.spread


class DayRhythm:
    """Learns what is usual; the caller stores ``state`` and hands it in again."""

    def __init__(self) -> None:
        self._hours: dict[int, dict[int, list[float]]] = {}

    def add(self, local: datetime, wellness: Wellness) -> None:
        """Take a window's numbers into the hour, by local time, in which it ended; one without birds is left out."""
        if not wellness.birds or not wellness.bird_min:
            return
        days = self._hours.setdefault(local.hour, {})
        today = local.date().toordinal()
        sums = days.setdefault(today, [0.0] * (1 + len(QUANTITIES)))
        days[today] = [sums[0] + 1, *(sums[n] + getattr(wellness, name) for n, name in enumerate(QUANTITIES, 1))]
        for day in [day for day in days if not 0 <= today - day <= DAYS_KEPT]:
            del days[day]

    def usual(self, local: datetime, quantity: str) -> Usual | None:
        """Return what is usual at this hour on the days before; None while too few are known."""
        at, today = 1 + QUANTITIES.index(quantity), local.date().toordinal()
        days = self._hours.get(local.hour, {})
        means = [sums[at] / sums[0] for day, sums in days.items() if 0 < today - day <= DAYS_KEPT]
        if len(means) < FEWEST_DAYS:
            return None
        middle = median(means)
        spread = ROBUST * median(abs(mean - middle) for mean in means)
        return Usual(middle, max(spread, LEAST_SPREAD[quantity], 0.1 * abs(middle)), len(means))

    def state(self) -> dict[str, Any]:
        """Return all that was learned, fit for JSON."""
        return {
            str(hour): {str(day): [round(one, 4) for one in sums] for day, sums in days.items()}
            for hour, days in self._hours.items()
        }

    @classmethod
    def restore(cls, state: object) -> "DayRhythm":
        """Take up what ``state`` gave.

        Raises:
            ValueError: it is something else, a file cut short for example; begin anew then.
        """
        rhythm = cls()
        if not isinstance(state, dict):
            raise ValueError("a day's rhythm is a table of hours")  # noqa: TRY004  # whoever reads a file asks for one error
        for hour, days in state.items():
            if not (str(hour).isdigit() and int(hour) < 24 and isinstance(days, dict)):  # noqa: PLR2004  # hours of a day
                raise ValueError(f"{hour!r} is no hour of a day")
            rhythm._hours[int(hour)] = {int(day): _sums(sums) for day, sums in days.items()}
        return rhythm


def _sums(sums: object) -> list[float]:
    numbers = isinstance(sums, list) and all(type(one) in (int, float) for one in sums)
    if not (numbers and isinstance(sums, list) and len(sums) == 1 + len(QUANTITIES) and sums[0] >= 1):
        raise ValueError(f"{sums!r} are no sums over an hour")
    return [float(one) for one in sums]
