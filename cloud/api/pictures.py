"""Pictures, as the camera took them; the boxes travel beside them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi import Path as PathParameter
from fastapi.responses import Response
from pydantic import AwareDatetime

from cloud.api.caller import may
from cloud.api.models import PictureNow, PictureTaken
from cloud.api.paths import CameraPath, FarmPath, HousePath, known_house
from cloud.api.problems import Refusal, not_found
from cloud.api.services import WithServices
from cloud.glance import picture_now
from cloud.ingest.points import to_unix_ms
from cloud.narrowed import Width, narrowed
from cloud.rights import Right
from cloud.store import pictures
from cloud.store.pictures import PictureFacts
from contract.messages import Snapshot
from contract.topics import leaf_of

AtMs = Annotated[int, PathParameter(ge=0, le=2**53, description="when it was taken, Unix time in ms")]

DAY_MS = 24 * 3_600_000
AT_MOST = 200

of_houses = APIRouter(prefix="/houses", tags=["pictures"], dependencies=[Depends(may(Right.READ))])
router = APIRouter(prefix="/pictures", tags=["pictures"], dependencies=[Depends(may(Right.READ))])

IMMUTABLE = "private, max-age=31536000, immutable"

JPEG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
"""What the OpenAPI document says about a route that answers with a picture."""


@of_houses.get("/{farm}/{house}/pictures")
def list_pictures(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    *,
    from_: Annotated[AwareDatetime | None, Query(alias="from", description="default: 24 h before 'to'")] = None,
    to: Annotated[AwareDatetime | None, Query(description="default: now")] = None,
    at_most: Annotated[int, Query(ge=1, le=AT_MOST, description="of each camera, spread evenly over the span")] = 24,
) -> list[PictureTaken]:
    """List pictures of a house's cameras, the newest first; the newest of each camera is always among them."""
    known_house(services, farm, house)
    end_ms = to_unix_ms(to or datetime.now(UTC))
    start_ms = to_unix_ms(from_) if from_ else end_ms - DAY_MS
    kind = leaf_of(Snapshot).name
    taken = pictures.between(services.records, (farm, house), kind, start_ms, end_ms)
    cameras: dict[tuple[str, str], list[PictureFacts]] = {}
    for facts in taken:
        cameras.setdefault((facts.key.place.device, facts.key.camera), []).append(facts)
    shown = [facts for of_camera in cameras.values() for facts in _spread(of_camera, at_most)]
    shown.sort(key=lambda facts: (-facts.key.at_ms, facts.key.camera))
    return [_taken(facts) for facts in shown]


def _spread(taken: Sequence[PictureFacts], at_most: int) -> list[PictureFacts]:
    """Choose pictures (oldest first) evenly by time, the newest among them."""
    if len(taken) <= at_most:
        return list(taken)
    first_ms, last_ms = taken[0].key.at_ms, taken[-1].key.at_ms
    step_ms = (last_ms - first_ms) / at_most
    chosen: dict[int, PictureFacts] = {}
    for facts in taken:  # the last one of each step
        chosen[min(int((facts.key.at_ms - first_ms) / step_ms), at_most - 1)] = facts
    return list(chosen.values())


def _taken(facts: PictureFacts) -> PictureTaken:
    now = picture_now(facts)
    return PictureTaken(**now.model_dump(exclude={"boxes", "network"}), birds=len(facts.boxes))


@router.get("/{farm}/{house}/{camera}/{at_ms}.jpg", response_class=Response, responses=JPEG)
def picture(
    farm: FarmPath,
    house: HousePath,
    camera: CameraPath,
    at_ms: AtMs,
    services: WithServices,
    width: Annotated[Width | None, Query(description="in pixels, at most; default: as it was taken")] = None,
) -> Response:
    """Return one picture; it never changes, so it may be kept for ever."""
    taken = pictures.find(services.records, farm, house, camera, at_ms)
    jpeg = services.media.read(taken) if taken else None
    if jpeg is None:
        raise _gone()
    content = jpeg if width is None else narrowed(jpeg, width)
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": IMMUTABLE})


@router.get("/{farm}/{house}/{camera}/{at_ms}")
def picture_facts(
    farm: FarmPath, house: HousePath, camera: CameraPath, at_ms: AtMs, services: WithServices
) -> PictureNow:
    """Return what is known about one picture: its boxes too."""
    taken = pictures.find(services.records, farm, house, camera, at_ms)
    facts = pictures.facts_of(services.records, taken) if taken else None
    if facts is None:
        raise _gone()
    return picture_now(facts)


def _gone() -> Refusal:
    return not_found("no_such_picture", "There is no such picture any more.")
