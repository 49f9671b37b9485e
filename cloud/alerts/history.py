"""Where signals are read from: a house's series in the store, or the columns of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from cloud.alerts.rules import meters
from cloud.alerts.rules.days import end_ms
from cloud.alerts.rules.settings import Lives
from cloud.alerts.rules.signals import Columns, LoggedDay
from cloud.book.stock import living
from cloud.flock.growth import BreedStandard
from cloud.flock.stock import StockDay, by_day
from cloud.store import curves, daily_log, flocks
from cloud.store.daily_log import LogDay
from cloud.store.flocks import FlockFacts, Flocks
from cloud.store.records import Records
from cloud.store.series import DayStats, SeriesKey, SeriesStore, combined

DAY = timedelta(days=1)
FEED_METER, WATER_METER = "feed_meter_kilograms", "water_meter_litres"

POINTS_MAX = 200_000
"""As many points of a series as are looked at one by one; of more, equal parts are."""


class History(Protocol):
    """What a house measured, and who lived in it."""

    @property
    def zone(self) -> ZoneInfo:
        """The house's time zone: where a day begins."""
        ...

    def series_keys(self) -> Sequence[SeriesKey]:
        """List the series there are, sorted."""
        ...

    def columns(self, key: SeriesKey, from_ms: int, to_ms: int) -> Columns:
        """Return what a series measured with ``from_ms <= time < to_ms``; doubtful values are left out."""
        ...

    def days(self, quantity: str, first: date, last: date) -> list[DayStats]:
        """Return the days that have values of a quantity, over all its sources, both ends included."""
        ...

    def flock_on(self, day: date) -> Lives | None:
        """Return who lived in the house on a day."""
        ...

    def logged(self, first: date, last: date) -> list[LoggedDay]:
        """Return the days that somebody wrote about while birds were there, both ends included."""
        ...


@dataclass(slots=True)
class HouseHistory:
    """A house's history in the stores; what was read is kept for as long as this lives.

    Attributes:
        series: the time series.
        records: everything else.
        farm: slug.
        house: slug.
        zone: where a day begins.
        doubtful: (device, source, quantity) that must not be believed at present.
        points: as many of a series as are wanted; of more, equal parts.
    """

    series: SeriesStore
    records: Records
    farm: str
    house: str
    zone: ZoneInfo
    doubtful: frozenset[tuple[str, str, str]] = frozenset()
    points: int = POINTS_MAX
    _keys: list[SeriesKey] | None = None
    _columns: dict[tuple[SeriesKey, int, int], Columns] = field(default_factory=dict)
    _flocks: Flocks | None = None
    _curves: dict[tuple[str, str | None], BreedStandard | None] = field(default_factory=dict)
    _logged: dict[tuple[date, date], list[LoggedDay]] = field(default_factory=dict)

    def series_keys(self) -> list[SeriesKey]:
        """List the series there are; see ``History``."""
        if self._keys is None:
            self._keys = self.series.keys(self.farm, self.house)
        return self._keys

    def columns(self, key: SeriesKey, from_ms: int, to_ms: int) -> Columns:
        """Return what a series measured; see ``History``."""
        if (key.device, key.source, key.quantity) in self.doubtful or from_ms >= to_ms:
            return Columns.of([], [])
        asked = (key, from_ms, to_ms)
        if asked not in self._columns:
            window = self.series.window(key, from_ms, to_ms, self.points)
            self._columns[asked] = Columns(window.at_ms, window.mean).kept(~np.isnan(window.mean))
        return self._columns[asked]

    def days(self, quantity: str, first: date, last: date) -> list[DayStats]:
        """Return the days that have values; see ``History``."""
        keys = [key for key in self.series_keys() if key.quantity == quantity]
        return combined(day for key in keys for day in self.series.daily(key, self.zone, first, last))

    def flock_on(self, day: date) -> Lives | None:
        """Return who lived in the house on a day; see ``History``."""
        if self._flocks is None:
            self._flocks = flocks.read(self.records, self.farm)
        found = self._flocks.living(self.house, day)
        return self._lives(found[0].facts) if found else None

    def _lives(self, told: FlockFacts) -> Lives:
        asked = told.breed, told.curve
        if asked not in self._curves:
            held = curves.curve_of(self.records, self.farm, *asked)
            self._curves[asked] = held.curve if held else None
        return Lives(told.breed, told.placed_on, self._curves[asked])

    def logged(self, first: date, last: date) -> list[LoggedDay]:
        """Return the days that somebody wrote about, or a meter counted; see ``History``."""
        if (first, last) not in self._logged:
            self._logged[first, last] = self._read_log(first, last)
        return self._logged[first, last]

    def _read_log(self, first: date, last: date) -> list[LoggedDay]:
        told = {one.day: one for one in daily_log.days(self.records, self.farm, self.house, first, last)}
        feed, water = (self._metered(quantity, first, last) for quantity in (FEED_METER, WATER_METER))
        known = told.keys() | feed.keys() | water.keys()
        found = living(self.records, self.farm, self.house, last) if known else None
        if found is None:
            return []
        return [
            _logged(one, told.get(one.day), feed.get(one.day), water.get(one.day))
            for one in by_day(found.changes, max(first, found.stay.first), last)
            if one.day in known
        ]

    def _metered(self, quantity: str, first: date, last: date) -> dict[date, float]:
        """Return what the house's meters of a quantity have counted on each of these days, in its unit."""
        keys = [key for key in self.series_keys() if key.quantity == quantity]
        span = end_ms(first - 2 * DAY, self.zone) + 1, end_ms(last + DAY, self.zone) + 1
        counted = meters.summed(meters.by_day(self.columns(key, *span), self.zone) for key in keys)
        return {day: amount for day, amount in counted.items() if first <= day <= last}


def _logged(day: StockDay, told: LogDay | None, feed_kg: float | None, water_l: float | None) -> LoggedDay:
    """Put a day together; what a person wrote goes before what a meter counted, for they may know of a leak."""
    if told is not None:
        feed_kg = feed_kg if told.feed_eaten_kg is None else told.feed_eaten_kg
        water_l = water_l if told.water_litres is None else told.water_litres
    return LoggedDay(day.day, day.opening + day.came, _lost(day), feed_kg, water_l)


def _lost(day: StockDay) -> int | None:
    return None if day.dead is None and day.culled is None else (day.dead or 0) + (day.culled or 0)


@dataclass(frozen=True, slots=True)
class FileHistory:
    """A history read from a file: columns by series, and days by quantity."""

    zone: ZoneInfo
    series: Mapping[SeriesKey, Columns]
    daily: Mapping[str, Sequence[DayStats]]
    flock: Lives | None
    log: Sequence[LoggedDay] = ()

    def series_keys(self) -> list[SeriesKey]:
        """List the series there are; see ``History``."""
        return sorted(self.series)

    def columns(self, key: SeriesKey, from_ms: int, to_ms: int) -> Columns:
        """Return what a series measured; see ``History``."""
        return self.series[key].between(from_ms, to_ms)

    def days(self, quantity: str, first: date, last: date) -> list[DayStats]:
        """Return the days that have values; see ``History``."""
        return [day for day in self.daily.get(quantity, ()) if first <= day.day <= last]

    def logged(self, first: date, last: date) -> list[LoggedDay]:
        """Return the days that somebody wrote about; see ``History``."""
        return [one for one in self.log if first <= one.day <= last]

    def flock_on(self, day: date) -> Lives | None:
        """Return who lived in the house on a day; see ``History``."""
        return self.flock if self.flock and self.flock.placed_on <= day else None
