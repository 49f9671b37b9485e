"""Points of a series as columns, and what is left of them when they are added up. Pure; times are Unix time in ms."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Values = NDArray[np.float64]

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Columns:
    """Points of one series: ``at_ms`` rising and unique, shape (n,); ``value`` shape (n,)."""

    at_ms: Times
    value: Values

    @classmethod
    def empty(cls) -> Self:
        """Return columns without rows."""
        return cls(np.empty(0, np.int64), np.empty(0, np.float64))

    def between(self, from_ms: int, to_ms: int) -> "Columns":
        """Return the rows with ``from_ms <= at_ms < to_ms``."""
        start, end = np.searchsorted(self.at_ms, (from_ms, to_ms))
        return Columns(self.at_ms[start:end], self.value[start:end])


@dataclass(frozen=True, slots=True)
class Rollups:
    """Points added up, a row per hour, day or point; columns of shape (n,), ``at_ms`` the beginning, rising.

    Attributes:
        at_ms: beginning of what was added up.
        n: points.
        total: sum of the values, in the quantity's unit.
        sumsq: sum of their squares.
        low: least value.
        high: greatest value.
    """

    at_ms: Times
    n: Values
    total: Values
    sumsq: Values
    low: Values
    high: Values

    @classmethod
    def empty(cls) -> Self:
        """Return roll-ups without rows."""
        return cls(np.empty(0, np.int64), *(np.empty(0) for _ in range(5)))

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[int, float, float, float, float, float]]) -> Self:
        """Return rows in the order of the attributes as columns."""
        table = list(zip(*rows, strict=True))
        if not table:
            return cls.empty()
        return cls(np.array(table[0], np.int64), *(np.array(column, np.float64) for column in table[1:]))

    @classmethod
    def of_points(cls, points: Columns) -> Self:
        """Return each point as a row of its own."""
        value = points.value
        return cls(points.at_ms, np.ones(len(value)), value, value * value, value, value)

    def between(self, from_ms: int, to_ms: int) -> "Rollups":
        """Return the rows that begin in ``from_ms <= at_ms < to_ms``."""
        start, end = np.searchsorted(self.at_ms, (from_ms, to_ms))
        return Rollups(*(getattr(self, field.name)[start:end] for field in fields(self)))

    def without(self, starts_ms: Iterable[int]) -> "Rollups":
        """Return the rows that don't begin at one of these times."""
        keep = ~np.isin(self.at_ms, np.fromiter(starts_ms, np.int64))
        return Rollups(*(getattr(self, field.name)[keep] for field in fields(self)))

    def every(self, width_ms: int) -> "Rollups":
        """Add up the rows of each ``width_ms``, counted from 1970; rows of widths that divide it."""
        index, rows = self.grouped(self.at_ms // width_ms)
        return Rollups(index * width_ms, *(getattr(rows, field.name) for field in fields(self)[1:]))

    def grouped(self, index: Times) -> tuple[Times, "Rollups"]:
        """Add up rows with the same index; ``index`` rises.

        Returns:
            The indexes that occur, and a row for each, its time that of its first row.
        """
        if not len(index):
            return index, self
        first = np.flatnonzero(np.diff(index, prepend=index[0] - 1))
        return index[first], Rollups(
            self.at_ms[first],
            np.add.reduceat(self.n, first),
            np.add.reduceat(self.total, first),
            np.add.reduceat(self.sumsq, first),
            np.minimum.reduceat(self.low, first),
            np.maximum.reduceat(self.high, first),
        )


def settled(at_ms: Times, value: Values) -> Columns:
    """Sort rows that came in any order by time; of rows with the same time the last one wins."""
    if len(at_ms) > 1 and (at_ms[1:] > at_ms[:-1]).all():
        return Columns(at_ms, value)
    order = np.argsort(at_ms, kind="stable")
    at_ms, value = at_ms[order], value[order]
    last = np.append(at_ms[1:] != at_ms[:-1], True) if len(at_ms) else np.empty(0, bool)
    return Columns(at_ms[last], value[last])


def overlaid(below: Columns, above: Columns) -> Columns:
    """Join two sets of rows; where both have a time, ``above`` wins."""
    return settled(np.concatenate((below.at_ms, above.at_ms)), np.concatenate((below.value, above.value)))


def joined(parts: Iterable[Rollups]) -> Rollups:
    """Join roll-ups that don't overlap, in the order of their times."""
    parts = [part for part in parts if len(part.at_ms)]
    if len(parts) <= 1:
        return parts[0] if parts else Rollups.empty()
    order = np.argsort(np.concatenate([part.at_ms for part in parts]), kind="stable")
    return Rollups(*(np.concatenate([getattr(part, field.name) for part in parts])[order] for field in fields(Rollups)))
