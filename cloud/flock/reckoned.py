"""A reckoned number: its value with an interval where the inputs have one, or why there is none. Pure.

Nothing here is ever zero because it is not known: what lacks data has no value and says what is lacking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Missing = Literal[
    "no_weight",
    "no_earlier_weight",
    "too_few_weighings",
    "no_feed",
    "feed_days_missing",
    "no_water",
    "no_birds",
    "no_flock",
    "day_zero",
    "no_gain",
    "no_curve",
    "outside_curve",
    "no_floor",
    "no_deliveries",
    "more_eaten_than_delivered",
    "too_few_hours",
    "not_measured",
    "not_reached",
    "no_price",
    "no_target",
    "too_few_days",
    "too_few_flocks",
    "nobody_wrote",
]
"""What is lacking; ``cloud.report.words`` says it in English and Chinese."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A number or the lack of one.

    Attributes:
        value: in the unit its maker names; None when it can't be said.
        interval: 95 % interval in the same unit, None where the inputs have none.
        missing: what is lacking; None when there is a value.
    """

    value: float | None
    interval: Interval | None = None
    missing: Missing | None = None

    def through(self, function: Callable[[float], float]) -> "Reckoned":
        """Return a monotone function of it: the interval's ends go the same way as the value."""
        if self.value is None:
            return self
        ends = sorted(map(function, self.interval)) if self.interval else None
        return Reckoned(function(self.value), (ends[0], ends[1]) if ends else None)


def known(value: float, interval: Interval | None = None) -> Reckoned:
    """Return a number that is known."""
    return Reckoned(value, interval)


def lacking(missing: Missing) -> Reckoned:
    """Return the lack of a number."""
    return Reckoned(None, None, missing)


def maybe(value: float | None, missing: Missing) -> Reckoned:
    """Return a number, or what is lacking when there is none."""
    return lacking(missing) if value is None else Reckoned(value)
