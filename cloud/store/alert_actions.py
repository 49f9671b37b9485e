"""What people do to an open alert: acknowledge, put off, assign. Each is a transition, a row first.

The same again changes nothing and writes nothing.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from cloud.store import audit
from cloud.store.alerts import Transition
from cloud.store.audit import Actor
from cloud.store.records import Records, add
from cloud.store.tables import Alert, AlertTransition


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did something, when (Unix ms) and from where; ``by`` is empty for the service itself."""

    by: str
    at_ms: int
    address: str = ""


def acknowledge(records: Records, alert: str, deed: Deed) -> list[Transition]:
    """Note that somebody has seen it; a snooze ends with it."""
    values = {"acknowledged_by": deed.by, "acknowledged_ms": deed.at_ms, "snoozed_until_ms": None}
    with records.writing() as connection:
        return _done(connection, alert, [Alert.acknowledged_ms.is_(None)], values, (deed, _row("acknowledged", deed)))


def snooze(records: Records, alert: str, until_ms: int, deed: Deed) -> list[Transition]:
    """Put it off until then; a worse level breaks through."""
    changed = [Alert.snoozed_until_ms.is_distinct_from(until_ms)]
    with records.writing() as connection:
        row = _row("snoozed", deed, until_ms=until_ms)
        return _done(connection, alert, changed, {"snoozed_until_ms": until_ms}, (deed, row))


def unsnooze(records: Records, alert: str, deed: Deed) -> list[Transition]:
    """Take a snooze back."""
    with records.writing() as connection:
        return _unsnoozed(connection, alert, deed)


def unsnooze_due(records: Records, now_ms: int) -> list[Transition]:
    """End the snoozes whose time is up."""
    due = (Alert.state == "open", Alert.snoozed_until_ms <= now_ms)
    with records.reading() as connection:
        over = connection.scalars(select(Alert.alert).where(*due)).all()
    if not over:
        return []
    with records.writing() as connection:
        still = Alert.snoozed_until_ms <= now_ms
        return [one for alert in over for one in _unsnoozed(connection, alert, Deed("", now_ms), still)]


def assign(records: Records, alert: str, to: str, deed: Deed) -> list[Transition]:
    """Give it to somebody; an empty name gives it back to all."""
    changed = [Alert.assigned_to.is_distinct_from(to or None)]
    with records.writing() as connection:
        return _done(connection, alert, changed, {"assigned_to": to or None}, (deed, _row("assigned", deed, to=to)))


def _unsnoozed(
    connection: Connection, alert: str, deed: Deed, still: ColumnElement[bool] | None = None
) -> list[Transition]:
    asked = [Alert.snoozed_until_ms.is_not(None), *([] if still is None else [still])]
    return _done(connection, alert, asked, {"snoozed_until_ms": None}, (deed, _row("unsnoozed", deed)))


def _row(kind: str, deed: Deed, *, until_ms: int | None = None, to: str = "") -> dict[str, Any]:
    at = {"at_ms": deed.at_ms, "noted_ms": deed.at_ms}
    return {"kind": kind, **at, "by": deed.by, "until_ms": until_ms, "to": to}


def _note(connection: Connection, deed: Deed, done: Transition) -> None:
    """Write what a person did into the audit log; what ran out by itself is none."""
    if deed.by:
        actor = Actor(deed.by, deed.at_ms, deed.address)
        audit.note(connection, actor, f"alert-{done.kind}", f"{done.house}: {done.rule}", farm=done.farm)


def _done(
    connection: Connection,
    alert: str,
    only: list[ColumnElement[bool]],
    values: dict[str, Any],
    told: tuple[Deed, dict[str, Any]],
) -> list[Transition]:
    """Change an open alert where ``only`` holds, and write the transition under the number that this gives it."""
    changed = update(Alert).where(Alert.alert == alert, Alert.state == "open", *only).values(**values, n=Alert.n + 1)
    deed, row = told
    shown = (Alert.farm, Alert.house, Alert.rule, Alert.n, Alert.level, Alert.value, Alert.limit)
    now = connection.execute(changed.returning(*shown)).first()
    if now is None:
        return []
    stands = {"level": now.level, "value": now.value, "limit": now.limit}
    add(connection, AlertTransition, {"alert": alert, "n": now.n, **stands, **row})
    done = Transition(now.farm, now.house, alert, now.n, now.rule, row["kind"], now.level, row["at_ms"])
    _note(connection, deed, done)
    return [done]
