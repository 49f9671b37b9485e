"""From staging into chunks, a few series at a time so that nobody who writes waits long; and out again with age."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from cloud.store.columns import HOUR_MS, Columns, overlaid
from cloud.store.embedded.chunks import pack, unpack

HOURS_A_DAY = 24
_ADD_UP_DAY = """INSERT OR REPLACE INTO daily
    SELECT series, ?, sum(n), sum(total), sum(sumsq), min(low), max(high)
    FROM hourly WHERE series=? AND hour BETWEEN ? AND ?"""


def seal(connection: sqlite3.Connection, by_series: dict[int, Columns]) -> None:
    """Merge points into their chunks and add up their hours and days again."""
    chunks, hourly, days = [], [], []
    for series, columns in by_series.items():
        hours = columns.at_ms // HOUR_MS
        edges = (np.flatnonzero(np.diff(hours)) + 1).tolist()
        for start, end in pairwise([0, *edges, len(hours)]):
            hour = int(hours[start])
            new = Columns(columns.at_ms[start:end], columns.value[start:end])
            merged = _merged(connection, series, hour, new)
            chunks.append((series, hour, pack(hour, merged)))
            hourly.append((series, hour, *_added_up(merged)))
        days += [(series, day) for day in np.unique(hours // HOURS_A_DAY).tolist()]
    connection.executemany("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?)", chunks)
    put_hours(connection, hourly, days)


def put_hours(
    connection: sqlite3.Connection,
    hourly: Iterable[tuple[int, int, float, float, float, float, float]],
    days: Iterable[tuple[int, int]],
) -> None:
    """Write roll-ups of hours (series, hour, n, total, sumsq, low, high) and add up these days (series, day) again."""
    connection.executemany("INSERT OR REPLACE INTO hourly VALUES (?, ?, ?, ?, ?, ?, ?)", hourly)
    span = ((day, series, day * HOURS_A_DAY, day * HOURS_A_DAY + HOURS_A_DAY - 1) for series, day in days)
    connection.executemany(_ADD_UP_DAY, span)


def forget_before(connection: sqlite3.Connection, series: Iterable[int], hour: int) -> int:
    """Drop the points of these series from before an hour, their roll-ups stay; answers how many chunks that was."""
    cursor = connection.executemany(
        "DELETE FROM chunk WHERE series=? AND hour<?", ((number, hour) for number in series)
    )
    return cursor.rowcount


def series_of(connection: sqlite3.Connection, quantity: str) -> Iterator[int]:
    """Give the numbers of all series of a quantity."""
    return (row[0] for row in connection.execute("SELECT id FROM series WHERE quantity=?", (quantity,)).fetchall())


def _merged(connection: sqlite3.Connection, series: int, hour: int, new: Columns) -> Columns:
    found = connection.execute("SELECT packed FROM chunk WHERE series=? AND hour=?", (series, hour)).fetchone()
    return overlaid(unpack(hour, found[0]), new) if found else new


def _added_up(columns: Columns) -> tuple[float, float, float, float, float]:
    value = columns.value
    return len(value), float(value.sum()), float(np.square(value).sum()), float(value.min()), float(value.max())
