"""A house's climate, day by day, read from the series. Blocking.

Sensors of one quantity are averaged on a common grid of ten minutes; all that is reckoned of several quantities at once
(THI, comfort) is reckoned on that grid. Where only hourly roll-ups are left of the past, a value stands for its hour.
Stretches that a device itself does not believe (``cloud.store.doubtful``) are left out, and how much that was is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cloud.flock.climate_hours import (
    AMMONIA_BAND,
    AMMONIA_STEPS,
    CARBON_DIOXIDE_BAND,
    HOLDS_MIN,
    HUMIDITY_BAND,
    TARGET_WITHIN_CELSIUS,
    THI_STEPS,
    THVI_STEPS,
    Band,
    Hours,
    Span,
    comfort_score,
    dose,
    hours_in,
    time_mean,
)
from cloud.flock.comfort import heat_index, thvi
from cloud.report.facts import DayClimate, LeftOut
from cloud.store.columns import HOUR_MS, Columns, Rollups
from cloud.store.doubtful import Stretch, believed, stretches
from cloud.store.records import Records
from cloud.store.series import SeriesKey, SeriesStore
from cloud.store.thinning import midnights_ms, thinned

Values = NDArray[np.float64]

GRID_MS: Final = 600_000
HOUR_MIN: Final = 60
CELSIUS, HUMIDITY, WIND = "temperature_celsius", "humidity_percent", "air_speed_mps"
AMMONIA, CARBON_DIOXIDE = "ammonia_ppm", "carbon_dioxide_ppm"
READ: Final = (CELSIUS, HUMIDITY, AMMONIA, CARBON_DIOXIDE, WIND)


@dataclass(frozen=True, slots=True)
class Climate:
    """A house's climate by day, and what of it was left out as doubtful."""

    days: Mapping[date, DayClimate]
    left_out: tuple[LeftOut, ...] = ()


def climate_days(
    series: SeriesStore,
    records: Records,
    house: tuple[str, str],
    zone: ZoneInfo,
    days: tuple[date, date],
    targets: dict[date, float],
    feathered_on: date,
) -> Climate:
    """Return the climate of a house on each day from the first to the last that has any.

    Args:
        series: the store.
        records: what of it is doubtful.
        house: farm and house.
        zone: where days begin at midnight.
        days: first and last.
        targets: the temperature that the birds want on each day.
        feathered_on: from when on heat indexes tell of the birds.
    """
    first, last = days
    midnights = midnights_ms(zone, first, last)
    whole = (int(midnights[0]), int(midnights[-1]))
    keys = [key for key in series.keys(*house) if "." not in key.source]
    doubts = [one for one in stretches(records, *house, *whole, most=None) if one.quantity in READ]
    found = {
        quantity: _grid(series, [key for key in keys if key.quantity == quantity], whole, doubts) for quantity in READ
    }
    left_out = tuple(_left_out(doubts, midnights, first))
    columns = {quantity: one[0] for quantity, one in found.items() if one is not None}
    if not columns:
        return Climate({}, left_out)
    holds_min = HOUR_MIN if any(one is not None and one[1] for one in found.values()) else HOLDS_MIN
    grid = _times(whole)
    told = {}
    for number in range((last - first).days + 1):
        day, span = first + timedelta(days=number), Span(int(midnights[number]), int(midnights[number + 1]), holds_min)
        start, end = np.searchsorted(grid, (span.from_ms, span.to_ms))
        part = {quantity: values[start:end] for quantity, values in columns.items()}
        seen = ~np.all([np.isnan(values) for values in part.values()], axis=0)
        if seen.any():
            there = {quantity: values[seen] for quantity, values in part.items()}
            climate = _day(grid[start:end][seen], there, span, targets.get(day))
            told[day] = climate if day >= feathered_on else replace(climate, thi_hours=None, thvi_hours=None)
    return Climate(told, left_out)


def _left_out(doubts: Sequence[Stretch], midnights: NDArray[np.int64], first: date) -> Iterable[LeftOut]:
    """Give what is left out of each day; where two sensors are doubtful at once, the time counts once."""
    kinds = sorted({(one.quantity, one.why) for one in doubts})
    for quantity, why in kinds:
        spans = sorted((one.from_ms, one.to_ms) for one in doubts if (one.quantity, one.why) == (quantity, why))
        for number, (begins, ends) in enumerate(pairwise(midnights.tolist())):
            inside = [(max(low, begins), min(high, ends)) for low, high in spans if low < ends and high >= begins]
            if inside:
                day = first + timedelta(days=number)
                yield LeftOut(day, quantity, why, _covered_ms(inside) / HOUR_MS, len(inside))


def _covered_ms(spans: Iterable[tuple[int, int]]) -> int:
    covered, until = 0, 0
    for low, high in spans:
        covered += max(0, high - max(low, until))
        until = max(until, high)
    return covered


def _day(at_ms: NDArray[np.int64], columns: dict[str, Values], span: Span, target: float | None) -> DayClimate:
    celsius, humidity, ammonia = (columns.get(key) for key in (CELSIUS, HUMIDITY, AMMONIA))
    carbon, wind = columns.get(CARBON_DIOXIDE), columns.get(WIND)
    nothing = np.full(len(at_ms), np.nan)
    thi = with_wind = None
    if celsius is not None and humidity is not None:
        thi = heat_index(celsius, humidity)
        with_wind = thvi(celsius, humidity, wind) if wind is not None else None
    lows = celsius[~np.isnan(celsius)] if celsius is not None else nothing[:0]
    return DayClimate(
        celsius=time_mean(at_ms, nothing if celsius is None else celsius, span),
        celsius_low=float(lows.min()) if len(lows) else None,
        celsius_high=float(lows.max()) if len(lows) else None,
        target_celsius=target,
        humidity=time_mean(at_ms, nothing if humidity is None else humidity, span),
        ammonia=time_mean(at_ms, nothing if ammonia is None else ammonia, span),
        ammonia_dose=dose(at_ms, nothing if ammonia is None else ammonia, span),
        carbon_dioxide=time_mean(at_ms, nothing if carbon is None else carbon, span),
        ammonia_hours=_hours(at_ms, ammonia, AMMONIA_STEPS, span),
        thi_hours=_hours(at_ms, thi, THI_STEPS, span),
        thvi_hours=_hours(at_ms, with_wind, THVI_STEPS, span),
        comfort=comfort_score(at_ms, list(_bands(celsius, humidity, ammonia, carbon, target)), span),
    )


def _bands(
    celsius: Values | None, humidity: Values | None, ammonia: Values | None, carbon: Values | None, target: float | None
) -> Iterable[tuple[Values, Band]]:
    if celsius is None or target is None:
        return
    yield celsius, Band(target - TARGET_WITHIN_CELSIUS, target + TARGET_WITHIN_CELSIUS)
    for values, band in ((humidity, HUMIDITY_BAND), (ammonia, AMMONIA_BAND), (carbon, CARBON_DIOXIDE_BAND)):
        if values is not None:
            yield values, band


def _hours(at_ms: NDArray[np.int64], values: Values | None, steps: tuple[float, ...], span: Span) -> Hours | None:
    return None if values is None else hours_in(at_ms, values, steps, span)


def _times(whole: tuple[int, int]) -> NDArray[np.int64]:
    first, last = whole[0] // GRID_MS, -(-whole[1] // GRID_MS)
    return np.arange(first, last, dtype=np.int64) * GRID_MS


def _grid(
    series: SeriesStore, keys: Iterable[SeriesKey], whole: tuple[int, int], doubts: Sequence[Stretch]
) -> tuple[Values, bool] | None:
    """Return the mean of all sensors on the grid, and whether it is made of hours only somewhere; None without any."""
    size = len(_times(whole))
    total, count, hourly, any_key = np.zeros(size), np.zeros(size), False, False
    for key in keys:
        of_key = [one for one in doubts if (one.device, one.source, one.quantity) == key[2:]]
        window = believed(series.window(key, *whole, size), of_key, whole[1])
        there = ~np.isnan(window.mean)
        if not there.any():
            continue
        any_key, hourly = True, hourly or window.basis != "raw"
        points = Columns(window.at_ms[there], window.mean[there])
        mean = thinned(Rollups.of_points(points), whole, GRID_MS, "raw").mean
        has = ~np.isnan(mean)
        total[has] += mean[has]
        count[has] += 1
    if not any_key:
        return None
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / np.maximum(count, 1), np.nan), hourly
