"""Records of devices that may speak, may not, or wait for a person to say so."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, func, select, tuple_, update

from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.records import Records, insert_all_new, insert_new, matching
from cloud.store.tables import Enrolment
from contract.place import Place

State = Literal["waiting", "approved", "revoked"]

MOST_WAITING: Final = 1_000
"""Devices that wait are listed up to here: whoever can publish can think of names."""

_PLACE = tuple_(Enrolment.farm, Enrolment.house, Enrolment.device)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device as it is listed.

    Attributes:
        place: where it says it stands.
        state: what it may.
        last_seen_ms: Unix ms; 0 when it was heard before there were enrolments.
        held_messages: how many of its messages were turned away.
        by: who decided.
    """

    place: Place
    state: State
    last_seen_ms: int
    held_messages: int
    by: str | None


def states(records: Records, places: Collection[Place]) -> dict[Place, State]:
    """Return what is decided of these devices; those never heard of are left out."""
    columns = (Enrolment.farm, Enrolment.house, Enrolment.device)
    asked = dict(zip(_keys(places), places, strict=True))
    with records.reading() as connection:
        rows = matching(connection, select(*columns, Enrolment.state), columns, list(asked))
        return {asked[row.farm, row.house, row.device]: row.state for row in rows}


def hold(connection: Connection, places: Collection[Place]) -> None:
    """Keep other workers from writing anything of these devices until the transaction ends; on SQLite all wait anyway.

    In one order everywhere, so that no two workers wait for each other.
    """
    if places and connection.dialect.name == "postgresql":
        order = (Enrolment.farm, Enrolment.house, Enrolment.device)
        query = select(Enrolment.state).where(_PLACE.in_(_keys(places))).order_by(*order).with_for_update()
        connection.execute(query).all()


def take_in(records: Records, places: Iterable[Place], now_ms: int) -> None:
    """Approve devices that were never heard of before."""
    with records.writing() as connection:
        insert_all_new(connection, Enrolment, [_row(place, "approved", now_ms, 0) for place in places])


def note_waiting(records: Records, held: Mapping[Place, int], now_ms: int) -> None:
    """List devices that were turned away, and count how often; beyond ``MOST_WAITING`` new ones are not listed."""
    with records.writing() as connection:
        waiting = select(func.count()).select_from(Enrolment).where(Enrolment.state == "waiting")
        room = MOST_WAITING - (connection.scalar(waiting) or 0)
        for place, messages in held.items():
            seen = {"last_seen_ms": now_ms, "held_messages": Enrolment.held_messages + messages}
            known = connection.execute(update(Enrolment).where(*_is(place)).values(seen)).rowcount
            if not known and room > 0:
                insert_new(connection, Enrolment, _row(place, "waiting", now_ms, messages))
                room -= 1


def decide(records: Records, place: Place, state: State, by: str, now_ms: int, address: str = "") -> None:
    """Approve or revoke a device, one that was never heard of too."""
    decided = {"state": state, "by": by, "decided_ms": now_ms}
    with records.writing() as connection:
        insert_new(connection, Enrolment, _row(place, state, now_ms, 0))
        connection.execute(update(Enrolment).where(*_is(place)).values(decided))
        about = f"{place.house}: {place.device}"
        audit.note(connection, Actor(by, now_ms, address), f"device-{state}", about, farm=place.farm)


def listed(records: Records, farm: str | None = None) -> list[Enrolled]:
    """List devices, of one farm or all: those that wait first, then by place."""
    query = select(Enrolment).order_by(Enrolment.state.desc(), Enrolment.farm, Enrolment.house, Enrolment.device)
    if farm is not None:
        query = query.where(Enrolment.farm == farm)
    with records.reading() as connection:
        return [
            Enrolled(_place(row), row.state, row.last_seen_ms, row.held_messages, row.by)
            for row in connection.execute(query)
        ]


def _row(place: Place, state: State, now_ms: int, messages: int) -> dict[str, object]:
    seen = {"first_seen_ms": now_ms, "last_seen_ms": now_ms, "held_messages": messages}
    return {**place.model_dump(), "state": state, **seen}


def _keys(places: Iterable[Place]) -> list[tuple[str, str, str]]:
    return [(place.farm, place.house, place.device) for place in places]


def _is(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (Enrolment.farm == place.farm, Enrolment.house == place.house, Enrolment.device == place.device)


def _place(row: Any) -> Place:
    return Place(farm=row.farm, house=row.house, device=row.device)
