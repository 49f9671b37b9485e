"""The live stream of one house, as server-sent events.

FastAPI writes the events and, every 15 s of silence, a comment line. A stream ends within seconds when its reader
signed out or lost the right to read, and by itself after a quarter of an hour; a browser comes back by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from cloud.api.caller import Still, may
from cloud.api.models import HousePatch
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.services import Services, WithServices
from cloud.rights import Right

STREAM_MAX_S = 900
RECHECK_S = 3.0
"""How often an open stream asks whether its reader may still read."""
RETRY_MS = 3_000

StillReads = Annotated[Callable[[], bool], Depends(Still(Right.READ))]

router = APIRouter(prefix="/houses", tags=["live"], dependencies=[Depends(may(Right.READ))])


async def _known(farm: FarmPath, house: HousePath, services: WithServices) -> None:
    # A dependency, because once the stream has begun it is too late to refuse.
    await run_in_threadpool(known_house, services, farm, house)


@router.get("/{farm}/{house}/live", response_class=EventSourceResponse, dependencies=[Depends(_known)])
async def live(
    farm: FarmPath, house: HousePath, services: WithServices, reads: StillReads
) -> AsyncIterator[ServerSentEvent]:
    """Send the whole house at once, then each change as a HousePatch with only the changed members."""
    async for patch in _patches(services, farm, house, reads):
        text = patch.model_dump_json(exclude_unset=True)
        yield ServerSentEvent(event="patch", raw_data=text, retry=RETRY_MS)


async def _patches(services: Services, farm: str, house: str, reads: Callable[[], bool]) -> AsyncIterator[HousePatch]:
    now_s = asyncio.get_running_loop().time
    ends_at = now_s() + STREAM_MAX_S
    with services.hub.attach(farm, house) as consumer:
        yield await run_in_threadpool(services.glance.whole_patch, farm, house)
        asked_at = now_s()
        while now_s() < ends_at:
            patch = await consumer.next_before(min(ends_at, asked_at + RECHECK_S))
            if now_s() >= asked_at + RECHECK_S:
                if not await run_in_threadpool(reads):
                    return
                asked_at = now_s()
            if patch is not None:
                yield patch
            elif consumer.ended:
                return
