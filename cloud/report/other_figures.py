"""Figures of climate, of what is to come, and of money, from a flock's facts. Pure."""

from collections.abc import Callable, Sequence

from cloud.flock import economics
from cloud.flock.climate_hours import Hours
from cloud.flock.economics import Produced
from cloud.flock.forecast import LEAST_DAYS, Ahead, PastError, Weighed, forecast, past_errors, reached
from cloud.flock.reckoned import Missing, Reckoned, known, lacking
from cloud.report.facts import Day, FlockFacts
from cloud.report.growth_figures import basis, daily_feed, feed_kg, gain, live_kg, mean_weight, weighed_days, weight_of
from cloud.report.model import Basis, Figure

WEEK_AHEAD_DAYS = 7


def climate(days: Sequence[Day]) -> list[Figure]:
    """Return the figures of climate over some days."""
    last = days[-1].day if days else None

    def figure(key: str, pick: Callable[[Day], Reckoned], *, summed: bool = False) -> Figure:
        told = [one.value for one in map(pick, days) if one.value is not None]
        if not told:
            lack: Missing = next((one.missing for one in map(pick, days) if one.missing), "not_measured")
            return Figure(key, lacking(lack), Basis("climate", 0))
        value = sum(told) / (1 if summed else len(told))
        return Figure(key, known(value), Basis("climate", len(told), last))

    def hours(pick: Callable[[Day], Hours | None], band: int) -> Callable[[Day], Reckoned]:
        def of(day: Day) -> Reckoned:
            found = pick(day)
            return found.at_least(band) if found else lacking("not_measured")

        return of

    return [
        figure("celsius", lambda day: day.climate.celsius),
        figure("humidity", lambda day: day.climate.humidity),
        figure("ammonia", lambda day: day.climate.ammonia),
        figure("ammonia_dose", lambda day: day.climate.ammonia_dose, summed=True),
        figure("ammonia_hours", hours(lambda day: day.climate.ammonia_hours, 2), summed=True),
        figure("thi_alert", hours(lambda day: day.climate.thi_hours, 1), summed=True),
        figure("thi_danger", hours(lambda day: day.climate.thi_hours, 2), summed=True),
        figure("thi_emergency", hours(lambda day: day.climate.thi_hours, 3), summed=True),
        figure("thvi_alert", hours(lambda day: day.climate.thvi_hours, 1), summed=True),
        figure("comfort", lambda day: day.climate.comfort),
    ]


def weighed(facts: FlockFacts) -> list[Weighed]:
    """Return the flock's days as the forecast takes them."""
    found = []
    for day in weighed_days(facts):
        weight = weight_of(day)
        if weight.grams.value is not None:
            found.append(Weighed(day.age_days, weight.grams.value, weight.error))
    return found


def ahead(facts: FlockFacts) -> list[Ahead]:
    """Return the forecast from the last weighing on; none for a flock that is over."""
    if facts.closed_on is not None or facts.totals.birds <= 0:
        return []
    return forecast(weighed(facts), facts.curve)


def forecasts(facts: FlockFacts, said: Sequence[Ahead], past: Sequence[PastError]) -> list[Figure]:
    """Return the figures of what is to come, and how good they were until now."""
    days = weighed_days(facts)
    on = Basis("forecast", len(days), days[-1].day if days else None)
    nearest = facts.age_days + WEEK_AHEAD_DAYS
    coming = _in_a_week(facts, said)
    errors = [abs(one.percent) for one in past]
    return [
        Figure("forecast", coming, on, facts.curve.grams_at(nearest) if facts.curve else None),
        Figure("forecast_error", known(sum(errors) / len(errors)) if errors else lacking("too_few_days"), on),
        Figure("target_age", _target_age(facts, said), on),
    ]


def past(facts: FlockFacts) -> list[PastError]:
    """Return how this flock's forecasts came out."""
    return past_errors(weighed(facts), facts.curve)


def money(facts: FlockFacts, said: Sequence[Ahead]) -> list[Figure]:
    """Return the figures of money; none where no price was entered."""
    if facts.prices is None:
        return []
    prices, birds, on = facts.prices, facts.totals.birds, Basis("prices", len(facts.days), facts.last)
    use, ahead_on = daily_feed(facts), basis("forecast", weighed_days(facts))
    coming = _in_a_week(facts, said)
    here = birds + sum(one.birds for one in facts.sold)
    made = Produced(facts.placed_birds, here, live_kg(facts), feed_kg(facts), max(1, facts.age_days))
    account = economics.sheet(prices, made)
    return [
        Figure("sale_value", economics.sale_value(birds, mean_weight(facts), prices.live_kg), on),
        Figure("sale_value_week", economics.sale_value(birds, coming, prices.live_kg), ahead_on),
        Figure("cost", account.cost, on),
        Figure("cost_bird", account.per_bird, on),
        Figure("cost_kg", account.per_kilogram, on),
        Figure("margin", account.margin, on),
        Figure("late_day", economics.late_day(prices, birds, gain(facts), use), on),
        Figure("cold_degree", economics.cold_degree(prices, use), on),
    ]


def _in_a_week(facts: FlockFacts, said: Sequence[Ahead]) -> Reckoned:
    """Return the mean weight in g a week after the last day, with its 90 % interval."""
    nearest = facts.age_days + WEEK_AHEAD_DAYS
    week = next((one for one in said if one.age_days == nearest), None)
    if week:
        return Reckoned(week.grams, week.interval)
    # A curve that ends within the week ends the forecast, too.
    ends = facts.curve is not None and facts.curve.grams_at(nearest) is None
    return lacking("outside_curve" if ends and len(weighed_days(facts)) >= LEAST_DAYS else "too_few_days")


def _target_age(facts: FlockFacts, said: Sequence[Ahead]) -> Reckoned:
    if facts.target_grams is None:
        return lacking("no_target")
    came = next((day for day in weighed(facts) if day.grams >= facts.target_grams), None)
    if came is not None:
        return known(float(came.age_days))
    when = reached(said, facts.target_grams)
    if when.age_days is None:
        return lacking("not_reached" if said else "too_few_days")
    latest = when.latest if when.latest is not None else said[-1].age_days
    earliest = when.earliest if when.earliest is not None else when.age_days
    return known(float(when.age_days), (float(earliest), float(latest)))
