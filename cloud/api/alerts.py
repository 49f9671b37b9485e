"""Alerts: what is open, what was, and what people do about it. A transition is a row first, a message second."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.concurrency import run_in_threadpool

from cloud.alerts.telling import alert_now, happened_now
from cloud.api.caller import Caller, WithCaller, may
from cloud.api.models import AlertHistory, AlertNow, AlertPage, Assignment, Snooze
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import alert_actions, alert_book
from cloud.store.alert_actions import Deed
from cloud.store.alert_book import Raised
from cloud.store.alerts import Transition

LIMIT_MAX: Final = 200
SNOOZE_MOST: Final = timedelta(days=7)

AlertPath = Annotated[str, Path(pattern=r"^a-[0-9a-f]{20}$")]

router = APIRouter(prefix="/houses", tags=["alerts"])

READ: Final = Depends(may(Right.READ))
ANSWER: Final = Depends(may(Right.ANSWER))


@router.get("/{farm}/{house}/alerts", dependencies=[READ])
def list_alerts(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    page: Annotated[Paged, paging(50, LIMIT_MAX, int, str)],
    *,
    state: Annotated[Literal["open", "resolved"] | None, Query(description="default: both")] = None,
) -> AlertPage:
    """List the alerts of a house, the newest first."""
    known_house(services, farm, house)
    before = (page.after[0], page.after[1]) if page.after else None
    found = alert_book.page(services.records, farm, house, state=state, before=before, limit=page.wanted)
    shown = page.cut(found, lambda one: (one.opened_ms, one.alert))
    return AlertPage(alerts=[alert_now(one) for one in shown], next=page.next)


@router.get("/{farm}/{house}/alerts/{alert}", dependencies=[READ])
def alert_with_history(farm: FarmPath, house: HousePath, alert: AlertPath, services: WithServices) -> AlertHistory:
    """Return one alert and all that happened to it."""
    found = _known_alert(services, farm, house, alert)
    happened = [happened_now(one) for one in alert_book.happened(services.records, alert)]
    return AlertHistory(alert=alert_now(found), happened=happened)


@router.post("/{farm}/{house}/alerts/{alert}/acknowledge", dependencies=[ANSWER])
async def acknowledge(
    farm: FarmPath, house: HousePath, alert: AlertPath, services: WithServices, caller: WithCaller
) -> AlertNow:
    """Say that you have seen it and look after it; the same again changes nothing."""
    return await _do(services, (farm, house, alert), lambda: alert_actions.acknowledge(
        services.records, alert, _deed(caller)
    ))  # fmt: skip


@router.post("/{farm}/{house}/alerts/{alert}/snooze", dependencies=[ANSWER])
async def snooze(
    farm: FarmPath, house: HousePath, alert: AlertPath, wanted: Snooze, services: WithServices, caller: WithCaller
) -> AlertNow:
    """Put it off for a while; if it gets worse it breaks through."""
    now = datetime.now(UTC)
    if not now < wanted.until <= now + SNOOZE_MOST:
        detail = f"until: {wanted.until} must lie ahead, by at most {SNOOZE_MOST.days} days"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "snooze_out_of_range", detail)
    until_ms = to_unix_ms(wanted.until)
    return await _do(services, (farm, house, alert), lambda: alert_actions.snooze(
        services.records, alert, until_ms, _deed(caller)
    ))  # fmt: skip


@router.delete("/{farm}/{house}/alerts/{alert}/snooze", dependencies=[ANSWER])
async def unsnooze(
    farm: FarmPath, house: HousePath, alert: AlertPath, services: WithServices, caller: WithCaller
) -> AlertNow:
    """Take a snooze back."""
    return await _do(services, (farm, house, alert), lambda: alert_actions.unsnooze(
        services.records, alert, _deed(caller)
    ))  # fmt: skip


@router.put("/{farm}/{house}/alerts/{alert}/assignment", dependencies=[ANSWER])
async def assign(
    farm: FarmPath, house: HousePath, alert: AlertPath, wanted: Assignment, services: WithServices, caller: WithCaller
) -> AlertNow:
    """Say who looks after it."""
    return await _do(services, (farm, house, alert), lambda: alert_actions.assign(
        services.records, alert, wanted.to or "", _deed(caller)
    ))  # fmt: skip


async def _do(services: Services, name: tuple[str, str, str], deed: Callable[[], list[Transition]]) -> AlertNow:
    """Do something to an open alert, tell who listens, and return it as it is then."""

    def done() -> tuple[list[Transition], Raised]:
        if _known_alert(services, *name).state != "open":
            detail = "This alert is over; there is nothing to do about it any more."
            raise Refusal(HTTPStatus.CONFLICT, "alert_over", detail)
        return deed(), _known_alert(services, *name)

    transitions, found = await run_in_threadpool(done)
    services.engine.tell(transitions)
    return alert_now(found)


def _known_alert(services: Services, farm: str, house: str, alert: str) -> Raised:
    known_house(services, farm, house)
    found = alert_book.find(services.records, alert)
    if found is None or (found.farm, found.house) != (farm, house):
        raise not_found("no_such_alert", f"There is no alert {alert!r} in {farm}/{house}.")
    return found


def _deed(caller: Caller) -> Deed:
    return Deed(caller.name, to_unix_ms(datetime.now(UTC)), caller.address)
