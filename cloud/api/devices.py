"""Edge devices: which speak, which wait until somebody approves them, and which may not any more.

A device that enrols with a code needs no approval: the code is it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool

from cloud.api.caller import WithCaller, address_of, anybody, may
from cloud.api.models import CodeMade, Decision, EnrolledDevice, EnrolmentAsked
from cloud.api.paging import Paged, paging
from cloud.api.paths import DevicePath, FarmPath, HousePath
from cloud.api.problems import Refusal, not_found
from cloud.api.services import WithServices
from cloud.api.session import too_many
from cloud.enrolling import Membership, enrol_command, let_in, turn_out
from cloud.errors import BrokerRefused, CannotStart
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import enrolment_codes, enrolments
from cloud.store.enrolments import Enrolled, State
from cloud.store.mail import instant
from contract.place import Place

ORDER: Final[tuple[State, ...]] = ("waiting", "revoked", "approved")

log = logging.getLogger(__name__)

router = APIRouter(prefix="/farms", tags=["devices"], dependencies=[Depends(may(Right.DEVICES))])
coming = APIRouter(prefix="/enrolment", tags=["devices"])


@router.get("/{farm}/devices")
def list_devices(
    farm: FarmPath, services: WithServices, page: Annotated[Paged, paging(200, 1_000, int, str, str)]
) -> list[EnrolledDevice]:
    """List the devices of a farm that were ever heard of; those that wait come first."""
    return [
        EnrolledDevice(
            house=one.place.house,
            device=one.place.device,
            state=one.state,
            last_seen=instant(one.last_seen_ms) if one.last_seen_ms else None,
            held_messages=one.held_messages,
            decided_by=one.by,
        )
        for one in page.sliced(enrolments.listed(services.records, farm), _key)
    ]


@router.put("/{farm}/devices/{house}/{device}")
async def decide(
    farm: FarmPath,
    house: HousePath,
    device: DevicePath,
    decision: Decision,
    services: WithServices,
    caller: WithCaller,
) -> Decision:
    """Let a device speak; or end its connection, forget its account and take in nothing more of it.

    What the outbox of an approved device kept arrives within minutes.
    """
    place = Place(farm=farm, house=house, device=device)

    def keep() -> None:
        if decision.state == "revoked":
            with broker_asked():
                turn_out(services.config, services.records, place, caller.acting())
        else:
            now_ms = to_unix_ms(datetime.now(UTC))
            enrolments.decide(services.records, place, decision.state, caller.name, now_ms, caller.address)

    try:
        await run_in_threadpool(keep)
    finally:
        services.decided()
    return decision


@router.post("/{farm}/devices/{house}/{device}/code", status_code=HTTPStatus.CREATED)
def make_code(
    farm: FarmPath, house: HousePath, device: DevicePath, services: WithServices, caller: WithCaller
) -> CodeMade:
    """Make a code with which a device enrols within an hour, once; an earlier one for it is void."""
    place = Place(farm=farm, house=house, device=device)
    code, expires_ms = enrolment_codes.make(services.records, place, caller.acting())
    return CodeMade(code=code, expires_at=instant(expires_ms), command=enrol_command(services.config, code))


@coming.post("", dependencies=[Depends(anybody)])
def enrol(asked: EnrolmentAsked, request: Request, services: WithServices) -> Membership:
    """Give a device its account for a code, once."""
    address = address_of(request)
    wait_s = services.attempts.admit(None, address)
    if wait_s > 0:
        raise too_many(wait_s)
    with broker_asked():
        membership = let_in(services.config, services.records, asked.code, address)
    if membership is None:
        detail = "This code is used, over or wrong; have another made on the farm's page."
        raise not_found("no_such_code", detail, zh="此绑定码已使用、已过期或有误，请在养殖场页面重新生成。")
    services.attempts.succeeded(None, address)
    return membership


@contextmanager
def broker_asked() -> Iterator[None]:
    """Do what asks the broker.

    Raises:
        Refusal: it could not be told (503).
    """
    try:
        yield
    except (BrokerRefused, CannotStart) as error:
        log.error("%s", error)  # noqa: TRY400  # a sentence, not a traceback
        detail = "The broker could not be told; the service's log says why. Try again."
        zh = "无法通知消息服务器，原因见服务日志，请重试。"
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "broker_away", detail, zh=zh) from error


def _key(one: Enrolled) -> tuple[int, str, str]:
    return ORDER.index(one.state), one.place.house, one.place.device
