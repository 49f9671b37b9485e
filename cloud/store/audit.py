"""The audit log: a row in the same transaction as what it tells of."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, desc, select

from cloud.store import farms
from cloud.store.records import Records, add
from cloud.store.tables import Audit, Membership


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


def note_of_person(connection: Connection, actor: Actor, action: str, user_id: int) -> None:
    """Add a row about somebody's own account to the log of each organisation they belong to."""
    query = select(Membership.organisation_id).where(Membership.user_id == user_id).distinct()
    for organisation in connection.scalars(query).all():
        note(connection, actor, action, actor.who, organisation=organisation)


def newest(records: Records, organisation: int, limit: int, before: int | None = None) -> list[Row[Any]]:
    """List id, time, who, action, about, farm and address, newest first; ``before`` is the id a page begins below."""
    query = select(Audit.id, Audit.at_ms, Audit.who, Audit.action, Audit.about, Audit.farm, Audit.address)
    query = query.where(Audit.organisation_id == organisation).order_by(desc(Audit.id)).limit(limit)
    if before is not None:
        query = query.where(Audit.id < before)
    with records.reading() as connection:
        return list(connection.execute(query))
