"""The live stream of one house, as server-sent events.

FastAPI writes the events and, every 15 s of silence, a comment line. A stream ends by itself after a quarter of an
hour, so that a session that was ended is noticed; a browser comes back by itself, names the last event it heard
(``Last-Event-ID``, or ``since`` where a page opens the stream anew) and gets only what changed since.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.services import Services, WithServices
from cloud.api.session import signed_in
from cloud.glance import MEMBERS
from cloud.live import Numbered

STREAM_MAX_S = 900
RETRY_MS = 3_000
EVENT_ID_MAX = 40

router = APIRouter(prefix="/houses", tags=["live"], dependencies=[Depends(signed_in)])


async def _known(farm: FarmPath, house: HousePath, services: WithServices) -> None:
    # A dependency, because once the stream has begun it is too late to refuse.
    await run_in_threadpool(known_house, services, farm, house)


@router.get("/{farm}/{house}/live", response_class=EventSourceResponse, dependencies=[Depends(_known)])
async def live(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    last_event_id: Annotated[str, Header(max_length=EVENT_ID_MAX)] = "",
    since: Annotated[str, Query(max_length=EVENT_ID_MAX, description="the last event heard, as Last-Event-ID")] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Send the whole house, or what changed since the last event heard; then each change.

    A change is a HousePatch with only the changed members.
    """
    async for number, patch in _patches(services, farm, house, last_event_id or since):
        text = patch.model_dump_json(exclude_unset=True)
        event_id = services.feed.changes.event_id(number)
        yield ServerSentEvent(event="patch", raw_data=text, id=event_id, retry=RETRY_MS)


async def _patches(services: Services, farm: str, house: str, heard: str) -> AsyncIterator[Numbered]:
    ends_at = asyncio.get_running_loop().time() + STREAM_MAX_S
    changes = services.feed.changes
    with services.hub.attach(farm, house) as consumer:
        number = changes.number(farm, house)  # before the stores are read: what comes meanwhile comes again
        missed = changes.since(farm, house, heard)
        members = MEMBERS if missed is None else missed
        yield Numbered(number, await run_in_threadpool(services.glance.patch, farm, house, members))
        while (numbered := await consumer.next_before(ends_at)) is not None:
            yield numbered
