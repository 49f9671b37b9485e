"""XLSX files by XlsxWriter: a sheet for the figures, one for each table, charts that the spreadsheet draws itself.

Dates are dates, numbers are numbers with their format, headings are frozen, and what is not known is an empty cell. The
time of making is the report's last day, so that the same data make the same bytes.
"""

from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

from cloud.errors import CannotPrint
from cloud.report.model import Line
from cloud.report.printed import Printed, PrintedChart, PrintedFigure, PrintedTable

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET_NAME_CHARACTERS: Final = 31
CHART_ROWS: Final = 19
CHART_DOWN: Final = 4
CHARTS_A_PAGE: Final = 3
CHARTS_PERCENT: Final = 68
"""A printed page of A4 holds so many charts at this size."""
HEAD_LETTERS: Final = 11
"""So many letters of a heading, bold, stand on a line of a column; a line is ``LINE_POINTS`` high."""
LINE_POINTS: Final = 15.5
PAPER_A4: Final = 9
CHART_SIZE: Final = {"width": 720, "height": 360}
COLOURS: Final = ("#0B6E5F", "#C2571A", "#2F5FA8", "#8A3F86", "#7A6A00", "#4A4A4A", "#C2387A", "#2B9FB3")
MUTED: Final = "#5D6D73"


def render(printed: Printed) -> bytes:
    """Return a report as an XLSX file; the same report makes the same bytes.

    Raises:
        CannotPrint: XlsxWriter is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise CannotPrint(
            "no_xlsx",
            "XLSX reports need XlsxWriter; install it with: pip install 'henwise[report]'",
            "生成 XLSX 需要 XlsxWriter，请安装：pip install 'henwise[report]'",
        ) from None
    target = BytesIO()
    book = Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_urls": False})
    stamp = datetime.combine(printed.last, time())
    book.set_properties({"title": printed.title, "author": "Henwise", "comments": printed.made_by, "created": stamp})
    formats = _Formats(book)
    _write_figures(book, formats, printed)
    names = {table.key: _write_table(book, formats, table) for table in printed.tables}
    _write_charts(book, printed, names)
    book.close()
    return target.getvalue()


class _Formats:
    """Cell formats, made once each."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._numbers: dict[int, Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": COLOURS[0]})
        self.heading = book.add_format({"bold": True, "bg_color": "#EEF3F2", "text_wrap": True, "valign": "top"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.bold = book.add_format({"bold": True})

    def number(self, decimals: int) -> Any:
        """Return the format of numbers with so many digits after the point."""
        if decimals not in self._numbers:
            form = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._numbers[decimals] = self._book.add_format({"num_format": form})
        return self._numbers[decimals]


def _write_figures(book: "Workbook", formats: _Formats, printed: Printed) -> None:
    sheet = book.add_worksheet(_sheet_name(printed.phrase("figures"), book))
    sheet.write_string(0, 0, printed.title, formats.title)
    row = 1
    for name, value in printed.about:
        sheet.write_string(row, 0, name, formats.bold)
        sheet.write_string(row, 1, value)
        row += 1
    for note in printed.notes:
        sheet.write_string(row, 0, note)
        row += 1
    row += 1
    heads = [
        printed.phrase(key)
        for key in ("figure", "value", "low", "high", "goal", "unit", "missing", "formula", "source", "version", "data")
    ]
    sheet.write_row(row, 0, heads, formats.heading)
    sheet.freeze_panes(row + 1, 1)
    _set_page(sheet)
    for group in printed.groups:
        row += 1
        sheet.write_string(row, 0, group.name, formats.bold)
        for one in group.figures:
            row += 1
            _write_figure(sheet, formats, row, one)
    # The next column would cut a formula that is longer than its own.
    formula = max((_wide(one.formula) for group in printed.groups for one in group.figures), default=0)
    for column, width in enumerate((34, 12, 12, 12, 12, 10, 40, max(90, formula), 64, 8, 40)):
        sheet.set_column(column, column, width)


def _write_figure(sheet: "Worksheet", formats: _Formats, row: int, one: PrintedFigure) -> None:
    sheet.write_string(row, 0, one.name)
    for column, value in enumerate((one.value, one.low, one.high, one.target), 1):
        if value is not None:
            sheet.write_number(row, column, value, formats.number(one.decimals))
    sheet.write_string(row, 5, one.unit)
    sheet.write_string(row, 6, one.missing or "")
    sheet.write_string(row, 7, one.formula)
    sheet.write_string(row, 8, one.source)
    sheet.write_number(row, 9, one.version)
    sheet.write_string(row, 10, one.data)


def _write_table(book: "Workbook", formats: _Formats, table: PrintedTable) -> str:
    name = _sheet_name(table.name, book)
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    _set_page(sheet)
    sheet.repeat_rows(0)
    # Only Excel makes a row as high as its wrapped words by itself.
    sheet.set_row(0, LINE_POINTS * max((_lines(column.heading) for column in table.columns), default=1))
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.heading, formats.heading)
        sheet.set_column(place, place, 26 if column.kind == "text" and place == 0 else 12)
        cells = [row[place] for row in table.rows]
        for row, cell in enumerate(cells, 1):
            if isinstance(cell, date):
                sheet.write_datetime(row, place, datetime.combine(cell, time()), formats.date)
            elif isinstance(cell, int | float):
                sheet.write_number(row, place, cell, formats.number(table.places(row - 1, column)))
            elif cell is not None:
                sheet.write_string(row, place, cell)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    return name


def _write_charts(book: "Workbook", printed: Printed, names: dict[str, str]) -> None:
    charts = [one for one in printed.charts if one.chart.table in names]
    if not charts:
        return
    sheet = book.add_worksheet(_sheet_name("Charts" if printed.language == "en" else "图表", book))
    sheet.set_paper(PAPER_A4)
    sheet.set_print_scale(CHARTS_PERCENT)
    pages = range(CHARTS_A_PAGE, len(charts), CHARTS_A_PAGE)
    sheet.set_h_pagebreaks([number * CHART_ROWS for number in pages])
    for number, one in enumerate(charts):
        table = printed.table(one.chart.table)
        if table is not None:
            chart = _chart(book, one, table, names[one.chart.table])
            sheet.insert_chart(number * CHART_ROWS, 0, chart, {"y_offset": CHART_DOWN})


def _chart(book: "Workbook", one: PrintedChart, table: PrintedTable, sheet: str) -> Any:
    bars = any(line.style == "bars" for line in one.chart.lines)
    kind = {"type": "column", "subtype": "stacked"} if bars else {"type": "scatter", "subtype": "straight"}
    chart = book.add_chart(kind)
    x, rows = table.place(one.chart.x), len(table.rows)
    for key in one.chart.band or ():
        chart.add_series(_series(sheet, table, key, x, rows, {"color": "#9CC5BE", "width": 0.75}))
    plain = 0
    for line in one.chart.lines:
        colour = MUTED if line.style == "dashed" else COLOURS[plain % len(COLOURS)]
        plain += line.style != "dashed"
        chart.add_series(_series(sheet, table, line.column, x, rows, _style(line, colour), bars=bars))
    chart.set_title({"name": one.name, "name_font": {"size": 11}})
    chart.set_x_axis({"name": table.columns[x].heading, "major_gridlines": {"visible": False}})
    chart.set_y_axis({"name": table.columns[table.place(one.chart.lines[-1].column)].unit})
    chart.set_legend({"position": "bottom"})
    chart.set_size(CHART_SIZE)
    chart.show_blanks_as("gap")
    return chart


def _style(line: Line, colour: str) -> dict[str, Any]:
    dash = {"dash_type": "dash"} if line.style == "dashed" else {}
    return {"color": colour, "width": 1.75, **dash}


def _series(
    sheet: str, table: PrintedTable, key: str, x: int, rows: int, style: dict[str, Any], *, bars: bool = False
) -> dict[str, Any]:
    place = table.place(key)
    look = {"fill": {"color": style["color"]}, "gap": 40} if bars else {"line": style, "marker": {"type": "none"}}
    return {
        "name": [sheet, 0, place],
        "categories": [sheet, 1, x, rows, x],
        "values": [sheet, 1, place, rows, place],
        **look,
    }


def _lines(heading: str) -> int:
    """Return on how many lines a heading stands; letters of Chinese are as wide as two."""
    lines, used = 1, 0
    for word in heading.split():
        if used and used + 1 + _wide(word) > HEAD_LETTERS:
            lines, used = lines + 1, 0
        used += _wide(word) + (used > 0)
    return max(lines, -(-_wide(heading) // HEAD_LETTERS))


def _wide(word: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in word)


def _set_page(sheet: "Worksheet") -> None:
    """Let a sheet that somebody prints be as wide as the paper."""
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)


def _sheet_name(name: str, book: "Workbook") -> str:
    short = name[:SHEET_NAME_CHARACTERS]
    taken = {sheet.get_name() for sheet in book.worksheets()}
    return short if short not in taken else f"{short[: SHEET_NAME_CHARACTERS - 2]} 2"
