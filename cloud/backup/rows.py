"""Tables of the records as lines of JSON, and back: the same from SQLite and PostgreSQL.

The first line names the columns, each other one is a row. Tables are read as they are in the database, not as this
version of Henwise knows them, so that an older backup can be restored and brought up to date.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, Table, func, select, text

from cloud.backup.archive import TableEntry
from cloud.errors import BadBackup

ROWS_AT_ONCE: Final = 1_000
_OURS: Final = frozenset({"alembic_version"})

Coder = Callable[[Any], Any]


def tables_of(connection: Connection) -> list[Table]:
    """List the tables that are there, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in _OURS]


def dump(connection: Connection, table: Table, path: Path, told: Callable[[int], None]) -> TableEntry:
    """Write all rows of a table; ``told`` hears how many so far."""
    digest = _Digest()
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        file.write(json.dumps([column.name for column in _columns(table)]) + "\n")
        for line in _lines(connection, table):
            file.write(line + "\n")
            digest.add(line)
            if digest.rows % ROWS_AT_ONCE == 0:
                told(digest.rows)
    return digest.entry


def load(connection: Connection, table: Table, path: Path) -> None:
    """Insert the rows of a file into an empty table.

    Raises:
        BadBackup: the file is not of this table.
    """
    decoders = {column.name: _decoder(column.type.python_type) for column in table.columns}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        names = json.loads(next(file))
        if set(names) != set(decoders):
            raise BadBackup(f"{path.name} has other columns than the table {table.name} of its version")
        rows = ({n: decoders[n](v) for n, v in zip(names, json.loads(line), strict=True)} for line in file)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            connection.execute(table.insert(), some)
    _continue_numbers(connection, table)


def entry_of(connection: Connection, table: Table) -> TableEntry:
    """Return what is in a table now."""
    digest = _Digest()
    for line in _lines(connection, table):
        digest.add(line)
    return digest.entry


def count(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


class _Digest:
    """SHA-256 of each row, added up without order: two databases sort text differently."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: str) -> None:
        self.rows += 1
        self._sum ^= int.from_bytes(hashlib.sha256(line.encode()).digest())

    @property
    def entry(self) -> TableEntry:
        return TableEntry(rows=self.rows, digest=f"{self._sum:064x}")


def _columns(table: Table) -> list[Column[Any]]:
    return sorted(table.columns, key=lambda column: column.name)


def _lines(connection: Connection, table: Table) -> Iterator[str]:
    columns = _columns(table)
    encoders = [_encoder(column.type.python_type) for column in columns]
    stream = connection.execute(select(*columns), execution_options={"yield_per": ROWS_AT_ONCE})
    for row in stream:
        values = [encode(value) for encode, value in zip(encoders, row, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _encoder(kind: type) -> Coder:
    if kind is bytes:
        return lambda value: None if value is None else base64.b64encode(value).decode()
    if kind in {date, datetime}:
        return lambda value: None if value is None else value.isoformat()
    return lambda value: value


def _decoder(kind: type) -> Coder:
    if kind is bytes:
        return lambda value: None if value is None else base64.b64decode(value)
    if kind in {date, datetime}:
        return lambda value: None if value is None else kind.fromisoformat(value)
    return lambda value: value


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL count on after the numbers that were inserted; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        of = {"table": f'"{table.name}"', "column": column.name}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), of)
        if sequence is not None:
            newest = connection.scalar(select(func.max(column)))
            if newest is not None:
                connection.execute(text("SELECT setval(:sequence, :newest)"), {"sequence": sequence, "newest": newest})
