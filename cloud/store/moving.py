"""Moves series from one store to another: what is missing is written, then everything is read again and compared.

It may be stopped and started again at any time: what is there already is not written twice. A point of the target is
never overwritten, for who has switched over may have newer data there.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cloud.store.columns import DAY_MS, HOUR_MS, Columns, Rollups
from cloud.store.series import Point, SeriesKey, SeriesStore

SPAN_MS: Final = 2 * DAY_MS
"""So much of a series at a time; InfluxDB 3 Core answers no more of points in one piece."""

POINTS_AT_ONCE: Final = 10_000
ADD_UP_SERIES: Final = 200


@dataclass(slots=True)
class Moved:
    """What was found of one series.

    Attributes:
        key: the series.
        points: in the source, those that are kept.
        written: were missing in the target.
        hours: of which only the roll-up is left, taken over.
        checksum: over times and values of the source's points.
        wrong: points that are missing in the target or have another value there.
    """

    key: SeriesKey
    points: int = 0
    written: int = 0
    hours: int = 0
    checksum: str = ""
    wrong: int = 0


@dataclass(slots=True)
class Move:
    """A move from one open store to another.

    Args:
        source: where series are.
        target: where they shall be.
        horizon_ms: of a quantity, before which the target keeps roll-ups only, as Unix time in ms.
        tick: called with how many days of a series were done.
    """

    source: SeriesStore
    target: SeriesStore
    horizon_ms: Callable[[str], int]
    tick: Callable[[int], None] = lambda _days: None
    _since: int = field(default=0, init=False)

    def days(self) -> dict[SeriesKey, tuple[int, int]]:
        """Return of each series when its first day begins and its last one ends."""
        extents = ((key, self.source.extent(key)) for key in self.source.all_keys())
        return {key: extent for key, extent in extents if extent is not None}

    def run(self, days: dict[SeriesKey, tuple[int, int]]) -> Iterator[Moved]:
        """Move one series after the other.

        Raises:
            StoreUnavailable: start again later.
        """
        for key, (first_ms, last_ms) in days.items():
            moved, checksum = Moved(key), hashlib.blake2b(digest_size=8)
            for from_ms in range(first_ms, last_ms, SPAN_MS):
                span = from_ms, min(from_ms + SPAN_MS, last_ms)
                points = self._points(moved, span)
                # A zero has no sign: not every store keeps it.
                checksum.update(points.at_ms.tobytes() + (points.value + 0.0).tobytes())
                self._hours(moved, span)
                self.tick((span[1] - span[0]) // DAY_MS)
            moved.checksum = checksum.hexdigest()
            self._add_up_now_and_then()
            yield moved
        while self.target.add_up():
            pass

    def _points(self, moved: Moved, span: tuple[int, int]) -> Columns:
        from_ms = max(span[0], self.horizon_ms(moved.key.quantity))
        if from_ms >= span[1]:
            return Columns.empty()
        wanted = self.source.points(moved.key, from_ms, span[1])
        moved.points += len(wanted.at_ms)
        there = self.target.points(moved.key, from_ms, span[1])
        missing = ~np.isin(wanted.at_ms, there.at_ms)
        rows = zip(wanted.at_ms[missing].tolist(), wanted.value[missing].tolist(), strict=True)
        points = [Point(moved.key, at_ms, value) for at_ms, value in rows]
        for start in range(0, len(points), POINTS_AT_ONCE):
            self.target.append(points[start : start + POINTS_AT_ONCE])
        moved.written += len(points)
        after = self.target.points(moved.key, from_ms, span[1]) if points else there
        moved.wrong += _differences(wanted, after)
        return wanted

    def _hours(self, moved: Moved, span: tuple[int, int]) -> None:
        """Take over the roll-ups of hours whose points are gone, or would go at once in the target."""
        wanted = self._left(moved.key, span)
        if not len(wanted.at_ms):
            return
        there = self.target.hours(moved.key, *span)
        new = wanted.without(there.at_ms.tolist())
        if len(new.at_ms):
            self.target.put_hours(moved.key, new)
        moved.hours += len(wanted.at_ms)

    def _left(self, key: SeriesKey, span: tuple[int, int]) -> Rollups:
        hours, points = self.source.hours(key, *span), self.source.points(key, *span)
        kept = np.unique(points.at_ms[points.at_ms >= self.horizon_ms(key.quantity)] // HOUR_MS) * HOUR_MS
        return hours.without(kept.tolist())

    def _add_up_now_and_then(self) -> None:
        self._since += 1
        if self._since >= ADD_UP_SERIES:
            self.target.add_up()
            self._since = 0


def _differences(wanted: Columns, there: Columns) -> int:
    """Count the points that are not there, or with another value."""
    place = np.searchsorted(there.at_ms, wanted.at_ms)
    if not len(there.at_ms):
        return len(wanted.at_ms)
    place = np.minimum(place, len(there.at_ms) - 1)
    return int(((there.at_ms[place] != wanted.at_ms) | (there.value[place] != wanted.value)).sum())
