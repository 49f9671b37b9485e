"""From staging into chunks, a few series at a time so that nobody who writes waits long; and out again with age."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from cloud.store.columns import HOUR_MS, Columns, overlaid
from cloud.store.embedded.chunks import pack, unpack
from cloud.store.embedded.schema import HOURS, HOURS_A_DAY


def seal(connection: sqlite3.Connection, by_series: dict[int, Columns]) -> None:
    """Merge points into their chunks and add up their hours and days again."""
    chunks = []
    for series, columns in by_series.items():
        hours = columns.at_ms // HOUR_MS
        edges = (np.flatnonzero(np.diff(hours)) + 1).tolist()
        added_up = []
        for start, end in pairwise([0, *edges, len(hours)]):
            hour = int(hours[start])
            new = Columns(columns.at_ms[start:end], columns.value[start:end])
            merged = _merged(connection, series, hour, new)
            chunks.append((series, hour, pack(hour, merged)))
            added_up.append((hour, *_added_up(merged)))
        put_hours(connection, series, np.array(added_up, HOURS))
    connection.executemany("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?)", chunks)


def put_hours(connection: sqlite3.Connection, series: int, new: np.ndarray) -> None:
    """Write roll-ups of hours (dtype ``HOURS``, rising) over those that are there, and add up their days again."""
    days = new["hour"] // HOURS_A_DAY
    edges = (np.flatnonzero(np.diff(days)) + 1).tolist()
    for start, end in pairwise([0, *edges, len(days)]):
        day = int(days[start])
        found = connection.execute("SELECT packed FROM hours WHERE series=? AND day=?", (series, day)).fetchone()
        hours = _over(np.frombuffer(found[0], HOURS), new[start:end]) if found else new[start:end]
        connection.execute("INSERT OR REPLACE INTO hours VALUES (?, ?, ?)", (series, day, hours.tobytes()))
        sums = (float(hours[name].sum()) for name in ("n", "total", "sumsq"))
        row = (series, day, *sums, float(hours["low"].min()), float(hours["high"].max()))
        connection.execute("INSERT OR REPLACE INTO daily VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _over(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    rest = below[~np.isin(below["hour"], above["hour"])]
    together = np.concatenate((rest, above))
    return together[np.argsort(together["hour"])]


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
