"""The ledger: which events were settled here, and which messages were kept aside.

An event is settled when it is committed or kept aside; the ranges are merged, so a boot without losses is one row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select

from cloud.store.records import Records, add, matching, upsert_all
from cloud.store.remembered import Rows
from cloud.store.tables import KeptAside, SeqRange
from contract.place import Place

KEPT_PAYLOAD_BYTES = 64 * 1024
KEPT_MESSAGES = 1_000

RANGES_MOST = 1_000
"""Of one boot: a device that leaves a gap after each event must not make every batch slower than the one before."""

Range = tuple[int, int]
"""First and last seq, both included."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message to keep aside, and why."""

    topic: str
    payload: bytes
    reason: str


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Join ranges that touch or overlap; sorted."""
    result: list[Range] = []
    for first, last in sorted(ranges):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        else:
            result.append((first, last))
    return result


def bounded(ranges: list[Range]) -> list[Range]:
    """Return merged ranges, the oldest joined where there are too many; what was in their gaps counts as settled."""
    beyond = len(ranges) - RANGES_MOST
    return ranges if beyond <= 0 else [(ranges[0][0], ranges[beyond][1]), *ranges[beyond + 1 :]]


def settle(connection: Connection, place: Place, boot: str, ranges: Iterable[Range]) -> None:
    """Note that these events of one boot are settled."""
    settle_all(connection, {(place, boot): list(ranges)})


def settle_all(
    connection: Connection,
    settled: Mapping[tuple[Place, str], Sequence[Range]],
    remembered: Rows[tuple[str, ...], list[Range]] | None = None,
) -> None:
    """Note which events of which boots are settled."""
    wanted: dict[tuple[str, ...], Sequence[Range]] = {
        (place.farm, place.house, place.device, boot): some for (place, boot), some in settled.items()
    }
    remembered = remembered or Rows()
    known = remembered.of(wanted, lambda keys: _known_ranges(connection, keys))
    after = {key: bounded(merged([*known.get(key, ()), *ranges])) for key, ranges in wanted.items()}
    gone: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for key, ranges in after.items():
        # A row is known by its first seq: a range that grows at its end is the same row.
        before = dict(known.get(key, ()))
        new += [_row(key, first, last) for first, last in ranges if before.pop(first, None) != last]
        gone += [_row(key, first, last) for first, last in before.items()]
    if gone:
        where = (column == bindparam(f"old_{column.name}") for column in SeqRange.__table__.primary_key)
        old = [{f"old_{name}": value for name, value in row.items()} for row in gone]
        connection.execute(delete(SeqRange).where(*where), old)
    upsert_all(connection, SeqRange, new)
    remembered.write(after)


def _known_ranges(connection: Connection, keys: list[tuple[str, ...]]) -> dict[tuple[str, ...], list[Range]]:
    columns = (SeqRange.farm, SeqRange.house, SeqRange.device, SeqRange.boot)
    known: dict[tuple[str, ...], list[Range]] = {}
    for row in matching(connection, select(*columns, SeqRange.first, SeqRange.last), columns, keys):
        known.setdefault(tuple(row[:4]), []).append((row.first, row.last))
    return known


def _row(key: tuple[str, ...], first: int, last: int) -> dict[str, Any]:
    farm, house, device, boot = key
    return {"farm": farm, "house": house, "device": device, "boot": boot, "first": first, "last": last}


def lacking(connection: Connection, place: Place, claimed: Mapping[str, Sequence[Range]]) -> dict[str, list[Range]]:
    """Return which events of these, by boot, were never settled here; a restored service may have known them once."""
    columns = (SeqRange.farm, SeqRange.house, SeqRange.device, SeqRange.boot)
    keys = [(place.farm, place.house, place.device, boot) for boot in claimed]
    known: dict[str, list[Range]] = {}
    for row in matching(connection, select(SeqRange), columns, keys):
        known.setdefault(row.boot, []).append((row.first, row.last))
    found = {boot: without(ranges, known.get(boot, ())) for boot, ranges in claimed.items()}
    return {boot: ranges for boot, ranges in found.items() if ranges}


def without(ranges: Iterable[Range], taken: Iterable[Range]) -> list[Range]:
    """Return what of some ranges is in none of others."""
    left: list[Range] = []
    holes = merged(taken)
    for start, end in merged(ranges):
        first = start
        for hole_first, hole_last in holes:
            if hole_last < first or hole_first > end:
                continue
            if hole_first > first:
                left.append((first, hole_first - 1))
            first = hole_last + 1
        if first <= end:
            left.append((first, end))
    return left


def settled(records: Records, place: Place) -> dict[str, list[Range]]:
    """Return the merged ranges of each boot of a device; a gap between two is an event that is not here (yet)."""
    query = select(SeqRange).where(*_at(place)).order_by(SeqRange.boot, SeqRange.first)
    by_boot: dict[str, list[Range]] = {}
    with records.reading() as connection:
        for row in connection.execute(query):
            by_boot.setdefault(row.boot, []).append((row.first, row.last))
    return by_boot


def keep_aside(connection: Connection, refused: Refused, now_ms: int) -> None:
    """Keep a refused message, its payload cut to 64 kB."""
    row = {
        "at_ms": now_ms,
        "topic": refused.topic,
        "reason": refused.reason,
        "payload": refused.payload[:KEPT_PAYLOAD_BYTES],
        "payload_bytes": len(refused.payload),
    }
    add(connection, KeptAside, row)


def trim_kept(connection: Connection, keep: int = KEPT_MESSAGES) -> None:
    """Drop the oldest kept messages beyond ``keep``."""
    newest = connection.scalar(select(func.max(KeptAside.id)))
    if newest is not None:
        connection.execute(delete(KeptAside).where(KeptAside.id <= newest - keep))


def kept(records: Records) -> list[Refused]:
    """List the kept messages, oldest first."""
    query = select(KeptAside).order_by(KeptAside.id)
    with records.reading() as connection:
        return [Refused(row.topic, row.payload, row.reason) for row in connection.execute(query)]


def _at(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (SeqRange.farm == place.farm, SeqRange.house == place.house, SeqRange.device == place.device)


def _of(place: Place, boot: str) -> tuple[ColumnElement[bool], ...]:
    return (*_at(place), SeqRange.boot == boot)
