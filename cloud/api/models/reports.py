"""Reports as the API answers with them: what the files hold, in words and the language asked for."""

from datetime import date
from typing import Literal

from pydantic import Field

from cloud.api.models.base import Answer


class ReportFigure(Answer):
    """A figure with all that it traces to; null where data are lacking, never zero."""

    key: str
    name: str
    value: float | None
    low: float | None = Field(description="95 % interval; of forecasts 90 %")
    high: float | None
    target: float | None
    unit: str
    decimals: int
    text: str = Field(description="value and unit as they are read; a dash without a value")
    missing: str | None = Field(description="why there is no value")
    formula: str
    source: str
    version: int = Field(description="of the formula")
    data: str = Field(description="what it rests on")


class ReportGroup(Answer):
    """Figures that belong together; of a comparison those of one flock."""

    key: str
    name: str
    figures: list[ReportFigure]


class ReportColumn(Answer):
    """A column of a table."""

    key: str
    name: str
    unit: str
    kind: Literal["date", "count", "number", "text"]
    decimals: int | None = Field(description="null: each row has its own")


class ReportTable(Answer):
    """A tidy table."""

    key: str
    name: str
    columns: list[ReportColumn]
    rows: list[list[date | float | str | None]]
    decimals: list[int] = Field(description="of each row, where its columns have none; else empty")


class ReportLine(Answer):
    """A column of the table as a line of a chart."""

    column: str
    style: Literal["line", "dashed", "dots", "bars"]


class ReportChart(Answer):
    """A chart: columns of one of the report's tables."""

    key: str
    name: str
    table: str
    x: str
    lines: list[ReportLine]
    band: tuple[str, str] | None = Field(description="columns of the lower and upper edge")


class ReportNow(Answer):
    """A whole report."""

    kind: Literal["day", "week", "flock", "comparison"]
    language: Literal["en", "zh"]
    units: Literal["si", "jin", "us"]
    title: str
    subtitle: str
    first: date
    last: date
    about: list[tuple[str, str]] = Field(description="name and value, as they stand at the head")
    groups: list[ReportGroup]
    tables: list[ReportTable]
    charts: list[ReportChart]
    notes: list[str] = Field(description="what a reader must know of the figures: what was left out as doubtful")
    made_by: str


class FarmFlock(Answer):
    """A flock of a farm, for choosing what a report is about."""

    farm: str
    flock: str
    house: str = Field(description="where it was placed")
    breed: str
    placed_on: date
    closed_on: date | None
    birds: int = Field(description="that should be there, in all its houses")
