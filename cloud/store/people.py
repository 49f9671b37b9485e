"""Records of people: users with Argon2 passwords, sessions of which only the token's hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from cloud.errors import BadRecord
from cloud.store.records import Records, add
from cloud.store.tables import Session, User

NAME_MAX_CHARACTERS = 100
PASSWORD_MIN_CHARACTERS = 8
HASHES_AT_ONCE = 2
"""Argon2 takes 64 MiB a time: many sign-ins at once must not take the machine's memory."""


class Passwords:
    """Argon2 hashing, a few at a time."""

    def __init__(self) -> None:
        self._slots = BoundedSemaphore(HASHES_AT_ONCE)
        self._decoy: str | None = None

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        with self._slots:
            return PasswordHash.recommended().hash(password)

    def check(self, records: Records, name: str, password: str) -> int | None:
        """Return the user's id, None when name or password is wrong; both take the same time."""
        with records.reading() as connection:
            row = connection.execute(select(User.id, User.password_hash).where(User.name == name)).first()
        expected = row.password_hash if row else self._decoy_hash()
        with self._slots:
            right = PasswordHash.recommended().verify(password, expected)
        return row.id if row and right else None

    def _decoy_hash(self) -> str:
        if self._decoy is None:
            self._decoy = self.hash(secrets.token_urlsafe())
        return self._decoy


def add_user(records: Records, passwords: Passwords, name: str, password: str, now: datetime) -> None:
    """Add a person.

    Raises:
        BadRecord: the name is taken or empty, or the password too short.
    """
    if not 1 <= len(name) <= NAME_MAX_CHARACTERS or name != name.strip():
        raise BadRecord(f"a name has 1 to {NAME_MAX_CHARACTERS} characters and no spaces around it")
    if len(password) < PASSWORD_MIN_CHARACTERS:
        raise BadRecord(f"choose a password of at least {PASSWORD_MIN_CHARACTERS} characters")
    row = {"name": name, "password_hash": passwords.hash(password), "created_ms": _ms(now)}
    try:
        with records.writing() as connection:
            add(connection, User, row)
    except BadRecord as error:
        if isinstance(error.__cause__, IntegrityError):
            raise BadRecord(f"there is already a user {name!r}") from error
        raise


def begin_session(records: Records, user_id: int, now: datetime, lifetime: timedelta) -> str:
    """Return a new token; sessions that are over are cleared away."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": _hashed(token), "user_id": user_id, "expires_ms": _ms(now + lifetime)}
    with records.writing() as connection:
        connection.execute(delete(Session).where(Session.expires_ms <= _ms(now)))
        add(connection, Session, row)
    return token


def session_user(records: Records, token: str, now: datetime, lifetime: timedelta) -> str | None:
    """Return the name behind a token, None when it is over or unknown; a used session lives on."""
    query = (
        select(User.name, Session.expires_ms)
        .join(User, User.id == Session.user_id)
        .where(Session.token_hash == _hashed(token), Session.expires_ms > _ms(now))
    )
    with records.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    if row.expires_ms < _ms(now + lifetime / 2):
        with records.writing() as connection:
            _prolong(connection, token, now + lifetime)
    return str(row.name)


def end_session(records: Records, token: str) -> None:
    """Forget a token."""
    with records.writing() as connection:
        connection.execute(delete(Session).where(Session.token_hash == _hashed(token)))


def _prolong(connection: Connection, token: str, expires: datetime) -> None:
    statement = update(Session).where(Session.token_hash == _hashed(token)).values(expires_ms=_ms(expires))
    connection.execute(statement)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
