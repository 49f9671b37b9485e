"""A report in words: a language, units, sentences for what is lacking. Pure; all files and the API are made of it.

No clock is asked and nothing is drawn by chance: the same data make the same ``Printed``, and so the same bytes.
"""

from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Final

from cloud.api.language import Language
from cloud.report.figure_rows import figure_rows
from cloud.report.model import About, Basis, Cell, Chart, Column, Doubtful, Figure, Group, Report, ReportKind, Table
from cloud.report.units import Unit, Units, shown
from cloud.report.words import BASES, CHARTS, COLUMNS, GROUPS, MISSING, PHRASES, SOURCES, TABLES, TITLES, say, season
from contract.quantities import QUANTITIES

DASH: Final = "–"
GROUP_OF_FLOCK: Final = "flock:"
BY_FIGURE: Final = frozenset({"compared", "standing"})
"""Tables whose rows are figures."""


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A figure with all that it traces to; ``text`` is the value as it is read, a dash without one."""

    key: str
    name: str
    value: float | None
    low: float | None
    high: float | None
    target: float | None
    unit: str
    decimals: int
    text: str
    missing: str | None
    formula: str
    source: str
    version: int
    data: str


@dataclass(frozen=True, slots=True)
class PrintedGroup:
    """Figures that belong together."""

    key: str
    name: str
    figures: tuple[PrintedFigure, ...]


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """A column under its name."""

    key: str
    name: str
    unit: str
    kind: str
    decimals: int | None

    @property
    def heading(self) -> str:
        """Return the name with the unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A tidy table: one row for each thing, one column for each property; ``decimals`` of rows that are figures."""

    key: str
    name: str
    columns: tuple[PrintedColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    decimals: tuple[int, ...] = ()

    def places(self, row: int, column: PrintedColumn) -> int:
        """Return the digits after the point in a row, which are the column's or, where it has none, the row's own."""
        return column.decimals if column.decimals is not None else self.decimals[row]

    def column(self, key: str) -> list[Cell]:
        """Return the cells of a column."""
        return [row[self.place(key)] for row in self.rows]

    def place(self, key: str) -> int:
        """Return the number of a column."""
        return next(place for place, column in enumerate(self.columns) if column.key == key)


@dataclass(frozen=True, slots=True)
class PrintedChart:
    """A chart with its name; its lines name columns of ``table``."""

    name: str
    chart: Chart


@dataclass(frozen=True, slots=True)
class Printed:
    """A whole report in words."""

    kind: ReportKind
    language: Language
    units: Units
    title: str
    subtitle: str
    first: date
    last: date
    about: tuple[tuple[str, str], ...]
    groups: tuple[PrintedGroup, ...]
    tables: tuple[PrintedTable, ...]
    charts: tuple[PrintedChart, ...]
    notes: tuple[str, ...]
    made_by: str
    file_name: str

    def table(self, key: str) -> PrintedTable | None:
        """Return a table by its key."""
        return next((one for one in self.tables if one.key == key), None)

    def phrase(self, key: str) -> str:
        """Return words in the report's language."""
        return say(PHRASES[key], self.language)


def printed(report: Report, language: Language = "en", units: Units = "si") -> Printed:
    """Return a report in words."""
    printer = _Printer(language, units, report.currency)
    names = [about.flock for about in report.about]
    return Printed(
        kind=report.kind,
        language=language,
        units=units,
        title=say(TITLES[report.kind], language),
        subtitle=printer.subtitle(report),
        first=report.first,
        last=report.last,
        about=printer.about(report),
        groups=tuple(printer.group(group) for group in report.groups),
        tables=tuple(printer.table(table) for table in report.tables),
        charts=tuple(PrintedChart(say(CHARTS[one.key], language), one) for one in report.charts),
        notes=printer.notes(report),
        made_by=say(PHRASES["made_by"], language).format(version=version("henwise")),
        file_name=f"henwise-{report.kind}-{'-'.join(names)[:80]}-{report.last}",
    )


def number(value: float | None, decimals: int) -> str:
    """Return a number as it is read: a real minus, groups of three from ten thousand on, a dash for nothing."""
    if value is None:
        return DASH
    grouped = "," if abs(value) >= 10_000 else ""  # noqa: PLR2004 - the sentence above says it
    text = f"{value:{grouped}.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace("-", "\u2212")


@dataclass(frozen=True, slots=True)
class _Printer:
    language: Language
    units: Units
    currency: str

    def say(self, key: str, **values: object) -> str:
        return say(PHRASES[key], self.language).format(**values)

    def unit(self, unit: Unit) -> str:
        if unit == "money":
            return self.currency
        sign = shown(unit, self.units)
        return sign.en if self.language == "en" else sign.zh

    def value(self, value: float | None, unit: Unit) -> float | None:
        return None if value is None else shown(unit, self.units).to(value)

    def decimals(self, decimals: int, unit: Unit) -> int:
        return decimals + shown(unit, self.units).more_decimals

    def subtitle(self, report: Report) -> str:
        if report.kind == "comparison":
            return ", ".join(dict.fromkeys(about.farm for about in report.about))
        about = report.about[0]
        age = self.say("age", age=report.age_days)
        return f"{about.farm} · {about.house} · {about.flock} · {age}"

    def about(self, report: Report) -> tuple[tuple[str, str], ...]:
        several = len(report.about) > 1
        lines: list[tuple[str, str]] = []
        for about in report.about:
            if several:
                lines.append((about.flock, self._short(about)))
                continue
            lines += [
                (self.say("farm"), about.farm),
                (self.say("house"), about.house),
                (self.say("flock"), about.flock),
                (self.say("breed"), about.breed),
                (self.say("placed_on"), str(about.placed_on)),
                (self.say("curve"), about.curve_source or self.say("no_curve")),
            ]
        span = str(report.last) if report.first == report.last else f"{report.first} – {report.last}"
        beside = []
        if report.beside:
            said = self.say("beside_flocks", season=season(report.beside, self.language))
            beside.append((self.say("beside"), said))
        return (*lines, (self.say("days"), span), *beside)

    def notes(self, report: Report) -> tuple[str, ...]:
        """Return what a reader must know of the figures."""
        parts = [self._doubtful(one) for one in report.left_out]
        joined = ("; " if self.language == "en" else "；").join(parts)
        return (self.say("left_out", parts=joined),) if parts else ()

    def _doubtful(self, one: Doubtful) -> str:
        row = QUANTITIES[one.quantity]
        name = row.en.lower() if self.language == "en" else row.zh
        return self.say(f"left_out_{one.why}", quantity=name, hours=number(one.hours, 1), times=one.times)

    def _short(self, about: About) -> str:
        return f"{about.farm} · {about.house} · {about.breed} · {about.placed_on}"

    def group(self, group: Group) -> PrintedGroup:
        name = group.key.removeprefix(GROUP_OF_FLOCK)
        words = name if group.key.startswith(GROUP_OF_FLOCK) else say(GROUPS[group.key], self.language)
        return PrintedGroup(group.key, words, tuple(map(self.figure, group.figures)))

    def figure(self, figure: Figure) -> PrintedFigure:
        row, reckoned = figure_rows()[figure.key], figure.reckoned
        decimals, unit = self.decimals(row.decimals, row.unit), self.unit(row.unit)
        low, high = (self.value(one, row.unit) for one in reckoned.interval or (None, None))
        value = self.value(reckoned.value, row.unit)
        return PrintedFigure(
            key=figure.key,
            name=row.en if self.language == "en" else row.zh,
            value=value,
            low=low,
            high=high,
            target=self.value(figure.target, row.unit),
            unit=unit,
            decimals=decimals,
            text=f"{number(value, decimals)} {unit}".rstrip() if value is not None else DASH,
            missing=say(MISSING[reckoned.missing], self.language) if reckoned.missing else None,
            formula=row.formula if self.language == "en" else row.formula_zh,
            source=row.source if self.language == "en" else SOURCES.get(row.source, row.source),
            version=row.version,
            data=self._basis(figure.basis),
        )

    def _basis(self, basis: Basis) -> str:
        words = say(BASES[basis.kind], self.language).format(days=basis.days)
        return f"{words}, {self.say('last')} {basis.last}" if basis.last else words

    def table(self, table: Table) -> PrintedTable:
        if table.key in BY_FIGURE:
            return self._by_figure(table)
        rows = tuple(
            tuple(self._cell(cell, column) for cell, column in zip(row, table.columns, strict=True))
            for row in table.rows
        )
        return PrintedTable(
            table.key, say(TABLES[table.key], self.language), tuple(map(self._column, table.columns)), rows
        )

    def _column(self, column: Column) -> PrintedColumn:
        name = column.title or say(COLUMNS[column.key], self.language)
        # Beside a count of birds "birds" says nothing more.
        unit = "" if column.kind == "count" else self.unit(column.unit)
        return PrintedColumn(column.key, name, unit, column.kind, self.decimals(column.decimals, column.unit))

    def _cell(self, cell: Cell, column: Column) -> Cell:
        if column.kind != "number" or not isinstance(cell, int | float):
            return cell
        value = self.value(float(cell), column.unit)
        return None if value is None else round(value, self.decimals(column.decimals, column.unit) + 2)

    def _by_figure(self, table: Table) -> PrintedTable:
        """Return a table whose rows are figures: each row has its own unit."""
        rows, decimals = [], []
        for key, _, *values in table.rows:
            row = figure_rows()[str(key)]
            places = self.decimals(row.decimals, row.unit)
            cells = []
            for value, column in zip(values, table.columns[2:], strict=True):
                told = self.value(value, row.unit) if isinstance(value, int | float) else None
                cells.append(value if column.kind == "count" else None if told is None else round(told, places))
            rows.append((row.en if self.language == "en" else row.zh, self.unit(row.unit), *cells))
            decimals.append(places)
        columns = tuple(
            replace(self._column(column), decimals=None, unit="") if column.kind == "number" else self._column(column)
            for column in table.columns
        )
        name = say(TABLES[table.key], self.language)
        return PrintedTable(table.key, name, columns, tuple(rows), tuple(decimals))
