"""Series into a backup and out of it: there they are always a file of the embedded store.

The embedded store's own file is copied at one moment, roll-ups and all. From another store the points are read through
the protocol; roll-ups of days whose points it had dropped already are not.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cloud.errors import BadBackup, StoreUnavailable
from cloud.store.columns import DAY_MS
from cloud.store.embedded import EmbeddedSeries
from cloud.store.retention import Retention
from cloud.store.series import DayStats, Point, SeriesKey, SeriesStore, Window

UTC_ZONE: Final = ZoneInfo("UTC")
ALL_POINTS: Final = 90_000_000
"""More than a day can have: a point has a millisecond of its own."""
FIRST_DAY: Final = date(2015, 1, 1)
_FOR_EVER: Final = Retention(36_500)

Done = Callable[[int, int], None]


def copy_file(source: Path, target: Path) -> int:
    """Copy the embedded store's file at one moment, also while a service writes it; return how many series.

    Raises:
        StoreUnavailable: it can't be read or written now.
    """
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as copy:
            (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            (series,) = copy.execute("SELECT count(*) FROM series").fetchone()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{source} can't be copied: {error}; is the disk full?") from error
    if sound != "ok":
        raise StoreUnavailable(f"{source} is damaged: {sound}")
    return int(series)


@contextmanager
def kept_in(path: Path) -> Iterator[EmbeddedSeries]:
    """Open a backup's file of series; it forgets nothing."""
    store = EmbeddedSeries(path, retention=_FOR_EVER)
    store.open()
    try:
        yield store
    finally:
        store.close()


def copy_points(source: SeriesStore, target: SeriesStore, done: Done) -> int:
    """Copy all points that ``source`` still has; return how many days of a series it has only roll-ups of."""
    without = 0
    keys = source.all_keys()
    for number, key in enumerate(keys, 1):
        for stats in days_of(source, key):
            window = _points(source, key, stats.day)
            if window.bucketed:
                without += 1
                continue
            rows = zip(window.at_ms.tolist(), window.mean.tolist(), strict=True)
            target.append([Point(key, at_ms, value) for at_ms, value in rows])
        done(number, len(keys))
    return without


def compare(source: SeriesStore, target: SeriesStore, done: Done) -> None:
    """Compare the days of all series of ``source`` that have points with those of ``target``.

    Raises:
        BadBackup: something is missing in ``target``.
    """
    keys = source.all_keys()
    for number, key in enumerate(keys, 1):
        there = {stats.day: stats for stats in days_of(target, key)}
        for stats in days_of(source, key):
            other = there.get(stats.day)
            if other is None or (other.n, other.low, other.high) != (stats.n, stats.low, stats.high):
                raise BadBackup(f"{key} of {stats.day} is not as it was; empty the store and restore again")
        done(number, len(keys))


def days_of(store: SeriesStore, key: SeriesKey) -> list[DayStats]:
    """List the days (UTC) of a series that have points or roll-ups."""
    return store.daily(key, UTC_ZONE, FIRST_DAY, datetime.now(UTC).date() + timedelta(days=2))


def _points(store: SeriesStore, key: SeriesKey, day: date) -> Window:
    from_ms = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000
    return store.window(key, from_ms, from_ms + DAY_MS, ALL_POINTS)
