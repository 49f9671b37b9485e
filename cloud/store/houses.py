"""Records of houses: which there are, their devices, the newest event of each source."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from cloud.store import farms
from cloud.store.records import Records, insert_all_new, matching, upsert, upsert_all
from cloud.store.remembered import Rows
from cloud.store.tables import Device, House, Newest
from contract.messages import FlockCount, Snapshot
from contract.place import Place
from contract.topics import leaf_of

Name = tuple[str, str]


def names(records: Records) -> list[Name]:
    """List farm and house of every house, sorted."""
    with records.reading() as connection:
        rows = connection.execute(select(House.farm, House.house).order_by(House.farm, House.house))
        return [(row.farm, row.house) for row in rows]


def named(records: Records, farms: Collection[str]) -> list[Row[Any]]:
    """List farm, house and display name of the houses of these farms, sorted."""
    query = select(House.farm, House.house, House.name).where(House.farm.in_(farms)).order_by(House.farm, House.house)
    with records.reading() as connection:
        return list(connection.execute(query))


def exists(records: Records, farm: str, house: str) -> bool:
    """Say whether the house was ever heard of."""
    with records.reading() as connection:
        return known(connection, farm, house)


_KNOWN = select(House.farm).where(House.farm == bindparam("of_farm"), House.house == bindparam("of_house"))


def known(connection: Connection, farm: str, house: str) -> bool:
    """Say the same within a transaction."""
    return connection.execute(_KNOWN, {"of_farm": farm, "of_house": house}).first() is not None


def seen(
    connection: Connection, houses: Iterable[Name], now_ms: int, remembered: Rows[Name, bool] | None = None
) -> None:
    """Note houses that are not known yet."""
    wanted = set(houses)
    remembered = remembered or Rows()

    def ask(names: list[Name]) -> dict[Name, bool]:
        rows = matching(connection, select(House.farm, House.house), (House.farm, House.house), names)
        return {(row.farm, row.house): True for row in rows}

    # In one order, so that no two workers wait for each other.
    new = sorted(wanted - remembered.of(wanted, ask).keys())
    insert_all_new(connection, House, [{"farm": farm, "house": house, "first_seen_ms": now_ms} for farm, house in new])
    farms.adopt_all(connection, {farm for farm, _ in new}, now_ms)
    remembered.write(dict.fromkeys(wanted, True))


def floor_m2(records: Records, farm: str, house: str) -> float | None:
    """Return the floor the birds of a house have, in m²; None when nobody has said."""
    with records.reading() as connection:
        return connection.scalar(select(House.floor_m2).where(House.farm == farm, House.house == house))


def set_floor(records: Records, farm: str, house: str, floor_m2: float | None) -> None:
    """Note the floor the birds of a house have, in m²; None: not known."""
    is_it = (House.farm == farm, House.house == house)
    with records.writing() as connection:
        connection.execute(update(House).where(*is_it).values(floor_m2=floor_m2))


def devices(records: Records, farm: str, house: str) -> list[Row[tuple[str, str | None, str | None, int | None]]]:
    """List device, announcement (JSON), status (JSON) and time of the status, sorted by device."""
    query = (
        select(Device.device, Device.announcement, Device.status, Device.status_at_ms)
        .where(Device.farm == farm, Device.house == house)
        .order_by(Device.device)
    )
    with records.reading() as connection:
        return list(connection.execute(query))


def devices_with_camera(records: Records, farm: str, house: str, camera: str) -> list[str]:
    """List the devices that have counted or taken a picture with a camera of this name, sorted."""
    leaves = [leaf_of(kind).name for kind in (FlockCount, Snapshot)]
    query = (
        select(Newest.device)
        .where(Newest.farm == farm, Newest.house == house, Newest.source == camera, Newest.leaf.in_(leaves))
        .distinct()
        .order_by(Newest.device)
    )
    with records.reading() as connection:
        return list(connection.scalars(query))


def announced(connection: Connection, place: Place, announcement: str) -> None:
    """Keep what a device says it has."""
    upsert(connection, Device, {**place.model_dump(), "announcement": announcement})


def status_of(connection: Connection, place: Place) -> str | None:
    """Return the last status (JSON) of a device."""
    query = select(Device.status).where(
        Device.farm == place.farm, Device.house == place.house, Device.device == place.device
    )
    return connection.execute(query).scalar()


def reported(connection: Connection, place: Place, status: str, at_ms: int) -> None:
    """Keep how a device says it does."""
    upsert(connection, Device, {**place.model_dump(), "status": status, "status_at_ms": at_ms})


# The rules and each page ask for these again and again: building a statement takes longer than running it.
_NEWEST = (
    select(Newest.device, Newest.source, Newest.at_ms, Newest.message)
    .where(
        Newest.farm == bindparam("of_farm"),
        Newest.house == bindparam("of_house"),
        Newest.leaf == bindparam("of_leaf"),
    )
    .order_by(Newest.device, Newest.source)
)


def newest(records: Records, farm: str, house: str, leaf: str) -> list[Row[tuple[str, str, int, str]]]:
    """List device, source, time and message (JSON) of the newest event of each source on a leaf, sorted."""
    with records.reading() as connection:
        return list(connection.execute(_NEWEST, {"of_farm": farm, "of_house": house, "of_leaf": leaf}))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may be the newest of its source.

    Attributes:
        place: who sent it.
        leaf: last level of its topic.
        source: instrument or camera.
        at_ms: when it was measured.
        delayed: it was sent late.
        message: JSON.
    """

    place: Place
    leaf: str
    source: str
    at_ms: int
    delayed: bool
    message: str


CLOCK_AHEAD_MS = 60_000
"""What is further ahead of the service's clock was stamped by a clock that was wrong."""


def replaces(candidate: Candidate, known_at_ms: int, known_delayed: bool, now_ms: int) -> bool:
    """Say whether an event becomes the live value: only a newer one, and never a late one over a live one.

    A value from the future gives way to any that is not: once the device's clock is set, it would stay for hours.
    """
    latest_ms = now_ms + CLOCK_AHEAD_MS
    if candidate.at_ms <= latest_ms < known_at_ms:
        return True
    return candidate.at_ms > known_at_ms and (known_delayed or not candidate.delayed)


Known = tuple[int, bool]
"""Time of the newest event of a source, and whether it came late."""


def offer_all(
    connection: Connection,
    candidates: Sequence[Candidate],
    now_ms: int,
    remembered: Rows[tuple[str, ...], Known] | None = None,
) -> list[Candidate]:
    """Keep the events that are now the newest of their sources, and return them; one event a source."""
    by_key = {_key(candidate): candidate for candidate in candidates}
    remembered = remembered or Rows()
    known = remembered.of(by_key, lambda keys: _known_newest(connection, keys))
    newest = {
        key: candidate
        for key, candidate in by_key.items()
        if key not in known or replaces(candidate, *known[key], now_ms)
    }
    upsert_all(connection, Newest, [_newest_row(key, candidate) for key, candidate in newest.items()])
    remembered.write({key: (candidate.at_ms, candidate.delayed) for key, candidate in newest.items()})
    return list(newest.values())


def _known_newest(connection: Connection, keys: list[tuple[str, ...]]) -> dict[tuple[str, ...], Known]:
    columns = (Newest.farm, Newest.house, Newest.device, Newest.leaf, Newest.source)
    rows = matching(connection, select(*columns, Newest.at_ms, Newest.delayed), columns, keys)
    return {tuple(row[:5]): (row.at_ms, row.delayed) for row in rows}


def _key(candidate: Candidate) -> tuple[str, ...]:
    place = candidate.place
    return place.farm, place.house, place.device, candidate.leaf, candidate.source


def _newest_row(key: tuple[str, ...], candidate: Candidate) -> dict[str, object]:
    farm, house, device, leaf, source = key
    return {
        "farm": farm, "house": house, "device": device, "leaf": leaf, "source": source,
        "at_ms": candidate.at_ms, "delayed": candidate.delayed, "message": candidate.message,
    }  # fmt: skip
