"""Records of droppings checks: a photo, and what the network said of it then. Nothing is overwritten."""

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Row, and_, desc, or_, select

from cloud.store.records import Records, add
from cloud.store.tables import DroppingsCheck


@dataclass(frozen=True, slots=True)
class Checked:
    """One check.

    Attributes:
        check: its id, made by the page.
        at_ms: when it was made, Unix ms.
        by: who made it.
        flock: the flock that lived in the house then; None in an empty house.
        answer: name of a class, or ``not_sure``.
        probabilities: class -> probability, calibrated; they sum to 1.
        network: name of the network that said so.
        sha256: of the photo.
    """

    check: str
    at_ms: int
    by: str
    flock: str | None
    answer: str
    probabilities: dict[str, float]
    network: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CheckPhotoKey:
    """Where the photo of a check is, by its content; below a name that no device can have."""

    farm: str
    house: str
    sha256: str

    @property
    def path(self) -> PurePath:
        """Return where the picture is below the folder of pictures."""
        return PurePath(self.farm, self.house, "_droppings", f"{self.sha256}.jpg")


def keep(connection: Connection, farm: str, house: str, checked: Checked) -> None:
    """Keep a check."""
    row = {
        "check": checked.check,
        "at_ms": checked.at_ms,
        "by": checked.by,
        "flock": checked.flock,
        "answer": checked.answer,
        "probabilities": json.dumps(checked.probabilities),
        "network": checked.network,
        "sha256": checked.sha256,
    }
    add(connection, DroppingsCheck, {"farm": farm, "house": house, **row})


def find(connection: Connection, farm: str, house: str, check: str) -> Checked | None:
    """Return a check, None when there is none of this id."""
    table = DroppingsCheck
    query = select(table).where(table.farm == farm, table.house == house, table.check == check)
    row = connection.execute(query).first()
    return _checked(row) if row else None


def newest(
    records: Records, farm: str, house: str, limit: int, flock: str | None = None,
    after: tuple[int, str] | None = None,
) -> list[Checked]:  # fmt: skip
    """List the checks of a house, the newest first; of one flock where it is named.

    Args:
        records: where they are.
        farm: of the house.
        house: whose checks.
        limit: at most so many.
        flock: only those of this flock.
        after: time in Unix ms and id of the check that the list goes on after.
    """
    table = DroppingsCheck
    query = select(table).where(table.farm == farm, table.house == house)
    if flock is not None:
        query = query.where(table.flock == flock)
    if after is not None:
        at_ms, check = after
        query = query.where(or_(table.at_ms < at_ms, and_(table.at_ms == at_ms, table.check > check)))
    query = query.order_by(desc(table.at_ms), table.check).limit(limit)
    with records.reading() as connection:
        return [_checked(row) for row in connection.execute(query)]


def _checked(row: Row[Any]) -> Checked:
    return Checked(
        check=row.check,
        at_ms=row.at_ms,
        by=row.by,
        flock=row.flock,
        answer=row.answer,
        probabilities=json.loads(row.probabilities),
        network=row.network,
        sha256=row.sha256,
    )
