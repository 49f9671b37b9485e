"""The live stream of one house, as server-sent events.

FastAPI writes the events and, every 15 s of silence, a comment line. A stream ends by itself after a quarter of an
hour, so that a session that was ended is noticed; a browser comes back by itself.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from cloud.api.models import HousePatch
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.services import Services, WithServices
from cloud.api.session import signed_in

STREAM_MAX_S = 900
RETRY_MS = 3_000

router = APIRouter(prefix="/houses", tags=["live"], dependencies=[Depends(signed_in)])


async def _known(farm: FarmPath, house: HousePath, services: WithServices) -> None:
    # A dependency, because once the stream has begun it is too late to refuse.
    await run_in_threadpool(known_house, services, farm, house)


@router.get("/{farm}/{house}/live", response_class=EventSourceResponse, dependencies=[Depends(_known)])
async def live(farm: FarmPath, house: HousePath, services: WithServices) -> AsyncIterator[ServerSentEvent]:
    """Send the whole house at once, then each change as a HousePatch with only the changed members."""
    async for patch in _patches(services, farm, house):
        text = patch.model_dump_json(exclude_unset=True)
        yield ServerSentEvent(event="patch", raw_data=text, retry=RETRY_MS)


async def _patches(services: Services, farm: str, house: str) -> AsyncIterator[HousePatch]:
    ends_at = asyncio.get_running_loop().time() + STREAM_MAX_S
    with services.hub.attach(farm, house) as consumer:
        yield await run_in_threadpool(services.glance.whole_patch, farm, house)
        while (patch := await consumer.next_before(ends_at)) is not None:
            yield patch
