"""Parts of addresses that several routers share."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Path

from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services
from cloud.store import houses
from contract.place import SLUG_MAX_CHARACTERS, Place, Slug

CLOCK_AHEAD: Final = timedelta(minutes=5)

_SLUG = Path(min_length=1, max_length=SLUG_MAX_CHARACTERS)

FarmPath = Annotated[Slug, _SLUG]
HousePath = Annotated[Slug, _SLUG]
CameraPath = Annotated[Slug, _SLUG]
DevicePath = Annotated[Slug, _SLUG]
FindingPath = Annotated[Slug, _SLUG]


def known_house(services: Services, farm: str, house: str) -> None:
    """Check that the house was heard of.

    Raises:
        Refusal: it was not (404).
    """
    if not houses.exists(services.records, farm, house):
        raise no_such_house(farm, house)


def no_such_house(farm: str, house: str) -> Refusal:
    """Say that there is no such house, or none that the caller may know of."""
    return not_found("no_such_house", f"There is no house {farm}/{house}.", zh=f"没有鸡舍 {farm}/{house}。")


def no_such_farm(farm: str) -> Refusal:
    """Say that there is no such farm, or none that the caller may know of."""
    return not_found("no_such_farm", f"There is no farm {farm}.", zh=f"没有养殖场 {farm}。")


def device_with_camera(services: Services, farm: str, house: str, camera: str, device: str | None) -> Place:
    """Return the device that has a camera of this name.

    Raises:
        Refusal: none has (404), or several have and none was named (409).
    """
    known_house(services, farm, house)
    having = houses.devices_with_camera(services.records, farm, house, camera)
    if not having:
        zh = f"{farm}/{house} 没有设备带有摄像头 {camera}。"
        raise not_found("no_such_camera", f"No device in {farm}/{house} has a camera {camera!r}.", zh=zh)
    if device is None and len(having) > 1:
        detail = f"Several devices have a camera {camera!r}: name one as device ({', '.join(having)})."
        zh = f"有多台设备的摄像头名为 {camera}，请用 device 指明：{'、'.join(having)}。"
        raise Refusal(HTTPStatus.CONFLICT, "which_device", detail, zh=zh)
    if device is not None and device not in having:
        raise no_such_device(Place(farm=farm, house=house, device=device))
    return Place(farm=farm, house=house, device=device or having[0])


def no_such_device(place: Place) -> Refusal:
    """Say that the house has no such device."""
    detail = f"There is no device {place.device!r} in {place.farm}/{place.house} for this."
    return not_found("no_such_device", detail, zh=f"{place.farm}/{place.house} 没有这台设备：{place.device}。")


def taken_already(field: str, at: datetime) -> None:
    """Check the time of a picture that a person speaks of.

    Raises:
        Refusal: it has not come yet (422).
    """
    if at > datetime.now(UTC) + CLOCK_AHEAD:
        detail = f"{field}: {at} has not come yet; give the time of the picture"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "not_yet_taken", detail)
