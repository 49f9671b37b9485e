"""The stock of a house put together from placements, moves and the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from cloud.flock.stays import Stay
from cloud.flock.stock import Change, ChangeKind, Totals, totals
from cloud.flock.withdrawal import Treatment
from cloud.store import daily_log, flocks
from cloud.store.flocks import EventKind, Flocks, KeptFlock
from cloud.store.records import Records

TAKING: dict[EventKind, ChangeKind] = {"thinned": "thinned", "harvested": "harvested", "transferred": "left"}


@dataclass(frozen=True, slots=True)
class Living:
    """The flock that lives in a house, and what became of the birds that came into this house."""

    flock: KeptFlock
    stay: Stay
    changes: list[Change]
    treatments: list[Treatment]


def living(records: Records, farm: str, house: str, day: date) -> Living | None:
    """Return who lives in a house after a day, None when it is empty."""
    with records.reading() as connection:
        known = flocks.load(connection, farm)
        found = known.living(house, day)
        if found is None:
            return None
        flock, stay = found
        changes = changes_of(connection, known, farm, house, stay)
        return Living(flock, stay, changes, treatments_of(connection, known, farm, flock.flock))


def changes_of(
    connection: Connection, known: Flocks, farm: str, house: str, stay: Stay, *, without: str | None = None
) -> list[Change]:
    """Return the changes of a stay in a house; without one entry of its log if it is named."""
    told = daily_log.changes(connection, farm, house, without=without)
    lost = [change for change in told if stay.covers(change.day)]
    return [change for change in _told_of_flock(known, house, stay.flock) if stay.covers(change.day)] + lost


def flock_totals(connection: Connection, known: Flocks, farm: str, flock: str) -> Totals:
    """Return what became of a whole flock, in all houses it has lived in; its moves cancel out and are left away."""
    changes = [
        change
        for house, stay in stays_of(known, flock)
        for change in changes_of(connection, known, farm, house, stay)
        if change.kind not in {"arrived", "left"}
    ]
    return totals(changes)


def treatments_of(connection: Connection, known: Flocks, farm: str, flock: str) -> list[Treatment]:
    """Return the medications of a flock in all houses it has lived in: birds take a treatment with them."""
    return [
        treatment
        for house, stay in stays_of(known, flock)
        for treatment in daily_log.treatments(connection, farm, house, stay.first, stay.last)
    ]


def stays_of(known: Flocks, flock: str) -> Iterator[tuple[str, Stay]]:
    """Give each stay of a flock with its house."""
    for house in houses_of(known, flock):
        for stay in known.stays(house):
            if stay.flock == flock:
                yield house, stay


def ended_on(known: Flocks, flock: str) -> date | None:
    """Return the day a flock was closed or had left all its houses, None while it lives in one."""
    closed = known.closed_on(flock)
    if closed is not None:
        return closed
    ends = [stay.last for _, stay in stays_of(known, flock)]
    known_ends = [end for end in ends if end is not None]
    return max(known_ends) if known_ends and len(known_ends) == len(ends) else None


def houses_of(known: Flocks, flock: str) -> list[str]:
    """Return the houses a flock has lived in, the one of its placement first."""
    kept = known.find(flock)
    houses = [kept.facts.house] if kept else []
    houses += [event.facts.to_house for event in known.of(flock) if event.facts.to_house]
    return list(dict.fromkeys(houses))


def _told_of_flock(known: Flocks, house: str, flock: str) -> list[Change]:
    kept = known.find(flock)
    changes = []
    if kept and kept.facts.house == house:
        changes.append(Change(kept.facts.placed_on, "started", kept.facts.started_birds))
    for event in known.of(flock):
        facts = event.facts
        if facts.house == house and facts.kind in TAKING:
            changes.append(Change(facts.day, TAKING[facts.kind], facts.birds or 0))
        if facts.to_house == house:
            changes.append(Change(facts.day, "arrived", facts.birds or 0))
    return changes
