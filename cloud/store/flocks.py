"""Records of flocks and of what became of their birds; nothing is overwritten.

A corrected flock is a further version; a corrected event a further row that names the one it ``replaces``, an event
taken back one of the kind ``withdrawn``. What is checked before it is kept is in ``cloud.book``.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from cloud.flock.stays import Move, Placement, Stay, living_on, stays
from cloud.store import houses
from cloud.store.records import Records, add
from cloud.store.tables import Flock, FlockEvent

Sex = Literal["mixed", "female", "male"]
EventKind = Literal["thinned", "transferred", "harvested", "closed", "withdrawn"]
GOING: Final[frozenset[EventKind]] = frozenset({"thinned", "transferred", "harvested"})
"""Kinds that take birds out of a house."""


@dataclass(frozen=True, slots=True)
class FlockFacts:
    """What is told of a flock when it is placed; ``curve`` is what it is held against, None: its breed's."""

    house: str
    breed: str
    placed_on: date
    placed_birds: int
    sex: Sex = "mixed"
    hatchery: str = ""
    dead_on_arrival: int = 0
    note: str = ""
    curve: str | None = None

    @property
    def started_birds(self) -> int:
        """Return the birds that were placed alive."""
        return self.placed_birds - self.dead_on_arrival


@dataclass(frozen=True, slots=True)
class KeptFlock:
    """A flock as it is kept: its newest version."""

    flock: str
    version: int
    facts: FlockFacts
    by: str
    kept_ms: int


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What is told of an event; ``at_ms`` is when the person wrote it down."""

    flock: str
    house: str
    kind: EventKind
    day: date
    at_ms: int
    birds: int | None = None
    kilograms: float | None = None
    to_house: str | None = None
    despite_withdrawal: bool = False
    note: str = ""
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event as it is kept; ``empties``: its birds were the last ones in the house when it was written down."""

    event: str
    facts: EventFacts
    empties: bool
    by: str
    kept_ms: int


@dataclass(frozen=True, slots=True)
class Flocks:
    """All flocks of a farm with the events that count."""

    flocks: tuple[KeptFlock, ...] = ()
    events: tuple[KeptEvent, ...] = field(default=())

    def find(self, flock: str) -> KeptFlock | None:
        """Return a flock by its id."""
        return next((one for one in self.flocks if one.flock == flock), None)

    def of(self, flock: str) -> list[KeptEvent]:
        """Return the events of a flock, oldest first."""
        return [one for one in self.events if one.facts.flock == flock]

    def closed_on(self, flock: str) -> date | None:
        """Return the day a flock was closed, None while it lives."""
        return next((one.facts.day for one in self.of(flock) if one.facts.kind == "closed"), None)

    def without(self, event: str) -> "Flocks":
        """Return the same but for one event."""
        return replace(self, events=tuple(one for one in self.events if one.event != event))

    def stays(self, house: str) -> list[Stay]:
        """Return who lived in a house when, oldest first."""
        placements = [Placement(one.flock, one.facts.house, one.facts.placed_on) for one in self.flocks]
        return stays(house, placements, _moves(self.events), _closings(self.events))

    def living(self, house: str, day: date) -> tuple[KeptFlock, Stay] | None:
        """Return the flock that lives in a house after a day, and since when."""
        stay = living_on(self.stays(house), day)
        flock = self.find(stay.flock) if stay else None
        return (flock, stay) if flock and stay else None


def default_id(house: str, placed_on: date) -> str:
    """Return an id for a flock that nobody named: cut to what a slug may have."""
    return f"{house[:52].rstrip('-')}-{placed_on}"


def _placed() -> Select[*tuple[Any, ...]]:
    newer = aliased(Flock)
    has_newer = exists().where(newer.farm == Flock.farm, newer.flock == Flock.flock, newer.version > Flock.version)
    return select(Flock).where(Flock.farm == bindparam("farm"), ~has_newer).order_by(Flock.placed_on, Flock.flock)


def _counting() -> Select[*tuple[Any, ...]]:
    later = aliased(FlockEvent)
    replaced = exists().where(later.farm == FlockEvent.farm, later.replaces == FlockEvent.event)
    counting = (FlockEvent.farm == bindparam("farm"), FlockEvent.kind != "withdrawn", ~replaced)
    return select(FlockEvent).where(*counting).order_by(FlockEvent.day, FlockEvent.at_ms, FlockEvent.event)


# The rules ask for each house each time they look: made once, for building a statement takes longer than running it.
_PLACED, _COUNTING = _placed(), _counting()


def load(connection: Connection, farm: str) -> Flocks:
    """Return the flocks of a farm, oldest placement first, with their events by day."""
    flocks = tuple(_flock(row) for row in connection.execute(_PLACED, {"farm": farm}))
    return Flocks(flocks, tuple(_event(row) for row in connection.execute(_COUNTING, {"farm": farm})))


def read(records: Records, farm: str) -> Flocks:
    """Return the flocks of a farm as ``load`` does, in a transaction of its own."""
    with records.reading() as connection:
        return load(connection, farm)


def flock_on(records: Records, farm: str, house: str, day: date) -> KeptFlock | None:
    """Return the flock that lives in the house after ``day``; None when the house is empty then."""
    living = read(records, farm).living(house, day)
    return living[0] if living else None


def facts_on(records: Records, farm: str, house: str, day: date) -> FlockFacts | None:
    """Return what is told of the flock that lives in the house after ``day``; None when the house is empty then."""
    kept = flock_on(records, farm, house, day)
    return kept.facts if kept else None


def find_event(connection: Connection, farm: str, event: str) -> KeptEvent | None:
    """Return an event whether it counts or not, None when there is none of this id."""
    row = connection.execute(select(FlockEvent).where(FlockEvent.farm == farm, FlockEvent.event == event)).first()
    return _event(row) if row else None


def replacement(connection: Connection, farm: str, event: str) -> KeptEvent | None:
    """Return the row that corrects an event or takes it back."""
    row = connection.execute(select(FlockEvent).where(FlockEvent.farm == farm, FlockEvent.replaces == event)).first()
    return _event(row) if row else None


def add_version(connection: Connection, farm: str, kept: KeptFlock) -> None:
    """Keep a version of a flock; its house is noted if it is not known yet."""
    houses.seen(connection, [(farm, kept.facts.house)], kept.kept_ms)
    row = {"flock": kept.flock, "version": kept.version, "by": kept.by, "kept_ms": kept.kept_ms}
    add(connection, Flock, {"farm": farm, **row, **asdict(kept.facts)})


def add_event(connection: Connection, farm: str, kept: KeptEvent) -> None:
    """Keep an event."""
    row = {"event": kept.event, "empties": kept.empties, "by": kept.by, "kept_ms": kept.kept_ms}
    add(connection, FlockEvent, {"farm": farm, **row, **asdict(kept.facts)})


def _flock(row: Row[Any]) -> KeptFlock:
    facts = FlockFacts(**{one.name: getattr(row, one.name) for one in fields(FlockFacts)})
    return KeptFlock(row.flock, row.version, facts, row.by, row.kept_ms)


def _event(row: Row[Any]) -> KeptEvent:
    facts = EventFacts(**{one.name: getattr(row, one.name) for one in fields(EventFacts)})
    return KeptEvent(row.event, facts, row.empties, row.by, row.kept_ms)


def _moves(events: Iterable[KeptEvent]) -> list[Move]:
    told = [(one, one.facts) for one in events if one.facts.to_house is not None]
    return [Move(facts.flock, facts.day, facts.house, facts.to_house or "", one.empties) for one, facts in told]


def _closings(events: Iterable[KeptEvent]) -> dict[str, date]:
    return {one.facts.flock: one.facts.day for one in events if one.facts.kind == "closed"}
