"""The file of the outbox on the disk: opened, locked, brought up to date, written in transactions.

WAL with synchronous=FULL keeps what was committed over a power cut (NORMAL was seen to lose it). A file that SQLite
can't read any more, as a dying SD card leaves it, is set aside and a new one is begun: old rows must not stop new ones.
"""

import fcntl
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from edge.errors import OutboxTaken

log = logging.getLogger(__name__)

PAGE_BYTES: Final = 2048
"""A commit of twenty events touches a dozen pages, most of them only in part: half as large, a third less is written.
A file of an earlier version keeps its 4096."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY,
    boot TEXT NOT NULL,
    seq INTEGER NOT NULL,
    leaf TEXT NOT NULL,
    worth INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    payload BLOB NOT NULL,
    acked_ms INTEGER,
    held TEXT,
    UNIQUE (boot, seq)
);
CREATE TABLE IF NOT EXISTS dropped (leaf TEXT PRIMARY KEY, events INTEGER NOT NULL);
"""
_INDEXES = """
DROP INDEX IF EXISTS outbox_worth;
DROP INDEX IF EXISTS outbox_at;
DROP INDEX IF EXISTS outbox_waiting_worth;
DROP INDEX IF EXISTS outbox_waiting_at;
CREATE INDEX IF NOT EXISTS outbox_held ON outbox (id) WHERE held IS NOT NULL;
DROP INDEX IF EXISTS outbox_acked;
"""


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # After some errors (a full disk) SQLite has rolled back by itself; rolling back twice would hide the first.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def held(path: Path) -> IO[bytes]:
    """Hold a lock for as long as the returned file is open.

    Raises:
        OutboxTaken: another process holds it.
    """
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise OutboxTaken(f"another agent works in {path.parent}: stop it, or give this one its own data_dir") from None
    return file


def connect_or_begin_anew(path: Path) -> sqlite3.Connection:
    """Open the file; one that can't be read is set aside.

    Raises:
        sqlite3.OperationalError: the disk refuses.
    """
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
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
        for column in ("acked_ms INTEGER", "held TEXT"):
            if column.split()[0] not in {row[1] for row in db.execute("PRAGMA table_info(outbox)")}:
                db.execute(f"ALTER TABLE outbox ADD COLUMN {column}")  # a file of an earlier version
        db.executescript(_INDEXES)
    except BaseException:
        db.close()
        raise
    return db
