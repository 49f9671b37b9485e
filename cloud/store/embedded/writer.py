"""The one thread that writes: points into staging, group-committed, and staging into sealed chunks."""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from cloud.errors import BadRecord, StoreUnavailable
from cloud.store.embedded.chunks import HOUR_MS, Columns, overlaid, pack, settled, summed, unpack
from cloud.store.series import Point, SeriesKey

log = logging.getLogger(__name__)

GROUP_JOBS = 64


@dataclass(frozen=True, slots=True)
class Job:
    """Points to commit, or none to seal; ``done`` gets the number of rows."""

    points: Sequence[Point] | None
    done: Future[int] = field(default_factory=Future)


class Writer:
    """Owns the writing connection.

    Args:
        connection: used by the writer's thread alone once it is started.
        seal_rows: staging is sealed when it has so many rows,
        seal_s: or when so many seconds have passed since the last time.
    """

    def __init__(self, connection: sqlite3.Connection, *, seal_rows: int, seal_s: float) -> None:
        self._connection = connection
        self._seal_rows = seal_rows
        self._seal_s = seal_s
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ids: dict[SeriesKey, int] = {}
        self._gate = threading.Lock()
        self._stopping = False
        self._staged = 0
        self._sealed_at_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="series-writer", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        (self._staged,) = self._connection.execute("SELECT count(*) FROM staging").fetchone()
        self._thread.start()

    def submit(self, points: Sequence[Point] | None) -> int:
        """Do a job on the writer's thread and wait for it; None seals.

        Raises:
            StoreUnavailable: nothing was written.
        """
        job = Job(points)
        with self._gate:
            if self._stopping:
                raise StoreUnavailable("the series store is closing")
            self._jobs.put(job)
        return job.done.result()

    def stop(self) -> None:
        """Finish the jobs handed in, then close the connection."""
        with self._gate:
            self._stopping = True
            self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        running = True
        while running:
            group, running = self._next_group()
            appends = [job for job in group if job.points is not None]
            if appends:
                self._finish(appends, self._append)
            for job in group:
                if job.points is None:
                    self._finish([job], lambda _jobs: self._seal())
            self._seal_when_due()

    def _next_group(self) -> tuple[list[Job], bool]:
        """Wait for a job and take those already behind it; False when it is time to stop."""
        group: list[Job] = []
        try:
            job = self._jobs.get(timeout=self._seal_s)
            while job is not None:
                group.append(job)
                if len(group) >= GROUP_JOBS:
                    return group, True
                job = self._jobs.get_nowait()
        except queue.Empty:
            return group, True
        return group, False

    def _finish(self, jobs: list[Job], work: Callable[[list[Job]], list[int]]) -> None:
        try:
            counts = work(jobs)
        except Exception as error:  # noqa: BLE001  # whoever waits for the job gets it, whatever it is
            for job in jobs:
                job.done.set_exception(_translated(error))
            return
        for job, count in zip(jobs, counts, strict=True):
            job.done.set_result(count)

    def _append(self, jobs: list[Job]) -> list[int]:
        new_ids: dict[SeriesKey, int] = {}
        with _transaction(self._connection):
            rows = [self._row(point, new_ids) for job in jobs for point in job.points or ()]
            self._connection.executemany("INSERT INTO staging (series, at_ms, value) VALUES (?, ?, ?)", rows)
        # Only what is on the disk may be remembered.
        self._ids.update(new_ids)
        self._staged += len(rows)
        return [len(job.points or ()) for job in jobs]

    def _row(self, point: Point, new_ids: dict[SeriesKey, int]) -> tuple[int, int, float]:
        key = point.series
        number = self._ids.get(key) or new_ids.get(key)
        if number is None:
            number = new_ids[key] = _series_id(self._connection, key)
        return number, point.at_ms, point.value

    def _seal_when_due(self) -> None:
        due = time.monotonic() - self._sealed_at_s >= self._seal_s
        if self._staged >= self._seal_rows or (due and self._staged):
            try:
                self._seal()
            except sqlite3.Error as error:
                log.warning("series could not be sealed now and stay in staging: %s", error)
                # Tried again after a while, not after every commit.
                self._staged = 0
        if due:
            self._sealed_at_s = time.monotonic()

    def _seal(self) -> list[int]:
        with _transaction(self._connection):
            rows = self._connection.execute("SELECT series, at_ms, value FROM staging ORDER BY row").fetchall()
            if rows:
                _seal_rows(self._connection, rows)
                self._connection.execute("DELETE FROM staging")
        self._staged = 0
        return [len(rows)]


def _seal_rows(connection: sqlite3.Connection, rows: list[tuple[int, int, float]]) -> None:
    series = np.array([row[0] for row in rows], np.int64)
    at_ms = np.array([row[1] for row in rows], np.int64)
    value = np.array([row[2] for row in rows], np.float64)
    hour = at_ms // HOUR_MS
    order = np.lexsort((hour, series))  # stable: rows of one chunk stay in the order they came
    series, at_ms, value, hour = series[order], at_ms[order], value[order], hour[order]
    edges = np.flatnonzero((np.diff(series) != 0) | (np.diff(hour) != 0)) + 1
    for start, end in pairwise([0, *edges.tolist(), len(rows)]):
        new = settled(at_ms[start:end], value[start:end])
        _merge_chunk(connection, int(series[start]), int(hour[start]), new)


def _merge_chunk(connection: sqlite3.Connection, series: int, hour: int, new: Columns) -> None:
    found = connection.execute("SELECT packed FROM chunk WHERE series=? AND hour=?", (series, hour)).fetchone()
    columns = overlaid(unpack(hour, found[0]), new) if found else new
    head = summed(columns)
    row = (series, hour, head.n, head.total, head.sumsq, head.low, head.high, pack(hour, columns))
    connection.execute("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _series_id(connection: sqlite3.Connection, key: SeriesKey) -> int:
    columns = (key.farm, key.house, key.device, key.source, key.quantity)
    where = "farm=? AND house=? AND device=? AND source=? AND quantity=?"
    found = connection.execute(f"SELECT id FROM series WHERE {where}", columns).fetchone()  # noqa: S608  # fixed text
    if found:
        return int(found[0])
    insert = "INSERT INTO series (farm, house, device, source, quantity) VALUES (?, ?, ?, ?, ?) RETURNING id"
    return int(connection.execute(insert, columns).fetchone()[0])


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After a full disk SQLite may have rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _translated(error: Exception) -> Exception:
    if isinstance(error, sqlite3.OperationalError):
        return StoreUnavailable(f"series can't be written: {error}; is the disk full?")
    if isinstance(error, sqlite3.IntegrityError | OverflowError):
        return BadRecord(f"a point can't be kept: {error}")
    return error
