"""The tables of the embedded series store, and how its connections are opened.

``staging`` only ever grows at its end and is emptied as a whole, so a commit writes few pages; ``chunk`` holds the
sealed hours. A point may be in both: staging is newer and wins, and within staging the later row wins.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    farm TEXT NOT NULL, house TEXT NOT NULL, device TEXT NOT NULL, source TEXT NOT NULL, quantity TEXT NOT NULL,
    UNIQUE (farm, house, device, source, quantity)
);
CREATE TABLE IF NOT EXISTS staging (
    row INTEGER PRIMARY KEY, series INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS chunk (
    series INTEGER NOT NULL, hour INTEGER NOT NULL,
    n INTEGER NOT NULL, total REAL NOT NULL, sumsq REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (series, hour)
) WITHOUT ROWID;
"""

Connect = Callable[[Path], sqlite3.Connection]


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that any one thread at a time may use; transactions are begun by hand."""
    connection = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-1000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file.

    Raises:
        sqlite3.DatabaseError: the file is not ours or was written by a newer Henwise.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise sqlite3.DatabaseError(f"version {found} was written by a newer Henwise; update this one")
    connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={VERSION}; COMMIT;")
