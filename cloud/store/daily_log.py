"""Records of the daily log of a house; nothing is overwritten.

A corrected entry is a further row that names the one it ``replaces``; an entry taken back one of the kind
``withdrawn``. What is checked before it is kept is in ``cloud.book``.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import PurePath
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, desc, exists, func, select, update
from sqlalchemy.orm import aliased

from cloud.flock.stock import Change
from cloud.flock.withdrawal import Treatment
from cloud.store.records import Records, add
from cloud.store.tables import LogEntry

EntryKind = Literal[
    "mortality", "culls", "feed-delivered", "feed-eaten", "water", "medication", "vaccination", "note", "withdrawn"
]


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What a person writes down; ``day`` is what it is about, ``at_ms`` when it was written."""

    kind: EntryKind
    day: date
    at_ms: int
    birds: int | None = None
    kilograms: float | None = None
    litres: float | None = None
    cause: str = ""
    name: str = ""
    dose: str = ""
    until: date | None = None
    withdrawal_days: int | None = None
    route: str = ""
    note: str = ""
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as it is kept.

    Attributes:
        entry: its id.
        facts: what was written.
        photo: SHA-256 of its picture, None without one.
        by: who wrote it.
        kept_ms: when it came here, Unix time in ms.
        replaced_by: the row that corrects it or takes it back; None while it counts.
        withdrawn: that row took it back.
    """

    entry: str
    facts: EntryFacts
    photo: str | None
    by: str
    kept_ms: int
    replaced_by: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class LogDay:
    """What was written about a day, added up; None where nothing was written."""

    day: date
    entries: int
    dead: int | None
    culled: int | None
    feed_delivered_kg: float | None
    feed_eaten_kg: float | None
    water_litres: float | None


@dataclass(frozen=True, slots=True)
class PhotoKey:
    """Where the picture of an entry is, by its content; below a name that no device can have."""

    farm: str
    house: str
    sha256: str

    @property
    def path(self) -> PurePath:
        """Return where the picture is below the folder of pictures."""
        return PurePath(self.farm, self.house, "_log", f"{self.sha256}.jpg")


def find(connection: Connection, farm: str, house: str, entry: str) -> KeptEntry | None:
    """Return an entry whether it counts or not, None when there is none of this id."""
    row = connection.execute(_with_replacement(farm, house).where(LogEntry.entry == entry)).first()
    return _entry(row) if row else None


def put(connection: Connection, farm: str, house: str, kept: KeptEntry) -> None:
    """Keep an entry."""
    row = {"entry": kept.entry, "photo": kept.photo, "by": kept.by, "kept_ms": kept.kept_ms}
    add(connection, LogEntry, {"farm": farm, "house": house, **row, **asdict(kept.facts)})


def photographed(connection: Connection, farm: str, house: str, entry: str, sha256: str) -> None:
    """Note the picture that came for an entry."""
    is_it = (*_of(farm, house), LogEntry.entry == entry)
    connection.execute(update(LogEntry).where(*is_it).values(photo=sha256))


def days_before(
    records: Records, farm: str, house: str, before: date | None, count: int, *, replaced: bool
) -> list[date]:
    """List the newest days anybody wrote about, newest first, those before ``before`` only."""
    query = select(LogEntry.day).where(*_listed(farm, house, replaced=replaced)).distinct()
    query = query.order_by(desc(LogEntry.day)).limit(count)
    if before is not None:
        query = query.where(LogEntry.day < before)
    with records.reading() as connection:
        return list(connection.scalars(query))


def entries(records: Records, farm: str, house: str, days: Collection[date], *, replaced: bool) -> list[KeptEntry]:
    """List the entries about these days, newest day first, then as written; ``replaced`` keeps those that don't count.

    The rows that only take another back are never listed: it is the other that says so.
    """
    listed = _listed(farm, house, replaced=replaced)
    query = _with_replacement(farm, house).where(*listed, LogEntry.day.in_(days))
    query = query.order_by(desc(LogEntry.day), LogEntry.at_ms, LogEntry.entry)
    with records.reading() as connection:
        return [_entry(row) for row in connection.execute(query)]


def changes(connection: Connection, farm: str, house: str, *, without: str | None = None) -> list[Change]:
    """Return the birds a house lost by its log, added up by day; without one entry if it is named."""
    query = (
        select(LogEntry.day, LogEntry.kind, func.sum(LogEntry.birds).label("birds"))
        .where(*_of(farm, house), _COUNTS, LogEntry.kind.in_(("mortality", "culls")))
        .group_by(LogEntry.day, LogEntry.kind)
    )
    if without is not None:
        query = query.where(LogEntry.entry != without)
    rows = connection.execute(query)
    return [Change(row.day, "dead" if row.kind == "mortality" else "culled", row.birds) for row in rows]


def days(records: Records, farm: str, house: str, first: date, last: date) -> list[LogDay]:
    """Return what was written about each day from ``first`` to ``last``, both included, days without a word left out.

    Birds, kg of feed and litres of water are sums over the day's entries.
    """
    query = (
        select(
            LogEntry.day,
            LogEntry.kind,
            func.count().label("entries"),
            func.sum(LogEntry.birds).label("birds"),
            func.sum(LogEntry.kilograms).label("kilograms"),
            func.sum(LogEntry.litres).label("litres"),
        )
        .where(*_listed(farm, house, replaced=False), LogEntry.day.between(first, last))
        .group_by(LogEntry.day, LogEntry.kind)
    )
    by_day: dict[date, dict[str, Row[Any]]] = {}
    with records.reading() as connection:
        rows: Iterable[Row[Any]] = connection.execute(query)
        for row in rows:
            by_day.setdefault(row.day, {})[row.kind] = row
    return [_log_day(day, by_day[day]) for day in sorted(by_day)]


def treatments(connection: Connection, farm: str, house: str, first: date, last: date | None) -> list[Treatment]:
    """Return the medications begun in a house from one day to another, both included; None: no end."""
    query = select(LogEntry.name, LogEntry.day, LogEntry.until, LogEntry.withdrawal_days).where(
        *_of(farm, house), _COUNTS, LogEntry.kind == "medication", LogEntry.day >= first
    )
    if last is not None:
        query = query.where(LogEntry.day <= last)
    rows = connection.execute(query.order_by(LogEntry.day, LogEntry.entry))
    return [Treatment(row.name, row.until or row.day, row.withdrawal_days) for row in rows]


def _replaces(later: type[LogEntry]) -> ColumnElement[bool]:
    return (later.farm == LogEntry.farm) & (later.house == LogEntry.house) & (later.replaces == LogEntry.entry)


_later = aliased(LogEntry)
_COUNTS: ColumnElement[bool] = ~exists().where(_replaces(aliased(LogEntry)))


def _of(farm: str, house: str) -> tuple[ColumnElement[bool], ...]:
    return (LogEntry.farm == farm, LogEntry.house == house)


def _listed(farm: str, house: str, *, replaced: bool) -> tuple[ColumnElement[bool], ...]:
    told = (*_of(farm, house), LogEntry.kind != "withdrawn")
    return told if replaced else (*told, _COUNTS)


def _with_replacement(farm: str, house: str) -> Select[Any]:
    columns = (*LogEntry.__table__.columns, _later.entry.label("replaced_by"), _later.kind.label("replaced_with"))
    return select(*columns).outerjoin(_later, _replaces(_later)).where(*_of(farm, house))


def _entry(row: Row[Any]) -> KeptEntry:
    facts = EntryFacts(**{one.name: getattr(row, one.name) for one in fields(EntryFacts)})
    withdrawn = row.replaced_with == "withdrawn"
    return KeptEntry(row.entry, facts, row.photo, row.by, row.kept_ms, row.replaced_by, withdrawn)


def _log_day(day: date, rows: dict[str, Row[Any]]) -> LogDay:
    def told(kind: str, column: str) -> Any:
        return getattr(rows[kind], column) if kind in rows else None

    return LogDay(
        day=day,
        entries=sum(row.entries for row in rows.values()),
        dead=told("mortality", "birds"),
        culled=told("culls", "birds"),
        feed_delivered_kg=told("feed-delivered", "kilograms"),
        feed_eaten_kg=told("feed-eaten", "kilograms"),
        water_litres=told("water", "litres"),
    )
