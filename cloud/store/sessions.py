"""Records of signed-in browsers, of which only the token's hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from cloud.store.records import Records, add
from cloud.store.tables import Session, User

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    id: int
    name: str


def begin(records: Records, user_id: int, now: datetime, lifetime: timedelta) -> str:
    """Return a new token; sessions that are over are cleared away."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "token_hash": hashed(token), "user_id": user_id, "expires_ms": ms(now + lifetime),
        "began_ms": ms(now), "used_ms": ms(now),
    }  # fmt: skip
    with records.writing() as connection:
        connection.execute(delete(Session).where(Session.expires_ms <= ms(now)))
        add(connection, Session, row)
    return token


def person(records: Records, token: str, now: datetime, lifetime: timedelta) -> Person | None:
    """Return who is behind a token, None when it is over or unknown; a used session lives on."""
    query = (
        select(User.id, User.name, Session.expires_ms)
        .join(User, User.id == Session.user_id)
        .where(Session.token_hash == hashed(token), Session.expires_ms > ms(now))
    )
    with records.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    if row.expires_ms < ms(now + lifetime / 2):
        with records.writing() as connection:
            _prolong(connection, token, now + lifetime)
    return Person(row.id, row.name)


def end(records: Records, token: str) -> None:
    """Forget a token."""
    with records.writing() as connection:
        connection.execute(delete(Session).where(Session.token_hash == hashed(token)))


def end_all(connection: Connection, user_id: int) -> None:
    """Forget every token of a person."""
    connection.execute(delete(Session).where(Session.user_id == user_id))


def _prolong(connection: Connection, token: str, expires: datetime) -> None:
    statement = update(Session).where(Session.token_hash == hashed(token)).values(expires_ms=ms(expires))
    connection.execute(statement)


def hashed(token: str) -> str:
    """Return what is kept of a token: it is random and long, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def ms(at: datetime) -> int:
    """Return an aware time in Unix ms."""
    return int(at.timestamp() * 1000)
