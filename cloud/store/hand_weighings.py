"""Records of weighings by hand: what a person told on the page, and what a device was told beside a scale.

What was removed stays as a row, marked, so that a device that tells its weighing again does not bring it back.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, select, update

from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.records import Records, add, upsert
from cloud.store.tables import HandWeighing
from contract import messages
from contract.place import Place


@dataclass(frozen=True, slots=True)
class Weighed:
    """One weighing by hand.

    Attributes:
        weighing: its id, unique in the house.
        day: when it was.
        grams: mean of the birds.
        birds: how many.
        cv_percent: of the flock, where known.
        at_ms: when it was told, Unix ms.
        by: who told it; empty when a device did.
        device: the device it was told to, None on the page.
        scale: the scale beside which it was told, None on the page.
    """

    weighing: str
    day: date
    grams: float
    birds: int
    cv_percent: float | None
    at_ms: int
    by: str
    device: str | None = None
    scale: str | None = None


def new_id() -> str:
    """Return an id that no other weighing has."""
    return f"w-{secrets.token_hex(8)}"


def tell(records: Records, farm: str, house: str, weighed: Weighed, address: str = "") -> Weighed:
    """Keep a weighing; the same of one day again adds nothing and answers with the one there is."""
    with records.writing() as connection:
        for known in _all(connection, farm, house, (HandWeighing.day == weighed.day,)):
            if (known.grams, known.birds, known.device) == (weighed.grams, weighed.birds, weighed.device):
                return known
        add(connection, HandWeighing, _row(farm, house, weighed))
        actor, about = Actor(weighed.by, weighed.at_ms, address), f"{house}: {weighed.grams:g} g on {weighed.day}"
        audit.note(connection, actor, "weighing-told", about, farm=farm)
    return weighed


def arrived(connection: Connection, place: Place, message: messages.HandWeighing) -> None:
    """Keep a weighing that a device sent; the same again replaces it, unless it was removed here."""
    weighed = Weighed(
        weighing=message.weighing,
        day=message.day,
        grams=message.grams,
        birds=message.birds,
        cv_percent=message.cv_percent,
        at_ms=int(message.at.timestamp() * 1000),
        by="",
        device=place.device,
        scale=message.scale,
    )
    is_it = (*_of(place.farm, place.house), HandWeighing.weighing == weighed.weighing)
    if not connection.scalar(select(HandWeighing.removed).where(*is_it)):
        upsert(connection, HandWeighing, _row(place.farm, place.house, weighed))


def between(records: Records, farm: str, house: str, first: date, last: date) -> list[Weighed]:
    """List the weighings of some days, ends included, oldest first."""
    with records.reading() as connection:
        return _all(connection, farm, house, (HandWeighing.day >= first, HandWeighing.day <= last))


def remove(records: Records, farm: str, house: str, weighing: str, actor: Actor) -> bool:
    """Take a weighing back; say whether there was one."""
    is_it = (*_of(farm, house), HandWeighing.weighing == weighing, HandWeighing.removed.is_(False))
    taken_back = update(HandWeighing).where(*is_it).values(removed=True)
    with records.writing() as connection:
        row = connection.execute(taken_back.returning(HandWeighing.grams, HandWeighing.day)).first()
        if row is not None:
            audit.note(connection, actor, "weighing-withdrawn", f"{house}: {row.grams:g} g on {row.day}", farm=farm)
    return row is not None


def _of(farm: str, house: str) -> tuple[ColumnElement[bool], ...]:
    return (HandWeighing.farm == farm, HandWeighing.house == house)


def _all(connection: Connection, farm: str, house: str, which: tuple[ColumnElement[bool], ...]) -> list[Weighed]:
    columns = [getattr(HandWeighing, name) for name in Weighed.__dataclass_fields__]
    query = select(*columns).where(*_of(farm, house), HandWeighing.removed.is_(False), *which)
    return [Weighed(*row) for row in connection.execute(query.order_by(HandWeighing.day, HandWeighing.at_ms))]


def _row(farm: str, house: str, weighed: Weighed) -> dict[str, object]:
    return {"farm": farm, "house": house, **asdict(weighed), "removed": False}
