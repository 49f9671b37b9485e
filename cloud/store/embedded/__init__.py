"""The embedded time-series store: one SQLite file, no server.

Points are appended to a staging table, batch by batch, and sealed by and by into compressed chunks of one series and
one hour, beside which stand hourly and daily roll-ups. Measured on two x86-64 cores: 71 times fewer bytes written than
a clustered table; one byte per point kept for regular tidy values, three when the times jitter by 40 ms. One thread
writes; readers have connections of their own and see chunks and staging of one moment.
"""

import queue
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from cloud.errors import BadRecord, StoreUnavailable
from cloud.store.columns import HOUR_MS, Columns, Rollups
from cloud.store.embedded import reader
from cloud.store.embedded.schema import BATCH, HOURS, Connect, connect, make_tables
from cloud.store.embedded.sealing import forget_before, put_hours, series_of
from cloud.store.embedded.staged import Staged
from cloud.store.embedded.writer import Sealing, Writer
from cloud.store.retention import Retention, without
from cloud.store.series import DayStats, Latest, NotKept, Point, PointRows, SeriesKey, Window
from cloud.store.thinning import basis_of, bucket_width_ms, cut_hours_ms, days_of, midnights_ms, raw, thinned

READERS_KEPT = 4
AT_MS_MAX = 2**53


class EmbeddedSeries:
    """A ``SeriesStore`` in one SQLite file; nothing is opened before ``open()``.

    Args:
        path: the database file.
        sealing: when staging is sealed.
        retention: how long points are kept.
        clock: the present as an aware time.
        connect: opens a connection; handed in to make a disk full on purpose.
    """

    def __init__(
        self,
        path: Path,
        *,
        sealing: Sealing = Sealing(),  # noqa: B008  # frozen
        retention: Retention = Retention(),  # noqa: B008  # frozen
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        connect: Connect = connect,
    ) -> None:
        self._path = path
        self._sealing = sealing
        self._retention = retention
        self._clock = clock
        self._connect = connect
        self._writer: Writer | None = None
        self._staged = Staged()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(READERS_KEPT)

    def open(self) -> None:
        """Open or make the file and start the writer.

        Raises:
            StoreUnavailable: it can't be opened.
        """
        self._staged = Staged()
        try:
            connection = self._connect(self._path)
            make_tables(connection)
            writer = Writer(connection, self._staged, self._sealing)
            writer.start()
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._path} can't be opened: {error}; is the disk full?") from error
        self._writer = writer

    def look(self) -> None:
        """Look whether it is open: nothing but this process stands between it and its file."""
        if self._writer is None:
            raise StoreUnavailable(f"{self._path} is not open")
        if not self._writer.works:
            raise StoreUnavailable(f"nobody writes to {self._path} any more; start the service again")

    def close(self) -> None:
        """Finish what was handed in and close all connections; harmless when not open."""
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
        while not self._readers.empty():
            self._readers.get_nowait().close()

    def append(self, points: Sequence[Point]) -> list[NotKept]:
        """Write points; see ``SeriesStore.append``. Those older than their retention are answered."""
        if not points:
            return []
        rows = PointRows.of(points)
        batch = _batch(rows)
        if not self._retention.may_refuse(int(batch["at_ms"].min()), self._now_ms()):
            self._opened().submit(rows.series, batch)
            return []
        points = list(rows)
        refused = self._retention.refused(points, self._now_ms())
        rows = PointRows.of(without(points, refused))
        if rows:
            self._opened().submit(rows.series, _batch(rows))
        return refused

    def seal(self) -> int:
        """Seal what is staged now; answers how many rows that was. Happens by itself as well."""
        return self._opened().seal()

    def forget(self) -> int:
        """Drop the points that are older than their retention; answers how many hours of series that was."""
        now_ms = self._now_ms()
        with self._reading() as connection:
            rows = connection.execute("SELECT DISTINCT quantity FROM series").fetchall()
        return sum(self._forget(quantity, self._retention.horizon_ms(quantity, now_ms)) for (quantity,) in rows)

    def keys(self, farm: str, house: str) -> list[SeriesKey]:
        """List the series of a house, sorted."""
        with self._reading() as connection:
            return reader.keys(connection, farm, house)

    def all_keys(self) -> list[SeriesKey]:
        """List all series, sorted."""
        with self._reading() as connection:
            return reader.all_keys(connection)

    def latest(self, series: SeriesKey) -> Latest | None:
        """Return the newest point, None when there is none (any more)."""
        number = self._opened().id_of(series)
        if number is None:
            return None
        staged = self._staged.of(number)
        with self._reading() as connection:
            return reader.latest(connection, number, staged)

    def extent(self, series: SeriesKey) -> tuple[int, int] | None:
        """Return when the first day that was written to begins and the last one ends, None without any."""
        number = self._opened().id_of(series)
        if number is None:
            return None
        staged = self._staged.of(number)
        with self._reading() as connection:
            return reader.extent(connection, number, staged)

    def points(self, series: SeriesKey, from_ms: int, to_ms: int) -> Columns:
        """Return the points of a span that are kept."""
        number = self._opened().id_of(series)
        if number is None:
            return Columns.empty()
        staged = self._staged.of(number)
        with self._reading() as connection:
            return reader.points_between(connection, number, (from_ms, to_ms), staged)[0]

    def hours(self, series: SeriesKey, from_ms: int, to_ms: int) -> Rollups:
        """Return the hours of a span, added up."""
        number = self._opened().id_of(series)
        if number is None:
            return Rollups.empty()
        staged = self._staged.of(number)
        with self._reading() as connection:
            return reader.hourly_between(connection, number, (from_ms, to_ms), staged).every(HOUR_MS)

    def put_hours(self, series: SeriesKey, hours: Rollups) -> None:
        """Write roll-ups of hours whose points are not kept any more."""
        rows = np.empty(len(hours.at_ms), HOURS)
        rows["hour"] = hours.at_ms // HOUR_MS
        for name in ("n", "total", "sumsq", "low", "high"):
            rows[name] = getattr(hours, name)
        number = self._opened().number_of(series)

        def work(connection: sqlite3.Connection) -> int:
            put_hours(connection, number, rows)
            return len(rows)

        self._opened().do(work)

    def remove(self, keys: Sequence[SeriesKey]) -> None:
        """Remove series with all their points and roll-ups; see ``SeriesStore.remove``."""
        if keys:
            self._opened().remove(keys)

    def add_up(self) -> int:
        """Seal what is staged now, which adds it up; answers how many rows that was."""
        return self.seal()

    def window(self, series: SeriesKey, from_ms: int, to_ms: int, points: int) -> Window:
        """Return a span in at most ``points`` rows; see ``SeriesStore.window``."""
        if not from_ms < to_ms or points < 1:
            raise ValueError(f"need from_ms < to_ms and points >= 1, not {from_ms}, {to_ms}, {points}")
        number = self._opened().id_of(series)
        if number is None:
            return raw(Columns.empty())
        staged = self._staged.of(number)
        with self._reading() as connection:
            return _window(connection, number, (from_ms, to_ms), points, staged)

    def daily(self, series: SeriesKey, zone: ZoneInfo, first: date, last: date) -> list[DayStats]:
        """Return the days that have points; see ``SeriesStore.daily``."""
        number = self._opened().id_of(series)
        if number is None or last < first:
            return []
        staged, midnights = self._staged.of(number), midnights_ms(zone, first, last)
        span = int(midnights[0]), int(midnights[-1])
        with self._reading() as connection:
            rows = reader.hourly_between(connection, number, span, staged, cut_hours_ms(midnights))
        return days_of(rows, midnights, first)

    def _opened(self) -> Writer:
        if self._writer is None:
            raise StoreUnavailable(f"{self._path} is not open")
        return self._writer

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)

    def _forget(self, quantity: str, horizon_ms: int) -> int:
        def work(connection: sqlite3.Connection) -> int:
            return forget_before(connection, series_of(connection, quantity), horizon_ms // HOUR_MS)

        return self._opened().do(work)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._taken()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")
                self._given_back(connection)
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"{self._path} can't be read: {error}") from error

    def _taken(self) -> sqlite3.Connection:
        self._opened()
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            return self._connect(self._path)

    def _given_back(self, connection: sqlite3.Connection) -> None:
        try:
            self._readers.put_nowait(connection)
        except queue.Full:
            connection.close()


def _batch(points: PointRows) -> np.ndarray:
    """Return points with their series left open.

    Raises:
        BadRecord: a value is not finite or a time impossible.
    """
    batch = np.empty(len(points), BATCH)
    batch["value"] = points.value
    if not np.isfinite(batch["value"]).all() or min(points.at_ms) < 0 or max(points.at_ms) > AT_MS_MAX:
        raise BadRecord(next(filter(None, map(_problem, points))))
    batch["at_ms"] = points.at_ms
    return batch


def _problem(point: Point) -> str:
    if np.isfinite(point.value) and 0 <= point.at_ms <= AT_MS_MAX:
        return ""
    return f"{point.series.quantity}: {point.value} at {point.at_ms} ms can't be kept"


def _window(connection: sqlite3.Connection, number: int, span: tuple[int, int], points: int, staged: Columns) -> Window:
    width_ms = bucket_width_ms(*span, points)
    if width_ms < HOUR_MS:
        columns, whole = reader.points_between(connection, number, span, staged)
        if whole and len(columns.at_ms) <= points:
            return raw(columns)
        if whole:
            return thinned(Rollups.of_points(columns), span, width_ms, "raw")
        width_ms = bucket_width_ms(*span, points, HOUR_MS)
    basis = basis_of(width_ms)
    between = reader.daily_between if basis == "daily" else reader.hourly_between
    rows = between(connection, number, span, staged)
    if rows.n.sum() <= points:
        columns, whole = reader.points_between(connection, number, span, staged)
        if whole:
            return raw(columns)
    return thinned(rows, span, width_ms, basis)
