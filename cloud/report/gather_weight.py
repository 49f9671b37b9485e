"""A flock's weighings in a house, day by day, read from series and records. Blocking."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cloud.flock.growth import age_days
from cloud.flock.reckoned import Reckoned
from cloud.report.facts import DayWeight
from cloud.store import hand_weighings
from cloud.store.records import Records
from cloud.store.series import DayStats, SeriesKey, SeriesStore, combined
from cloud.store.thinning import midnights_ms
from contract.flock_mean import USUAL_CV_PERCENT, ByHand, FlockMean, ScaleDay, flock_means
from contract.statistics import UNIFORM_WITHIN, spread

WEIGHT: Final = "weight_grams"
Z_975: Final = 1.959964


def weight_days(
    series: SeriesStore,
    records: Records,
    house: tuple[str, str],
    zone: ZoneInfo,
    placed_on: date,
    days: tuple[date, date],
) -> dict[date, DayWeight]:
    """Return the weighings of each day from the first to the last that has any.

    Args:
        series: the weighings.
        records: the weighings by hand.
        house: farm and house.
        zone: where days begin at midnight.
        placed_on: the flock's day 0.
        days: first and last day of the flock in this house.
    """
    keys = [key for key in series.keys(*house) if key.quantity == WEIGHT]
    stats = combined(day for key in keys for day in series.daily(key, zone, *days))
    uniform = _uniformity(series, keys, zone, days, stats)
    hands = [
        ByHand(age_days(placed_on, one.day), one.grams, one.birds, one.cv_percent)
        for one in hand_weighings.between(records, *house, *days)
    ]
    corrected = _corrected(stats, placed_on, hands)
    return {day.day: _day(day, uniform.get(day.day), corrected.get(day.day)) for day in stats}


def _corrected(stats: Sequence[DayStats], placed_on: date, hands: Sequence[ByHand]) -> dict[date, FlockMean]:
    if not hands:
        return {}
    said = []
    for day in stats:
        lies = spread(day.n, day.total, day.sumsq)
        said.append(ScaleDay(age_days(placed_on, day.day), lies.mean, day.n, lies.cv_percent))
    return {placed_on + timedelta(days=mean.age_days): mean for mean in flock_means(said, hands)}


def _day(stats: DayStats, uniform: float | None, corrected: FlockMean | None) -> DayWeight:
    lies = spread(stats.n, stats.total, stats.sumsq)
    grams = Reckoned(corrected.grams, corrected.interval) if corrected else Reckoned(lies.mean, lies.interval)
    return DayWeight(stats.n, grams, _error(grams), lies.cv_percent, uniform, corrected is not None)


def _error(grams: Reckoned) -> float:
    if grams.interval is None or not grams.value:
        return USUAL_CV_PERCENT / 100
    return (grams.interval[1] - grams.interval[0]) / (2 * Z_975 * grams.value)


def _uniformity(
    series: SeriesStore, keys: Sequence[SeriesKey], zone: ZoneInfo, days: tuple[date, date], stats: Sequence[DayStats]
) -> dict[date, float]:
    """Return the share of each day's weighings within 10 % of their mean, where all single ones are still there."""
    midnights = midnights_ms(zone, *days)
    points = [series.points(key, int(midnights[0]), int(midnights[-1])) for key in keys]
    if not points:
        return {}
    at_ms = np.concatenate([one.at_ms for one in points])
    grams = np.concatenate([one.value for one in points])
    number = np.searchsorted(midnights, at_ms, side="right") - 1
    found = {}
    for day in stats:
        of_day: NDArray[np.float64] = grams[number == (day.day - days[0]).days]
        if len(of_day) == day.n > 1:
            near = np.abs(of_day - day.mean) <= UNIFORM_WITHIN * day.mean
            found[day.day] = 100 * float(near.mean())
    return found
