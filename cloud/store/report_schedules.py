"""Records of reports that people get by themselves, each day or week."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, select, update

from cloud.errors import BadRecord
from cloud.report.files import Format
from cloud.report.units import Units
from cloud.store.records import Records, add
from cloud.store.tables import ReportSchedule

MOST = 20
"""Schedules a person may have."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A report that a person gets.

    Attributes:
        id: its name.
        user: who.
        farm: of which farm; a report for each flock that lives there.
        kind: of the day before, or of the seven days before.
        weekday: 0 = Monday, of weekly ones; None of daily ones.
        minute: minute of the day on the farm.
        formats: which files.
        units: of the numbers.
        sent_day: the last day it was sent on; None before.
    """

    id: str
    user: int
    farm: str
    kind: Literal["day", "week"]
    weekday: int | None
    minute: int
    formats: tuple[Format, ...]
    units: Units
    sent_day: date | None = None


def put(records: Records, schedule: Schedule, now_ms: int) -> None:
    """Keep a schedule; the same id again changes it, and only its owner can.

    Raises:
        BadRecord: there are too many, or the id is another's.
    """
    row = {
        "user_id": schedule.user,
        "farm": schedule.farm,
        "kind": schedule.kind,
        "weekday": schedule.weekday,
        "minute": schedule.minute,
        "formats": json.dumps(schedule.formats),
        "units": schedule.units,
    }
    is_it = ReportSchedule.id == schedule.id
    with records.writing() as connection:
        owner = connection.scalar(select(ReportSchedule.user_id).where(is_it))
        if owner is not None and owner != schedule.user:
            raise BadRecord("this id belongs to another schedule; take another one")
        if owner is not None:
            connection.execute(update(ReportSchedule).where(is_it).values(**row))
            return
        mine = select(func.count()).select_from(ReportSchedule).where(ReportSchedule.user_id == schedule.user)
        if (connection.scalar(mine) or 0) >= MOST:
            raise BadRecord(f"there are {MOST} scheduled reports already; remove one first")
        add(connection, ReportSchedule, {"id": schedule.id, **row, "created_ms": now_ms, "sent_day": None})


def remove(records: Records, user: int, schedule: str) -> bool:
    """Remove a schedule of a person; say whether there was one."""
    is_it = (ReportSchedule.id == schedule, ReportSchedule.user_id == user)
    with records.writing() as connection:
        return bool(connection.execute(delete(ReportSchedule).where(*is_it)).rowcount)


def of(records: Records, user: int) -> list[Schedule]:
    """List a person's schedules, oldest first."""
    query = select(ReportSchedule).where(ReportSchedule.user_id == user)
    with records.reading() as connection:
        rows = connection.execute(query.order_by(ReportSchedule.created_ms, ReportSchedule.id))
        return [_schedule(row) for row in rows]


def everybody(records: Records) -> list[Schedule]:
    """List all schedules."""
    with records.reading() as connection:
        return [_schedule(row) for row in connection.execute(select(ReportSchedule).order_by(ReportSchedule.id))]


def note_sent(connection: Connection, schedule: Schedule, day: date) -> bool:
    """Note that a schedule was sent on a day; False when another process has done so already."""
    unsent = ReportSchedule.sent_day.is_(None) | (ReportSchedule.sent_day < day)
    changed = update(ReportSchedule).where(ReportSchedule.id == schedule.id, unsent).values(sent_day=day)
    return bool(connection.execute(changed).rowcount)


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(
        id=row.id,
        user=row.user_id,
        farm=row.farm,
        kind=row.kind,
        weekday=row.weekday,
        minute=row.minute,
        formats=tuple(json.loads(row.formats)),
        units=row.units,
        sent_day=row.sent_day,
    )
