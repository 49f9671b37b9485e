"""Reports that come by themselves; each person has their own."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from cloud.api.caller import WithPerson, may
from cloud.api.models import ScheduleNow, ScheduleTold
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath
from cloud.api.problems import Refusal, not_found
from cloud.api.services import WithServices
from cloud.errors import BadRecord
from cloud.ingest.points import to_unix_ms
from cloud.report.mailing import mailboxes
from cloud.rights import Right
from cloud.store import report_schedules
from cloud.store.report_schedules import Schedule
from contract.place import Slug

SchedulePath = Annotated[Slug, Path(min_length=1, max_length=32)]

router = APIRouter(tags=["reports"])


@router.get("/me/report-schedules")
def list_schedules(
    services: WithServices, person: WithPerson, page: Annotated[Paged, paging(200, 1_000, str, str)]
) -> list[ScheduleNow]:
    """List one's own scheduled reports by farm."""
    own = report_schedules.of(services.records, person.id)
    return [_now(one) for one in page.sliced(own, lambda one: (one.farm, one.id))]


@router.put("/farms/{farm}/report-schedules/{schedule}", dependencies=[Depends(may(Right.EXPORT))])
def keep_schedule(
    farm: FarmPath, schedule: SchedulePath, told: ScheduleTold, services: WithServices, person: WithPerson
) -> ScheduleNow:
    """Let a report come by itself to one's own mailboxes; the same id again changes it."""
    mailboxes(services.records, person.id)
    kept = Schedule(
        id=schedule,
        user=person.id,
        farm=farm,
        kind=told.kind,
        weekday=told.weekday,
        minute=told.minute,
        formats=tuple(dict.fromkeys(told.formats)),
        units=told.units,
    )
    try:
        report_schedules.put(services.records, kept, to_unix_ms(datetime.now(UTC)))
    except BadRecord as error:
        raise Refusal(HTTPStatus.CONFLICT, "schedule_taken", str(error)) from error
    return _now(kept)


@router.delete("/me/report-schedules/{schedule}", status_code=HTTPStatus.NO_CONTENT)
def remove_schedule(schedule: SchedulePath, services: WithServices, person: WithPerson) -> None:
    """Let a report come no more."""
    if not report_schedules.remove(services.records, person.id, schedule):
        detail = f"You have no scheduled report {schedule!r}; load the list again."
        raise not_found("no_such_schedule", detail, zh="没有这个定时报告，请刷新。")


def _now(one: Schedule) -> ScheduleNow:
    return ScheduleNow(
        id=one.id, farm=one.farm, kind=one.kind, weekday=one.weekday, minute=one.minute, formats=list(one.formats),
        units=one.units, sent_on=one.sent_day,
    )  # fmt: skip
