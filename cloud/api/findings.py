"""Findings with their evidence, and what people say of them and of counts: a row first, then a message.

A verdict is answered with 202: it is kept here, and its ``state`` says whether the device has taken it yet.
"""

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from cloud.api.caller import WithCaller, may
from cloud.api.models import BIRDS_MAX, FindingNow, HandCount, Judgement, VerdictNow
from cloud.api.paging import Paged, paging
from cloud.api.paths import (
    CameraPath,
    DevicePath,
    FarmPath,
    FindingPath,
    HousePath,
    device_with_camera,
    known_house,
    no_such_device,
    taken_already,
)
from cloud.api.pictures import IMMUTABLE, JPEG
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.ingest.points import to_unix_ms, unix_ms
from cloud.notice import health_finding, verdict_now, with_verdicts
from cloud.rights import Right
from cloud.store import findings, houses, verdicts
from cloud.store.findings import EvidenceKey, Found
from cloud.store.verdicts import Answer, Said
from contract.place import Place

LIMIT_MAX: Final = 200

router = APIRouter(prefix="/houses", tags=["findings"])

READ: Final = Depends(may(Right.READ))
RECORD: Final = Depends(may(Right.RECORD))


@router.get("/{farm}/{house}/findings", dependencies=[READ])
def list_house_findings(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    page: Annotated[Paged, paging(50, LIMIT_MAX, int, str, str)],
    *,
    open_: Annotated[bool | None, Query(alias="open", description="true: without a verdict; false: with one")] = None,
) -> list[FindingNow]:
    """List what was found in a house, newest first."""
    known_house(services, farm, house)
    found = findings.newest(services.records, farm, house, unanswered=open_, limit=page.wanted, after=page.after)
    shown = page.cut(found, lambda one: (one.key.at_ms, one.key.place.device, one.key.finding))
    return with_verdicts(services.records, farm, house, shown)


@router.get(
    "/{farm}/{house}/findings/{device}/{finding}/{at_ms}.jpg",
    response_class=Response,
    responses=JPEG,
    dependencies=[READ],
)
def evidence(
    farm: FarmPath,
    house: HousePath,
    device: DevicePath,
    finding: FindingPath,
    at_ms: Annotated[int, PathParameter(ge=0, le=2**53)],
    services: WithServices,
) -> Response:
    """Return the picture a finding rests on; it never changes, so it may be kept for ever."""
    key = EvidenceKey(Place(farm=farm, house=house, device=device), finding, at_ms)
    jpeg = services.media.read(key)
    if jpeg is None:
        raise not_found("no_such_picture", "There is no such picture any more.")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": IMMUTABLE})


@router.post(
    "/{farm}/{house}/findings/{device}/{finding}/verdict", status_code=HTTPStatus.ACCEPTED, dependencies=[RECORD]
)
async def judge(
    farm: FarmPath,
    house: HousePath,
    device: DevicePath,
    finding: FindingPath,
    judgement: Judgement,
    services: WithServices,
    caller: WithCaller,
) -> VerdictNow:
    """Say whether a finding was right; the same again changes nothing, another answer replaces the first."""

    def keep() -> Said:
        found = _known_finding(services, Place(farm=farm, house=house, device=device), finding)
        message = health_finding(found)
        said = _said(found.key.place, message.camera, unix_ms(message), judgement.answer, caller.name)
        return verdicts.say(services.records, replace(said, finding=finding))

    return await _kept(services, await run_in_threadpool(keep))


@router.post("/{farm}/{house}/cameras/{camera}/count", status_code=HTTPStatus.ACCEPTED, dependencies=[RECORD])
async def count(
    farm: FarmPath, house: HousePath, camera: CameraPath, counted: HandCount, services: WithServices, caller: WithCaller
) -> VerdictNow:
    """Say how many birds a person counted in a camera's picture; the device corrects its counts with it, openly."""
    if not 0 <= counted.birds <= BIRDS_MAX:
        detail = f"birds: {counted.birds} can't be in a picture; give 0 to {BIRDS_MAX}"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "birds_out_of_range", detail)
    taken_already("about_at", counted.about_at)

    def keep() -> Said:
        place = device_with_camera(services, farm, house, camera, counted.device)
        said = _said(place, camera, to_unix_ms(counted.about_at), "count", caller.name)
        return verdicts.say(services.records, replace(said, birds=counted.birds))

    return await _kept(services, await run_in_threadpool(keep))


def _said(place: Place, camera: str, about_ms: int, answer: Answer, by: str) -> Said:
    now_ms = to_unix_ms(datetime.now(UTC))
    return Said(place, verdicts.new_id(), camera, None, about_ms, answer, None, now_ms, by)


async def _kept(services: Services, said: Said) -> VerdictNow:
    services.courier.wake()
    services.feed.changed(said.place.farm, said.place.house, ("findings", "counts"))
    services.engine.changed(said.place.farm, said.place.house)
    return verdict_now(said)


def _known_finding(services: Services, place: Place, finding: str) -> Found:
    found = findings.find(services.records, place, finding)
    if found is not None:
        return found
    known_house(services, place.farm, place.house)
    if place.device not in {row.device for row in houses.devices(services.records, place.farm, place.house)}:
        raise no_such_device(place)
    raise not_found("no_such_finding", f"{place.device} has not reported a finding {finding!r}; read the list again.")
