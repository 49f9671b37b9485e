"""The audit log: a row in the same transaction as what it tells of."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, desc, or_, select

from cloud.store import farms
from cloud.store.records import Records, add
from cloud.store.tables import Audit, Membership

STRANGERS_KEPT_MS: Final = 30 * 86_400_000
"""Who guesses names fills the log with rows that nobody but the operator sees."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when and from where.

    Attributes:
        who: a person's or a token's name; ``console`` for a command on the service's machine.
        at_ms: Unix ms.
        address: of the network; empty for the console.
    """

    who: str
    at_ms: int
    address: str = ""


def note(
    connection: Connection, actor: Actor, action: str, about: str, *,
    farm: str | None = None, organisation: int | None = None,
) -> None:  # fmt: skip
    """Add a row to the log of an organisation.

    Args:
        connection: the transaction that does it.
        actor: who does it.
        action: a stable word of the form ``noun-verb``, for example ``person-removed``.
        about: whom or what, for people to read.
        farm: where; the organisation is the farm's unless it is given.
        organisation: whose log.
    """
    if organisation is None and farm is not None:
        organisation = farms.owner_of(connection, farm)
    row = {
        "at_ms": actor.at_ms, "organisation_id": organisation, "who": actor.who, "action": action,
        "about": about, "farm": farm, "address": actor.address,
    }  # fmt: skip
    add(connection, Audit, row)


def note_of_person(connection: Connection, actor: Actor, action: str, user_id: int, about: str | None = None) -> None:
    """Add a row about somebody's own account to the log of each organisation they belong to."""
    query = select(Membership.organisation_id).where(Membership.user_id == user_id).distinct()
    for organisation in connection.scalars(query).all():
        note(connection, actor, action, actor.who if about is None else about, organisation=organisation)


def note_of_stranger(connection: Connection, actor: Actor, action: str) -> None:
    """Add a row about somebody who belongs to no organisation, for the operator; old ones of the kind are let go."""
    strangers = (Audit.organisation_id.is_(None), Audit.action == action)
    connection.execute(delete(Audit).where(*strangers, Audit.at_ms < actor.at_ms - STRANGERS_KEPT_MS))
    note(connection, actor, action, "")


def note_alone(records: Records, actor: Actor, action: str, about: str, *, farm: str) -> None:
    """Add a row about something that writes nothing else, as taking a table away."""
    with records.writing() as connection:
        note(connection, actor, action, about, farm=farm)


def newest(
    records: Records,
    organisation: int | None,
    limit: int,
    before: int | None = None,
    *,
    farm: str | None = None,
    action: str | None = None,
) -> list[Row[Any]]:
    """List id, time, who, action, about, farm and address, newest first.

    Args:
        records: where.
        organisation: whose log; None: what belongs to nobody's.
        limit: at most so many.
        before: the id a page begins below.
        farm: only of this farm.
        action: only these, or all whose word begins with it and a hyphen: ``flock`` for ``flock-placed`` and the rest.
    """
    query = select(Audit.id, Audit.at_ms, Audit.who, Audit.action, Audit.about, Audit.farm, Audit.address)
    query = query.where(Audit.organisation_id.is_not_distinct_from(organisation)).order_by(desc(Audit.id)).limit(limit)
    if farm is not None:
        query = query.where(Audit.farm == farm)
    if action is not None:
        query = query.where(or_(Audit.action == action, Audit.action.startswith(f"{action}-", autoescape=True)))
    if before is not None:
        query = query.where(Audit.id < before)
    with records.reading() as connection:
        return list(connection.execute(query))
