"""The table behind the outbox: one SQLite file, one transaction per call, safe to call from any thread.

WAL with synchronous=FULL keeps what was committed over a power cut (NORMAL was seen to lose it). A file that SQLite
can't read any more, as a dying SD card leaves it, is set aside and a new one is begun: old rows must not stop new ones.
"""

import fcntl
import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contract.messages import SeqRange
from edge.errors import OutboxStuck, OutboxTaken

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    boot TEXT NOT NULL,
    seq INTEGER NOT NULL,
    leaf TEXT NOT NULL,
    worth INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (boot, seq)
);
CREATE INDEX IF NOT EXISTS outbox_worth ON outbox (worth, id);
CREATE INDEX IF NOT EXISTS outbox_at ON outbox (at_ms);
CREATE TABLE IF NOT EXISTS dropped (leaf TEXT PRIMARY KEY, events INTEGER NOT NULL);
"""
_COLUMNS = "id, boot, seq, leaf, at_ms, payload"


@dataclass(frozen=True, slots=True)
class NewRow:
    """An event as it is stored: its number, its topic's leaf, its worth, its time and its JSON."""

    boot: str
    seq: int
    leaf: str
    worth: int
    at_ms: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One event that waits for the cloud.

    Attributes:
        id: rises with every commit, over boots.
        boot: the start of the agent it was measured in.
        seq: its number within the boot.
        leaf: last level of its topic.
        at_ms: when it was measured, in ms since 1970.
        payload: the message as JSON.
    """

    id: int
    boot: str
    seq: int
    leaf: str
    at_ms: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """How full the outbox is, and how much came.

    Attributes:
        rows: events that wait.
        size: bytes of their messages.
        max_rows: most events that may wait.
        max_bytes: most bytes that may wait.
        came_rows: events stored since it was opened.
        came_bytes: bytes of their messages.
    """

    rows: int
    size: int
    max_rows: int
    max_bytes: int
    came_rows: int
    came_bytes: int

    def room_hours(self, hours: float) -> float | None:
        """Return for how long the room left suffices, in h, if it goes on as in the ``hours`` since it was opened."""
        if hours <= 0 or not (self.came_rows and self.came_bytes):
            return None
        by_rows = (self.max_rows - self.rows) / (self.came_rows / hours)
        return max(0.0, min(by_rows, (self.max_bytes - self.size) / (self.came_bytes / hours)))


class OutboxFile:
    """Rows on a disk, bounded; what had to be dropped is counted in the same file."""

    def __init__(self, path: Path, *, max_rows: int, max_bytes: int) -> None:
        self._path = path
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._bytes = self._came_rows = self._came_bytes = 0
        self.rows = 0
        """Events that wait."""
        self.dropped_rows = 0
        """Events given up since the file was made."""

    def open(self) -> None:
        """Open the file and hold it for this process.

        Raises:
            OutboxTaken: another process holds it.
            OutboxStuck: the folder can't be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._held = _held(self._path.with_suffix(".lock"))
        except OSError as error:
            raise OutboxStuck(f"{self._path.parent} can't be written ({error.strerror}): check data_dir") from error
        try:
            self._db = _connect_or_begin_anew(self._path)
        except sqlite3.Error as error:
            self._held.close()
            raise OutboxStuck(f"{self._path} can't be opened ({error}): check the disk") from error
        self.rows, self._bytes = self._db.execute("SELECT count(*), coalesce(sum(size), 0) FROM outbox").fetchone()
        (self.dropped_rows,) = self._db.execute("SELECT coalesce(sum(events), 0) FROM dropped").fetchone()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
            self._held.close()

    def append(self, rows: Sequence[NewRow], dropped_before: Counter[str] | None = None) -> None:
        """Store rows in one transaction, drop what is over the bounds, and count it.

        Args:
            rows: what to store, in order.
            dropped_before: events per leaf that were given up before they got here.

        Raises:
            sqlite3.Error: the disk refused; nothing of the call was stored.
        """
        with self._lock:
            with _transaction(self._db):
                self._db.executemany(
                    "INSERT INTO outbox (boot, seq, leaf, worth, at_ms, size, payload) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    ((r.boot, r.seq, r.leaf, r.worth, r.at_ms, len(r.payload), r.payload) for r in rows),
                )
                size = self._bytes + sum(len(row.payload) for row in rows)
                count, size, dropped = self._trim(self.rows + len(rows), size)
                dropped.update(dropped_before or {})
                self._count(dropped)
            self.rows, self._bytes = count, size
            self.dropped_rows += dropped.total()
            self._came_rows += len(rows)
            self._came_bytes += sum(len(row.payload) for row in rows)

    def _trim(self, rows: int, size: int) -> tuple[int, int, Counter[str]]:
        dropped: Counter[str] = Counter()
        while rows > self._max_rows or size > self._max_bytes:
            gone, leaf, bytes_gone = self._db.execute(
                "SELECT id, leaf, size FROM outbox ORDER BY worth, id LIMIT 1"
            ).fetchone()
            self._db.execute("DELETE FROM outbox WHERE id = ?", (gone,))
            dropped[leaf] += 1
            rows, size = rows - 1, size - bytes_gone
        return rows, size, dropped

    def _count(self, dropped: Counter[str]) -> None:
        self._db.executemany(
            "INSERT INTO dropped (leaf, events) VALUES (?, ?)"
            " ON CONFLICT (leaf) DO UPDATE SET events = events + excluded.events",
            dropped.items(),
        )

    def waiting(self, *, live_since_ms: int, but: Collection[int], limit: int) -> list[Row]:
        """Return rows to send: first those measured since ``live_since_ms``, then the backlog, each oldest first.

        Args:
            live_since_ms: where the backlog ends, in ms since 1970.
            but: ids that are on their way already.
            limit: most rows to return.
        """
        marks = ", ".join("?" * len(but))
        with self._lock:
            return [
                Row(*values)
                for ages in (f"at_ms >= {live_since_ms:d}", f"at_ms < {live_since_ms:d}")
                for values in self._db.execute(
                    f"SELECT {_COLUMNS} FROM outbox WHERE {ages} AND id NOT IN ({marks}) ORDER BY id LIMIT ?",  # noqa: S608  # numbers and marks only
                    (*but, limit),
                )
            ][:limit]

    @property
    def load(self) -> Load:
        """How full it is, and how much came since it was opened."""
        bounds = (self._max_rows, self._max_bytes)
        return Load(self.rows, self._bytes, *bounds, self._came_rows, self._came_bytes)

    def oldest_at_ms(self) -> int | None:
        """Return when the oldest event that waits was measured, in ms since 1970; None when nothing waits."""
        with self._lock:
            oldest: int | None = self._db.execute("SELECT min(at_ms) FROM outbox").fetchone()[0]
        return oldest

    def dropped(self) -> dict[str, int]:
        """Return how many events were given up, per leaf."""
        with self._lock:
            return dict(self._db.execute("SELECT leaf, events FROM dropped ORDER BY leaf").fetchall())

    def confirm(self, ranges: Iterable[SeqRange]) -> list[int]:
        """Forget what the cloud has committed.

        Returns:
            ids of the rows that went.

        Raises:
            sqlite3.Error: the disk refused; nothing went.
        """
        gone: list[tuple[int, int]] = []
        with self._lock, _transaction(self._db):
            for span in ranges:
                gone += self._db.execute(
                    "DELETE FROM outbox WHERE boot = ? AND seq BETWEEN ? AND ? RETURNING id, size",
                    (span.boot, span.first, span.last),
                ).fetchall()
            self.rows -= len(gone)
            self._bytes -= sum(size for _id, size in gone)
        return [row_id for row_id, _size in gone]


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # After some errors (a full disk) SQLite has rolled back by itself; rolling back twice would hide the first.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _held(path: Path) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise OutboxTaken(f"another agent works in {path.parent}: stop it, or give this one its own data_dir") from None
    return file


def _connect_or_begin_anew(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        aside = path.with_name(f"{path.name}.broken-{time.time():.0f}")
        path.rename(aside)
        for tail in ("-wal", "-shm"):
            Path(f"{path}{tail}").unlink(missing_ok=True)
        log.error("the outbox can't be read (%s): set aside as %s, a new one is begun; check the disk", error, aside)  # noqa: TRY400  # a sentence, not a traceback
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db
