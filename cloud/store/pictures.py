"""Records of pictures: what is known about each; the pixels are in ``media``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, desc, select, tuple_

from cloud.store.records import Records, upsert
from cloud.store.tables import Picture
from contract.messages import Box
from contract.place import Place

BOXES = TypeAdapter(list[Box])


@dataclass(frozen=True, slots=True)
class PictureKey:
    """Where a picture is from: ``kind`` is the leaf it came on, ``at_ms`` when it was taken."""

    place: Place
    camera: str
    kind: str
    at_ms: int

    @property
    def path(self) -> PurePath:
        """Return where the picture is below the folder of pictures."""
        place = self.place
        return PurePath(place.farm, place.house, place.device, self.camera, self.kind, f"{self.at_ms}.jpg")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known about a picture; boxes are in its pixels."""

    key: PictureKey
    size_wh: tuple[int, int]
    boxes: tuple[Box, ...]
    network: str


def add(connection: Connection, facts: PictureFacts) -> None:
    """Note a picture; the same one again overwrites."""
    width, height = facts.size_wh
    row = {
        "width": width,
        "height": height,
        "boxes": BOXES.dump_json(list(facts.boxes)).decode(),
        "network": facts.network,
    }
    upsert(connection, Picture, {**_columns(facts.key), **row})


def find(records: Records, farm: str, house: str, camera: str, at_ms: int) -> PictureKey | None:
    """Return the picture at an address, None when there is none."""
    query = (
        select(Picture.device, Picture.kind)
        .where(Picture.farm == farm, Picture.house == house, Picture.camera == camera, Picture.at_ms == at_ms)
        .order_by(Picture.device, desc(Picture.kind))
    )
    with records.reading() as connection:
        row = connection.execute(query).first()
    return PictureKey(Place(farm=farm, house=house, device=row.device), camera, row.kind, at_ms) if row else None


def facts_of(records: Records, key: PictureKey) -> PictureFacts | None:
    """Return what is known about a picture, None when it is gone."""
    query = select(Picture).where(*(getattr(Picture, name) == value for name, value in _columns(key).items()))
    with records.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return _facts(row)


def between(
    records: Records, house: tuple[str, str], kind: str, from_ms: int, to_ms: int
) -> list[PictureFacts]:  # fmt: skip
    """List the pictures of a kind that a house's cameras took in a span (end exclusive), oldest first."""
    farm, name = house
    query = (
        select(Picture)
        .where(Picture.farm == farm, Picture.house == name, Picture.kind == kind)
        .where(Picture.at_ms >= from_ms, Picture.at_ms < to_ms)
        .order_by(Picture.at_ms)
    )
    with records.reading() as connection:
        return [_facts(row) for row in connection.execute(query)]


def beyond(connection: Connection, key: PictureKey, keep: int) -> list[PictureKey]:
    """List the pictures of the same camera and kind that are older than its newest ``keep``."""
    same = {name: value for name, value in _columns(key).items() if name != "at_ms"}
    query = (
        select(Picture.at_ms)
        .where(*(getattr(Picture, name) == value for name, value in same.items()))
        .order_by(desc(Picture.at_ms))
        .offset(keep)
        .limit(1_000)
    )
    return [PictureKey(key.place, key.camera, key.kind, at_ms) for at_ms in connection.scalars(query)]


def older(connection: Connection, kind: str, before_ms: int) -> list[PictureKey]:
    """List pictures of a kind taken before a time, oldest first, at most a thousand."""
    query = select(*_KEY).where(Picture.kind == kind, Picture.at_ms < before_ms).order_by(Picture.at_ms).limit(1_000)
    return [_key(row) for row in connection.execute(query)]


def all_keys(connection: Connection) -> list[PictureKey]:
    """List all pictures."""
    return [_key(row) for row in connection.execute(select(*_KEY))]


def forget(connection: Connection, keys: Sequence[PictureKey]) -> None:
    """Remove what is known about pictures."""
    for key in keys:
        connection.execute(delete(Picture).where(tuple_(*_KEY) == tuple_(*_columns(key).values())))


_KEY = (Picture.farm, Picture.house, Picture.device, Picture.camera, Picture.kind, Picture.at_ms)


def _key(row: Row[str, str, str, str, str, int]) -> PictureKey:
    return PictureKey(Place(farm=row.farm, house=row.house, device=row.device), row.camera, row.kind, row.at_ms)


def _facts(row: Row[Any]) -> PictureFacts:
    place = Place(farm=row.farm, house=row.house, device=row.device)
    key = PictureKey(place, row.camera, row.kind, row.at_ms)
    return PictureFacts(key, (row.width, row.height), tuple(BOXES.validate_json(row.boxes)), row.network)


def _columns(key: PictureKey) -> dict[str, str | int]:
    return {**key.place.model_dump(), "camera": key.camera, "kind": key.kind, "at_ms": key.at_ms}
