"""Records of organisations and their farms, and of farms that belong to nobody yet.

A farm that devices speak for belongs to nobody until it is claimed; while the service knows one organisation only,
every farm is that one's.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from cloud.errors import BadRecord
from cloud.store.records import Records, add, insert_all_new, upsert
from cloud.store.tables import Enrolment, Farm, House, Organisation

FIRST_ORGANISATION = "Henwise"
"""What the first organisation is called when nobody gave it a name."""


def make_organisation(connection: Connection, name: str, now_ms: int) -> int:
    """Make an organisation and return its id; the first one gets every farm that was heard of."""
    statement = insert(Organisation).values(name=name, created_ms=now_ms).returning(Organisation.id)
    made = connection.execute(statement).scalar_one()
    adopt_all(connection, connection.scalars(select(House.farm).distinct()).all(), now_ms)
    return made


def only_organisation(connection: Connection) -> int | None:
    """Return the only organisation, None when there is none or several."""
    ids = connection.scalars(select(Organisation.id).limit(2)).all()
    return ids[0] if len(ids) == 1 else None


def any_organisation(connection: Connection) -> bool:
    """Say whether there is an organisation at all."""
    return connection.execute(select(Organisation.id).limit(1)).first() is not None


def name_of(connection: Connection, organisation: int) -> str | None:
    """Return what an organisation is called, None when there is none."""
    return connection.scalar(select(Organisation.name).where(Organisation.id == organisation))


def owner_of(connection: Connection, farm: str) -> int | None:
    """Return the organisation a farm belongs to, None when nobody claimed it."""
    return connection.scalar(select(Farm.organisation_id).where(Farm.farm == farm))


def of(connection: Connection, organisation: int) -> frozenset[str]:
    """Return the farms of an organisation."""
    return frozenset(connection.scalars(select(Farm.farm).where(Farm.organisation_id == organisation)))


def adopt_all(connection: Connection, farms: Collection[str], now_ms: int) -> None:
    """Let those of these farms that nobody owns belong to the only organisation, where there is only one."""
    only = only_organisation(connection) if farms else None
    if only is not None:
        rows = [{"farm": farm, "organisation_id": only, "created_ms": now_ms} for farm in sorted(farms)]
        insert_all_new(connection, Farm, rows)


def claim(connection: Connection, farm: str, organisation_id: int, now_ms: int) -> None:
    """Let a farm belong to an organisation.

    Raises:
        BadRecord: it belongs to one already.
    """
    if owner_of(connection, farm) is not None:
        raise BadRecord(f"the farm {farm!r} is taken; choose another name for yours")
    add(connection, Farm, {"farm": farm, "organisation_id": organisation_id, "created_ms": now_ms})


def is_heard(connection: Connection, farm: str) -> bool:
    """Say whether a farm has houses, or, among several organisations, a device that speaks for it or waits to.

    The only organisation's own devices wait until it adds their farm; with several, whose they are is the operator's
    to say.
    """
    tables = (House,) if only_organisation(connection) is not None else (House, Enrolment)
    counts = (select(func.count()).select_from(table).where(table.farm == farm) for table in tables)
    return any(connection.scalar(count) for count in counts)


def listed(records: Records, among: Collection[str]) -> list[Row[Any]]:
    """List farm, organisation, display name and time zone of these farms, sorted."""
    query = select(Farm.farm, Farm.organisation_id, Farm.name, Farm.time_zone)
    query = query.where(Farm.farm.in_(among)).order_by(Farm.farm)
    with records.reading() as connection:
        return list(connection.execute(query))


def described(connection: Connection, farm: str) -> tuple[str | None, str | None]:
    """Return a farm's own display name and time zone, None for what it has none of."""
    row = connection.execute(select(Farm.name, Farm.time_zone).where(Farm.farm == farm)).first()
    return (row.name, row.time_zone) if row else (None, None)


def every(records: Records) -> list[Row[Any]]:
    """List all farms that belong to somebody, as ``listed`` does."""
    query = select(Farm.farm, Farm.organisation_id, Farm.name, Farm.time_zone).order_by(Farm.farm)
    with records.reading() as connection:
        return list(connection.execute(query))


def describe(connection: Connection, farm: str, name: str | None, time_zone: str | None) -> None:
    """Give a farm its display name and time zone; None takes it away."""
    connection.execute(update(Farm).where(Farm.farm == farm).values(name=name, time_zone=time_zone))


def name_house(connection: Connection, farm: str, house: str, name: str | None, now_ms: int) -> None:
    """Give a house its display name, None takes it away; a house that is not there yet is made."""
    known = connection.scalar(select(House.first_seen_ms).where(House.farm == farm, House.house == house))
    first_seen_ms = now_ms if known is None else known
    upsert(connection, House, {"farm": farm, "house": house, "first_seen_ms": first_seen_ms, "name": name})
