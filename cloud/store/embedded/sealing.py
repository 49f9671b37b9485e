"""From staging into chunks, a few series at a time so that nobody who writes waits long; and out again with age."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np

from cloud.store.columns import HOUR_MS, Columns, Rollups, overlaid
from cloud.store.embedded.chunks import DamagedChunk, pack_all, unpack
from cloud.store.embedded.schema import HOURS, HOURS_A_DAY

log = logging.getLogger(__name__)


def seal(connection: sqlite3.Connection, by_series: dict[int, Columns]) -> None:
    """Merge points into their chunks and add up their hours and days again."""
    keys: list[tuple[int, int]] = []
    merged: list[Columns] = []
    for series, columns in by_series.items():
        for hour, new in _by_hour(columns):
            keys.append((series, hour))
            merged.append(_merged(connection, series, hour, new))
    if not keys:
        return
    hours = [hour for _, hour in keys]
    packed = pack_all(hours, merged)
    rows = ((series, hour, blob) for (series, hour), blob in zip(keys, packed, strict=True))
    connection.executemany("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?)", rows)
    added_up = _added_up(hours, merged)
    first = 0
    for series, group in groupby(series for series, _ in keys):
        end = first + sum(1 for _ in group)
        put_hours(connection, series, added_up[first:end])
        first = end


def put_hours(connection: sqlite3.Connection, series: int, new: np.ndarray) -> None:
    """Write roll-ups of hours (dtype ``HOURS``, rising) over those that are there, and add up their days again."""
    for day, rows in groupby(new.tolist(), key=lambda row: row[0] // HOURS_A_DAY):
        found = connection.execute("SELECT packed FROM hours WHERE series=? AND day=?", (series, day)).fetchone()
        known = np.frombuffer(found[0], HOURS).tolist() if found else []
        hours = sorted({row[0]: row for row in (*known, *rows)}.values())
        packed = np.array(hours, HOURS).tobytes()
        connection.execute("INSERT OR REPLACE INTO hours VALUES (?, ?, ?)", (series, day, packed))
        _, n, total, sumsq, low, high = zip(*hours, strict=True)
        sums = (series, day, sum(n), sum(total), sum(sumsq), min(low), max(high))
        connection.execute("INSERT OR REPLACE INTO daily VALUES (?, ?, ?, ?, ?, ?, ?)", sums)


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
    if not found:
        return new
    try:
        return overlaid(unpack(hour, found[0]), new)
    except DamagedChunk as error:
        log.error("hour %d of series %d can't be read (%s): kept in damaged, begun anew", hour, series, error)  # noqa: TRY400
        connection.execute("INSERT OR REPLACE INTO damaged VALUES (?, ?, ?)", (series, hour, found[0]))
        return new


def _by_hour(columns: Columns) -> Iterator[tuple[int, Columns]]:
    hours = columns.at_ms // HOUR_MS
    if hours[0] == hours[-1]:  # nearly always: there is more than one only at the turn of an hour
        yield int(hours[0]), columns
        return
    edges = (np.flatnonzero(np.diff(hours)) + 1).tolist()
    for start, end in pairwise([0, *edges, len(hours)]):
        yield int(hours[start]), Columns(columns.at_ms[start:end], columns.value[start:end])


def _added_up(hours: Sequence[int], parts: Sequence[Columns]) -> np.ndarray:
    """Return the roll-up of each part, dtype ``HOURS``."""
    columns = Columns(np.concatenate([part.at_ms for part in parts]), np.concatenate([part.value for part in parts]))
    _, sums = Rollups.of_points(columns).grouped(np.repeat(np.arange(len(parts)), [len(part.at_ms) for part in parts]))
    found = np.empty(len(parts), HOURS)
    found["hour"] = hours
    for name in ("n", "total", "sumsq", "low", "high"):
        found[name] = getattr(sums, name)
    return found
