"""Reading: sealed chunks with staging laid over them, both from one moment of the database. Pure but for SQL."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from cloud.store.embedded.chunks import HOUR_MS, Columns, Header, overlaid, settled, summed, unpack
from cloud.store.series import DayStats, Latest, SeriesKey


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a series that lies wholly in the wanted span and has no staged points: its header is enough."""

    at_ms: int
    header: Header


Part = Hour | Columns


def series_id(connection: sqlite3.Connection, key: SeriesKey) -> int | None:
    """Return the number of a series, None when it was never written."""
    columns = (key.farm, key.house, key.device, key.source, key.quantity)
    query = "SELECT id FROM series WHERE farm=? AND house=? AND device=? AND source=? AND quantity=?"
    row = connection.execute(query, columns).fetchone()
    return int(row[0]) if row else None


def keys(connection: sqlite3.Connection, farm: str, house: str) -> list[SeriesKey]:
    """List the series of a house, sorted."""
    query = """SELECT farm, house, device, source, quantity FROM series WHERE farm=? AND house=?
        ORDER BY device, source, quantity"""
    return [SeriesKey(*row) for row in connection.execute(query, (farm, house))]


def latest(connection: sqlite3.Connection, series: int) -> Latest | None:
    """Return the newest point."""
    last = connection.execute(
        "SELECT hour, packed FROM chunk WHERE series=? ORDER BY hour DESC LIMIT 1", (series,)
    ).fetchone()
    columns = overlaid(unpack(*last) if last else Columns.empty(), staged(connection, series))
    if not len(columns.at_ms):
        return None
    return Latest(int(columns.at_ms[-1]), float(columns.value[-1]))


def staged(connection: sqlite3.Connection, series: int) -> Columns:
    """Return what is not sealed yet of one series."""
    query = "SELECT at_ms, value FROM staging WHERE series=? ORDER BY row"
    rows = connection.execute(query, (series,)).fetchall()
    return settled(np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64))


def columns_between(connection: sqlite3.Connection, series: int, from_ms: int, to_ms: int) -> Columns:
    """Return the points with ``from_ms <= time < to_ms``."""
    hours = (from_ms // HOUR_MS, (to_ms - 1) // HOUR_MS)
    query = "SELECT hour, packed FROM chunk WHERE series=? AND hour BETWEEN ? AND ? ORDER BY hour"
    chunks = [unpack(*row) for row in connection.execute(query, (series, *hours))]
    sealed = Columns(
        np.concatenate([np.empty(0, np.int64), *(chunk.at_ms for chunk in chunks)]),
        np.concatenate([np.empty(0, np.float64), *(chunk.value for chunk in chunks)]),
    )
    return overlaid(sealed, staged(connection, series)).between(from_ms, to_ms)


def parts_between(
    connection: sqlite3.Connection, series: int, span_ms: tuple[int, int], unsealed: Columns
) -> Iterator[Part]:
    """Give the same points hour by hour, as a header alone where that is enough; ``unsealed`` is ``staged()``."""
    from_ms, to_ms = span_ms
    fresh = unsealed.between(from_ms, to_ms)
    fresh_hours = set(np.unique(fresh.at_ms // HOUR_MS).tolist())
    sealed_hours = set()
    query = """SELECT hour, n, total, sumsq, low, high FROM chunk WHERE series=? AND hour BETWEEN ? AND ?
        ORDER BY hour"""
    for hour, *head in connection.execute(query, (series, from_ms // HOUR_MS, (to_ms - 1) // HOUR_MS)):
        sealed_hours.add(hour)
        whole = from_ms <= hour * HOUR_MS and (hour + 1) * HOUR_MS <= to_ms
        if whole and hour not in fresh_hours:
            yield Hour(hour * HOUR_MS, Header(*head))
        else:
            yield _hour_columns(connection, series, hour, fresh).between(from_ms, to_ms)
    for hour in sorted(fresh_hours - sealed_hours):
        yield fresh.between(hour * HOUR_MS, (hour + 1) * HOUR_MS)


def daily(connection: sqlite3.Connection, series: int, zone: ZoneInfo, days: tuple[date, date]) -> list[DayStats]:
    """Return statistics of the days from the first to the last, both included, that have points."""
    found: list[DayStats] = []
    unsealed = staged(connection, series)
    day, last = days
    while day <= last:
        span_ms = _midnight_ms(day, zone), _midnight_ms(day + _DAY, zone)
        parts = parts_between(connection, series, span_ms, unsealed)
        if headers := [_header(part) for part in parts if isinstance(part, Hour) or len(part.at_ms)]:
            found.append(_day_stats(day, headers))
        day += _DAY
    return found


_DAY = timedelta(days=1)


def _header(part: Part) -> Header:
    return part.header if isinstance(part, Hour) else summed(part)


def _hour_columns(connection: sqlite3.Connection, series: int, hour: int, fresh: Columns) -> Columns:
    query = "SELECT packed FROM chunk WHERE series=? AND hour=?"
    (packed,) = connection.execute(query, (series, hour)).fetchone()
    return overlaid(unpack(hour, packed), fresh.between(hour * HOUR_MS, (hour + 1) * HOUR_MS))


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _day_stats(day: date, headers: list[Header]) -> DayStats:
    return DayStats(
        day,
        sum(head.n for head in headers),
        sum(head.total for head in headers),
        sum(head.sumsq for head in headers),
        min(head.low for head in headers),
        max(head.high for head in headers),
    )
