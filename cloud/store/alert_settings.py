"""Records of what houses have set for their alerts: a row a change, so that who changed what can be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, desc, select

from cloud.alerts.rules.settings import HouseSettings, readable
from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.records import Records, add
from cloud.store.tables import AlertSettings


@dataclass(frozen=True, slots=True)
class SetOnce:
    """What a house has set; version 0 = nothing yet, all is as shipped."""

    version: int
    settings: HouseSettings
    by: str = ""
    at_ms: int = 0


def newest(connection: Connection, farm: str, house: str) -> SetOnce:
    """Return what counts in a house now."""
    found = _rows(connection, farm, house, 1)
    return found[0] if found else SetOnce(0, HouseSettings())


def history(records: Records, farm: str, house: str, limit: int, below: int | None = None) -> Sequence[SetOnce]:
    """List who changed what and when, newest first; versions below one only if it is named."""
    with records.reading() as connection:
        return _rows(connection, farm, house, limit, below)


def change(records: Records, farm: str, house: str, wanted: SetOnce, address: str = "") -> bool:
    """Write ``wanted`` as the version after the newest; False when that version is there already."""
    row = {
        "farm": farm, "house": house, "version": wanted.version, "at_ms": wanted.at_ms, "by": wanted.by,
        "document": wanted.settings.model_dump_json(exclude_defaults=True),
    }  # fmt: skip
    with records.writing() as connection:
        if newest(connection, farm, house).version != wanted.version - 1:
            return False
        # A writer is alone with what it has read: nobody else takes this version meanwhile.
        add(connection, AlertSettings, row)
        actor = Actor(wanted.by, wanted.at_ms, address)
        audit.note(connection, actor, "limits-changed", f"{house}: version {wanted.version}", farm=farm)
        return True


def _rows(connection: Connection, farm: str, house: str, limit: int, below: int | None = None) -> list[SetOnce]:
    query = (
        select(AlertSettings)
        .where(AlertSettings.farm == farm, AlertSettings.house == house)
        .order_by(desc(AlertSettings.version))
        .limit(limit)
    )
    if below is not None:
        query = query.where(AlertSettings.version < below)
    return [SetOnce(row.version, readable(row.document), row.by, row.at_ms) for row in connection.execute(query)]
