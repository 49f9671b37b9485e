"""What people mark in cameras' pictures: a row first, then a message to the device, which judges and keeps it.

Answered with 202: it is kept here, and its ``state`` says whether the device counts with it yet.
"""

from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool

from cloud.api.caller import WithCaller, may
from cloud.api.models import DrawingNow, DrawnMarks
from cloud.api.paths import CameraPath, FarmPath, HousePath, device_with_camera, taken_already
from cloud.api.services import WithServices
from cloud.ingest.points import to_unix_ms
from cloud.notice import drawing_now
from cloud.rights import Right
from cloud.store import drawings
from cloud.store.drawings import Drawn

router = APIRouter(prefix="/houses", tags=["marks"], dependencies=[Depends(may(Right.DEVICES))])


@router.post("/{farm}/{house}/cameras/{camera}/marks", status_code=HTTPStatus.ACCEPTED)
async def draw(
    farm: FarmPath, house: HousePath, camera: CameraPath, drawn: DrawnMarks, services: WithServices, caller: WithCaller
) -> DrawingNow:
    """Mark floor, zones and gates in a camera's picture, all at once; the device counts with them or says why not."""
    taken_already("picture_at", drawn.picture_at)

    def keep() -> Drawn:
        kept = Drawn(
            place=device_with_camera(services, farm, house, camera, drawn.device),
            drawing=drawings.new_id(),
            camera=camera,
            marks=drawn.marks,
            picture_ms=to_unix_ms(drawn.picture_at),
            size_wh=drawn.size_wh,
            at_ms=to_unix_ms(datetime.now(UTC)),
            by=caller.name,
        )
        drawings.draw(services.records, kept)
        return kept

    kept = await run_in_threadpool(keep)
    services.courier.wake()
    services.feed.changed(farm, house, ("views",))
    return drawing_now(kept)
