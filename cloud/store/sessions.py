"""Records of signed-in browsers, of which only the token's hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.records import Records, add
from cloud.store.tables import Channel, Session, User

TOKEN_BYTES = 32
ID_CHARACTERS = 16
BROWSER_MAX_CHARACTERS = 200
ADDRESS_MAX_CHARACTERS = 45
USE_NOTED_EVERY_MS = 600_000
"""A use is written down at most so often, and puts the session's end off."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Open:
    """One signed-in browser: ``id`` names it to its owner and opens nothing; times in Unix ms."""

    id: str
    began_ms: int | None
    used_ms: int | None
    browser: str
    address: str


def begin(
    records: Records, user_id: int, now: datetime, lifetime: timedelta, *,
    browser: str = "", address: str = "", before: str = "",
) -> str:  # fmt: skip
    """Return a new token; sessions that are over are cleared away.

    The browser's session ``before`` ends: its push is the new session's when the person is the same, else it ends too.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row: dict[str, Any] = {
        "token_hash": hashed(token), "user_id": user_id, "expires_ms": ms(now + lifetime),
        "began_ms": ms(now), "used_ms": ms(now),
        "browser": browser[:BROWSER_MAX_CHARACTERS], "address": address[:ADDRESS_MAX_CHARACTERS],
    }  # fmt: skip
    with records.writing() as connection:
        connection.execute(delete(Session).where(Session.expires_ms <= ms(now)))
        if before:
            connection.execute(delete(Session).where(Session.token_hash == hashed(before)))
            pushed = Channel.session == hashed(before)
            connection.execute(delete(Channel).where(pushed, Channel.user_id != user_id))
            connection.execute(update(Channel).where(pushed).values(session=row["token_hash"]))
        add(connection, Session, row)
        name = connection.scalars(select(User.name).where(User.id == user_id)).one()
        audit.note_of_person(connection, Actor(name, ms(now), row["address"]), "signed-in", user_id, row["browser"])
    return token


# Asked for with every request: made once, for building a statement takes longer than running it.
_PERSON = (
    select(User.id, User.name, Session.used_ms)
    .join(User, User.id == Session.user_id)
    .where(Session.token_hash == bindparam("token_hash"), Session.expires_ms > bindparam("now_ms"))
)


def person(records: Records, token: str, now: datetime, lifetime: timedelta) -> Person | None:
    """Return who is behind a token, None when it is over or unknown; a used session lives on."""
    with records.reading() as connection:
        row = connection.execute(_PERSON, {"token_hash": hashed(token), "now_ms": ms(now)}).first()
    if row is None:
        return None
    if row.used_ms is None or row.used_ms < ms(now) - USE_NOTED_EVERY_MS:
        with records.writing() as connection:
            _prolong(connection, token, now, lifetime)
    return Person(row.id, row.name)


def end(records: Records, token: str) -> None:
    """Forget a token, and push to its browser."""
    with records.writing() as connection:
        connection.execute(delete(Session).where(Session.token_hash == hashed(token)))
        connection.execute(delete(Channel).where(Channel.session == hashed(token)))


def live(connection: Connection, token_hash: str, now_ms: int) -> bool:
    """Say whether somebody is still signed in with a token of this hash."""
    query = select(Session.user_id).where(Session.token_hash == token_hash, Session.expires_ms > now_ms)
    return connection.execute(query).first() is not None


def end_all(connection: Connection, user_id: int, keep: str = "") -> None:
    """Forget every token of a person but ``keep``."""
    connection.execute(delete(Session).where(Session.user_id == user_id, Session.token_hash != hashed(keep)))


def end_everywhere(records: Records, user_id: int, actor: Actor) -> None:
    """Forget every token of a person and push to their browsers, because they ask for it."""
    with records.writing() as connection:
        end_all(connection, user_id)
        connection.execute(delete(Channel).where(Channel.user_id == user_id, Channel.session.is_not(None)))
        audit.note_of_person(connection, actor, "signed-out-everywhere", user_id)


def end_one(records: Records, user_id: int, session: str, actor: Actor) -> bool:
    """Forget one session of a person by its id, and push to its browser; say whether there was one."""
    query = delete(Session).where(Session.user_id == user_id, Session.token_hash.startswith(session, autoescape=True))
    with records.writing() as connection:
        ended = connection.execute(query.returning(Session.browser, Session.token_hash)).first()
        if ended is not None:
            connection.execute(delete(Channel).where(Channel.session == ended.token_hash))
            audit.note_of_person(connection, actor, "signed-out-browser", user_id, ended.browser)
    return ended is not None


def open_ones(records: Records, user_id: int, now: datetime) -> list[Open]:
    """List a person's sessions, the last used first."""
    query = select(Session).where(Session.user_id == user_id, Session.expires_ms > ms(now))
    with records.reading() as connection:
        rows = connection.execute(query).all()
    found = [Open(id_of(row.token_hash), row.began_ms, row.used_ms, row.browser, row.address) for row in rows]
    return sorted(found, key=lambda one: one.used_ms or 0, reverse=True)


def id_of(token_hash: str) -> str:
    """Return how a session is named to its owner."""
    return token_hash[:ID_CHARACTERS]


def _prolong(connection: Connection, token: str, now: datetime, lifetime: timedelta) -> None:
    values = {"expires_ms": ms(now + lifetime), "used_ms": ms(now)}
    connection.execute(update(Session).where(Session.token_hash == hashed(token)).values(values))


def hashed(token: str) -> str:
    """Return what is kept of a token: it is random and long, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def ms(at: datetime) -> int:
    """Return an aware time in Unix ms."""
    return int(at.timestamp() * 1000)
