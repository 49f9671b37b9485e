"""The one model of a report: keys and numbers in SI, no words. Pure.

Everything that prints a report takes it through ``cloud.report.printed``, which gives it words, a language and units.
Charts name columns of the report's own tables, so a spreadsheet draws them natively from its own cells.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cloud.flock.benchmarks import Period
from cloud.flock.reckoned import Reckoned
from cloud.report.units import Unit
from contract.messages import Doubt

ReportKind = Literal["day", "week", "flock", "comparison"]

Cell = date | float | int | str | None

BasisKind = Literal["weighings", "losses", "feed", "water", "climate", "stock", "forecast", "prices"]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a figure rests on: which data, of how many days, the last of them."""

    kind: BasisKind
    days: int
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: ``key`` is its row in ``figures.toml``.

    Attributes:
        key: which.
        reckoned: the value in the row's unit, or what is lacking.
        basis: what it rests on.
        target: what it should be; None where nobody says.
    """

    key: str
    reckoned: Reckoned
    basis: Basis
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: a date, whole numbers, numbers in a unit, or text; ``title`` is a name of somebody's own."""

    key: str
    kind: Literal["date", "count", "number", "text"]
    unit: Unit = ""
    decimals: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; None where nothing is known."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A column drawn over another: a plain line, dashes (what should be), dots (single values), or bars."""

    column: str
    style: Literal["line", "dashed", "dots", "bars"]


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of a table over its first number column ``x``; ``band`` names the columns of its edges."""

    key: str
    table: str
    x: str
    lines: tuple[Line, ...]
    band: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Which flock a report is about."""

    farm: str
    house: str
    flock: str
    breed: str
    placed_on: date
    curve_source: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that belong together."""

    key: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """What of a quantity was not believed: hours in all, in how many stretches."""

    quantity: str
    why: Doubt
    hours: float
    times: int


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes:
        kind: which.
        about: the flock, or those that are compared.
        first: the first day it covers.
        last: the last.
        age_days: of the flock on the last day; None of a comparison.
        groups: figures.
        tables: tables, the main one first.
        charts: charts.
        currency: of money in it; empty without.
        left_out: of the climate, as doubtful.
        beside: the season whose flocks of the breed stand beside it; None: none do.
    """

    kind: ReportKind
    about: tuple[About, ...]
    first: date
    last: date
    age_days: int | None
    groups: tuple[Group, ...]
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    currency: str = ""
    left_out: tuple[Doubtful, ...] = ()
    beside: Period | None = None
