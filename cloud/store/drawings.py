"""Records of what people marked in cameras' pictures: a row first, then a message, see ``cloud.store.mail``."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, desc, select

from cloud.store.mail import Mail, State, instant
from cloud.store.records import Records, add
from cloud.store.tables import Drawing
from contract import messages
from contract.marks import Marks, ResultCode
from contract.place import Place

KEPT_PER_CAMERA: Final = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawing as it is kept.

    Attributes:
        place: the device it is for.
        drawing: its id.
        camera: whose picture was drawn on.
        marks: all that shall be marked; None takes back what was drawn before.
        picture_ms: when that picture was taken, Unix ms.
        size_wh: its width and height, in pixels.
        at_ms: when it was drawn, Unix ms.
        by: who drew it.
        state: see ``cloud.store.mail``.
        detail: the device's own words.
        code: the same as a key for translated sentences, where it has one.
    """

    place: Place
    drawing: str
    camera: str
    marks: Marks | None
    picture_ms: int
    size_wh: tuple[int, int]
    at_ms: int
    by: str
    state: State = "pending"
    detail: str = ""
    code: ResultCode = ""


def new_id() -> str:
    """Return an id that no other drawing has."""
    return f"d-{secrets.token_hex(8)}"


def draw(records: Records, drawn: Drawn) -> None:
    """Keep a drawing to be sent; a pending older one of the same camera is dropped, so that it never arrives later."""
    of_camera = _of(drawn.place, drawn.camera)
    with records.writing() as connection:
        connection.execute(delete(Drawing).where(*of_camera, Drawing.state == "pending"))
        add(connection, Drawing, _row(drawn))
        newest = select(Drawing.drawing).where(*of_camera).order_by(desc(Drawing.at_ms), desc(Drawing.drawing))
        beyond = list(connection.scalars(newest.offset(KEPT_PER_CAMERA).limit(1_000)))
        connection.execute(delete(Drawing).where(*of_camera, Drawing.drawing.in_(beyond)))


def newest(records: Records, place: Place, camera: str) -> Drawn | None:
    """Return the last drawing for a camera."""
    query = select(Drawing).where(*_of(place, camera)).order_by(desc(Drawing.at_ms), desc(Drawing.drawing)).limit(1)
    with records.reading() as connection:
        row = connection.execute(query).first()
    return _drawn(row) if row else None


def message_of(drawn: Drawn) -> messages.Drawing:
    """Return a drawing as it goes over the wire."""
    return messages.Drawing(
        device=drawn.place.device,
        at=instant(drawn.at_ms),
        drawing=drawn.drawing,
        camera=drawn.camera,
        marks=drawn.marks,
        picture_at=instant(drawn.picture_ms),
        size_wh=drawn.size_wh,
    )


def _of(place: Place, camera: str) -> tuple[ColumnElement[bool], ...]:
    house = (Drawing.farm == place.farm, Drawing.house == place.house)
    return (*house, Drawing.device == place.device, Drawing.camera == camera)


def _row(drawn: Drawn) -> dict[str, Any]:
    return {
        **drawn.place.model_dump(),
        "drawing": drawn.drawing,
        "camera": drawn.camera,
        "marks": drawn.marks.model_dump_json() if drawn.marks else None,
        "picture_ms": drawn.picture_ms,
        "width": drawn.size_wh[0],
        "height": drawn.size_wh[1],
        "at_ms": drawn.at_ms,
        "by": drawn.by,
        "state": drawn.state,
        "detail": drawn.detail,
        "code": drawn.code,
        "tries": 0,
        "next_ms": drawn.at_ms,
    }


def _drawn(row: Row[Any]) -> Drawn:
    return Drawn(
        place=Place(farm=row.farm, house=row.house, device=row.device),
        drawing=row.drawing,
        camera=row.camera,
        marks=Marks.model_validate_json(row.marks) if row.marks else None,
        picture_ms=row.picture_ms,
        size_wh=(row.width, row.height),
        at_ms=row.at_ms,
        by=row.by,
        state=row.state,
        detail=row.detail,
        code=row.code,
    )


MAIL = Mail(Drawing, "drawing", lambda row: message_of(_drawn(row)), answers=lambda result: {"code": result.code})
