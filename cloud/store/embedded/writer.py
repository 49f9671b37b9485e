"""The one thread that writes: points into staging, group-committed, and between the groups staging into chunks."""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cloud.errors import BadRecord, StoreUnavailable
from cloud.store.embedded.schema import BATCH, Batch, stage
from cloud.store.embedded.sealing import seal
from cloud.store.embedded.staged import Staged
from cloud.store.series import SeriesKey

log = logging.getLogger(__name__)

GROUP_JOBS: Final = 64
SEAL_SERIES: Final = 200
"""Series sealed before the next group of jobs has its turn."""
DROP_BATCHES: Final = 20
"""Sealed batches taken out of staging before the next group has its turn: a batch may be half a megabyte."""
TRY_AGAIN_S: Final = 5.0

Work = Callable[[sqlite3.Connection], int]


@dataclass(frozen=True, slots=True)
class Job:
    """Points to commit, or other work of the writing connection in a transaction of its own.

    Attributes:
        keys: the series of each point.
        batch: the points, their series to be filled in.
        work: given the connection; its answer is handed on.
        alone: the work makes its own transactions.
    """

    keys: Sequence[SeriesKey] = ()
    batch: Batch = field(default_factory=lambda: np.empty(0, BATCH))
    work: Work | None = None
    alone: bool = False
    done: "Future[int]" = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class Sealing:
    """When staging is sealed: when it has many rows for each of its series, or after a while.

    Attributes:
        rows: not below so many rows,
        rows_a_series: nor below so many for each series in it, for sealing costs by the chunk, not by the row;
        rows_max: but at so many in any case, for they lie in memory;
        after_s: or when so many seconds have passed.
    """

    rows: int = 60_000
    rows_a_series: int = 60
    rows_max: int = 4_000_000
    after_s: float = 600.0

    def is_due(self, rows: int, series: int, waited_s: float) -> bool:
        """Say whether it is time."""
        enough = min(max(self.rows, self.rows_a_series * series), self.rows_max)
        return rows >= enough or (rows > 0 and waited_s >= self.after_s)


class Writer:
    """Owns the writing connection.

    Args:
        connection: used by the writer's thread alone once it is started.
        staged: what is staged, kept in step with the table.
        sealing: when it is sealed.
    """

    def __init__(self, connection: sqlite3.Connection, staged: Staged, sealing: Sealing) -> None:
        self._connection = connection
        self._staged = staged
        self._sealing = sealing
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ids: dict[SeriesKey, int] = {}
        self._gate = threading.Lock()
        self._stopping = False
        self._rotated_at_s = time.monotonic()
        self._not_before_s = 0.0
        self._last_row = 0
        self._leaves_to_row = 0
        self._sealed_to_row = 0
        self._thread = threading.Thread(target=self._run, name="series-writer", daemon=True)

    def start(self) -> None:
        """Load what is staged and begin to take jobs."""
        for number, *key in self._connection.execute("SELECT id, farm, house, device, source, quantity FROM series"):
            self._ids[SeriesKey(*key)] = number
        cursor = self._connection.execute("SELECT row, packed FROM staging ORDER BY row")
        for row, packed in cursor:
            self._last_row = row
            self._staged.add(np.frombuffer(packed, BATCH))
        self._thread.start()

    @property
    def works(self) -> bool:
        """Say whether the thread takes jobs."""
        return self._thread.is_alive()

    def submit(self, keys: Sequence[SeriesKey], batch: Batch) -> int:
        """Commit points on the writer's thread and wait for it; answers how many.

        Raises:
            StoreUnavailable: nothing was written.
        """
        return self._do(Job(keys, batch))

    def id_of(self, key: SeriesKey) -> int | None:
        """Return the number of a series, None when nothing of it was committed yet."""
        return self._ids.get(key)

    def number_of(self, key: SeriesKey) -> int:
        """Return the number of a series, which is made when there is none."""

        def work(connection: sqlite3.Connection) -> int:
            return self._ids.get(key) or _new_series(connection, [key])[key]

        number = self._do(Job(work=work))
        self._ids[key] = number
        return number

    def do(self, work: Work) -> int:
        """Do other work in a transaction on the writer's thread, wait for it and return its answer."""
        return self._do(Job(work=work))

    def seal(self) -> int:
        """Seal all that is staged now; answers how many rows that was."""
        rows = self._staged.rows
        self._do(Job(work=self._seal_all, alone=True))
        return rows

    def remove(self, keys: Sequence[SeriesKey]) -> None:
        """Remove series with everything that was kept of them.

        All is sealed first and on the writer's thread, so nothing of them is left in staging that could come back under
        a number that another series has got since.
        """

        def work(connection: sqlite3.Connection) -> int:
            self._seal_all(connection)
            numbers = [(number,) for key in keys if (number := self._ids.get(key)) is not None]
            with _transaction(connection):
                for table in ("chunk", "hours", "daily", "damaged"):
                    connection.executemany(f"DELETE FROM {table} WHERE series = ?", numbers)  # noqa: S608 - ours
                connection.executemany("DELETE FROM series WHERE id = ?", numbers)
            for key in keys:
                self._ids.pop(key, None)
            return len(numbers)

        self._do(Job(work=work, alone=True))

    def stop(self) -> None:
        """Finish the jobs handed in, then close the connection."""
        with self._gate:
            self._stopping = True
            self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _do(self, job: Job) -> int:
        with self._gate:
            if self._stopping:
                raise StoreUnavailable("the series store is closing")
            self._jobs.put(job)
        return job.done.result()

    def _run(self) -> None:
        running = True
        while running:
            group, running = self._next_group()
            appends = [job for job in group if job.work is None]
            if appends:
                self._finish(appends, self._append)
            for job in group:
                if job.work is not None:
                    self._finish([job], self._work)
            self._seal_some()

    def _next_group(self) -> tuple[list[Job], bool]:
        """Wait for a job and take those already behind it; False when it is time to stop."""
        group: list[Job] = []
        try:
            job = self._jobs.get(timeout=self._patience_s())
            while job is not None:
                group.append(job)
                if len(group) >= GROUP_JOBS:
                    return group, True
                job = self._jobs.get_nowait()
        except queue.Empty:
            return group, True
        return group, False

    def _patience_s(self) -> float:
        if self._busy:
            return max(0.0, self._not_before_s - time.monotonic())
        return self._sealing.after_s

    @property
    def _busy(self) -> bool:
        """Say whether points are on their way into chunks, or are in them and not out of staging yet."""
        return self._staged.sealing or self._sealed_to_row > 0

    def _finish(self, jobs: list[Job], work: Callable[[list[Job]], list[int]]) -> None:
        try:
            counts = work(jobs)
        except Exception as error:  # noqa: BLE001  # whoever waits for the job gets it, whatever it is
            for job in jobs:
                job.done.set_exception(_translated(error))
            return
        for job, count in zip(jobs, counts, strict=True):
            job.done.set_result(count)

    def _work(self, jobs: list[Job]) -> list[int]:
        (job,) = jobs
        if job.work is None:
            raise TypeError("a job without work is an append")
        if job.alone:
            return [job.work(self._connection)]
        with _transaction(self._connection):
            return [job.work(self._connection)]

    def _append(self, jobs: list[Job]) -> list[int]:
        keys = jobs[0].keys if len(jobs) == 1 else [key for job in jobs for key in job.keys]
        batch = jobs[0].batch if len(jobs) == 1 else np.concatenate([job.batch for job in jobs])
        new_ids: dict[SeriesKey, int] = {}
        with _transaction(self._connection):
            batch["series"] = self._numbers(keys, new_ids)
            row = stage(self._connection, batch)
        # Only what is on the disk may be remembered.
        self._ids.update(new_ids)
        self._last_row = row
        self._staged.add(batch)
        return [len(job.keys) for job in jobs]

    def _numbers(self, keys: Sequence[SeriesKey], new_ids: dict[SeriesKey, int]) -> list[int]:
        known = self._ids
        try:
            return [known[key] for key in keys]
        except KeyError:
            new_ids.update(_new_series(self._connection, dict.fromkeys(key for key in keys if key not in known)))
        return [known.get(key) or new_ids[key] for key in keys]

    def _seal_some(self) -> None:
        """Do a part of the sealing, when it is time; what fails is tried again after a while."""
        now_s = time.monotonic()
        if now_s < self._not_before_s:
            return
        if not self._busy:
            due = self._sealing.is_due(self._staged.rows, self._staged.series, now_s - self._rotated_at_s)
            if not due:
                return
            self._rotate()
        try:
            self._seal_step()
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the one thread that takes points
            log.warning("series could not be sealed now and stay in staging: %s: %s", type(error).__name__, error)
            self._not_before_s = time.monotonic() + TRY_AGAIN_S

    def _rotate(self) -> None:
        self._staged.rotate()
        self._rotated_at_s = time.monotonic()
        self._leaves_to_row = self._last_row

    def _seal_step(self) -> None:
        if not self._staged.sealing:
            self._drop_some()
            return
        some = self._staged.leaving(SEAL_SERIES)
        with _transaction(self._connection):
            seal(self._connection, some)
        self._staged.gone(some)
        if not self._staged.sealing:
            self._sealed_to_row = self._leaves_to_row

    def _drop_some(self) -> None:
        """Empty a part of what has been sealed from the table; what a crash leaves of it is sealed once more."""
        with _transaction(self._connection):
            query = "DELETE FROM staging WHERE row IN (SELECT row FROM staging WHERE row<=? ORDER BY row LIMIT ?)"
            self._connection.execute(query, (self._sealed_to_row, DROP_BATCHES))
            left = self._connection.execute("SELECT 1 FROM staging WHERE row<=?", (self._sealed_to_row,)).fetchone()
        # In an emptied table rows are numbered from 1 again: the next batch must not be taken for a sealed one.
        if left is None:
            self._sealed_to_row = 0

    def _seal_all(self, _connection: sqlite3.Connection) -> int:
        while self._busy:
            self._seal_step()
        self._rotate()
        while self._busy:
            self._seal_step()
        return 0


def _new_series(connection: sqlite3.Connection, keys: Iterable[SeriesKey]) -> dict[SeriesKey, int]:
    """Number series that have none; nobody else writes here, so the numbers go on from the greatest."""
    (greatest,) = connection.execute("SELECT coalesce(max(id), 0) FROM series").fetchone()
    numbers = {key: number for number, key in enumerate(keys, start=greatest + 1)}
    rows = ((number, *key) for key, number in numbers.items())
    connection.executemany(
        "INSERT INTO series (id, farm, house, device, source, quantity) VALUES (?, ?, ?, ?, ?, ?)", rows
    )
    return numbers


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
