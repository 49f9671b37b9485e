"""Records of people: users with Argon2 passwords."""

import secrets
from dataclasses import replace as replaced
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import Connection, select, update
from sqlalchemy import insert as sql_insert

from cloud.errors import BadRecord
from cloud.rights import Role
from cloud.store import audit, farms, memberships, sessions
from cloud.store.audit import Actor
from cloud.store.memberships import Post
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
        """Return the user's id, None when name (or e-mail) or password is wrong; both take the same time."""
        with records.reading() as connection:
            row = _called(connection, name)
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
        if known is None and is_taken(connection, name):
            raise BadRecord(f"{name!r} is the e-mail address of a user")
        if known is None:
            organisation = _organisation(connection, farm, ms(now))
            memberships.join(connection, insert(connection, name, password_hash, now), organisation, Post(role, farm))
        elif replace:
            connection.execute(update(User).where(User.id == known).values(password_hash=password_hash))
            sessions.end_all(connection, known)
        else:
            raise BadRecord(f"there is already a user {name!r}; --replace gives a new password")


def _called(connection: Connection, name: str) -> Any:
    query = select(User.id, User.password_hash)
    return (
        connection.execute(query.where(User.name == name)).first()
        or connection.execute(query.where(User.email == name.lower())).first()
    )


def is_taken(connection: Connection, name: str) -> bool:
    """Say whether somebody signs in with this name or e-mail address."""
    return _called(connection, name) is not None


def insert(connection: Connection, name: str, password_hash: str, now: datetime, email: str | None = None) -> int:
    """Insert a person whose name is free and return the id; an e-mail that is somebody else's is left out."""
    address = None if email is None or is_taken(connection, email) else email.lower()
    row = {"name": name, "password_hash": password_hash, "created_ms": ms(now), "email": address}
    return connection.execute(sql_insert(User).values(row).returning(User.id)).scalar_one()


def change_password(records: Records, user_id: int, password_hash: str, keep: str, actor: Actor) -> None:
    """Give a person a new password and end all their sessions but the one with token ``keep``."""
    with records.writing() as connection:
        connection.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
        sessions.end_all(connection, user_id, keep)
        audit.note_of_person(connection, actor, "password-changed", user_id)


def refused(records: Records, name: str, actor: Actor) -> None:
    """Note that somebody tried to sign in by this name (or e-mail) and was refused.

    A name that nobody has is noted without the name, for it may be a password typed into the wrong field; noted all
    the same, so that the time of an answer tells nobody which names there are.
    """
    with records.writing() as connection:
        known = _called(connection, name)
        if known is None:
            audit.note_of_stranger(connection, actor, "sign-in-refused")
        else:
            real = replaced(actor, who=connection.scalars(select(User.name).where(User.id == known.id)).one())
            audit.note_of_person(connection, real, "sign-in-refused", known.id)


def set_language(records: Records, user_id: int, language: str) -> None:
    """Remember the language a person is written to."""
    with records.writing() as connection:
        connection.execute(update(User).where(User.id == user_id).values(language=language))


def profile(records: Records, user_id: int) -> Any:
    """Return name, e-mail, language and password hash (empty: none) of a person who is there."""
    query = select(User.name, User.email, User.language, User.password_hash).where(User.id == user_id)
    with records.reading() as connection:
        return connection.execute(query).one()


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
