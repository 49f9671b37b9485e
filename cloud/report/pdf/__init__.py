"""PDF files by Typst: the page is ``report.typ``, its data one JSON document, its charts vectors."""

import json
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any

from cloud.errors import CannotPrint
from cloud.report.model import Cell
from cloud.report.pdf.chart import drawn
from cloud.report.pdf.fonts import fonts, fonts_for, no_typst
from cloud.report.printed import DASH, Printed, PrintedColumn, PrintedFigure, PrintedTable, number
from cloud.report.tables import SHORT_COLUMNS

SHORT = {"days": SHORT_COLUMNS}
"""Tables of which a page shows some columns only."""
NOT_ON_PAGE = frozenset({"weights_by_age", "past_forecasts"})
"""Tables that are for files: the page has them as charts or figures."""

DATE_LETTERS = 11
LEAST_LETTERS = 6
MOST_LETTERS = 24
"""A text that is longer goes on below."""
BREAK = "\u200b"
"""Where a name may be broken: Typst does not after a hyphen between figures."""
LAST_LATIN = "\u2e80"
"""Letters beyond it are as wide as two."""


def render(printed: Printed) -> bytes:
    """Return a report as a PDF file; the same report makes the same bytes. Blocking, uses a whole core.

    Raises:
        CannotPrint: Typst or a font is missing.
    """
    try:
        from typst import Compiler, TypstError
    except ImportError:
        raise no_typst() from None
    found = fonts()
    names = fonts_for(printed.language, frozenset(found.families()))
    document = json.dumps(page(printed, names), ensure_ascii=False)
    source = files(__package__).joinpath("report.typ").read_bytes()
    compiler = Compiler(source, font_paths=found, sys_inputs={"report": document})
    stamp = datetime.combine(printed.last, time(), UTC)
    try:
        made = compiler.compile(format="pdf", timestamp=stamp)
    except TypstError as error:
        raise CannotPrint("no_typst", f"Typst could not set the report: {error.message}", "Typst 排版失败。") from error
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def page(printed: Printed, fonts: list[str]) -> dict[str, Any]:
    """Return all that the page shows, as plain data."""
    weekly_or_daily = printed.kind in {"day", "week"}
    return {
        "kind": printed.kind,
        "language": printed.language,
        "fonts": fonts,
        "title": printed.title,
        "subtitle": printed.subtitle,
        "last": [printed.last.year, printed.last.month, printed.last.day],
        "about": [list(line) for line in printed.about],
        "groups": [{"name": one.name, "figures": list(map(_figure, one.figures))} for one in _groups(printed)],
        "notes": list(printed.notes),
        "charts": [chart for one in printed.charts if (chart := drawn(printed, one)) is not None],
        "tables": [] if printed.kind == "day" else [_table(printed, one) for one in _tables(printed)],
        "formulas": _formulas(printed, data=printed.kind != "comparison"),
        "formula_names": [printed.phrase(key) for key in ("figure", "formula", "source", "data")],
        "formulas_title": printed.phrase("formulas"),
        "dash": printed.phrase("dash"),
        "made_by": printed.made_by,
        "page_words": printed.phrase("page"),
        "columns": 2 if weekly_or_daily or printed.kind == "flock" else 1,
    }


def _groups(printed: Printed) -> list[Any]:
    return [] if printed.kind == "comparison" else list(printed.groups)


def _figure(one: PrintedFigure) -> dict[str, str]:
    notes = []
    if one.missing is not None:
        notes.append(one.missing)
    if one.low is not None and one.high is not None:
        notes.append(f"{number(one.low, one.decimals)} {DASH} {number(one.high, one.decimals)}")
    return {
        "name": one.name,
        "number": number(one.value, one.decimals),
        "unit": one.unit if one.value is not None else "",
        "note": "; ".join(notes),
        "target": number(one.target, one.decimals) if one.target is not None else "",
    }


def _tables(printed: Printed) -> list[PrintedTable]:
    return [one for one in printed.tables if one.key not in NOT_ON_PAGE]


def _table(printed: Printed, table: PrintedTable) -> dict[str, Any]:
    keys = SHORT.get(table.key)
    columns = [column for column in table.columns if keys is None or column.key in keys]
    places = [table.place(column.key) for column in columns]
    rows = table.rows
    if printed.kind == "week" and table.key == "days":
        rows = tuple(row for row in rows if _within(row[table.place("day")], printed.first, printed.last))
    cells = [
        [_cell(row[place], column, table.places(number, column) if column.kind == "number" else 0)
         for place, column in zip(places, columns, strict=True)]
        for number, row in enumerate(rows)
    ]  # fmt: skip
    return {
        "name": table.name,
        "columns": [
            {
                "name": one.name.replace("-", f"-{BREAK}"),
                "unit": one.unit,
                "text": one.kind == "text",
                "weight": _weight(one, [row[place] for row in cells]),
            }
            for place, one in enumerate(columns)
        ],
        "rows": cells,
    }


def _within(day: Cell, first: date, last: date) -> bool:
    return isinstance(day, date) and first <= day <= last


def _weight(column: PrintedColumn, cells: list[str]) -> float:
    """Return how wide a column shall be beside others: as its widest piece, which must not be broken."""
    if column.kind == "date":
        return DATE_LETTERS
    if column.kind == "text":
        return min(MOST_LETTERS, max(LEAST_LETTERS, *map(_letters, cells))) if cells else LEAST_LETTERS
    words = [*column.name.replace("-", "- ").split(), column.unit, *cells]
    return max(LEAST_LETTERS, *map(_letters, words))


def _letters(word: str) -> int:
    return sum(1 + (letter > LAST_LATIN) for letter in word)


def _cell(value: Cell, column: PrintedColumn, decimals: int) -> str:
    if value is None:
        return DASH
    if isinstance(value, int | float) and column.kind != "text":
        return number(float(value), decimals)
    return str(value)


def _formulas(printed: Printed, *, data: bool) -> list[list[str]]:
    seen: dict[str, list[str]] = {}
    for group in printed.groups:
        for one in group.figures:
            words = [one.name, f"{one.formula} (v{one.version})", one.source]
            seen.setdefault(one.key, [*words, one.data] if data else words)
    return list(seen.values())
