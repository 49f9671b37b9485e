"""Thinning a series for a chart: equal buckets on round edges, with mean, low and high of each. Pure."""

from collections.abc import Iterable

import numpy as np

from cloud.store.embedded.chunks import HOUR_MS, Columns
from cloud.store.embedded.reader import Hour, Part
from cloud.store.series import Window

_SECOND, _MINUTE, _DAY_MS = 1_000, 60_000, 24 * HOUR_MS
_WIDTHS_MS = (
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _MINUTE for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)),
    *(n * HOUR_MS for n in (1, 2, 3, 4, 6, 8, 12, 24)),
)


def bucket_width_ms(from_ms: int, to_ms: int, points: int) -> int:
    """Return the least round width in ms that covers the span with at most ``points`` (>= 2) aligned buckets."""
    for width in _WIDTHS_MS:
        if _count(from_ms, to_ms, width) <= points:
            return width
    # Aligned edges can cost one bucket more than the span alone would need.
    return -(-(to_ms - from_ms) // (_DAY_MS * (points - 1))) * _DAY_MS


def raw(columns: Columns) -> Window:
    """Return points as they are."""
    return Window(bucketed=False, at_ms=columns.at_ms, mean=columns.value, low=columns.value, high=columns.value)


def bucketed(parts: Iterable[Part], from_ms: int, to_ms: int, width_ms: int) -> Window:
    """Gather parts into buckets of ``width_ms``; buckets without points are NaN, so that a chart shows the gap."""
    first = from_ms // width_ms
    size = _count(from_ms, to_ms, width_ms)
    n, total = np.zeros(size), np.zeros(size)
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    for part in parts:
        if isinstance(part, Hour):
            index, head = part.at_ms // width_ms - first, part.header
            n[index] += head.n
            total[index] += head.total
            low[index], high[index] = min(low[index], head.low), max(high[index], head.high)
        else:
            indexes = part.at_ms // width_ms - first
            np.add.at(n, indexes, 1)
            np.add.at(total, indexes, part.value)
            np.minimum.at(low, indexes, part.value)
            np.maximum.at(high, indexes, part.value)
    empty = n == 0
    mean = np.divide(total, n, out=np.full(size, np.nan), where=~empty)
    low[empty] = high[empty] = np.nan
    return Window(bucketed=True, at_ms=(np.arange(size) + first) * width_ms, mean=mean, low=low, high=high)


def _count(from_ms: int, to_ms: int, width_ms: int) -> int:
    return (to_ms - 1) // width_ms - from_ms // width_ms + 1
