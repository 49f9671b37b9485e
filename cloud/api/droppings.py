"""The droppings check: a photo, what the network says of it, kept with the flock. A screening hint, no diagnosis."""

import hashlib
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Query
from fastapi import Path as PathParameter
from fastapi.responses import Response

from cloud.api.caller import WithCaller, may
from cloud.api.models import DroppingsCheckNow
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.pictures import IMMUTABLE, JPEG
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.droppings import NoNetwork, NoPhoto
from cloud.ingest.jpeg import jpeg_problem
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import droppings, flocks
from cloud.store.droppings import Checked, CheckPhotoKey
from cloud.store.mail import instant
from contract.place import SLUG_MAX_CHARACTERS, Slug

LIST_MAX: Final = 200

CheckPath = Annotated[Slug, PathParameter(min_length=1, max_length=SLUG_MAX_CHARACTERS)]

router = APIRouter(prefix="/houses", tags=["droppings"])

READ: Final = Depends(may(Right.READ))
RECORD: Final = Depends(may(Right.RECORD))


@router.put("/{farm}/{house}/droppings/{check}", dependencies=[RECORD])
async def check_droppings(
    farm: FarmPath, house: HousePath, check: CheckPath,
    jpeg: Annotated[bytes, Body(media_type="image/jpeg", description="at most 1 MiB; one dropping in the middle")],
    services: WithServices, caller: WithCaller,
) -> DroppingsCheckNow:  # fmt: skip
    """Look at a photo and keep what was seen; the same id with the same photo is answered from what is kept."""
    checked = await services.heavy.do(caller.key, lambda: _checked(services, (farm, house), check, jpeg, caller.name))
    return _answer(farm, house, checked)


@router.get("/{farm}/{house}/droppings", dependencies=[READ])
def list_checks(
    farm: FarmPath, house: HousePath, services: WithServices,
    page: Annotated[Paged, paging(50, LIST_MAX, int, str)],
    *,
    flock: Annotated[Slug | None, Query(description="only those of one flock")] = None,
) -> list[DroppingsCheckNow]:  # fmt: skip
    """List what was looked at, the newest first."""
    known_house(services, farm, house)
    rows = droppings.newest(services.records, farm, house, page.wanted, flock, page.after)
    return [_answer(farm, house, one) for one in page.cut(rows, lambda one: (one.at_ms, one.check))]


@router.get("/{farm}/{house}/droppings/{check}/photo.jpg", response_class=Response, responses=JPEG, dependencies=[READ])
def check_photo(farm: FarmPath, house: HousePath, check: CheckPath, services: WithServices) -> Response:
    """Return the photo of a check; it never changes, so it may be kept for ever."""
    with services.records.reading() as connection:
        checked = droppings.find(connection, farm, house, check)
    jpeg = services.media.read(CheckPhotoKey(farm, house, checked.sha256)) if checked else None
    if jpeg is None:
        raise not_found("no_such_picture", "There is no such picture any more.")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": IMMUTABLE})


def _checked(services: Services, place: tuple[str, str], check: str, jpeg: bytes, by: str) -> Checked:
    farm, house = place
    known_house(services, farm, house)
    problem = jpeg_problem(jpeg)
    if problem:
        raise _no_photo(f"{problem[:1].upper()}{problem[1:]}.")
    sha256 = hashlib.sha256(jpeg).hexdigest()
    with services.records.reading() as connection:
        known = droppings.find(connection, farm, house, check)
    if known is not None:
        return _same(known, sha256)
    said = _looked_at(services, jpeg)
    now = datetime.now(UTC)
    flock = flocks.flock_on(services.records, farm, house, services.zones.day(farm, now))
    checked = Checked(check, to_unix_ms(now), by, flock.flock if flock else None, *said, sha256)
    services.media.write([(CheckPhotoKey(farm, house, sha256), jpeg)])
    with services.records.writing() as connection:
        # The same photo sent twice at once: the first one in stands.
        if (meanwhile := droppings.find(connection, farm, house, check)) is not None:
            return _same(meanwhile, sha256)
        droppings.keep(connection, farm, house, checked)
    return checked


def _looked_at(services: Services, jpeg: bytes) -> tuple[str, dict[str, float], str]:
    try:
        return services.droppings.look(jpeg)
    except NoPhoto as error:
        raise _no_photo(f"{error}") from error
    except NoNetwork as error:
        zh = "本服务没有安装粪便识别所需的程序库：pip install 'henwise[droppings]'。"
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "no_network", f"{error}", zh=zh) from error


def _same(known: Checked, sha256: str) -> Checked:
    if known.sha256 != sha256:
        detail = "This id has another photo already; send the new photo under a new id."
        raise Refusal(HTTPStatus.CONFLICT, "photo_taken", detail)
    return known


def _no_photo(detail: str) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "no_jpeg", detail, zh="这张照片无法读取，请重新拍摄。")


def _answer(farm: str, house: str, checked: Checked) -> DroppingsCheckNow:
    return DroppingsCheckNow(
        check=checked.check,
        at=instant(checked.at_ms),
        by=checked.by,
        flock=checked.flock,
        answer=checked.answer,
        probabilities=checked.probabilities,
        network=checked.network,
        photo=f"/api/v1/houses/{quote(farm)}/{quote(house)}/droppings/{quote(checked.check)}/photo.jpg",
    )
