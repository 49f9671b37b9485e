"""Records: everything that is not a long series of numbers, in SQLite (WAL, synchronous=FULL) through SQLAlchemy.

The nouns have modules of their own (``houses``, ``people``, ``pictures``, ``ledger``); this one opens the database,
brings it up to date, and hands out transactions. PostgreSQL would be another URL here and nothing else.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from cloud.errors import BadRecord, StoreUnavailable
from cloud.store.tables import Table

BUSY_TIMEOUT_S = 10.0
_WRITES = "henwise_writes"


class Records:
    """The records' database; nothing is opened before ``open()``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine: Engine | None = None

    def open(self) -> None:
        """Open the database and run the migrations it lacks.

        Raises:
            StoreUnavailable: it can't be opened or written.
        """
        from cloud.store.migrations import upgrade

        self._engine = _sqlite_engine(self._path)
        with self.writing() as connection:
            upgrade(connection)

    def close(self) -> None:
        """Close all connections; harmless when none is open."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database.

        Raises:
            StoreUnavailable: the database can't be reached.
        """
        with _translated(self._path), self._opened().begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction; on leaving the block it is on the disk.

        Raises:
            StoreUnavailable: nothing was written; try again later.
            BadRecord: a value can't be kept.
        """
        engine = self._opened().execution_options(**{_WRITES: True})
        with _translated(self._path), engine.begin() as connection:
            yield connection

    def _opened(self) -> Engine:
        if self._engine is None:
            raise StoreUnavailable(f"{self._path} is not open")
        return self._engine


def upsert(connection: Connection, table: type[Table], row: dict[str, Any]) -> None:
    """Insert a row, or overwrite the one with the same primary key."""
    keys = [column.name for column in table.__table__.primary_key]
    values = {name: value for name, value in row.items() if name not in keys}
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(row)
    if values:
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
    else:
        connection.execute(statement.on_conflict_do_nothing(index_elements=keys))


def add(connection: Connection, table: type[Table], row: dict[str, Any]) -> None:
    """Insert a row."""
    connection.execute(insert(table).values(row))


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StoreUnavailable(f"{path}: {error.orig}; is the disk full or the file in use?") from error
    except (DBAPIError, OverflowError) as error:
        raise BadRecord(f"{path}: {error}") from error


def _sqlite_engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when a transaction begins is switched off: _begin says it.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-1000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that will write takes the lock first: taking it later can fail without waiting.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
