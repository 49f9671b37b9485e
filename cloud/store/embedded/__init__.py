"""The embedded time-series store: one SQLite file, no server.

Points are appended to a staging table and sealed, some 60,000 at a time, into compressed chunks of one series and
one hour, whose header is the hourly roll-up. Measured on two x86-64 cores: 71 times fewer bytes written than a
clustered table; one byte per point kept for regular tidy values, three when the times jitter by 40 ms. One thread
writes; readers have connections of their own and see chunks and staging of one moment.
"""

import math
import queue
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from cloud.errors import BadRecord, StoreUnavailable
from cloud.store.embedded import reader
from cloud.store.embedded.buckets import bucket_width_ms, bucketed, raw
from cloud.store.embedded.chunks import HOUR_MS, Columns
from cloud.store.embedded.schema import Connect, connect, make_tables
from cloud.store.embedded.writer import Writer
from cloud.store.series import DayStats, Latest, Point, SeriesKey, Window

SEAL_ROWS = 60_000
SEAL_S = 600.0
READERS_KEPT = 4
AT_MS_MAX = 2**53


class EmbeddedSeries:
    """A ``SeriesStore`` in one SQLite file; nothing is opened before ``open()``.

    Args:
        path: the database file.
        seal_rows: seal when so many points are staged,
        seal_s: or after so many seconds.
        connect: opens a connection; handed in to make a disk full on purpose.
    """

    def __init__(
        self, path: Path, *, seal_rows: int = SEAL_ROWS, seal_s: float = SEAL_S, connect: Connect = connect
    ) -> None:
        self._path = path
        self._seal_rows = seal_rows
        self._seal_s = seal_s
        self._connect = connect
        self._writer: Writer | None = None
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(READERS_KEPT)

    def open(self) -> None:
        """Open or make the file and start the writer.

        Raises:
            StoreUnavailable: it can't be opened.
        """
        try:
            connection = self._connect(self._path)
            make_tables(connection)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._path} can't be opened: {error}; is the disk full?") from error
        self._writer = Writer(connection, seal_rows=self._seal_rows, seal_s=self._seal_s)
        self._writer.start()

    def close(self) -> None:
        """Finish what was handed in and close all connections; harmless when not open."""
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
        while not self._readers.empty():
            self._readers.get_nowait().close()

    def append(self, points: Sequence[Point]) -> int:
        """Write points; see ``SeriesStore.append``."""
        for point in points:
            if not math.isfinite(point.value) or not 0 <= point.at_ms <= AT_MS_MAX:
                raise BadRecord(f"{point.series.quantity}: {point.value} at {point.at_ms} ms can't be kept")
        return self._opened().submit(points) if points else 0

    def seal(self) -> int:
        """Seal what is staged now; answers how many rows that was. Happens by itself as well."""
        return self._opened().submit(None)

    def keys(self, farm: str, house: str) -> list[SeriesKey]:
        """List the series of a house, sorted."""
        with self._reading() as connection:
            return reader.keys(connection, farm, house)

    def latest(self, series: SeriesKey) -> Latest | None:
        """Return the newest point, None when there is none."""
        with self._reading() as connection:
            number = reader.series_id(connection, series)
            return reader.latest(connection, number) if number is not None else None

    def window(self, series: SeriesKey, from_ms: int, to_ms: int, points: int) -> Window:
        """Return a span in at most ``points`` rows; see ``SeriesStore.window``."""
        if not from_ms < to_ms or points < 1:
            raise ValueError(f"need from_ms < to_ms and points >= 1, not {from_ms}, {to_ms}, {points}")
        with self._reading() as connection:
            number = reader.series_id(connection, series)
            if number is None:
                return raw(Columns.empty())
            return _window(connection, number, (from_ms, to_ms), points)

    def daily(self, series: SeriesKey, zone: ZoneInfo, first: date, last: date) -> list[DayStats]:
        """Return the days that have points; see ``SeriesStore.daily``."""
        with self._reading() as connection:
            number = reader.series_id(connection, series)
            return reader.daily(connection, number, zone, (first, last)) if number is not None else []

    def _opened(self) -> Writer:
        if self._writer is None:
            raise StoreUnavailable(f"{self._path} is not open")
        return self._writer

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


def _window(connection: sqlite3.Connection, number: int, span: tuple[int, int], points: int) -> Window:
    width_ms = bucket_width_ms(*span, points)
    if width_ms < HOUR_MS:
        columns = reader.columns_between(connection, number, *span)
        return raw(columns) if len(columns.at_ms) <= points else bucketed([columns], *span, width_ms)
    parts = list(reader.parts_between(connection, number, span, reader.staged(connection, number)))
    count = sum(part.header.n if isinstance(part, reader.Hour) else len(part.at_ms) for part in parts)
    if count <= points:
        return raw(reader.columns_between(connection, number, *span))
    return bucketed(parts, *span, width_ms)
