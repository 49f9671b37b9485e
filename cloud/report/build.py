"""From facts to reports: the day on one page, the week, the whole flock, several flocks side by side. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from cloud.report import growth_figures as growing
from cloud.report import other_figures as other
from cloud.report import tables
from cloud.report.facts import FlockFacts
from cloud.report.model import About, Chart, Column, Doubtful, Figure, Group, Line, Report, ReportKind, Table
from cloud.report.standing import Standing

WEEK: Final = timedelta(days=6)
COMPARED: Final = (
    "age", "birds", "weight", "against_curve", "gain_whole", "cv", "uniformity", "losses", "livability", "feed", "fcr",
    "fcr_corrected", "epef", "ebi", "water_per_feed", "celsius", "ammonia_dose", "thi_alert", "comfort", "cost_kg",
    "margin",
)  # fmt: skip
DAY_KEYS: Final = frozenset(
    {"birds", "weight", "against_curve", "gain", "cv", "uniformity", "losses", "feed_a_bird", "fcr", "water_per_feed"}
    | {"density", "in_bin", "bin_days", "celsius", "humidity", "ammonia", "ammonia_dose", "thi_alert", "comfort"}
    | {"forecast", "target_age", "losses_span", "late_day"}
)
"""What one page has room for."""


def day_report(facts: FlockFacts) -> Report:
    """Return the report of the last day of the facts, one page."""
    groups = _groups(facts, facts.last)
    kept = [Group(one.key, tuple(each for each in one.figures if each.key in DAY_KEYS)) for one in groups]
    return _report("day", facts, facts.last, kept, (tables.days_table(facts),), (tables.WEIGHT_CHART,))


def week_report(facts: FlockFacts) -> Report:
    """Return the report of the seven days that end with the last day of the facts."""
    first = max(facts.placed_on, facts.last - WEEK)
    charts = (tables.WEIGHT_CHART, tables.LOSSES_CHART, tables.FEED_CHART, tables.CLIMATE_CHART)
    said = other.ahead(facts)
    shown = (tables.days_table(facts), *_if_rows(tables.forecast_table(facts, said)))
    return _report("week", facts, first, _groups(facts, first), shown, charts)


def flock_report(facts: FlockFacts, standing: Standing | None = None) -> Report:
    """Return the report of the whole flock until the last day of the facts; beside others where they are known."""
    said, past = other.ahead(facts), other.past(facts)
    shown = (
        tables.days_table(facts),
        *_if_rows(tables.forecast_table(facts, said)),
        *_if_rows(tables.past_table(facts, past)),
        *((tables.standing_table(facts, standing),) if standing else ()),
    )
    charts = (
        tables.WEIGHT_CHART,
        tables.LOSSES_CHART,
        tables.FEED_CHART,
        tables.WATER_CHART,
        tables.CLIMATE_CHART,
        tables.AMMONIA_CHART,
        tables.COMFORT_CHART,
        *((tables.FORECAST_CHART,) if len(said) > 1 else ()),
    )
    made = _report("flock", facts, facts.placed_on, _groups(facts, facts.placed_on), shown, charts)
    return replace(made, beside=standing.period if standing else None)


def comparison_report(flocks: Sequence[FlockFacts], standing: Standing | None = None) -> Report:
    """Return flocks side by side: their figures as rows, their weights by age as one chart.

    Args:
        flocks: what is known of each.
        standing: what others reach, where all flocks have the same others.
    """
    figures = [{one.key: one for one in _all(facts)} for facts in flocks]
    names = _names(flocks)
    keys = [key for key in COMPARED if any(key in one for one in figures)]
    columns = (
        Column("figure", "text"),
        Column("unit", "text"),
        *(Column(f"flock_{number}", "number", title=name) for number, name in enumerate(names, 1)),
        *(tables.quartile_columns() if standing else ()),
    )
    others = standing.others if standing else {}
    # The row's name and unit are keys here: ``printed`` puts the words in.
    rows = tuple(
        (
            key,
            key,
            *(_value(one.get(key)) for one in figures),
            *(tables.quartile_cells(others.get(key)) if standing else ()),
        )
        for key in keys
    )
    by_age = Table(
        "weights_by_age",
        (
            Column("age_days", "count"),
            *(Column(f"flock_{number}", "number", "g", 0, title=name) for number, name in enumerate(names, 1)),
        ),
        _weights_by_age(flocks),
    )
    lines = tuple(Line(f"flock_{number}", "line") for number in range(1, len(flocks) + 1))
    currencies = {facts.prices.currency for facts in flocks if facts.prices}
    groups = [Group(f"flock:{name}", tuple(_pick(one, COMPARED))) for name, one in zip(names, figures, strict=True)]
    return Report(
        kind="comparison",
        about=tuple(map(_about, flocks)),
        first=min(facts.placed_on for facts in flocks),
        last=max(facts.last for facts in flocks),
        age_days=None,
        groups=tuple(groups),
        tables=(Table("compared", columns, rows), by_age),
        charts=(Chart("weights_by_age", "weights_by_age", "age_days", lines),),
        currency=currencies.pop() if len(currencies) == 1 else "",
        left_out=_left_out(flocks, min(facts.placed_on for facts in flocks)),
        beside=standing.period if standing else None,
    )


def _groups(facts: FlockFacts, first: date) -> list[Group]:
    said, past = other.ahead(facts), other.past(facts)
    days = facts.between(first, facts.last).days
    span = [growing.losses_between(facts, first, facts.last)] if first != facts.placed_on else []
    feeding = growing.feeding(facts)
    if first not in {facts.placed_on, facts.last}:
        feeding.append(growing.fcr_of_week(facts))
    groups = [
        Group("growth", tuple(growing.growth(facts))),
        Group("losses", (*growing.losses(facts), *span)),
        Group("feed", tuple(feeding)),
        Group("room", tuple(growing.room_and_bin(facts))),
        Group("climate", tuple(other.climate(days))),
        Group("forecast", tuple(other.forecasts(facts, said, past)) if facts.totals.birds > 0 else ()),
        Group("money", tuple(other.money(facts, said))),
    ]
    return [group for group in groups if group.figures]


def _all(facts: FlockFacts) -> Iterable[Figure]:
    age = growing.age_of_factors(facts)
    yield Figure("age", age, growing.basis("stock", facts.days))
    for group in _groups(facts, facts.placed_on):
        yield from group.figures


def _pick(figures: dict[str, Figure], keys: Iterable[str]) -> list[Figure]:
    return [figures[key] for key in keys if key in figures]


def _report(
    kind: ReportKind,
    facts: FlockFacts,
    first: date,
    groups: list[Group],
    shown: tuple[Table, ...],
    charts: tuple[Chart, ...],
) -> Report:
    drawn = tuple(chart for chart in charts if _has_values(chart, shown))
    return Report(
        kind=kind,
        about=(_about(facts),),
        first=first,
        last=facts.last,
        age_days=facts.age_days,
        groups=tuple(group for group in groups if group.figures),
        tables=shown,
        charts=drawn,
        currency=facts.prices.currency if facts.prices else "",
        left_out=_left_out([facts], first),
    )


def _left_out(flocks: Iterable[FlockFacts], first: date) -> tuple[Doubtful, ...]:
    """Return what is left out from a day on, added up by quantity and reason."""
    days = [one for facts in flocks for one in facts.left_out if one.day >= first]
    kinds = sorted({(one.quantity, one.why) for one in days})
    found = []
    for quantity, why in kinds:
        of_kind = [one for one in days if (one.quantity, one.why) == (quantity, why)]
        found.append(Doubtful(quantity, why, sum(one.hours for one in of_kind), sum(one.times for one in of_kind)))
    return tuple(found)


def _has_values(chart: Chart, shown: tuple[Table, ...]) -> bool:
    """Say whether a chart has anything to draw but what should be."""
    table = next((one for one in shown if one.key == chart.table), None)
    if table is None:
        return False
    names = [column.key for column in table.columns]
    places = [names.index(line.column) for line in chart.lines if line.style != "dashed"]
    return any(row[place] is not None for row in table.rows for place in places)


def _about(facts: FlockFacts) -> About:
    source = facts.curve.source if facts.curve else None
    return About(facts.farm, facts.house, facts.flock, facts.breed, facts.placed_on, source)


def _if_rows(table: Table) -> tuple[Table, ...]:
    return (table,) if table.rows else ()


def _value(figure: Figure | None) -> float | None:
    return figure.reckoned.value if figure else None


def _names(flocks: Sequence[FlockFacts]) -> list[str]:
    several = len({facts.farm for facts in flocks}) > 1
    return [f"{facts.farm} · {facts.flock}" if several else facts.flock for facts in flocks]


def _weights_by_age(flocks: Sequence[FlockFacts]) -> tuple[tuple[float | int | None, ...], ...]:
    by_flock = [{day.age_days: day.grams for day in other.weighed(facts)} for facts in flocks]
    ages = sorted({age for one in by_flock for age in one})
    return tuple((age, *(one.get(age) for one in by_flock)) for age in ages)
