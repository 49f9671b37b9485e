"""Tables and charts of reports from a flock's facts. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from cloud.flock.benchmarks import Told
from cloud.flock.climate_hours import Hours
from cloud.flock.forecast import Ahead, PastError
from cloud.flock.stock import water_per_feed
from cloud.report.facts import Day, FlockFacts
from cloud.report.model import Cell, Chart, Column, Line, Table
from cloud.report.standing import Standing

DAY_COLUMNS: Final = (
    Column("day", "date"),
    Column("age_days", "count"),
    Column("birds", "count", "birds"),
    Column("dead", "count", "birds"),
    Column("culled", "count", "birds"),
    Column("losses_percent", "number", "%", 2),
    Column("weighings", "count"),
    Column("weight", "number", "g", 0),
    Column("weight_low", "number", "g", 0),
    Column("weight_high", "number", "g", 0),
    Column("curve", "number", "g", 0),
    Column("cv", "number", "%", 1),
    Column("uniformity", "number", "%", 0),
    Column("delivered", "number", "kg", 0),
    Column("feed", "number", "kg", 1),
    Column("water", "number", "l", 0),
    Column("water_per_feed", "number", "l/kg", 2),
    Column("celsius", "number", "°C", 1),
    Column("celsius_low", "number", "°C", 1),
    Column("celsius_high", "number", "°C", 1),
    Column("celsius_target", "number", "°C", 1),
    Column("humidity", "number", "%", 0),
    Column("ammonia", "number", "ppm", 1),
    Column("ammonia_dose", "number", "ppm h", 0),
    Column("carbon_dioxide", "number", "ppm", 0),
    Column("thi_alert_hours", "number", "h", 1),
    Column("thi_danger_hours", "number", "h", 1),
    Column("thi_emergency_hours", "number", "h", 1),
    Column("thvi_alert_hours", "number", "h", 1),
    Column("comfort", "number", "%", 0),
)

SHORT_COLUMNS: Final = (
    "day", "age_days", "birds", "dead", "culled", "weight", "curve", "cv", "feed", "water", "celsius", "humidity",
    "ammonia", "comfort",
)  # fmt: skip
"""What of the days a printed page has room for; the files carry all."""

_SAID = (Column("weight_low", "number", "g", 0), Column("weight_high", "number", "g", 0))
"""The ends of a forecast's interval."""

FORECAST_COLUMNS: Final = (
    Column("day", "date"),
    Column("age_days", "count"),
    Column("weight", "number", "g", 0),
    *_SAID,
    Column("curve", "number", "g", 0),
)

PAST_COLUMNS: Final = (
    Column("made_day", "date"),
    Column("day", "date"),
    Column("age_days", "count"),
    Column("forecast", "number", "g", 0),
    *_SAID,
    Column("weight", "number", "g", 0),
    Column("error_percent", "number", "%", 1),
)

QUARTILES: Final = ("quarter", "median", "three_quarters")


def _banded(key: str, table: str, column: str, target: str) -> Chart:
    """Return a column over its target, with the band between its ``_low`` and ``_high``."""
    lines = (Line(target, "dashed"), Line(column, "line"))
    return Chart(key, table, "age_days", lines, (f"{column}_low", f"{column}_high"))


def _plain(column: str) -> Chart:
    """Return one column of the days as a line."""
    return Chart(column, "days", "age_days", (Line(column, "line"),))


WEIGHT_CHART: Final = _banded("weight", "days", "weight", "curve")
LOSSES_CHART: Final = Chart("losses", "days", "age_days", (Line("dead", "bars"), Line("culled", "bars")))
FEED_CHART: Final = _plain("feed")
WATER_CHART: Final = _plain("water_per_feed")
CLIMATE_CHART: Final = _banded("celsius", "days", "celsius", "celsius_target")
AMMONIA_CHART: Final = _plain("ammonia")
COMFORT_CHART: Final = _plain("comfort")
FORECAST_CHART: Final = _banded("forecast", "forecast", "weight", "curve")


def days_table(facts: FlockFacts) -> Table:
    """Return every day of a flock."""
    return Table("days", DAY_COLUMNS, tuple(_day_row(facts, day) for day in facts.days))


def forecast_table(facts: FlockFacts, said: Sequence[Ahead]) -> Table:
    """Return the days to come."""
    rows = []
    for one in said:
        curve = facts.curve.grams_at(one.age_days) if facts.curve else None
        day = facts.placed_on + timedelta(days=one.age_days)
        rows.append((day, one.age_days, one.grams, *one.interval, curve))
    return Table("forecast", FORECAST_COLUMNS, tuple(rows))


def past_table(facts: FlockFacts, past: Sequence[PastError]) -> Table:
    """Return how the forecasts of seven days ahead came out."""
    rows = []
    for one in past:
        made, day = (facts.placed_on + timedelta(days=age) for age in (one.made_age_days, one.ahead.age_days))
        rows.append((made, day, one.ahead.age_days, one.ahead.grams, *one.ahead.interval, one.grams, one.percent))
    return Table("past_forecasts", PAST_COLUMNS, tuple(rows))


def quartile_columns() -> tuple[Column, ...]:
    """Return the columns of what other flocks reach."""
    return tuple(Column(key, "number") for key in QUARTILES)


def standing_table(facts: FlockFacts, standing: Standing) -> Table:
    """Return a flock's figures beside the quartiles of others; rows are figures, as in a comparison."""
    columns = (
        Column("figure", "text"),
        Column("unit", "text"),
        Column("flock", "number", title=facts.flock),
        *quartile_columns(),
        Column("flocks", "count"),
    )
    rows = tuple(
        (one.figure, one.figure, one.own, *quartile_cells(one.others), one.others.flocks)
        for one in standing.rows(facts)
    )
    return Table("standing", columns, rows)


def quartile_cells(others: Told | None) -> tuple[float | None, ...]:
    """Return the cells under ``quartile_columns``."""
    return (others.low, others.median, others.high) if others else (None,) * len(QUARTILES)


def _day_row(facts: FlockFacts, day: Day) -> tuple[Cell, ...]:
    weight, climate = day.weight, day.climate
    low, high = weight.grams.interval or (None, None) if weight else (None, None)
    return (
        day.day,
        day.age_days,
        day.closing,
        day.dead,
        day.culled,
        day.losses_percent,
        weight.weighings if weight else None,
        weight.grams.value if weight else None,
        low,
        high,
        facts.curve.grams_at(day.age_days) if facts.curve else None,
        weight.cv_percent if weight else None,
        weight.uniformity_percent if weight else None,
        day.delivered_kg,
        day.feed_kg,
        day.water_l,
        water_per_feed(day.water_l, day.feed_kg),
        climate.celsius.value,
        climate.celsius_low,
        climate.celsius_high,
        climate.target_celsius,
        climate.humidity.value,
        climate.ammonia.value,
        climate.ammonia_dose.value,
        climate.carbon_dioxide.value,
        *(_hours(climate.thi_hours, band) for band in (1, 2, 3)),
        _hours(climate.thvi_hours, 1),
        climate.comfort.value,
    )


def _hours(hours: Hours | None, band: int) -> float | None:
    return hours.at_least(band).value if hours else None
