"""The tables of the embedded series store, and how its connections are opened.

``staging`` holds batches as they were committed: it only grows at its end and shrinks at its beginning, so a commit
writes few pages. ``chunk`` holds the sealed hours, ``hours`` and ``daily`` what they add up to (days of UTC; the hours
of a day are one row, for a chart of weeks reads nothing else), ``damaged`` what the disk did not give back whole. A
point may be in staging and in a chunk: staging is newer and wins, and within staging the later row wins.
"""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

VERSION = 3

_ROLLUP = "n REAL NOT NULL, total REAL NOT NULL, sumsq REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL"

_SERIES = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    farm TEXT NOT NULL, house TEXT NOT NULL, device TEXT NOT NULL, source TEXT NOT NULL, quantity TEXT NOT NULL,
    UNIQUE (farm, house, device, source, quantity)
);
"""
_TABLES = f"""
CREATE TABLE IF NOT EXISTS staging (row INTEGER PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS chunk (
    series INTEGER NOT NULL, hour INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (series, hour)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS damaged (
    series INTEGER NOT NULL, hour INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (series, hour)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hours (
    series INTEGER NOT NULL, day INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (series, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS daily (
    series INTEGER NOT NULL, day INTEGER NOT NULL, {_ROLLUP}, PRIMARY KEY (series, day)
) WITHOUT ROWID;
"""

# In version 1 a staged point was a row, and a chunk's roll-up stood beside it; version 2 had a row for each hour.
_BEFORE = {
    1: """
        ALTER TABLE staging RENAME TO staging_1;
        ALTER TABLE chunk RENAME TO hourly;
    """,
    2: "",
}
_FROM_1 = """
INSERT INTO chunk SELECT series, hour, packed FROM hourly;
INSERT INTO daily SELECT series, hour / 24, sum(n), sum(total), sum(sumsq), min(low), max(high)
    FROM hourly GROUP BY series, hour / 24;
"""

Connect = Callable[[Path], sqlite3.Connection]
Batch = np.ndarray
"""Points in the order in which they came, dtype ``BATCH``."""

BATCH = np.dtype([("series", "<u4"), ("at_ms", "<i8"), ("value", "<f8")])

HOURS_A_DAY = 24
HOURS = np.dtype([("hour", "<i8"), *((name, "<f8") for name in ("n", "total", "sumsq", "low", "high"))])
"""Roll-ups of the hours of a day, rising, as ``hours.packed`` has them; ``hour`` counts from 1970."""


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that any one thread at a time may use; transactions are begun by hand."""
    connection = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-4000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file, or bring an older file up to date.

    Raises:
        sqlite3.DatabaseError: the file is not ours or was written by a newer Henwise.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise sqlite3.DatabaseError(f"version {found} was written by a newer Henwise; update this one")
    connection.execute("BEGIN IMMEDIATE")
    try:
        _run(connection, _SERIES, _BEFORE.get(found, ""), _TABLES)
        if found == 1:
            _run(connection, _FROM_1)
            _restage(connection)
        if found in _BEFORE:
            _pack_hours(connection)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def stage(connection: sqlite3.Connection, batch: Batch) -> int:
    """Put a batch at the end of staging; answers its row."""
    cursor = connection.execute("INSERT INTO staging (packed) VALUES (?)", (batch.tobytes(),))
    return cursor.lastrowid or 0


def batch_of(rows: Sequence[tuple[int, int, float]]) -> Batch:
    """Return rows of series, Unix time in ms and value as a batch."""
    return np.array(rows, BATCH)


def _pack_hours(connection: sqlite3.Connection) -> None:
    rows = connection.execute("SELECT series, hour, n, total, sumsq, low, high FROM hourly ORDER BY series, hour")
    for (series, day), group in groupby(rows, key=lambda row: (row[0], row[1] // HOURS_A_DAY)):
        packed = np.array([row[1:] for row in group], HOURS).tobytes()
        connection.execute("INSERT INTO hours VALUES (?, ?, ?)", (series, day, packed))
    connection.execute("DROP TABLE hourly")


def _restage(connection: sqlite3.Connection) -> None:
    cursor = connection.execute("SELECT series, at_ms, value FROM staging_1 ORDER BY row")
    while rows := cursor.fetchmany(10_000):
        stage(connection, batch_of(rows))
    connection.execute("DROP TABLE staging_1")


def _run(connection: sqlite3.Connection, *scripts: str) -> None:
    # executescript() would commit.
    for statement in ";".join(scripts).split(";"):
        if statement.strip():
            connection.execute(statement)
