"""Points become lines, and what InfluxDB refuses of them is found out. Holds what is marked as not added up yet."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from cloud.errors import RefusedByStore
from cloud.store.columns import DAY_MS, HOUR_MS, Rollups
from cloud.store.influx.client import InfluxClient, NoDatabase
from cloud.store.influx.lines import FIELDS, Prefixes, fields_of, identifier, index_line, prefixes
from cloud.store.series import NotKept, Point, SeriesKey

log = logging.getLogger(__name__)

LINES_A_REQUEST: Final = 10_000
NAMED_AT_MOST: Final = 100
"""InfluxDB 3 names so many refused lines at most."""

Touched = dict[SeriesKey, dict[int, float]]
"""Series -> hours or days since 1970 that wait to be added up -> when they were marked, monotonic s."""


class Databases:
    """Where points and roll-ups are."""

    def __init__(self, points: str, rollups: str | None) -> None:
        self.points = points
        self.rollups = rollups or points


class Pen:
    """Writes, one batch at a time.

    Args:
        client: to InfluxDB.
        databases: made when InfluxDB lets us.
        worker: names this process in its marks, so that several may write the same series.
    """

    def __init__(self, client: InfluxClient, databases: Databases, worker: str) -> None:
        self._client = client
        self._databases = databases
        self._mark = f"stale_{worker}"
        self._prefixes: dict[SeriesKey, Prefixes] = {}
        self._indexed: set[SeriesKey] = set()
        self._lock = threading.Lock()
        self.hours: Touched = {}
        self.days: Touched = {}

    @property
    def mark(self) -> str:
        """The field that says, at 1, that points came after the roll-up."""
        return self._mark

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from writing."""
        with self._lock:
            yield

    def append(self, points: Sequence[Point]) -> list[NotKept]:
        """Write points, after their marks; answers those that InfluxDB refused.

        Raises:
            BadRecord: a name can't be written; nothing was.
            StoreUnavailable: hand in all again later.
        """
        known = [self._known(point.series) for point in points]
        lines = [f"{one.point}{float(point.value)!r} {point.at_ms}" for one, point in zip(known, points, strict=True)]
        with self._lock:
            new = {point.series: None for point in points if point.series not in self._indexed}
            hours, days = self._unmarked(points, known)
            self._write_rollups([*map(index_line, new), *self._marks(hours, days)])
            refused = self._write(self._databases.points, lines)
            self._indexed.update(new)
            self._remember(hours, days)
        return [NotKept(points[index], reason) for index, reason in sorted(refused.items())]

    def put_hours(self, key: SeriesKey, hours: Rollups) -> None:
        """Write roll-ups of hours, and mark their days to be added up from them.

        Raises:
            StoreUnavailable: hand in all again later.
        """
        one, now_s = self._known(key), time.monotonic()
        days: Touched = {key: dict.fromkeys((hours.at_ms // DAY_MS).tolist(), now_s)}
        columns = (hours.at_ms, hours.n, hours.total, hours.sumsq, hours.low, hours.high)
        with self._lock:
            lines = [index_line(key), *self._marks({}, days)]
            for at_ms, *values in zip(*(column.tolist() for column in columns), strict=True):
                fields = dict(zip(FIELDS, values, strict=True)) | {self._mark: 0.0}
                lines.append(f"{one.hourly}{fields_of(fields)} {at_ms}")
            self._write_rollups(lines)
            self._indexed.add(key)
            self._remember({}, days)

    def known(self, keys: Iterable[SeriesKey]) -> None:
        """Take note of series that are in the index."""
        self._indexed.update(keys)

    def write_rollups(self, lines: Sequence[str]) -> None:
        """Write lines of roll-ups; the caller is ``alone``."""
        self._write_rollups(lines)

    def prefixes(self, key: SeriesKey) -> Prefixes:
        """Return how lines of a series begin."""
        return self._known(key)

    def make_databases(self) -> None:
        """Make the databases where they are missing, as 1.8 lets an administrator do.

        Raises:
            StoreUnavailable: InfluxDB is away.
        """
        for name in dict.fromkeys((self._databases.points, self._databases.rollups)):
            try:
                self._client.query(name, f"CREATE DATABASE {identifier(name)}")
            except RefusedByStore:
                log.info("InfluxDB has no CREATE DATABASE: %s must be there, or is made at the first write", name)

    def _known(self, key: SeriesKey) -> Prefixes:
        found = self._prefixes.get(key)
        if found is None:
            found = self._prefixes[key] = prefixes(key)
        return found

    def _unmarked(self, points: Sequence[Point], known: Sequence[Prefixes]) -> tuple[Touched, Touched]:
        hours: Touched = {}
        days: Touched = {}
        now_s = time.monotonic()
        for point, one in zip(points, known, strict=True):
            hour = point.at_ms // HOUR_MS
            if hour not in one.hours:
                hours.setdefault(point.series, {})[hour] = now_s
            day = point.at_ms // DAY_MS
            if day not in one.days:
                days.setdefault(point.series, {})[day] = now_s
        return hours, days

    def _marks(self, hours: Touched, days: Touched) -> Iterator[str]:
        for key, some in hours.items():
            start = self._known(key).hourly
            yield from (f"{start}{self._mark}=1.0 {hour * HOUR_MS}" for hour in some)
        for key, some in days.items():
            start = self._known(key).daily
            yield from (f"{start}{self._mark}=1.0 {day * DAY_MS}" for day in some)

    def _remember(self, hours: Touched, days: Touched) -> None:
        for key, some in hours.items():
            self._known(key).hours.update(some)
            self.hours.setdefault(key, {}).update(some)
        for key, some in days.items():
            self._known(key).days.update(some)
            self.days.setdefault(key, {}).update(some)

    def _write_rollups(self, lines: Sequence[str]) -> None:
        for reason in set(self._write(self._databases.rollups, lines).values()):
            log.error("InfluxDB refuses a roll-up (%s): its hours are added up at each look, slowly", reason)

    def _write(self, database: str, lines: Sequence[str]) -> dict[int, str]:
        """Write lines; answers which were refused, and why."""
        refused: dict[int, str] = {}
        for start in range(0, len(lines), LINES_A_REQUEST):
            numbered = dict(enumerate(lines[start : start + LINES_A_REQUEST], start))
            try:
                refused |= self._written(database, numbered)
            except NoDatabase:
                self.make_databases()
                refused |= self._written(database, numbered)
        return refused

    def _written(self, database: str, lines: dict[int, str]) -> dict[int, str]:
        """Write numbered lines again and again, without those that are refused, until it is known which these are."""
        partly = self._client.write(database, list(lines.values()))
        if partly is None:
            return {}
        numbers = list(lines)
        if partly.numbers:
            refused = {numbers[at]: partly.reason for at in partly.numbers if at < len(numbers)}
            if refused and len(partly.numbers) >= NAMED_AT_MOST:
                refused |= self._rest(database, lines, refused)
            if refused:
                return refused
        if len(lines) == 1 or partly.dropped >= len(lines):
            return dict.fromkeys(lines, partly.reason)
        parts = [self._written(database, part) for part in _parted(lines)]
        return {number: reason for part in parts for number, reason in part.items()}

    def _rest(self, database: str, lines: dict[int, str], refused: dict[int, str]) -> dict[int, str]:
        rest = {number: line for number, line in lines.items() if number not in refused}
        return self._written(database, rest) if rest else {}


def _parted(lines: dict[int, str]) -> list[dict[int, str]]:
    """Divide lines by measurement, for a type conflict is a measurement's; lines of one into halves."""
    parts: dict[str, dict[int, str]] = {}
    for number, line in lines.items():
        parts.setdefault(line.split(",", 1)[0], {})[number] = line
    if len(parts) > 1:
        return list(parts.values())
    numbers = list(lines)
    middle = len(numbers) // 2
    return [{number: lines[number] for number in half} for half in (numbers[:middle], numbers[middle:])]
