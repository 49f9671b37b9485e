"""How long points are kept; what they add up to, by the hour and by the day, stays for ever. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cloud.store.columns import DAY_MS, HOUR_MS
from cloud.store.series import NotKept, Point

DEFAULT_DAYS = 400
"""A year, so that a season can be laid over the one before, and a flock's length."""

FOR_EVERY_OTHER = "default"


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that the points of a quantity are kept.

    Attributes:
        default_days: of quantities that are not named.
        days: quantity key -> days.
    """

    default_days: int = DEFAULT_DAYS
    days: Mapping[str, int] = field(default_factory=dict)

    def horizon_ms(self, quantity: str, now_ms: int) -> int:
        """Return the beginning of the oldest hour whose points are kept, as Unix time in ms."""
        return (now_ms - self.days.get(quantity, self.default_days) * DAY_MS) // HOUR_MS * HOUR_MS

    def may_refuse(self, oldest_ms: int, now_ms: int) -> bool:
        """Say whether a point may be too old, when the oldest is of ``oldest_ms``; else none need be looked at."""
        return oldest_ms < now_ms - min([self.default_days, *self.days.values()]) * DAY_MS

    def refused(self, points: Sequence[Point], now_ms: int) -> list[NotKept]:
        """Return the points that are too old: their hours may be roll-ups only, which one point would falsify."""
        return [
            NotKept(point, "it is older than points of its quantity are kept: series.retention_days")
            for point in points
            if point.at_ms < self.horizon_ms(point.series.quantity, now_ms)
        ]


def without(points: list[Point], refused: Sequence[NotKept]) -> list[Point]:
    """Return the points that were not refused, in their order."""
    gone = {id(one.point) for one in refused}
    return [point for point in points if id(point) not in gone] if gone else points
