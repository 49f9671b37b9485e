"""A house's weights as the API answers with them. Blocking; call it from a thread."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from cloud.api.models import CurvePoint, FlockWeight, HandWeighed, WeightDay, WeightHistory, WeightNow
from cloud.flock.growth import BreedStandard, age_days
from cloud.store import curves, flocks, hand_weighings, houses
from cloud.store.curves import Held
from cloud.store.flocks import FlockFacts
from cloud.store.hand_weighings import Weighed
from cloud.store.mail import instant
from cloud.store.records import Records
from cloud.store.series import DayStats, SeriesStore, combined
from cloud.store.zones import Zones
from contract.flock_mean import FROM_DAYS, ByHand, FlockMean, ScaleDay, flock_means, teaches
from contract.messages import WeightSample, parse
from contract.statistics import spread
from contract.topics import leaf_of

HISTORY_DAYS_WITHOUT_FLOCK: Final = 60
WEIGHT: Final = "weight_grams"


class Weights:
    """Reads the stores; a day begins at midnight of the farm."""

    def __init__(self, series: SeriesStore, records: Records, zones: Zones) -> None:
        self._series = series
        self._records = records
        self._zones = zones

    def now(self, farm: str, house: str, today: date) -> WeightNow | None:
        """Return the last weighing and today's; None before the first."""
        rows = houses.newest(self._records, farm, house, leaf_of(WeightSample).name)
        if not rows:
            return None
        last = parse(WeightSample, max(rows, key=lambda row: row.at_ms).message)
        flock = flocks.facts_on(self._records, farm, house, today)
        by_hand = self._by_hand(farm, house, flock, today)
        # One day's mean is told alone, but the flock's rests on those before it.
        first = flock.placed_on + timedelta(days=FROM_DAYS) if flock and by_hand else today
        held = self._held(farm, flock)
        daily = self._daily(farm, house, min(first, today), today)
        days = _days(daily, flock, held.curve if held else None, by_hand)
        return WeightNow(
            last_at=last.at, last_grams=last.grams, today=next((day for day in days if day.day == today), None)
        )

    def history(self, farm: str, house: str, today: date) -> WeightHistory:
        """Return the days since placement (or of the last two months) and the breed's curve."""
        flock = flocks.facts_on(self._records, farm, house, today)
        first = flock.placed_on if flock else today - timedelta(days=HISTORY_DAYS_WITHOUT_FLOCK)
        return self._between(farm, house, flock, first, today)

    def of_flock(self, farm: str, house: str, flock: str, today: date) -> WeightHistory | None:
        """Return the days that a flock spent in a house; None when it was never there."""
        known = flocks.read(self._records, farm)
        kept = known.find(flock)
        stay = next((one for one in known.stays(house) if one.flock == flock), None)
        if kept is None or stay is None:
            return None
        return self._between(farm, house, kept.facts, stay.first, min(stay.last or today, today))

    def _between(self, farm: str, house: str, flock: FlockFacts | None, first: date, last: date) -> WeightHistory:
        held = self._held(farm, flock)
        curve = held.curve if held else None
        by_hand = self._by_hand(farm, house, flock, last)
        return WeightHistory(
            time_zone=self._zones.of(farm).key,
            breed=flock.breed if flock else None,
            curve_of=curve.breed if curve else None,
            curve_own=held is not None and held.own,
            curve_source=curve.source if curve else None,
            curve=_by_day(curve) if curve else [],
            days=_days(self._daily(farm, house, first, last), flock, curve, by_hand),
            hand_weighings=[hand_weighed(one, flock) for one in by_hand],
        )

    def mean_on(self, farm: str, house: str, day: date) -> float | None:
        """Return the mean of the scales of a day, in g, uncorrected; None when they said nothing."""
        days = self._daily(farm, house, day, day)
        return days[0].mean if days else None

    def _held(self, farm: str, flock: FlockFacts | None) -> Held | None:
        return curves.curve_of(self._records, farm, flock.breed, flock.curve) if flock else None

    def _by_hand(self, farm: str, house: str, flock: FlockFacts | None, today: date) -> list[Weighed]:
        return hand_weighings.between(self._records, farm, house, flock.placed_on, today) if flock else []

    def _daily(self, farm: str, house: str, first: date, last: date) -> list[DayStats]:
        keys = [key for key in self._series.keys(farm, house) if key.quantity == WEIGHT]
        zone = self._zones.of(farm)
        return combined(day for key in keys for day in self._series.daily(key, zone, first, last))


def hand_weighed(weighed: Weighed, flock: FlockFacts | None) -> HandWeighed:
    """Return a weighing by hand as the API answers with it."""
    age = age_days(flock.placed_on, weighed.day) if flock else None
    return HandWeighed(
        weighing=weighed.weighing,
        day=weighed.day,
        age_days=age,
        grams=weighed.grams,
        birds=weighed.birds,
        cv_percent=weighed.cv_percent,
        at=instant(weighed.at_ms),
        by=weighed.by,
        scale=weighed.scale,
        corrects=age is not None and teaches(age),
    )


def _by_day(curve: BreedStandard) -> list[CurvePoint]:
    """Return a curve at each day of its ages: a farm's own table may name a few only."""
    ages = range(curve.age_days[0], curve.age_days[-1] + 1)
    told = ((age, curve.grams_at(age)) for age in ages)
    return [CurvePoint(age_days=age, grams=grams) for age, grams in told if grams is not None]


def _days(
    daily: Sequence[DayStats], flock: FlockFacts | None, curve: BreedStandard | None, by_hand: Sequence[Weighed]
) -> list[WeightDay]:
    means = _flock_means(daily, flock, by_hand) if flock and by_hand else {}
    return [_day(stats, flock, curve, means.get(stats.day)) for stats in daily]


def _flock_means(daily: Sequence[DayStats], flock: FlockFacts, by_hand: Sequence[Weighed]) -> dict[date, FlockWeight]:
    said = []
    for stats in daily:
        lies = spread(stats.n, stats.total, stats.sumsq)
        said.append(ScaleDay(age_days(flock.placed_on, stats.day), lies.mean, stats.n, lies.cv_percent))
    hands = [ByHand(age_days(flock.placed_on, one.day), one.grams, one.birds, one.cv_percent) for one in by_hand]
    taught = [flock.placed_on + timedelta(days=one.age_days) for one in hands if teaches(one.age_days)]
    means = {flock.placed_on + timedelta(days=mean.age_days): mean for mean in flock_means(said, hands)}
    return {day: _flock_weight(day, mean, taught) for day, mean in means.items()}


def _flock_weight(day: date, mean: FlockMean, taught: Sequence[date]) -> FlockWeight:
    before = [one for one in taught if one <= day]
    return FlockWeight(
        grams=mean.grams,
        interval_grams=mean.interval,
        away_percent=mean.away_percent,
        hand_weighings=mean.hand_weighings,
        weighed_on=max(before) if before else min(taught),
    )


def _day(
    stats: DayStats, flock: FlockFacts | None, curve: BreedStandard | None, corrected: FlockWeight | None
) -> WeightDay:
    lies = spread(stats.n, stats.total, stats.sumsq)
    age = age_days(flock.placed_on, stats.day) if flock else None
    return WeightDay(
        day=stats.day,
        age_days=age,
        weighings=stats.n,
        mean_grams=lies.mean,
        interval_grams=lies.interval,
        cv_percent=lies.cv_percent,
        target_grams=curve.grams_at(age) if curve and age is not None else None,
        flock=corrected,
    )
