"""Records of API tokens: keys of machines, of which only the hash is kept."""

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from cloud.errors import BadRecord
from cloud.rights import Grants, Right
from cloud.store import audit, farms
from cloud.store.audit import Actor
from cloud.store.records import Records
from cloud.store.sessions import TOKEN_BYTES, hashed, ms
from cloud.store.tables import ApiToken

PREFIX = "hw_"
"""So that a key that leaked can be told from any other secret."""
USE_NOTED_EVERY_MS = 60_000

GRANTABLE = frozenset(Right) - {Right.PEOPLE}
"""A machine never makes people or other tokens."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token may do.

    Attributes:
        name: what it is for.
        rights: what.
        farms: where; None: on all farms of the organisation, those to come too.
        expires_ms: until when, Unix ms; None: until it is revoked.
    """

    name: str
    rights: frozenset[Right]
    farms: frozenset[str] | None = None
    expires_ms: int | None = None


def make(records: Records, organisation: int, scope: Scope, actor: Actor) -> tuple[int, str]:
    """Return id and secret of a new token; the secret can't be read again.

    Raises:
        BadRecord: a right can't be a token's, or a farm is not the organisation's.
    """
    if not scope.rights or scope.rights - GRANTABLE:
        raise BadRecord(f"a token has some of these rights: {', '.join(sorted(GRANTABLE))}")
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "token_hash": hashed(secret), "organisation_id": organisation, "name": scope.name,
        "rights": _listed(scope.rights), "farms": None if scope.farms is None else _listed(scope.farms),
        "by": actor.who, "created_ms": actor.at_ms, "expires_ms": scope.expires_ms,
    }  # fmt: skip
    with records.writing() as connection:
        foreign = sorted((scope.farms or frozenset()) - farms.of(connection, organisation))
        if foreign:
            raise BadRecord(f"there is no farm {foreign[0]!r} in this organisation")
        token_id = connection.execute(insert(ApiToken).values(row).returning(ApiToken.id)).scalar_one()
        audit.note(connection, actor, "token-made", scope.name, organisation=organisation)
    return token_id, secret


def every(records: Records, organisation: int) -> list[Row[Any]]:
    """List an organisation's tokens, newest first, those that are over too."""
    query = select(ApiToken).where(ApiToken.organisation_id == organisation).order_by(ApiToken.id.desc())
    with records.reading() as connection:
        return list(connection.execute(query))


def revoke(records: Records, organisation: int, token_id: int, actor: Actor) -> bool:
    """Forget a token at once; say whether there was one."""
    here = (ApiToken.id == token_id, ApiToken.organisation_id == organisation)
    with records.writing() as connection:
        name = connection.scalar(select(ApiToken.name).where(*here))
        if name is None:
            return False
        connection.execute(delete(ApiToken).where(*here))
        audit.note(connection, actor, "token-revoked", name, organisation=organisation)
    return True


def bearer(records: Records, secret: str, now: datetime) -> tuple[int, str, Grants] | None:
    """Return id, name and grants of the token with this secret; None when it is over or unknown."""
    query = select(ApiToken).where(ApiToken.token_hash == hashed(secret))
    with records.reading() as connection:
        row = connection.execute(query).first()
        if row is None or (row.expires_ms is not None and row.expires_ms <= ms(now)):
            return None
        owned = farms.of(connection, row.organisation_id)
    if row.used_ms is None or row.used_ms < ms(now) - USE_NOTED_EVERY_MS:
        with records.writing() as connection:
            connection.execute(update(ApiToken).where(ApiToken.id == row.id).values(used_ms=ms(now)))
    return row.id, row.name, _grants(row, owned)


def _grants(row: Row[Any], owned: Collection[str]) -> Grants:
    rights = frozenset(Right(right) for right in json.loads(row.rights)) & GRANTABLE
    everywhere = row.farms is None
    where = frozenset(owned) if everywhere else frozenset(json.loads(row.farms)) & frozenset(owned)
    return Grants(dict.fromkeys(sorted(where), rights), {row.organisation_id: rights} if everywhere else {})


def _listed(some: Collection[str]) -> str:
    return json.dumps(sorted(some))
