"""Which stretches of a device's data came late, after an outage: charts draw them differently.

Kept in steps of ten minutes: enough for a chart, and a row or six for an hour of outage, whatever a device measures.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete, select

from cloud.store.records import Records, upsert_all
from cloud.store.tables import LateData
from contract.place import Place

STEP_MS: Final = 10 * 60_000


def note(connection: Connection, late: Iterable[tuple[Place, int]], now_ms: int) -> None:
    """Note that devices have sent what they measured at these times (Unix ms) late, at ``now_ms``."""
    steps = sorted({(place.farm, place.house, place.device, at_ms // STEP_MS * STEP_MS) for place, at_ms in late})
    names = ("farm", "house", "device", "from_ms")
    upsert_all(connection, LateData, [{**dict(zip(names, step, strict=True)), "arrived_ms": now_ms} for step in steps])


def spans(
    records: Records, house: tuple[str, str], device: str, from_ms: int, to_ms: int
) -> list[tuple[int, int]]:  # fmt: skip
    """List the stretches (Unix ms, end exclusive) within a span that a device has sent late, merged, oldest first."""
    farm, name = house
    query = (
        select(LateData.from_ms)
        .where(LateData.farm == farm, LateData.house == name, LateData.device == device)
        .where(LateData.from_ms > from_ms - STEP_MS, LateData.from_ms < to_ms)
        .order_by(LateData.from_ms)
    )
    merged: list[tuple[int, int]] = []
    with records.reading() as connection:
        for start in connection.scalars(query):
            if merged and merged[-1][1] == start:
                merged[-1] = (merged[-1][0], start + STEP_MS)
            else:
                merged.append((start, start + STEP_MS))
    return merged


def forget(connection: Connection, before_ms: int) -> None:
    """Forget stretches that began before a time (Unix ms)."""
    connection.execute(delete(LateData).where(LateData.from_ms < before_ms))
