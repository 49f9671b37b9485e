"""Reading: chunks and roll-ups with what is staged laid over them. Pure but for SQL.

``staged`` is what ``Staged.of`` gave before the connection's transaction began.
"""

import logging
import sqlite3
from collections.abc import Iterable

import numpy as np

from cloud.store.columns import DAY_MS, HOUR_MS, Columns, Rollups, joined, overlaid
from cloud.store.embedded.chunks import DamagedChunk, unpack
from cloud.store.embedded.schema import HOURS
from cloud.store.series import Latest, SeriesKey

log = logging.getLogger(__name__)

Span = tuple[int, int]
"""First time and the time after the last, Unix time in ms."""


def keys(connection: sqlite3.Connection, farm: str, house: str) -> list[SeriesKey]:
    """List the series of a house, sorted."""
    query = "SELECT farm, house, device, source, quantity FROM series WHERE farm=? AND house=?"
    return sorted(SeriesKey(*row) for row in connection.execute(query, (farm, house)))


def all_keys(connection: sqlite3.Connection) -> list[SeriesKey]:
    """List all series, sorted."""
    return sorted(
        SeriesKey(*row) for row in connection.execute("SELECT farm, house, device, source, quantity FROM series")
    )


def latest(connection: sqlite3.Connection, series: int, staged: Columns) -> Latest | None:
    """Return the newest point, None when there is none."""
    query = "SELECT hour, packed FROM chunk WHERE series=? ORDER BY hour DESC LIMIT 1"
    row = connection.execute(query, (series,)).fetchone()
    columns = overlaid(unpack(*row), staged) if row else staged
    return Latest(int(columns.at_ms[-1]), float(columns.value[-1])) if len(columns.at_ms) else None


def extent(connection: sqlite3.Connection, series: int, staged: Columns) -> Span | None:
    """Return when the first day begins and the last one ends."""
    first, last = connection.execute("SELECT min(day), max(day) FROM daily WHERE series=?", (series,)).fetchone()
    days = [day for day in (first, last) if day is not None]
    if len(staged.at_ms):
        days += [int(staged.at_ms[0]) // DAY_MS, int(staged.at_ms[-1]) // DAY_MS]
    return (min(days) * DAY_MS, (max(days) + 1) * DAY_MS) if days else None


def points_between(connection: sqlite3.Connection, series: int, span: Span, staged: Columns) -> tuple[Columns, bool]:
    """Return the points of a span, and whether all are kept: False when only a roll-up is left of some hour."""
    hours = (span[0] // HOUR_MS, (span[1] - 1) // HOUR_MS)
    query = "SELECT hour, packed FROM chunk WHERE series=? AND hour BETWEEN ? AND ?"
    chunks = [_unpacked(series, *row) for row in connection.execute(query, (series, *hours))]
    added_up = _hours(connection, series, span)
    if len(chunks) == 1 and not len(staged.at_ms):
        return chunks[0].between(*span), len(added_up) == 1
    sealed = Columns(
        np.concatenate([np.empty(0, np.int64), *(chunk.at_ms for chunk in chunks)]),
        np.concatenate([np.empty(0, np.float64), *(chunk.value for chunk in chunks)]),
    )
    fresh = staged.between(*span)
    points = overlaid(sealed, fresh) if len(fresh.at_ms) else sealed
    return points.between(*span), len(added_up) == len(chunks)


def hourly_between(
    connection: sqlite3.Connection, series: int, span: Span, staged: Columns, cut_ms: Iterable[int] = ()
) -> Rollups:
    """Return the hours of a span, added up.

    Hours that reach over an end of the span, have staged points, or begin at one of ``cut_ms`` come point by point; an
    hour of which only the roll-up is left comes whole.
    """
    from_ms, to_ms = span
    rows = _hours(connection, series, span)
    hours = Rollups(rows["hour"] * HOUR_MS, *(rows[name] for name in ("n", "total", "sumsq", "low", "high")))
    fresh = staged.between(from_ms, to_ms)
    wanted = {*(np.unique(fresh.at_ms // HOUR_MS) * HOUR_MS).tolist(), *(at for at in cut_ms if from_ms <= at < to_ms)}
    wanted |= {at // HOUR_MS * HOUR_MS for at in span if at % HOUR_MS}
    known = set(hours.at_ms.tolist())
    opened = {
        at: columns
        for at in wanted
        if (columns := _hour(connection, series, at // HOUR_MS, fresh, left=at in known)) is not None
    }
    points = [Rollups.of_points(columns.between(from_ms, to_ms)) for columns in opened.values()]
    return joined([hours.without(opened), *points])


def daily_between(connection: sqlite3.Connection, series: int, span: Span, staged: Columns) -> Rollups:
    """Return the days (UTC) of a span, added up; days that are not whole or have staged points come hour by hour."""
    first, last = -(-span[0] // DAY_MS), span[1] // DAY_MS
    if first >= last:
        return hourly_between(connection, series, span, staged)
    query = "SELECT day, n, total, sumsq, low, high FROM daily WHERE series=? AND day BETWEEN ? AND ? ORDER BY day"
    rows = connection.execute(query, (series, first, last - 1))
    days = Rollups.of_rows((day * DAY_MS, *rest) for day, *rest in rows)
    fresh = (np.unique(staged.between(first * DAY_MS, last * DAY_MS).at_ms // DAY_MS) * DAY_MS).tolist()
    spans = [(span[0], first * DAY_MS), (last * DAY_MS, span[1]), *((day, day + DAY_MS) for day in fresh)]
    parts = [hourly_between(connection, series, part, staged) for part in spans if part[0] < part[1]]
    return joined([days.without(fresh), *parts])


def _unpacked(series: int, hour: int, blob: bytes) -> Columns:
    """Return the points of a chunk; none, which is a gap, when it is damaged."""
    try:
        return unpack(hour, blob)
    except DamagedChunk as error:
        log.error("hour %d of series %d can't be read: %s", hour, series, error)  # noqa: TRY400  # the disk's fault
        return Columns.empty()


def _hours(connection: sqlite3.Connection, series: int, span: Span) -> np.ndarray:
    """Return the roll-ups of the hours that touch a span, dtype ``HOURS``."""
    query = "SELECT packed FROM hours WHERE series=? AND day BETWEEN ? AND ? ORDER BY day"
    packed = connection.execute(query, (series, span[0] // DAY_MS, (span[1] - 1) // DAY_MS)).fetchall()
    rows = np.frombuffer(b"".join(row[0] for row in packed), HOURS)
    start, end = np.searchsorted(rows["hour"], (span[0] // HOUR_MS, (span[1] - 1) // HOUR_MS + 1))
    return rows[start:end]


def _hour(connection: sqlite3.Connection, series: int, hour: int, fresh: Columns, *, left: bool) -> Columns | None:
    """Return the points of an hour; None when only its roll-up is left."""
    found = connection.execute("SELECT packed FROM chunk WHERE series=? AND hour=?", (series, hour)).fetchone()
    above = fresh.between(hour * HOUR_MS, (hour + 1) * HOUR_MS)
    if found:
        return overlaid(_unpacked(series, hour, found[0]), above)
    return None if left else above
