"""Alerts as people read them: open ones by urgency, past ones by time, one with all that happened to it."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, desc, select

from cloud.alerts.rules.judging import Level
from cloud.store.records import Records
from cloud.store.tables import Alert, AlertTransition, Finding

State = Literal["open", "resolved"]


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert as it is kept; times in Unix ms, names empty for a whole house.

    Attributes:
        level: the gravest it has now; of a resolved one, its last.
        silent: no value came for too long.
        finding: the newest finding it rests on, empty without one.
        finding_ms: when that was made, where its picture is kept.
        n: number of its last transition.
    """

    alert: str
    farm: str
    house: str
    rule: str
    device: str
    source: str
    state: State
    level: Level
    silent: bool
    opened_ms: int
    changed_ms: int
    resolved_ms: int | None
    value: float | None
    limit: float | None
    target: float | None
    finding: str
    finding_ms: int | None
    acknowledged_by: str | None
    acknowledged_ms: int | None
    snoozed_until_ms: int | None
    assigned_to: str | None
    n: int


@dataclass(frozen=True, slots=True)
class Happened:
    """One transition: ``at_ms`` by the data, ``noted_ms`` when it was written; ``by`` is empty for the rules."""

    n: int
    at_ms: int
    noted_ms: int
    kind: str
    level: Level
    value: float | None
    limit: float | None
    by: str
    until_ms: int | None
    to: str


def open_ones(records: Records, farm: str, house: str, limit: int) -> list[Raised]:
    """List what is open in a house: unacknowledged before acknowledged, the gravest, then the newest."""
    acknowledged = Alert.acknowledged_ms.is_not(None)
    query = _alerts().where(Alert.farm == farm, Alert.house == house, Alert.state == "open")
    return _read(
        records, query.order_by(acknowledged, desc(Alert.level), desc(Alert.opened_ms), Alert.alert).limit(limit)
    )


def page(
    records: Records, farm: str, house: str, *, state: State | None, before: tuple[int, str] | None, limit: int
) -> list[Raised]:
    """List alerts of a house, the newest first, older than (opened_ms, id) ``before``."""
    query = _alerts().where(Alert.farm == farm, Alert.house == house)
    if state is not None:
        query = query.where(Alert.state == state)
    if before is not None:
        opened_ms, alert = before
        same_instant = (Alert.opened_ms == opened_ms) & (Alert.alert < alert)
        query = query.where((Alert.opened_ms < opened_ms) | same_instant)
    return _read(records, query.order_by(desc(Alert.opened_ms), desc(Alert.alert)).limit(limit))


def find(records: Records, alert: str) -> Raised | None:
    """Return one alert, None when there is none."""
    found = _read(records, _alerts().where(Alert.alert == alert))
    return found[0] if found else None


def happened(records: Records, alert: str) -> list[Happened]:
    """List all that happened to an alert, oldest first."""
    query = select(AlertTransition).where(AlertTransition.alert == alert).order_by(AlertTransition.n)
    with records.reading() as connection:
        return [
            Happened(
                row.n, row.at_ms, row.noted_ms, row.kind, row.level, row.value, row.limit, row.by, row.until_ms, row.to
            )
            for row in connection.execute(query)
        ]


def _alerts() -> Select[Alert, int]:
    pictured = (
        (Finding.farm == Alert.farm)
        & (Finding.house == Alert.house)
        & (Finding.device == Alert.device)
        & (Finding.finding == Alert.finding)
        & Finding.pictured
    )
    return select(Alert, Finding.at_ms.label("finding_ms")).outerjoin(Finding, pictured)


def _read(records: Records, query: Select[Alert, int]) -> list[Raised]:
    with records.reading() as connection:
        rows = connection.execute(query).all()
    return [Raised(**{name: getattr(row, name) for name in Raised.__dataclass_fields__}) for row in rows]
