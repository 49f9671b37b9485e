"""Pictures, as the camera took them; the boxes travel beside them."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi import Path as PathParameter
from fastapi.responses import Response

from cloud.api.caller import may
from cloud.api.paths import CameraPath, FarmPath, HousePath
from cloud.api.problems import not_found
from cloud.api.services import WithServices
from cloud.rights import Right
from cloud.store import pictures

router = APIRouter(prefix="/pictures", tags=["pictures"], dependencies=[Depends(may(Right.READ))])

IMMUTABLE = "private, max-age=31536000, immutable"

JPEG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
"""What the OpenAPI document says about a route that answers with a picture."""


@router.get("/{farm}/{house}/{camera}/{at_ms}.jpg", response_class=Response, responses=JPEG)
def picture(
    farm: FarmPath,
    house: HousePath,
    camera: CameraPath,
    at_ms: Annotated[int, PathParameter(ge=0, le=2**53)],
    services: WithServices,
) -> Response:
    """Return one picture; it never changes, so it may be kept for ever."""
    taken = pictures.find(services.records, farm, house, camera, at_ms)
    jpeg = services.media.read(taken) if taken else None
    if jpeg is None:
        raise not_found("no_such_picture", "There is no such picture any more.")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": IMMUTABLE})
