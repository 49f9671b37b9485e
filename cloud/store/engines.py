"""The two databases that records can be in, and what differs between them: how to connect, what a failure means.

SQLite is a file (WAL, ``synchronous=FULL``); PostgreSQL is a URL. On both a transaction that writes is alone with
what it reads, so that looking first and writing then needs no further care: SQLite has one writer at a time, and on
PostgreSQL each one takes the same advisory lock first. Only workers of ingest share it and hold devices' rows instead.
"""

import re
import sqlite3
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError

Where = Path | URL
"""An SQLite file, or PostgreSQL's address."""

WRITES: Final = "henwise_writes"
"""Execution option of a transaction that will write: ``ALONE`` or ``BESIDE`` others of that kind."""

ALONE: Final = "pg_advisory_xact_lock"
BESIDE: Final = "pg_advisory_xact_lock_shared"
"""PostgreSQL's function that lets it begin; with SQLite every writer is alone."""

PATIENCE_S: Final = 10
"""How long a writer waits for another one, and a connection for the server."""
UPGRADE_PATIENCE_S: Final = 60
"""How long a start waits for another one that makes the tables: on a slow machine that takes longer than PATIENCE_S."""

CONNECTIONS: Final = 8
MORE_CONNECTIONS: Final = 32
"""A process keeps so many connections to PostgreSQL, and opens so many more while it is busy."""

_WRITERS_LOCK: Final = 0x68656E77697365  # "henwise"; advisory locks are per database

_SESSION: Final = " ".join(
    f"-c {setting}"
    for setting in (
        "synchronous_commit=on",  # what is acknowledged is on the disk, whatever the server's default
        "lock_timeout={patience_s}s",
        "idle_in_transaction_session_timeout=60s",
        "timezone=UTC",
    )
)


def name_of(where: Where) -> str:
    """Return what a person reads in an error; never the password."""
    return str(where) if isinstance(where, Path) else where.render_as_string(hide_password=True)


def engine_of(where: Where, *, patience_s: int = PATIENCE_S) -> Engine:
    """Return a pool of connections whose writers wait for others so long; none is opened yet."""
    if isinstance(where, Path):
        engine = create_engine(f"sqlite:///{where}", connect_args={"timeout": patience_s})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        where,
        pool_size=CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        pool_timeout=PATIENCE_S,
        pool_pre_ping=True,  # a server that was started again costs one look, not a failed request
        connect_args={
            "options": _SESSION.format(patience_s=patience_s),
            "connect_timeout": PATIENCE_S,
            "application_name": "henwise",
            "tcp_user_timeout": 1000 * PATIENCE_S,  # a server that lost its power answers nothing at all
        },
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def conninfo(url: URL) -> str:
    """Return what psycopg connects with, to listen for as long as it takes."""
    parts = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}
    alive = {"keepalives_idle": PATIENCE_S, "keepalives_interval": 5, "keepalives_count": 3}
    more = {"connect_timeout": PATIENCE_S, "application_name": "henwise-listener", **alive, **url.query}
    return make_conninfo(**{name: str(value) for name, value in {**parts, **more}.items() if value is not None})


def reads(engine: Engine) -> Engine:
    """Return the engine for transactions that only read, all of one moment."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writes(engine: Engine, how: str = ALONE) -> Engine:
    """Return the engine for transactions that write."""
    return engine.execution_options(**{WRITES: how})


def is_of_the_value(error: DBAPIError) -> bool:
    """Say whether a value was refused, so that trying again is in vain; else the database is at fault."""
    if isinstance(error, DataError | IntegrityError):
        return True
    # Without a server's code it is the driver that could not pass the value on.
    by_driver = getattr(error.orig, "sqlstate", None) is None and not error.connection_invalidated
    return isinstance(error, InterfaceError | ProgrammingError) and by_driver


def is_of_the_configuration(error: DBAPIError) -> bool:
    """Say whether a server that answers will not let us in, or do what we need, until somebody mends a setting."""
    code = getattr(error.orig, "sqlstate", None)
    # A connection that was refused tells no code, only the server's words.
    return _NO_RIGHT.match(code) is not None if code else _NOT_LET_IN.search(str(error.orig)) is not None


_NO_RIGHT: Final = re.compile(r"28|3D|42501")
"""SQLSTATE: wrong password or user; no such database; a right is missing."""
_NOT_LET_IN: Final = re.compile(
    r"FATAL: .*(password authentication failed|role .* does not exist|database .* does not exist|no pg_hba.conf entry|"
    r"permission denied for database|is not permitted to log in)|fe_sendauth: no password supplied"
)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when a transaction begins is switched off: _begin_sqlite says it.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-1000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock first: taking it later can fail without waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _lock_of(connection) else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    # At READ COMMITTED every statement after this one sees what the lock's last holder committed.
    if lock := _lock_of(connection):
        connection.exec_driver_sql(f"SELECT {lock}(%s)", (_WRITERS_LOCK,))


def _lock_of(connection: Connection) -> str | None:
    lock: str | None = connection.get_execution_options().get(WRITES)
    return lock
