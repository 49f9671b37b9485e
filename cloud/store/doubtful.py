"""Records of stretches in which a value must not be believed, as its device said: stuck, or an impossible jump.

A sensor that is stuck is found out late: its value must have stood still for an hour. Its stretch therefore begins an
hour before the first value that was marked, so that what is made of good values leaves that hour out, too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, bindparam, delete, desc, select, update

from cloud.store.columns import HOUR_MS
from cloud.store.records import Records, add
from cloud.store.series import Window
from cloud.store.tables import DoubtfulStretch
from contract.doubts import STUCK_AFTER_S
from contract.messages import Doubt, Readings
from contract.place import Place

FOUND_AFTER_MS: Final[Mapping[Doubt, int]] = {"stuck": STUCK_AFTER_S * 1000, "jump": 0, "settling": 0}
"""How much longer a doubt has held than the first value marked with it says; as devices come, unless set otherwise."""
APART_MOST_MS: Final = 30 * 60_000
"""Marked values that are further apart are two stretches."""
MOST: Final = 1_000


class Stretch(NamedTuple):
    """A stretch of one quantity of one instrument: Unix ms, both ends included."""

    device: str
    source: str
    quantity: str
    why: Doubt
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class _Marked:
    """What a batch marks of one quantity."""

    place: Place
    source: str
    quantity: str
    why: Doubt


def arrived(connection: Connection, messages: Iterable[tuple[Place, Readings]]) -> None:
    """Note what devices have marked; the same again changes nothing. Late data fill their own stretch."""
    stamps: dict[_Marked, list[int]] = {}
    for place, readings in messages:
        for quantity, why in readings.doubts.items():
            marked = _Marked(place, readings.instrument, quantity, why)
            stamps.setdefault(marked, []).append(int(readings.at.timestamp() * 1000))
    for marked, at_ms in stamps.items():
        for from_ms, to_ms in _runs(sorted(at_ms)):
            _extend(connection, marked, from_ms, to_ms)


def stretches(
    records: Records, farm: str, house: str, from_ms: int, to_ms: int, most: int | None = MOST
) -> list[Stretch]:
    """List the stretches of a house that touch ``from_ms <= time < to_ms``, oldest first; the newest ``most``."""
    asked = {"farm": farm, "house": house, "from_ms": from_ms, "to_ms": to_ms}
    with records.reading() as connection:
        rows = connection.execute(_TOUCHING if most is None else _TOUCHING.limit(most), asked).all()
    return [Stretch(*row) for row in reversed(rows)]


def believed(window: Window, doubts: Iterable[Stretch], end_ms: int) -> Window:
    """Return a window without the rows that a doubtful stretch touches: with some of it in, a mean is no good mean.

    Args:
        window: of the series the stretches are of.
        doubts: the stretches.
        end_ms: where its last bucket ends.
    """
    begins = window.at_ms
    ends = np.append(begins[1:], end_ms) - 1 if window.bucketed else begins
    if window.basis == "hourly":
        ends = np.maximum(ends, begins + HOUR_MS - 1)  # an hour's roll-up stands in its first bucket
    good = np.ones(len(begins), np.bool_)
    for one in doubts:
        good &= (begins > one.to_ms) | (ends < one.from_ms)
    mean, low, high = (np.where(good, column, np.nan) for column in (window.mean, window.low, window.high))
    return replace(window, mean=mean, low=low, high=high)


# Asked for with every chart, so made once.
_TOUCHING = (
    select(*(getattr(DoubtfulStretch, name) for name in Stretch._fields))
    .where(
        DoubtfulStretch.farm == bindparam("farm"),
        DoubtfulStretch.house == bindparam("house"),
        DoubtfulStretch.from_ms < bindparam("to_ms"),
        DoubtfulStretch.to_ms >= bindparam("from_ms"),
    )
    .order_by(desc(DoubtfulStretch.from_ms))
)


def _runs(at_ms: list[int]) -> list[tuple[int, int]]:
    """Return first and last of each run of stamps that are near each other."""
    runs: list[tuple[int, int]] = []
    for at in at_ms:
        if runs and at - runs[-1][1] <= APART_MOST_MS:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs


def _extend(connection: Connection, marked: _Marked, from_ms: int, to_ms: int) -> None:
    """Let the stretches these stamps touch become one."""
    near = (
        DoubtfulStretch.from_ms <= to_ms + FOUND_AFTER_MS[marked.why],
        DoubtfulStretch.to_ms >= from_ms - APART_MOST_MS,
    )
    query = select(DoubtfulStretch.from_ms, DoubtfulStretch.to_ms).where(*_is(marked), *near)
    known = connection.execute(query.order_by(DoubtfulStretch.from_ms)).all()
    begins_ms = min([from_ms - FOUND_AFTER_MS[marked.why], *(row.from_ms for row in known)])
    ends_ms = max([to_ms, *(row.to_ms for row in known)])
    if not known:
        row = {"source": marked.source, "quantity": marked.quantity, "why": marked.why}
        add(connection, DoubtfulStretch, {**marked.place.model_dump(), **row, "from_ms": begins_ms, "to_ms": ends_ms})
        return
    swallowed = [row.from_ms for row in known[1:]]
    if swallowed:
        connection.execute(delete(DoubtfulStretch).where(*_is(marked), DoubtfulStretch.from_ms.in_(swallowed)))
    if (begins_ms, ends_ms) != tuple(known[0]):
        first = (*_is(marked), DoubtfulStretch.from_ms == known[0].from_ms)
        connection.execute(update(DoubtfulStretch).where(*first).values(from_ms=begins_ms, to_ms=ends_ms))


def _is(marked: _Marked) -> tuple[ColumnElement[bool], ...]:
    place = marked.place
    return (
        DoubtfulStretch.farm == place.farm,
        DoubtfulStretch.house == place.house,
        DoubtfulStretch.device == place.device,
        DoubtfulStretch.source == marked.source,
        DoubtfulStretch.quantity == marked.quantity,
        DoubtfulStretch.why == marked.why,
    )
