"""Records: everything that is not a long series of numbers, through SQLAlchemy in SQLite or PostgreSQL.

The nouns have modules of their own (``houses``, ``people``, ``pictures``, ``ledger``); this one opens the database,
brings it up to date, and hands out transactions. What differs between the two is in ``engines``.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import (
    JSON,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Row,
    Select,
    bindparam,
    cast,
    func,
    insert,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from cloud.errors import BadRecord, CannotStart, StoreUnavailable
from cloud.store.engines import (
    BESIDE,
    UPGRADE_PATIENCE_S,
    Where,
    engine_of,
    is_of_the_configuration,
    is_of_the_value,
    name_of,
    reads,
    writes,
)
from cloud.store.tables import Table


class Records:
    """The records' database; nothing is opened before ``open()``.

    Args:
        where: an SQLite file, or PostgreSQL's address (dialect ``postgresql+psycopg``).
    """

    def __init__(self, where: Where) -> None:
        self._where = where
        self._engine: Engine | None = None

    def open(self) -> None:
        """Open the database and run the migrations it lacks.

        Raises:
            StoreUnavailable: it can't be opened or written.
            CannotStart: a newer Henwise made its tables, or the server does not let us in.
        """
        self._engine = engine_of(self._where)
        try:
            self._bring_up_to_date()
        except StoreUnavailable as error:
            self.close()
            if isinstance(error.__cause__, DBAPIError) and is_of_the_configuration(error.__cause__):
                raise CannotStart(f"records.url: {str(error).removesuffix(f'; {_ADVICE}')}") from error
            raise
        except BaseException:
            self.close()
            raise

    def _bring_up_to_date(self) -> None:
        from cloud.store.migrations import upgrade

        patient = engine_of(self._where, patience_s=UPGRADE_PATIENCE_S)
        try:
            with _translated(self._where), writes(patient).begin() as connection:
                upgrade(connection)
        finally:
            patient.dispose()

    def look(self) -> None:
        """Look whether the database answers.

        Raises:
            StoreUnavailable: it does not.
        """
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

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
        with _translated(self._where), reads(self._opened()).begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction, alone with what it reads; on leaving the block it is on the disk.

        Raises:
            StoreUnavailable: nothing was written; try again later.
            BadRecord: a value can't be kept.
        """
        with _translated(self._where), writes(self._opened()).begin() as connection:
            yield connection

    @contextmanager
    def writing_beside(self) -> Iterator[Connection]:
        """Give a transaction as ``writing`` does, but beside others of this kind: for ingest, whose workers are many.

        What is read before it is written must be held first: ``enrolments.hold`` does so for a device's rows.

        Raises:
            StoreUnavailable: nothing was written; try again later.
            BadRecord: a value can't be kept.
        """
        with _translated(self._where), writes(self._opened(), BESIDE).begin() as connection:
            yield connection

    @property
    def server(self) -> URL | None:
        """PostgreSQL's address; None when the records are in a file, which one process has for itself."""
        return self._where if isinstance(self._where, URL) else None

    def connect(self) -> Connection:
        """Return a connection of its own outside of any transaction, for a lock; the caller closes it.

        Raises:
            StoreUnavailable: the database can't be reached.
        """
        with _translated(self._where):
            connection = self._opened().connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            return connection

    def _opened(self) -> Engine:
        if self._engine is None:
            raise StoreUnavailable(f"{name_of(self._where)} is not open")
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


def upsert_all(connection: Connection, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of the same columns, each over the one with the same primary key; one statement for all."""
    if not rows:
        return
    keys = [column.name for column in table.__table__.primary_key]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    _execute_all(connection, statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


def insert_all_new(connection: Connection, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Insert those rows, all of the same columns, whose primary key is not there yet; one statement for all."""
    if not rows:
        return
    keys = [column.name for column in table.__table__.primary_key]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    _execute_all(connection, dialect.insert(table).on_conflict_do_nothing(index_elements=keys), rows)


def _execute_all(connection: Connection, statement: Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Hand rows of plain values to the driver: SQLAlchemy's work for each of them costs more than the database's."""
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    if compiled.positional:
        names = compiled.positiontup or ()
        connection.exec_driver_sql(compiled.string, [tuple(row[name] for name in names) for row in rows])
    else:
        connection.exec_driver_sql(compiled.string, list(rows))


def matching(
    connection: Connection, query: Select[*tuple[Any, ...]], columns: Sequence[Any], keys: Sequence[tuple[str, ...]]
) -> Iterator[Row[Any]]:
    """Give the rows whose columns, texts, are one of ``keys``; one question, however many keys there are.

    The keys travel as one JSON text: as a parameter for each of their parts, writing the statement takes longer than
    answering it.
    """
    if not keys:
        return
    for number, column in enumerate(columns):
        query = query.where(column == _part_of_wanted(connection, number))
    yield from connection.execute(query, {"wanted": json.dumps(keys)})


def _part_of_wanted(connection: Connection, number: int) -> ColumnElement[str]:
    if connection.dialect.name == "postgresql":
        return _WANTED_POSTGRESQL.c.value.op("->>")(number)
    return func.json_extract(_WANTED_SQLITE.c.value, f"$[{number}]")


_WANTED_SQLITE: Final = func.json_each(bindparam("wanted")).table_valued("value", name="wanted")
_WANTED_POSTGRESQL: Final = func.json_array_elements(cast(bindparam("wanted"), JSON)).table_valued(
    "value", name="wanted"
)


def insert_new(connection: Connection, table: type[Table], row: dict[str, Any]) -> bool:
    """Insert a row unless there is one with the same primary key; say whether it was inserted."""
    keys = [column.name for column in table.__table__.primary_key]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(row).on_conflict_do_nothing(index_elements=keys)
    return connection.execute(statement.returning(*table.__table__.primary_key)).first() is not None


def add(connection: Connection, table: type[Table], row: dict[str, Any]) -> None:
    """Insert a row."""
    connection.execute(insert(table).values(row))


@contextmanager
def _translated(where: Where) -> Iterator[None]:
    try:
        yield
    except NoConnectionFree as error:
        raise StoreUnavailable(f"{name_of(where)}: too much at once; try again in a moment") from error
    except DBAPIError as error:
        if is_of_the_value(error):
            raise BadRecord(f"{name_of(where)}: {error}") from error
        raise StoreUnavailable(f"{name_of(where)}: {str(error.orig).strip()}; {_ADVICE}") from error
    except OverflowError as error:
        raise BadRecord(f"{name_of(where)}: {error}") from error


_ADVICE = "is its disk full, the file in use, or the server away?"
