"""What is staged, in memory: the points of each series that are on the disk but not in chunks yet.

Written by the writer's thread alone, read by all without a lock, which holds because a slice of an array and a look
into a dict are one step each to other threads. A reader that copies a series here and only then begins its transaction
misses nothing: what has meanwhile left for a chunk is in both.
"""

from array import array
from itertools import islice

import numpy as np

from cloud.store.columns import Columns, settled
from cloud.store.embedded.schema import Batch

_Points = tuple["array[int]", "array[float]"]


class Staged:
    """Points by series in two generations: ``fresh`` ones, and ``leaving`` ones that are being sealed."""

    def __init__(self) -> None:
        self._fresh: dict[int, _Points] = {}
        self._leaving: dict[int, _Points] = {}
        self.rows = 0
        """Fresh points, repeats included."""

    @property
    def series(self) -> int:
        """How many series have fresh points."""
        return len(self._fresh)

    @property
    def sealing(self) -> bool:
        """Say whether points of the leaving generation remain."""
        return bool(self._leaving)

    def add(self, batch: Batch) -> None:
        """Add points that have been committed."""
        fresh = self._fresh
        for series, at_ms, value in batch.tolist():
            points = fresh.get(series)
            if points is None:
                points = fresh[series] = (array("q"), array("d"))
            # The value first: a reader cuts off a value that has no time yet.
            points[1].append(value)
            points[0].append(at_ms)
        self.rows += len(batch)

    def rotate(self) -> None:
        """Let the fresh generation leave; the one before has left."""
        self._leaving, self._fresh, self.rows = self._fresh, {}, 0

    def leaving(self, most: int) -> dict[int, Columns]:
        """Return points of some series that leave."""
        return {series: _columns(points) for series, points in islice(self._leaving.items(), most)}

    def gone(self, series: dict[int, Columns]) -> None:
        """Forget series that are in chunks now."""
        for number in series:
            del self._leaving[number]

    def of(self, series: int) -> Columns:
        """Return the staged points of one series."""
        fresh = self._fresh.get(series)
        # In this order: a generation that begins to leave between the two looks is seen twice, not missed.
        leaving = self._leaving.get(series)
        if fresh is None:
            return _columns(leaving) if leaving is not None else Columns.empty()
        if leaving is None or leaving is fresh:
            return _columns(fresh)
        return _columns(leaving, fresh)


def _columns(*generations: _Points) -> Columns:
    at_ms = [np.frombuffer(points[0][:], np.int64) for points in generations]
    value = [np.frombuffer(points[1][:], np.float64) for points in generations]
    rows = [(at, values[: len(at)]) for at, values in zip(at_ms, value, strict=True)]
    return settled(np.concatenate([at for at, _ in rows]), np.concatenate([values for _, values in rows]))
