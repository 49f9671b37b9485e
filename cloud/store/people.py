"""Records of people: users with Argon2 passwords, sessions of which only the token's hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from sqlalchemy import Connection, delete, select, update

from cloud.errors import BadRecord
from cloud.store.records import Records, add
from cloud.store.tables import Session, User

NAME_MAX_CHARACTERS = 100
PASSWORD_MIN_CHARACTERS = 8
PASSWORD_MAX_CHARACTERS = 1_000
"""As many as may be typed to sign in."""
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


def add_user(
    records: Records, passwords: Passwords, name: str, password: str, now: datetime, *, replace: bool = False
) -> None:
    """Add a person; ``replace`` gives one who is there already a new password and ends all sessions of theirs.

    Raises:
        BadRecord: the name is taken or can't be one, or the password can't be one.
    """
    if not 1 <= len(name) <= NAME_MAX_CHARACTERS or name != name.strip():
        raise BadRecord(f"a name has 1 to {NAME_MAX_CHARACTERS} characters and no spaces around it")
    if not name.isprintable():
        raise BadRecord("a name has no line breaks and no other characters that can't be seen")
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        raise BadRecord(f"choose a password of {PASSWORD_MIN_CHARACTERS} to {PASSWORD_MAX_CHARACTERS} characters")
    if not is_text(password):
        raise BadRecord("the password is not UTF-8 text; type it, or save its file as UTF-8")
    row = {"name": name, "password_hash": passwords.hash(password), "created_ms": _ms(now)}
    with records.writing() as connection:
        known = connection.scalar(select(User.id).where(User.name == name))
        if known is None:
            add(connection, User, row)
        elif replace:
            connection.execute(update(User).where(User.id == known).values(password_hash=row["password_hash"]))
            connection.execute(delete(Session).where(Session.user_id == known))
        else:
            raise BadRecord(f"there is already a user {name!r}; --replace gives a new password")


def is_text(text: str) -> bool:
    """Say whether ``text`` can be written as UTF-8: half a character, or bytes that were no text, can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
