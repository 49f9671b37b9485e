"""The file of the outbox on the disk: opened, locked, brought up to date, written in transactions.

WAL with synchronous=FULL keeps what was committed over a power cut (NORMAL was seen to lose it; only what the cloud has
is noted so, for it says it again). A file that SQLite can't read any more, as a dying SD card leaves it, is set aside
and a new one is begun, with what could be rescued: old rows must not stop new ones.
"""

import errno
import fcntl
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Final

from edge.errors import OutboxTaken
from edge.outbox_rescue import rescue

log = logging.getLogger(__name__)

PAGE_BYTES: Final = 1024
"""A commit of a few events touches a few pages, most of them only in part: half as large, a third less is written.
A file of an earlier version keeps its 2048 or 4096."""

AT_START_S: Final = 80.0
AT_WORK_S: Final = 30.0
"""Most time to copy out of a damaged file, in s: systemd waits 120 s for a start and then 60 s for the watchdog."""

READ_S: Final = 15.0
"""Most time to look whether a file can be read, in s."""

START_PATIENCE_S: Final = 15.0
"""For so long a place that can't be read is tried again at the start, in s; what is not there then counts as lost."""

_REFUSALS: Final = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN}
"""Of a new file: it has no damage yet, but SQLite calls a place that can't be read damaged."""

ASIDE_KEPT: Final = 2
"""Damaged files that stay: a dying card must not be filled with them."""

_TAILS = ("-wal", "-shm")

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
def transaction(db: sqlite3.Connection, *, lasting: bool = True) -> Iterator[None]:
    """All or nothing.

    Args:
        db: the file.
        lasting: it is there after a power cut. What may come again is left to the next one that lasts: that spares the
            card a wait and most of a block.
    """
    db.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
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


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether the file is damaged, and not just the disk full or a statement refused."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def can_be_read(path: Path, most_s: float = READ_S) -> bool:
    """Say whether the disk gives the file's bytes, whatever they say, as far as that can be seen in time.

    Args:
        path: the file.
        most_s: most time for it, in s.

    Raises:
        sqlite3.OperationalError: the disk refuses in another way.
    """
    until_s = time.monotonic() + most_s
    with _refusals():
        for one in (path, Path(f"{path}-wal")):
            if not one.exists():
                continue
            with one.open("rb", buffering=0) as file:
                try:
                    while file.read(1 << 20) and time.monotonic() < until_s:
                        pass
                except OSError as error:
                    if error.errno != errno.EIO:
                        raise
                    return False
    return True


def connect_or_begin_anew(path: Path, read: Callable[[sqlite3.Connection], object]) -> None:
    """Open the file and hand it to ``read``; one that can't be read is set aside.

    Args:
        path: the file.
        read: reads what must be known at the start, and so every page of rows. Called again with the new file.

    Raises:
        sqlite3.OperationalError: the disk refuses.
    """
    with _refusals():
        _finish(path)
    damage = _damage(path, read)
    if damage and _read_in_time(path):
        damage = _damage(path, read)  # the card was away for a moment
    if damage:
        begin_anew(path, damage, read, AT_START_S)


def _damage(path: Path, read: Callable[[sqlite3.Connection], object]) -> sqlite3.DatabaseError | None:
    try:
        connected(path, read)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return error
    return None


def _read_in_time(path: Path) -> bool:
    until_s = time.monotonic() + START_PATIENCE_S
    while not can_be_read(path):
        if time.monotonic() > until_s:
            return False
        time.sleep(1)
    return True


def _finish(path: Path) -> None:
    """Go on where setting aside was interrupted, by a power cut or a disk that refused."""
    if _rescued(path).exists() and not path.exists():
        _put_in_place(path)
    _remove(_rescued(path))


def begin_anew(
    path: Path, error: sqlite3.Error, read: Callable[[sqlite3.Connection], object], most_s: float = AT_WORK_S
) -> None:
    """Set a damaged file aside that nobody has open, begin a new one with what can be read, hand it to ``read``.

    Args:
        path: the file.
        error: what showed the damage.
        read: as of ``connect_or_begin_anew``.
        most_s: most time to copy, in s.

    Raises:
        sqlite3.Error: the disk refuses.
    """
    # Into a file beside it first: until that is whole, a power cut leaves everything as it was.
    with _refusals():
        if not path.exists():
            _finish(path)
            connected(path, read)
            return
        _remove(_rescued(path))
        rescued = _copied(path, most_s)
        aside = path.with_name(f"{path.name}.broken-{time.time():.0f}")
        path.rename(aside)
        if (wal := Path(f"{path}-wal")).exists():  # what could not be copied may be there
            wal.rename(f"{aside}-wal")
        _put_in_place(path)
        _remove_older(path)
    log.error(
        "the outbox can't be read (%s): set aside as %s, a new one is begun with %d events of it; check the disk",
        error,
        aside,
        rescued,
    )
    connected(path, read)


def _copied(path: Path, most_s: float) -> int:
    new = _rescued(path)
    try:
        with closing(_connect(new)) as db:
            db.execute("PRAGMA journal_mode = OFF")  # half as much to write; what goes wrong is thrown away below
            rescued = rescue(path, db, most_s)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _REFUSALS:
            raise  # all that waits is in the damaged one: better once more than without
        log.warning("the events in the damaged outbox stay there, a new one does not take them: %s", error)
        _remove(new)
        _connect(new).close()
        return 0
    return rescued


def damaged(path: Path) -> list[Path]:
    """Return the files of an outbox that were set aside, the oldest first."""
    asides = [one for one in path.parent.glob(f"{path.name}.broken-*") if not one.name.endswith(_TAILS)]
    return sorted(asides, key=lambda one: one.stat().st_ctime_ns)


def _remove_older(path: Path) -> None:
    for one in damaged(path)[:-ASIDE_KEPT]:
        _remove(one)


def _rescued(path: Path) -> Path:
    return path.with_name(f"{path.name}.rescued")


def _put_in_place(path: Path) -> None:
    for tail in _TAILS:
        Path(f"{path}{tail}").unlink(missing_ok=True)
    _rescued(path).rename(path)


def _remove(path: Path) -> None:
    for tail in ("", *_TAILS):
        Path(f"{path}{tail}").unlink(missing_ok=True)


@contextmanager
def _refusals() -> Iterator[None]:
    """Let a disk that refuses speak as SQLite does."""
    try:
        yield
    except OSError as error:
        raise sqlite3.OperationalError(f"the disk refuses: {error.strerror}") from error


def connected(path: Path, read: Callable[[sqlite3.Connection], object]) -> None:
    """Open the file and hand it to ``read``.

    Raises:
        sqlite3.Error: the disk refuses, or the file is damaged; it is closed again.
    """
    db = _connect(path)
    try:
        read(db)
    except BaseException:
        db.close()
        raise


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
