"""What is staged, in memory: the points that are on the disk but not in chunks yet.

They lie in runs, each sorted by series, and a run takes in the one before it once that is less than twice as large: so
there are few, however many points there are, and a series is found in each by halves. Written by the writer's thread
alone, read by all without a lock: runs never change, and which there are is one tuple that is replaced. A reader that
copies a series here and only then begins its transaction misses nothing: what has meanwhile left for a chunk is in
both.
"""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cloud.store.columns import Columns, Times, Values, settled
from cloud.store.embedded.schema import Batch

RUN_MOST: Final = 500_000
"""A run of so many points stays as it is: sorting it once more would keep a commit waiting."""

Run = tuple[NDArray[np.uint32], Times, Values]
"""Series, Unix time in ms and value of points; by series, and of one series in the order in which they came."""


class Staged:
    """Points in two generations: ``fresh`` ones, and ``leaving`` ones that are being sealed."""

    def __init__(self) -> None:
        self._fresh: tuple[Run, ...] = ()
        # With the number up to which series have left: a reader must see both of one moment.
        self._leaving: tuple[tuple[Run, ...], int] = ((), -1)
        self._seen = np.zeros(1024, bool)
        self.rows = 0
        """Fresh points, repeats included."""

    @property
    def series(self) -> int:
        """How many series have fresh points."""
        return int(np.count_nonzero(self._seen))

    @property
    def sealing(self) -> bool:
        """Say whether points of the leaving generation remain."""
        return bool(self._leaving[0])

    def add(self, batch: Batch) -> None:
        """Add points that have been committed."""
        if not len(batch):
            return
        run = _sorted((batch["series"], batch["at_ms"], batch["value"]))
        runs = list(self._fresh)
        while runs and len(runs[-1][0]) < min(2 * len(run[0]), RUN_MOST):
            run = _sorted(_joined([runs.pop(), run]))
        self._fresh = (*runs, run)
        self.rows += len(batch)
        self._note(batch["series"])

    def rotate(self) -> None:
        """Let the fresh generation leave; the one before has left."""
        # In this order: a reader between the two sees a generation twice, and misses nothing.
        self._leaving = (self._fresh, -1)
        self._fresh = ()
        self._seen[:] = False
        self.rows = 0

    def leaving(self, most: int) -> dict[int, Columns]:
        """Return points of some series that leave, at most so many."""
        runs, left = self._leaving
        series, at_ms, value = _next_of(runs, left, most)
        edges = [0, *(np.flatnonzero(np.diff(series)) + 1).tolist(), len(series)]
        return {
            int(series[start]): settled(at_ms[start:end], value[start:end])
            for start, end in pairwise(edges)
            if start < end
        }

    def gone(self, series: dict[int, Columns]) -> None:
        """Forget series that are in chunks now: those that ``leaving`` gave last."""
        runs, left = self._leaving
        left = max(series, default=left)
        remain = any(len(run[0]) and run[0][-1] > left for run in runs)
        self._leaving = (runs, left) if remain else ((), -1)

    def of(self, series: int) -> Columns:
        """Return the staged points of one series."""
        fresh = self._fresh
        # In this order: a generation that begins to leave between the two looks is seen twice, not missed.
        runs, left = self._leaving
        parts = _of(runs, series) if series > left and runs is not fresh else []
        parts += _of(fresh, series)
        return _columns(parts) if parts else Columns.empty()

    def _note(self, series: NDArray[np.uint32]) -> None:
        most = int(series.max())
        if most >= len(self._seen):
            self._seen = np.concatenate([self._seen, np.zeros(most + 1, bool)])
        self._seen[series] = True


def _sorted(run: Run) -> Run:
    order = np.argsort(run[0], kind="stable")
    return run[0][order], run[1][order], run[2][order]


def _joined(runs: list[Run]) -> Run:
    series, at_ms, value = (np.concatenate(column) for column in zip(*runs, strict=True))
    return series, at_ms, value


def _next_of(runs: tuple[Run, ...], left: int, most: int) -> Run:
    """Return the points of the series that come after number ``left``, of as many numbers as may leave at once."""
    starts = [0 if left < 0 else int(run[0].searchsorted(np.uint32(left), "right")) for run in runs]
    least = [int(run[0][start]) for run, start in zip(runs, starts, strict=True) if start < len(run[0])]
    if not least:
        return np.empty(0, np.uint32), np.empty(0, np.int64), np.empty(0)
    last = np.uint32(min(least) + most - 1)
    ends = [int(run[0].searchsorted(last, "right")) for run in runs]
    cut = [(run[0][a:b], run[1][a:b], run[2][a:b]) for run, a, b in zip(runs, starts, ends, strict=True)]
    return _sorted(_joined(cut))


def _of(runs: tuple[Run, ...], number: int) -> list[tuple[Times, Values]]:
    """Return the points of a series in each run that has some, oldest first."""
    wanted = np.uint32(number)  # of the runs' own kind, or each search would turn a whole run into another
    parts = []
    for series, at_ms, value in runs:
        start, end = int(series.searchsorted(wanted)), int(series.searchsorted(wanted, "right"))
        if start < end:
            parts.append((at_ms[start:end], value[start:end]))
    return parts


def _columns(parts: list[tuple[Times, Values]]) -> Columns:
    return settled(np.concatenate([at for at, _ in parts]), np.concatenate([values for _, values in parts]))
