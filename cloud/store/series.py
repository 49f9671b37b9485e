"""Series of numbers over time: what any time-series store of ours can do.

A point is identified by its series and its time in ms, so writing it again overwrites it. All calls block and may
come from any thread. Times are Unix time in ms; values are in the unit of the series' quantity.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, Protocol, overload
from zoneinfo import ZoneInfo

from cloud.store.columns import Columns, Rollups, Times, Values

Basis = Literal["raw", "hourly", "daily"]
"""What an answer is made from: the points themselves, or their hourly or daily roll-ups."""


class SeriesKey(NamedTuple):
    """One quantity from one instrument or camera.

    Attributes:
        farm: slug.
        house: slug.
        device: slug of the edge device.
        source: slug of the instrument or camera within the device; ``<camera>.<zone>`` for a zone of a camera.
        quantity: key of a row of ``contract.quantities``.
    """

    farm: str
    house: str
    device: str
    source: str
    quantity: str


class Point(NamedTuple):
    """One value: ``at_ms`` is Unix time in ms, ``value`` is in the quantity's unit and finite."""

    series: SeriesKey
    at_ms: int
    value: float


class PointRows(Sequence[Point]):
    """Points as three parallel lists: ingest makes thousands at a time, and most stores want them so.

    Attributes:
        series: of each point.
        at_ms: Unix time in ms.
        value: in the unit of the series' quantity.
    """

    __slots__ = ("at_ms", "series", "value")

    def __init__(self) -> None:
        self.series: list[SeriesKey] = []
        self.at_ms: list[int] = []
        self.value: list[float] = []

    @classmethod
    def of(cls, points: Sequence[Point]) -> "PointRows":
        """Return points as lists."""
        if isinstance(points, PointRows):
            return points
        rows = cls()
        for series, at_ms, value in points:
            rows.add(series, at_ms, value)
        return rows

    def add(self, series: SeriesKey, at_ms: int, value: float) -> None:
        """Add a point."""
        self.series.append(series)
        self.at_ms.append(at_ms)
        self.value.append(value)

    def add_all(self, series: Sequence[SeriesKey], at_ms: int, values: Iterable[float]) -> None:
        """Add points of one instant, a value each series."""
        self.series += series
        self.at_ms += [at_ms] * len(series)
        self.value += values

    def __len__(self) -> int:
        """Return how many points there are."""
        return len(self.series)

    @overload
    def __getitem__(self, index: int) -> Point: ...

    @overload
    def __getitem__(self, index: slice) -> list[Point]: ...

    def __getitem__(self, index: int | slice) -> Point | list[Point]:
        """Return a point, or a list of them."""
        if isinstance(index, slice):
            return list(map(Point, self.series[index], self.at_ms[index], self.value[index]))
        return Point(self.series[index], self.at_ms[index], self.value[index])

    def __iter__(self) -> Iterator[Point]:
        """Give the points."""
        return map(Point, self.series, self.at_ms, self.value)


@dataclass(frozen=True, slots=True)
class NotKept:
    """A point that a store will never take, and why; the other points of its batch were written."""

    point: Point
    reason: str


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest point of a series."""

    at_ms: int
    value: float


@dataclass(frozen=True, slots=True)
class Window:
    """A series over a span as parallel columns of shape (n,).

    Attributes:
        bucketed: False when these are the points themselves.
        basis: what it was made from; an hour of which only the roll-up is left counts to its first bucket.
        at_ms: rising; the start of the bucket when bucketed.
        mean: NaN where nothing was measured.
        low: least value, NaN where nothing was measured.
        high: greatest value, NaN where nothing was measured.
    """

    bucketed: bool
    basis: Basis
    at_ms: Times
    mean: Values
    low: Values
    high: Values


@dataclass(frozen=True, slots=True)
class DayStats:
    """All points of one day, in the quantity's unit (``sumsq``: its square)."""

    day: date
    n: int
    total: float
    sumsq: float
    low: float
    high: float

    @property
    def mean(self) -> float:
        """Mean of the day's points."""
        return self.total / self.n


class SeriesStore(Protocol):
    """What ingest writes to and the API reads from."""

    def open(self) -> None:
        """Make ready.

        Raises:
            StoreUnavailable: it can't be opened now.
            CannotStart: it can't be opened at all; the message says what to change.
        """
        ...

    def look(self) -> None:
        """Look whether the store answers.

        Raises:
            StoreUnavailable: it does not.
        """
        ...

    def close(self) -> None:
        """Finish what was handed in; harmless when not open."""
        ...

    def append(self, points: Sequence[Point]) -> list[NotKept]:
        """Write points; on return they are on the disk, but for those answered.

        Raises:
            BadRecord: a value is not finite or a time impossible; nothing was written.
            StoreUnavailable: not all were written; hand in all of them again later.
        """
        ...

    def forget(self) -> int:
        """Drop points that are older than their retention; what they add up to stays.

        Raises:
            StoreUnavailable: try again later.
        """
        ...

    def keys(self, farm: str, house: str) -> list[SeriesKey]:
        """List the series of a house, sorted."""
        ...

    def all_keys(self) -> list[SeriesKey]:
        """List all series, sorted."""
        ...

    def latest(self, series: SeriesKey) -> Latest | None:
        """Return the newest point, None when there is none (any more)."""
        ...

    def extent(self, series: SeriesKey) -> tuple[int, int] | None:
        """Return when the first day (UTC) that was written to begins and the last one ends; None without any."""
        ...

    def points(self, series: SeriesKey, from_ms: int, to_ms: int) -> Columns:
        """Return the points of ``from_ms <= time < to_ms`` that are kept."""
        ...

    def hours(self, series: SeriesKey, from_ms: int, to_ms: int) -> Rollups:
        """Return the hours of a span of whole hours, added up, also those whose points are not kept any more."""
        ...

    def put_hours(self, series: SeriesKey, hours: Rollups) -> None:
        """Write roll-ups of hours whose points are not kept any more; on return they are on the disk.

        Raises:
            StoreUnavailable: hand in all of them again later.
        """
        ...

    def remove(self, keys: Sequence[SeriesKey]) -> None:
        """Remove series with all their points and roll-ups; harmless for those that are not there.

        Raises:
            StoreUnavailable: some are still there; do it again later.
            RefusedByStore: this store can't remove anything.
        """
        ...

    def add_up(self) -> int:
        """Do now what happens in the background: add up what came since; answers how much that was."""
        ...

    def window(self, series: SeriesKey, from_ms: int, to_ms: int, points: int) -> Window:
        """Return ``from_ms <= time < to_ms`` in at most ``points`` rows, bucketed when there are more points.

        Buckets of an hour and more are made from roll-ups, as is a span whose points are not kept any more.
        """
        ...

    def daily(self, series: SeriesKey, zone: ZoneInfo, first: date, last: date) -> list[DayStats]:
        """Return the days that have points, both ends included; a day begins at midnight in ``zone``."""
        ...


def combined(days: Iterable[DayStats]) -> list[DayStats]:
    """Add up the days of several series, as of two scales in one house."""
    by_day: dict[date, DayStats] = {}
    for stats in days:
        seen = by_day.get(stats.day)
        by_day[stats.day] = _added(seen, stats) if seen else stats
    return [by_day[day] for day in sorted(by_day)]


def _added(a: DayStats, b: DayStats) -> DayStats:
    return DayStats(a.day, a.n + b.n, a.total + b.total, a.sumsq + b.sumsq, min(a.low, b.low), max(a.high, b.high))
