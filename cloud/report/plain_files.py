"""A table as CSV or Parquet: tidy, one row for each thing.

CSV is RFC 4180 in UTF-8 with one heading line: stable keys with their unit. With a byte order mark a spreadsheet on a
Chinese Windows reads it right.

Parquet is written by arro3 (Apache Arrow in Rust, 12 MB as wheels for x86-64 and Arm) where pyarrow would be 45 MB;
what reads Parquet reads it. Units are in the names; dates are dates.
"""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Final

from cloud.errors import CannotPrint, Unheard
from cloud.formula import as_text
from cloud.report.model import Cell
from cloud.report.printed import Printed, PrintedColumn, PrintedTable

BOM: Final = "\ufeff"
EPOCH: Final = date(1970, 1, 1)


def chosen_table(printed: Printed, key: str | None) -> PrintedTable:
    """Return a table of a report, the main one unless named.

    Raises:
        Unheard: it has no such table.
    """
    if key is None:
        return printed.tables[0]
    table = printed.table(key)
    if table is None:
        known = ", ".join(one.key for one in printed.tables)
        raise Unheard("no_such_table", f"This report has no table {key!r}; it has: {known}.", f"报告没有“{key}”表。")
    return table


def csv_file(table: PrintedTable, *, bom: bool = False) -> bytes:
    """Return a table as CSV; an empty field is what nobody knows."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([heading(column) for column in table.columns])
    writer.writerows([["" if cell is None else _plain(cell) for cell in row] for row in table.rows])
    return ((BOM if bom else "") + text.getvalue()).encode()


def parquet_file(table: PrintedTable) -> bytes:
    """Return a table as a Parquet file.

    Raises:
        CannotPrint: arro3 is not installed.
    """
    try:
        from arro3.core import Array, DataType, Table
        from arro3.io import write_parquet
    except ImportError:
        raise CannotPrint(
            "no_parquet",
            "Parquet files need arro3; install it with: pip install 'henwise[report]'",
            "生成 Parquet 需要 arro3，请安装：pip install 'henwise[report]'",
        ) from None
    types = {"date": DataType.int32(), "count": DataType.int64(), "number": DataType.float64()}
    columns = {}
    for place, column in enumerate(table.columns):
        cells = Array([_arrow(row[place], column.kind) for row in table.rows], types.get(column.kind, DataType.utf8()))
        # A date is its number of days since 1970.
        columns[heading(column)] = cells.cast(DataType.date32()) if column.kind == "date" else cells
    target = BytesIO()
    write_parquet(Table.from_pydict(columns), target, compression="zstd(3)")
    return target.getvalue()


def heading(column: PrintedColumn) -> str:
    """Return a column's name for programs: its key, or somebody's own name, with the unit."""
    name = column.key if not column.key.startswith("flock_") else column.name
    return f"{name} [{column.unit}]" if column.unit else name


def _plain(cell: Cell) -> str:
    if isinstance(cell, float):
        return format(cell, ".10g")
    return as_text(cell) if isinstance(cell, str) else str(cell)


def _arrow(cell: Cell, kind: str) -> float | str | None:
    if cell is None:
        return None
    if isinstance(cell, date):
        return (cell - EPOCH).days
    if kind == "count":
        return int(cell)
    return float(cell) if kind == "number" else str(cell)
