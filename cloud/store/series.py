"""Series of numbers over time: what any time-series store of ours can do.

A point is identified by its series and its time in ms, so writing it again overwrites it. All calls block and may
come from any thread. Times are Unix time in ms; values are in the unit of the series' quantity.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
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


@dataclass(frozen=True, slots=True)
class Point:
    """One value: ``at_ms`` is Unix time in ms, ``value`` is in the quantity's unit and finite."""

    series: SeriesKey
    at_ms: int
    value: float


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
        at_ms: rising; the start of the bucket when bucketed.
        mean: NaN where nothing was measured.
        low: least value, NaN where nothing was measured.
        high: greatest value, NaN where nothing was measured.
    """

    bucketed: bool
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

    def append(self, points: Sequence[Point]) -> int:
        """Write points; on return they are on the disk. Answers how many were handed in.

        Raises:
            BadRecord: a value is not finite or a time impossible; nothing was written.
            StoreUnavailable: nothing was written; try again later.
        """
        ...

    def keys(self, farm: str, house: str) -> list[SeriesKey]:
        """List the series of a house, sorted."""
        ...

    def latest(self, series: SeriesKey) -> Latest | None:
        """Return the newest point, None when there is none."""
        ...

    def window(self, series: SeriesKey, from_ms: int, to_ms: int, points: int) -> Window:
        """Return ``from_ms <= time < to_ms`` in at most ``points`` rows, bucketed when there are more points."""
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
