"""Records of findings: each by its device and id, the newest picture of each beside it in ``media``."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import ColumnElement, Connection, Row, and_, desc, exists, func, or_, select, update

from cloud.store.records import Records, upsert
from cloud.store.tables import Finding, Verdict
from contract.place import Place


@dataclass(frozen=True, slots=True)
class EvidenceKey:
    """The picture a finding rests on: ``at_ms`` is when it was made, and tells a newer picture from an older one."""

    place: Place
    finding: str
    at_ms: int

    @property
    def path(self) -> PurePath:
        """Return where the picture is below the folder of pictures."""
        place = self.place
        return PurePath(place.farm, place.house, place.device, "findings", self.finding, f"{self.at_ms}.jpg")


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is kept: ``message`` is the HealthFinding as JSON, without its picture."""

    key: EvidenceKey
    pictured: bool
    message: str


def known_at(connection: Connection, place: Place, finding: str) -> int | None:
    """Return when the kept version of a finding was made, in Unix ms; None when there is none."""
    return connection.scalar(select(Finding.at_ms).where(*_is(place, finding)))


def add(connection: Connection, key: EvidenceKey, message: str) -> None:
    """Keep a finding; the same id again replaces it."""
    row = {"finding": key.finding, "at_ms": key.at_ms, "pictured": True, "message": message}
    upsert(connection, Finding, {**key.place.model_dump(), **row})


def beyond(connection: Connection, place: Place, keep: int) -> list[EvidenceKey]:
    """List the pictures of a device's findings that are older than its newest ``keep``; confirmed ones stay."""
    query = (
        select(Finding.finding, Finding.at_ms)
        .where(*_of(place), Finding.pictured, ~_CONFIRMED)
        .order_by(desc(Finding.at_ms), Finding.finding)
        .offset(keep)
        .limit(1_000)
    )
    return [EvidenceKey(place, row.finding, row.at_ms) for row in connection.execute(query)]


def older(connection: Connection, before_ms: int, confirmed_before_ms: int) -> list[EvidenceKey]:
    """List pictures of findings made before a time; of findings that a person called right, before an earlier one."""
    too_old = or_(and_(Finding.at_ms < before_ms, ~_CONFIRMED), Finding.at_ms < confirmed_before_ms)
    query = select(*_KEY).where(Finding.pictured, too_old).order_by(Finding.at_ms).limit(1_000)
    return [_evidence_key(row) for row in connection.execute(query)]


def with_pictures(connection: Connection) -> list[EvidenceKey]:
    """List the pictures of all findings that have one."""
    return [_evidence_key(row) for row in connection.execute(select(*_KEY).where(Finding.pictured))]


def forget_pictures(connection: Connection, keys: Iterable[EvidenceKey]) -> None:
    """Note that these findings have no picture any more; the findings themselves stay."""
    for key in keys:
        connection.execute(update(Finding).where(*_is(key.place, key.finding)).values(pictured=False))


def find(records: Records, place: Place, finding: str) -> Found | None:
    """Return one finding, None when there is none."""
    with records.reading() as connection:
        row = connection.execute(select(Finding).where(*_is(place, finding))).first()
    return Found(EvidenceKey(place, finding, row.at_ms), row.pictured, row.message) if row else None


def newest(
    records: Records,
    farm: str,
    house: str,
    *,
    unanswered: bool | None,
    limit: int,
    after: tuple[int, str, str] | None = None,
) -> list[Found]:
    """List findings of a house, newest first.

    Args:
        records: where.
        farm: slug.
        house: slug.
        unanswered: keeps those without (True) or with (False) a verdict; None: all.
        limit: at most so many.
        after: only those that come after this time in ms, device and finding.
    """
    query = select(Finding).where(Finding.farm == farm, Finding.house == house)
    if unanswered is not None:
        query = query.where(~_ANSWERED if unanswered else _ANSWERED)
    if after is not None:
        at_ms, device, name = after
        further = (Finding.device > device) | ((Finding.device == device) & (Finding.finding > name))
        query = query.where((Finding.at_ms < at_ms) | ((Finding.at_ms == at_ms) & further))
    query = query.order_by(desc(Finding.at_ms), Finding.device, Finding.finding).limit(limit)
    with records.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Found(
            EvidenceKey(Place(farm=farm, house=house, device=row.device), row.finding, row.at_ms),
            row.pictured,
            row.message,
        )
        for row in rows
    ]


def unanswered(records: Records, farm: str, house: str) -> int:
    """Count the findings of a house that nobody has judged."""
    query = select(func.count()).select_from(Finding)
    query = query.where(Finding.farm == farm, Finding.house == house, ~_ANSWERED)
    with records.reading() as connection:
        return connection.scalar(query) or 0


_KEY = (Finding.farm, Finding.house, Finding.device, Finding.finding, Finding.at_ms)
_ABOUT = (
    Verdict.farm == Finding.farm,
    Verdict.house == Finding.house,
    Verdict.device == Finding.device,
    Verdict.finding == Finding.finding,
)
_ANSWERED = exists().where(*_ABOUT)
_LAST_ANSWER = (
    select(Verdict.answer)
    .where(*_ABOUT)
    .order_by(desc(Verdict.at_ms), desc(Verdict.verdict))
    .limit(1)
    .correlate(Finding)
    .scalar_subquery()
)
_CONFIRMED = func.coalesce(_LAST_ANSWER, "") == "right"


def _of(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (Finding.farm == place.farm, Finding.house == place.house, Finding.device == place.device)


def _evidence_key(row: Row[str, str, str, str, int]) -> EvidenceKey:
    return EvidenceKey(Place(farm=row.farm, house=row.house, device=row.device), row.finding, row.at_ms)


def _is(place: Place, finding: str) -> tuple[ColumnElement[bool], ...]:
    return (*_of(place), Finding.finding == finding)
