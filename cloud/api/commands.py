"""What people tell devices to do: a row first, then a message, then the device's answer.

Answered with 202: it is kept here, and its ``state`` says what became of it; the live stream brings it with
``devices``. A picture that was asked for arrives as any other does.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from cloud.api.caller import WithCaller, may
from cloud.api.language import language_of
from cloud.api.models import CommandNow, CommandReport, CommandWanted, PictureWanted
from cloud.api.paging import Paged, paging
from cloud.api.paths import CameraPath, DevicePath, FarmPath, HousePath, device_with_camera, known_house, no_such_device
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.notice import command_now, command_report
from cloud.rights import Right
from cloud.store import commands, houses
from cloud.store.commands import Told
from contract.messages import Command
from contract.place import SLUG_MAX_CHARACTERS, Place, Slug

LIST_MAX: Final = commands.KEPT_PER_DEVICE

router = APIRouter(prefix="/houses", tags=["commands"])

DEVICES: Final = Depends(may(Right.DEVICES))
OPERATE: Final = Depends(may(Right.OPERATE))
CommandPath = Annotated[Slug, Path(min_length=1, max_length=SLUG_MAX_CHARACTERS)]


@router.post("/{farm}/{house}/cameras/{camera}/picture", status_code=HTTPStatus.ACCEPTED, dependencies=[DEVICES])
async def take_picture(
    farm: FarmPath, house: HousePath, camera: CameraPath, wanted: PictureWanted, services: WithServices,
    caller: WithCaller,
) -> CommandNow:  # fmt: skip
    """Have a camera take a picture now."""

    def keep() -> Told:
        place = device_with_camera(services, farm, house, camera, wanted.device)
        return commands.tell(services.records, place, "snapshot", caller.acting(), target=camera)

    return await _told(services, await run_in_threadpool(keep))


@router.post("/{farm}/{house}/devices/{device}/commands", status_code=HTTPStatus.ACCEPTED, dependencies=[OPERATE])
async def tell_device(
    farm: FarmPath, house: HousePath, device: DevicePath, wanted: CommandWanted, services: WithServices,
    caller: WithCaller, request: Request,
) -> CommandNow:  # fmt: skip
    """Tell a device to do something; the same again, while it is on its way, is the same command."""
    place = Place(farm=farm, house=house, device=device)
    language = wanted.language or language_of(request.headers)

    def keep() -> Told:
        _known_device(services, place)
        _complete(wanted)
        return commands.tell(
            services.records, place, wanted.action, caller.acting(),
            target=wanted.target, text=wanted.text, language=language,
        )  # fmt: skip

    return await _told(services, await run_in_threadpool(keep))


@router.get("/{farm}/{house}/devices/{device}/commands", dependencies=[DEVICES])
def list_commands(
    farm: FarmPath, house: HousePath, device: DevicePath, services: WithServices,
    page: Annotated[Paged, paging(20, LIST_MAX, int, str)],
) -> list[CommandNow]:  # fmt: skip
    """List what a device was told, newest first."""
    place = Place(farm=farm, house=house, device=device)
    _known_device(services, place)
    every = commands.newest(services.records, place, LIST_MAX)
    return [command_now(told) for told in page.sliced(every, lambda told: (-told.at_ms, told.command))]


@router.get("/{farm}/{house}/devices/{device}/commands/{command}", dependencies=[DEVICES])
def read_command(
    farm: FarmPath, house: HousePath, device: DevicePath, command: CommandPath, services: WithServices
) -> CommandReport:
    """Return one command with what it asked for."""
    place = Place(farm=farm, house=house, device=device)
    _known_device(services, place)
    told = commands.one(services.records, place, command)
    if told is None:
        detail = f"{device} was told nothing by the name {command}; older than {LIST_MAX} commands are forgotten."
        raise not_found("no_such_command", detail, zh=f"设备 {device} 没有命令 {command}。")
    return command_report(told)


async def _told(services: Services, told: Told) -> CommandNow:
    services.courier.wake()
    services.feed.changed(told.place.farm, told.place.house, ("devices",))
    return command_now(told)


def _known_device(services: Services, place: Place) -> None:
    known_house(services, place.farm, place.house)
    if place.device not in {row.device for row in houses.devices(services.records, place.farm, place.house)}:
        raise no_such_device(place)


def _complete(wanted: CommandWanted) -> None:
    """Check that target and text are there where the action has them.

    Raises:
        Refusal: they are not, or have no use (422).
    """
    now = datetime.now(UTC)
    said = wanted.model_dump(exclude={"language"})
    try:
        Command(device="any", command="any", at=now, expires_at=now, **said)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        zh = f"{wanted.action}：target 或 text 与该操作不符。"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", problem, zh=zh) from error
