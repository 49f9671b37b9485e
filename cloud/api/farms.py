"""Farms: one's own, how they are called, and new ones."""

from http import HTTPStatus
from typing import Annotated, Final
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool

from cloud.api.caller import Caller, OrganisationPath, WithCaller, may, within
from cloud.api.models import FarmNow, FarmText, HouseText, NewFarm
from cloud.api.paging import WHOLE_LIST, Paged, paging
from cloud.api.paths import FarmPath, HousePath
from cloud.api.problems import Refusal
from cloud.api.services import WithServices
from cloud.rights import Right
from cloud.store import audit, farms, houses

OF_A_DAY: Final = ("flock", "stock", "weight")
"""What of a house at a glance is about a day."""

router = APIRouter(tags=["farms"])


@router.get("/farms")
def list_farms(
    services: WithServices, caller: WithCaller, page: Annotated[Paged, paging(WHOLE_LIST, WHOLE_LIST, str)]
) -> list[FarmNow]:
    """List the caller's farms with what they may do on each."""
    return [
        FarmNow(
            farm=row.farm, organisation=row.organisation_id, name=row.name, time_zone=row.time_zone,
            rights=sorted(caller.grants.on(row.farm)),
        )
        for row in page.sliced(farms.listed(services.records, caller.farms(Right.READ)), lambda row: (row.farm,))
    ]  # fmt: skip


@router.post("/organisations/{organisation}/farms", status_code=HTTPStatus.CREATED)
def add_farm(
    organisation: OrganisationPath,
    wanted: NewFarm,
    services: WithServices,
    caller: Annotated[Caller, Depends(within(Right.PEOPLE))],
) -> FarmText:
    """Add a farm; its name is a level of the MQTT topics and can't be changed."""
    _check_zone(wanted.time_zone)
    actor = caller.acting()
    with services.records.writing() as connection:
        spoken_for = farms.is_heard(connection, wanted.farm)  # devices speak there: whose they are, the operator knows
        if farms.owner_of(connection, wanted.farm) is not None or spoken_for:
            detail = f"The farm {wanted.farm!r} is taken; choose another name, or ask the service's operator."
            zh = f"养殖场名“{wanted.farm}”已被使用，请换一个，或联系服务管理员。"
            raise Refusal(HTTPStatus.CONFLICT, "farm_taken", detail, zh=zh)
        farms.claim(connection, wanted.farm, organisation, actor.at_ms)
        farms.describe(connection, wanted.farm, wanted.name, wanted.time_zone)
        audit.note(connection, actor, "farm-added", wanted.farm, farm=wanted.farm)
    return FarmText(name=wanted.name, time_zone=wanted.time_zone)


@router.put("/farms/{farm}")
async def describe_farm(
    farm: FarmPath, text: FarmText, services: WithServices, caller: Annotated[Caller, Depends(may(Right.PEOPLE))]
) -> FarmText:
    """Say how a farm is called and where its day begins."""
    _check_zone(text.time_zone)

    def keep() -> list[str]:
        with services.records.writing() as connection:
            farms.describe(connection, farm, text.name, text.time_zone)
            audit.note(connection, caller.acting(), "farm-described", text.name or farm, farm=farm)
        return [row.house for row in houses.named(services.records, [farm])]

    for house in await run_in_threadpool(keep):
        services.feed.changed(farm, house, OF_A_DAY)
        services.engine.changed(farm, house)
    return text


@router.put("/farms/{farm}/houses/{house}")
def describe_house(
    farm: FarmPath,
    house: HousePath,
    text: HouseText,
    services: WithServices,
    caller: Annotated[Caller, Depends(may(Right.FLOCK))],
) -> HouseText:
    """Say how a house is called; one that no device has spoken for yet is added."""
    actor = caller.acting()
    with services.records.writing() as connection:
        farms.name_house(connection, farm, house, text.name, actor.at_ms)
        audit.note(connection, actor, "house-described", text.name or house, farm=farm)
    return text


def _check_zone(name: str | None) -> None:
    if name is not None and name not in available_timezones():
        detail = f"time_zone: {name!r} is not a time zone; write one like 'Asia/Shanghai'"
        zh = f"time_zone：没有 {name} 这个时区，请填写如 Asia/Shanghai。"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", detail, zh=zh)
