"""Thinning a series for a chart: equal buckets on round edges, with mean, low and high of each. Pure.

What a chart is made from follows from how wide its buckets are: points for less than an hour, hourly roll-ups for
less than a day, daily ones beyond; so a chart of years costs no more than one of hours.
"""

from dataclasses import fields
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from cloud.store.columns import DAY_MS, HOUR_MS, Columns, Rollups, Times
from cloud.store.series import Basis, DayStats, Window

_SECOND, _MINUTE = 1_000, 60_000
_WIDTHS_MS = (
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _MINUTE for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)),
    *(n * HOUR_MS for n in (1, 2, 3, 4, 6, 8, 12, 24)),
)


def bucket_width_ms(from_ms: int, to_ms: int, points: int, least_ms: int = 0) -> int:
    """Return the least round width in ms, not below ``least_ms``, of at most ``points`` aligned buckets."""
    for width in _WIDTHS_MS:
        if width >= least_ms and _count(from_ms, to_ms, width) <= points:
            return width
    if points == 1:
        return -(-max(to_ms, 1) // DAY_MS) * DAY_MS
    # Aligned edges can cost one bucket more than the span alone would need.
    return -(-(to_ms - from_ms) // (DAY_MS * (points - 1))) * DAY_MS


def basis_of(width_ms: int) -> Basis:
    """Return what buckets of this width are made from."""
    if width_ms < HOUR_MS:
        return "raw"
    return "hourly" if width_ms < DAY_MS else "daily"


def raw(columns: Columns) -> Window:
    """Return points as they are."""
    return Window(False, "raw", columns.at_ms, columns.value, columns.value, columns.value)


def thinned(rows: Rollups, span_ms: tuple[int, int], width_ms: int, basis: Basis) -> Window:
    """Gather rows into buckets of ``width_ms``; buckets without points are NaN, so that a chart shows the gap."""
    from_ms, to_ms = span_ms
    first, size = from_ms // width_ms, _count(from_ms, to_ms, width_ms)
    # What was added up from before the span on belongs to its first bucket.
    index, found = rows.grouped(np.clip(rows.at_ms // width_ms - first, 0, size - 1))
    mean, low, high = (np.full(size, np.nan) for _ in range(3))
    mean[index] = found.total / found.n
    low[index], high[index] = found.low, found.high
    return Window(True, basis, (np.arange(size) + first) * width_ms, mean, low, high)


def midnights_ms(zone: ZoneInfo, first: date, last: date) -> Times:
    """Return when each day from the first to the last begins in ``zone``, and when the last one ends."""
    days = ((first + timedelta(days=n)) for n in range((last - first).days + 2))
    return np.array([int(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp() * 1000) for d in days], np.int64)


def cut_hours_ms(midnights: Times) -> list[int]:
    """Return the hours in which a day begins that does not begin with the hour, as in Kathmandu."""
    return [int(at) // HOUR_MS * HOUR_MS for at in midnights if at % HOUR_MS]


def days_of(rows: Rollups, midnights: Times, first: date) -> list[DayStats]:
    """Add up rows by day; an hour that could not be divided counts to the day in which it begins."""
    index, found = rows.grouped(np.searchsorted(midnights, rows.at_ms, side="right") - 1)
    columns = (getattr(found, field.name).tolist() for field in fields(Rollups)[1:])
    return [
        DayStats(first + timedelta(days=int(day)), int(n), *rest)
        for day, n, *rest in zip(index, *columns, strict=True)
        if 0 <= day < len(midnights) - 1
    ]


def _count(from_ms: int, to_ms: int, width_ms: int) -> int:
    return (to_ms - 1) // width_ms - from_ms // width_ms + 1
