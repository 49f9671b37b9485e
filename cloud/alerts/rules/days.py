"""Days in a farm's time zone and instants in Unix ms. Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from cloud.store.columns import Times


def day_of(at_ms: int, zone: ZoneInfo) -> date:
    """Return the day an instant (Unix ms) lies in."""
    return datetime.fromtimestamp(at_ms / 1000, zone).date()


def end_ms(day: date, zone: ZoneInfo) -> int:
    """Return the last ms of a day, in Unix ms."""
    following = day + timedelta(days=1)
    return int(datetime(following.year, following.month, following.day, tzinfo=zone).timestamp() * 1000) - 1


def days_ended(from_ms: int, to_ms: int, zone: ZoneInfo) -> list[date]:
    """List the days whose end lies in ``from_ms <= end < to_ms``, oldest first."""
    day, last = day_of(from_ms, zone), day_of(to_ms, zone)
    days = []
    while day <= last:
        if from_ms <= end_ms(day, zone) < to_ms:
            days.append(day)
        day += timedelta(days=1)
    return days


def clock_ms(at_ms: Times, zone: ZoneInfo) -> Times:
    """Return what a clock in ``zone`` says at instants (Unix ms), in ms since 1970 of that clock."""
    offsets = [datetime.fromtimestamp(at / 1000, zone).utcoffset() for at in at_ms.tolist()]
    return at_ms + np.array([0 if one is None else int(one.total_seconds() * 1000) for one in offsets], np.int64)
