"""Figures of growth, feed and losses from a flock's facts. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from cloud.flock import performance
from cloud.flock.feed_bin import DaysLeft, daily_use, days_left, in_bin
from cloud.flock.reckoned import Reckoned, known, lacking, maybe
from cloud.flock.stock import birds_per_m2, kilograms_per_m2
from cloud.report.facts import Day, DayWeight, FlockFacts
from cloud.report.model import Basis, BasisKind, Figure

STANDS_DAYS: Final = 2
"""A mean weight or an entry of feed tells of a day that is at most so many days later."""
WEEK_DAYS: Final = 7


def basis(kind: BasisKind, days: Sequence[Day]) -> Basis:
    """Return what a figure rests on."""
    return Basis(kind, len(days), days[-1].day if days else None)


def weighed_days(facts: FlockFacts) -> list[Day]:
    """Return the days with weighings."""
    return [day for day in facts.days if day.weight is not None]


def fed_days(facts: FlockFacts) -> list[Day]:
    """Return the days on which feed was written down."""
    return [day for day in facts.days if day.feed_kg is not None]


def weight_of(day: Day) -> DayWeight:
    """Return the weighings of a day that has some."""
    if day.weight is None:
        raise ValueError(f"{day.day} has no weighings")
    return day.weight


def mean_weight(facts: FlockFacts) -> Reckoned:
    """Return the mean weight in g on the last day; of a flock that is sold out, what its birds weighed when sold."""
    if facts.totals.birds <= 0 and (sold := sold_grams(facts)) is not None:
        return known(sold)
    return _weight_near(facts, facts.last)


def sold_grams(facts: FlockFacts) -> float | None:
    """Return the mean weight in g of all birds that were sold; None when some were not weighed, or none were sold."""
    kilograms = [one.kilograms for one in facts.sold]
    weighed = [one for one in kilograms if one is not None]
    birds = sum(one.birds for one in facts.sold)
    return 1000 * sum(weighed) / birds if birds and len(weighed) == len(kilograms) else None


def sold_kg(facts: FlockFacts) -> float | None:
    """Return the live weight that was sold; None when some of it was not weighed."""
    kilograms = [one.kilograms for one in facts.sold]
    return None if None in kilograms else sum(one or 0.0 for one in kilograms)


def live_kg(facts: FlockFacts) -> Reckoned:
    """Return the live weight that is there and that was sold."""
    sold = sold_kg(facts)
    if sold is None:
        return lacking("no_weight")
    return performance.live_kilograms(facts.totals.birds, _weight_near(facts, facts.last), sold)


def made_grams(facts: FlockFacts) -> Reckoned:
    """Return the mean weight in g of all birds, sold ones as they were sold: what goes with their mean age."""
    if not facts.sold:
        return mean_weight(facts)
    birds = max(0, facts.totals.birds) + sum(one.birds for one in facts.sold)
    return live_kg(facts).through(lambda kilograms: 1000 * kilograms / birds)


def _made_gain(facts: FlockFacts) -> Reckoned:
    """Return the daily gain since the first weighing of all birds, sold ones until they were sold."""
    first, age = next(iter(weighed_days(facts)), None), age_of_factors(facts)
    if not facts.sold or first is None or age.value is None:
        return gain(facts, None)
    return performance.gain(made_grams(facts), weight_of(first).grams, age.value - first.age_days)


def is_over(facts: FlockFacts) -> bool:
    """Say whether a flock was closed or has no birds any more."""
    return facts.closed_on is not None or facts.totals.birds <= 0


def feed_kg(facts: FlockFacts) -> Reckoned:
    """Return the feed eaten until the last day; lacking when the newest entry is too old to tell of it."""
    days = fed_days(facts)
    if not days:
        return lacking("no_feed")
    if not is_over(facts) and (facts.last - days[-1].day).days > STANDS_DAYS:
        return lacking("feed_days_missing")
    return known(sum(day.feed_kg or 0.0 for day in days))


def daily_feed(facts: FlockFacts) -> Reckoned:
    """Return what a flock eats a day by now, in kg; lacking where days are missing or were written as one sum."""
    if is_over(facts):
        return lacking("no_birds")
    eaten = feed_kg(facts)
    if eaten.value is None:
        return eaten
    newest = fed_days(facts)[-1].day
    return daily_use([day.feed_kg for day in facts.days if day.day <= newest])


def fcr(facts: FlockFacts) -> Reckoned:
    """Return the FCR of the whole flock."""
    return performance.fcr(feed_kg(facts), live_kg(facts))


def age_of_factors(facts: FlockFacts) -> Reckoned:
    """Return the age that EPEF is reckoned with: birds that were sold count with the age they were sold at."""
    sold = [((one.day - facts.placed_on).days, one.birds) for one in facts.sold]
    return performance.mean_age([*sold, (facts.age_days, max(0, facts.totals.birds))])


def gain(facts: FlockFacts, days: int | None = WEEK_DAYS) -> Reckoned:
    """Return the daily gain over about so many days before the last weighing; None: since the first one."""
    weighed = weighed_days(facts)
    if len(weighed) < 2:  # noqa: PLR2004 - a difference needs two
        return lacking("no_earlier_weight" if weighed else "no_weight")
    now = weighed[-1]
    if not is_over(facts) and (facts.last - now.day).days > STANDS_DAYS:
        return lacking("no_weight")
    earlier = weighed[0] if days is None else _nearest(weighed[:-1], now.day - timedelta(days=days))
    if earlier is None:
        return lacking("no_earlier_weight")
    return performance.gain(weight_of(now).grams, weight_of(earlier).grams, (now.day - earlier.day).days)


def water_per_feed(facts: FlockFacts) -> tuple[Reckoned, int]:
    """Return litres for each kg over the days on which both were written down, and how many those are."""
    both = [day for day in facts.days if day.water_l is not None and day.feed_kg]
    if not both:
        return lacking("no_feed" if not fed_days(facts) else "no_water"), 0
    return known(sum(day.water_l or 0 for day in both) / sum(day.feed_kg or 0 for day in both)), len(both)


def growth(facts: FlockFacts) -> list[Figure]:
    """Return the figures of weight."""
    weighed = weighed_days(facts)
    on = basis("weighings", weighed)
    grams = mean_weight(facts)
    target = facts.curve.grams_at(facts.age_days) if facts.curve else None
    newest = weighed[-1].weight if weighed and (facts.last - weighed[-1].day).days <= STANDS_DAYS else None
    against = _against(grams, target, facts)
    return [
        Figure("weight", grams, on, target),
        Figure("against_curve", against, on),
        Figure("gain", gain(facts), on, _curve_gain(facts)),
        Figure("gain_whole", gain(facts, None), on),
        Figure("cv", maybe(newest.cv_percent if newest else None, "no_weight"), on),
        Figure("uniformity", maybe(newest.uniformity_percent if newest else None, "no_weight"), on),
    ]


def losses(facts: FlockFacts) -> list[Figure]:
    """Return the figures of birds that are there and birds that died; nobody's word is no zero."""
    told = _days_with_losses(facts)
    on = basis("losses", told)
    sums = facts.totals

    def of(value: float | None) -> Reckoned:
        return maybe(value, "no_birds") if told else lacking("nobody_wrote")

    return [
        Figure("birds", known(float(sums.birds)), basis("stock", facts.days)),
        Figure("mortality", of(sums.mortality_percent), on),
        Figure("losses", of(sums.losses_percent), on),
        Figure("livability", of(sums.livability_percent), on),
    ]


def losses_between(facts: FlockFacts, first: date, last: date) -> Figure:
    """Return the birds that died or were culled from one day to another."""
    told = _days_with_losses(facts.between(first, last))
    lost = sum((day.dead or 0) + (day.culled or 0) for day in told)
    return Figure("losses_span", known(float(lost)) if told else lacking("nobody_wrote"), basis("losses", told))


def feeding(facts: FlockFacts) -> list[Figure]:
    """Return the figures of feed, water and production."""
    fed = fed_days(facts)
    on, ratio, grams, age = basis("feed", fed), fcr(facts), made_grams(facts), age_of_factors(facts)
    livability = facts.totals.livability_percent

    def of_survivors(factor: Reckoned) -> Reckoned:
        return factor if _days_with_losses(facts) or factor.value is None else lacking("nobody_wrote")

    share, both = water_per_feed(facts)
    drunk = [day for day in facts.days if day.water_l is not None]
    return [
        Figure("feed", feed_kg(facts), on),
        Figure("feed_a_bird", _feed_a_bird(facts), on, _curve_feed(facts, fed)),
        Figure("fcr", ratio, on, facts.curve.fcr_at(facts.age_days) if facts.curve else None),
        Figure("fcr_corrected", performance.corrected_fcr(ratio, grams), on),
        Figure("epef", of_survivors(performance.epef(livability, grams, age.value or 0, ratio)), on),
        Figure("ebi", of_survivors(performance.ebi(livability, _made_gain(facts), ratio)), on),
        Figure("water", known(sum(day.water_l or 0 for day in drunk)) if drunk else lacking("no_water"),
               basis("water", drunk)),
        Figure("water_per_feed", share, Basis("water", both, drunk[-1].day if drunk else None)),
    ]  # fmt: skip


def fcr_of_week(facts: FlockFacts) -> Figure:
    """Return the FCR of the last seven days."""
    week = [day for day in facts.days if (facts.last - day.day).days < WEEK_DAYS]
    fed = [day for day in week if day.feed_kg is not None]
    eaten = lacking("feed_days_missing") if len(fed) < len(week) else known(sum(day.feed_kg or 0.0 for day in fed))
    before = week[0].opening if week else 0
    earlier = _weight_near(facts, facts.last - timedelta(days=WEEK_DAYS))
    sold = sold_kg(replace(facts, sold=tuple(one for one in facts.sold if week and one.day >= week[0].day)))
    now = _weight_near(facts, facts.last)
    ratio = performance.fcr_between(
        eaten,
        lacking("no_weight") if sold is None else performance.live_kilograms(facts.totals.birds, now, sold),
        performance.live_kilograms(before, earlier),
    )
    return Figure("fcr_week", ratio, basis("feed", fed))


def room_and_bin(facts: FlockFacts) -> list[Figure]:
    """Return density, and the feed that is left."""
    grams, birds = mean_weight(facts), facts.totals.birds
    dense = kilograms_per_m2(birds, grams.value, facts.floor_m2)
    stock, left = feed_left(facts)
    on = basis("feed", fed_days(facts))
    lack = grams.missing if facts.floor_m2 and grams.missing else "no_floor"
    return [
        Figure("density", maybe(dense, lack), basis("stock", facts.days)),
        Figure("density_birds", maybe(birds_per_m2(birds, facts.floor_m2), "no_floor"),
               basis("stock", facts.days)),
        Figure("in_bin", stock, on),
        Figure("bin_days", left.days, on),
    ]  # fmt: skip


def feed_left(facts: FlockFacts) -> tuple[Reckoned, DaysLeft]:
    """Return the feed in the bin in kg on the last told day, and how long after the report's last day it lasts."""
    delivered = [day.delivered_kg for day in facts.days if day.delivered_kg is not None]
    eaten = feed_kg(facts)
    stock = in_bin(sum(delivered) if delivered else None, eaten.value)
    use = daily_feed(facts)
    if use.value is None or stock.value is None:
        return stock, days_left(stock, use, facts.age_days, facts.curve)
    # What is in the bin was reckoned until the newest word about feed; the birds have eaten since.
    told = fed_days(facts)[-1].age_days
    left, since = days_left(stock, use, told, facts.curve), facts.age_days - told
    return stock, replace(left, days=left.days.through(lambda days: max(0.0, days - since)))


def _weight_near(facts: FlockFacts, day: date) -> Reckoned:
    near = [one for one in weighed_days(facts) if 0 <= (day - one.day).days <= STANDS_DAYS]
    return weight_of(near[-1]).grams if near else lacking("no_weight")


def _nearest(days: Sequence[Day], wanted: date) -> Day | None:
    near = [day for day in days if abs((day.day - wanted).days) <= STANDS_DAYS]
    return min(near, key=lambda day: abs((day.day - wanted).days), default=None)


def _against(grams: Reckoned, target: float | None, facts: FlockFacts) -> Reckoned:
    if target is None or facts.totals.birds <= 0:
        return lacking("outside_curve" if facts.curve else "no_curve")
    wanted = target
    return grams.through(lambda mean: 100 * (mean - wanted) / wanted)


def _curve_gain(facts: FlockFacts) -> float | None:
    if facts.curve is None:
        return None
    now, before = facts.curve.grams_at(facts.age_days), facts.curve.grams_at(facts.age_days - WEEK_DAYS)
    return (now - before) / WEEK_DAYS if now is not None and before is not None else None


def _days_with_losses(facts: FlockFacts) -> list[Day]:
    """Return the days on which somebody wrote about deaths or culls, if only that there were none."""
    return [day for day in facts.days if day.dead is not None or day.culled is not None]


def _feed_a_bird(facts: FlockFacts) -> Reckoned:
    fed, eaten = fed_days(facts), feed_kg(facts)
    if eaten.value is None:
        return eaten
    newest = fed[-1]
    if not newest.opening:
        return lacking("no_birds")
    if newest.age_days > 0 and (len(fed) == 1 or newest.age_days - fed[-2].age_days > 1):
        return lacking("feed_days_missing")  # it may be the sum of all days since the word before
    return known(1000 * (newest.feed_kg or 0.0) / newest.opening)


def _curve_feed(facts: FlockFacts, fed: Sequence[Day]) -> float | None:
    if facts.curve is None or not fed:
        return None
    until, before = (facts.curve.feed_grams_at(fed[-1].age_days - back) for back in (0, 1))
    return until - before if until is not None and before is not None else None
