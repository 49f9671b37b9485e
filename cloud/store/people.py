"""Records of people: users with Argon2 passwords."""

import secrets
from datetime import datetime
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from sqlalchemy import Connection, select, update
from sqlalchemy import insert as sql_insert

from cloud.errors import BadRecord
from cloud.rights import Role
from cloud.store import farms, memberships, sessions
from cloud.store.records import Records
from cloud.store.sessions import ms
from cloud.store.tables import User

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
        known = row is not None and row.password_hash != ""
        expected = row.password_hash if row and known else self._decoy_hash()
        with self._slots:
            right = PasswordHash.recommended().verify(password, expected)
        return row.id if row and known and right else None

    def _decoy_hash(self) -> str:
        if self._decoy is None:
            self._decoy = self.hash(secrets.token_urlsafe())
        return self._decoy


def add_user(
    records: Records, passwords: Passwords, name: str, password: str, now: datetime, *,
    replace: bool = False, role: Role = Role.OWNER, farm: str | None = None,
) -> None:  # fmt: skip
    """Add a person: a member of one farm, or of all farms of the only organisation, which is made when there is none.

    Args:
        records: where.
        passwords: hashes.
        name: anything that can be read, 1 to 100 characters.
        password: 8 to 1,000 characters.
        now: the present as an aware time.
        replace: give one who is there already a new password and end all their sessions; what they may do stays.
        role: what they are.
        farm: where; None: everywhere.

    Raises:
        BadRecord: the name is taken or can't be one, the password can't be one, or there is no such farm.
    """
    check_name(name)
    check_password(password)
    password_hash = passwords.hash(password)
    with records.writing() as connection:
        known = connection.scalar(select(User.id).where(User.name == name))
        if known is None:
            organisation = _organisation(connection, farm, ms(now))
            memberships.join(connection, insert(connection, name, password_hash, now), organisation, role, farm)
        elif replace:
            connection.execute(update(User).where(User.id == known).values(password_hash=password_hash))
            sessions.end_all(connection, known)
        else:
            raise BadRecord(f"there is already a user {name!r}; --replace gives a new password")


def insert(connection: Connection, name: str, password_hash: str, now: datetime) -> int:
    """Insert a person whose name is free and return the id."""
    row = {"name": name, "password_hash": password_hash, "created_ms": ms(now)}
    return connection.execute(sql_insert(User).values(row).returning(User.id)).scalar_one()


def check_name(name: str) -> None:
    """Check a person's name.

    Raises:
        BadRecord: it can't be one.
    """
    if not 1 <= len(name) <= NAME_MAX_CHARACTERS or name != name.strip():
        raise BadRecord(f"a name has 1 to {NAME_MAX_CHARACTERS} characters and no spaces around it")
    if not name.isprintable():
        raise BadRecord("a name has no line breaks and no other characters that can't be seen")


def check_password(password: str) -> None:
    """Check a new password.

    Raises:
        BadRecord: it can't be one.
    """
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        raise BadRecord(f"choose a password of {PASSWORD_MIN_CHARACTERS} to {PASSWORD_MAX_CHARACTERS} characters")
    if not is_text(password):
        raise BadRecord("the password is not UTF-8 text; type it, or save its file as UTF-8")


def is_text(text: str) -> bool:
    """Say whether ``text`` can be written as UTF-8: half a character, or bytes that were no text, can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _organisation(connection: Connection, farm: str | None, now_ms: int) -> int:
    if farm is not None:
        owner = farms.owner_of(connection, farm)
        if owner is None:
            raise BadRecord(f"there is no farm {farm!r} here; add it first")
        return owner
    if not farms.any_organisation(connection):
        return farms.make_organisation(connection, farms.FIRST_ORGANISATION, now_ms)
    only = farms.only_organisation(connection)
    if only is None:
        raise BadRecord("there are several organisations here; name one of their farms with --farm")
    return only
