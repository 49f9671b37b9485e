"""The live stream of one house, as server-sent events.

FastAPI writes the events and, every 15 s of silence, a comment line. A stream ends within seconds when its reader
signed out or lost the right to read, and by itself after a quarter of an hour; a browser comes back by itself, names
the last event it heard (``Last-Event-ID``, or ``since`` where a page opens the stream anew) and gets only what changed
since.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from cloud.api.caller import Still, WithCaller, may
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.glance import MEMBERS
from cloud.live import Consumer, Numbered
from cloud.rights import Right

STREAM_MAX_S = 900
RECHECK_S = 3.0
"""How often an open stream asks whether its reader may still read."""
RETRY_MS = 3_000
EVENT_ID_MAX = 40
STREAMS_MOST = 100
"""Of one person or token: each asks the records every few seconds and keeps a patch waiting."""

StillReads = Annotated[Callable[[], bool], Depends(Still(Right.READ))]

router = APIRouter(prefix="/houses", tags=["live"], dependencies=[Depends(may(Right.READ))])


async def _reader(farm: FarmPath, house: HousePath, services: WithServices, caller: WithCaller) -> str:
    # A dependency, because once the stream has begun it is too late to refuse.
    await run_in_threadpool(known_house, services, farm, house)
    if services.hub.read_by(caller.key) >= STREAMS_MOST:
        detail = f"At most {STREAMS_MOST} live streams at once; close some pages."
        zh = f"最多同时打开 {STREAMS_MOST} 个实时连接，请关闭一些页面。"
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many_streams", detail, zh=zh)
    return caller.key


Reader = Annotated[str, Depends(_reader)]


@router.get("/{farm}/{house}/live", response_class=EventSourceResponse)
async def live(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    reads: StillReads,
    reader: Reader,
    last_event_id: Annotated[str, Header(max_length=EVENT_ID_MAX)] = "",
    since: Annotated[str, Query(max_length=EVENT_ID_MAX, description="the last event heard, as Last-Event-ID")] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Send the whole house, or what changed since the last event heard; then each change.

    A change is a HousePatch with only the changed members.
    """
    with services.hub.attach(farm, house, reader) as consumer:
        first = await _first(services, farm, house, last_event_id or since)
        async for number, patch in _patches(first, consumer, reads):
            text = patch.model_dump_json(exclude_unset=True)
            event_id = services.feed.changes.event_id(number)
            yield ServerSentEvent(event="patch", raw_data=text, id=event_id, retry=RETRY_MS)


async def _first(services: Services, farm: str, house: str, heard: str) -> Numbered:
    changes = services.feed.changes
    number = changes.number(farm, house)  # before the stores are read: what comes meanwhile comes again
    missed = changes.since(farm, house, heard)
    members = MEMBERS if missed is None else missed
    return Numbered(number, await run_in_threadpool(services.glance.patch, farm, house, members))


async def _patches(first: Numbered, consumer: Consumer, reads: Callable[[], bool]) -> AsyncIterator[Numbered]:
    now_s = asyncio.get_running_loop().time
    asked_at, ends_at = now_s(), now_s() + STREAM_MAX_S
    yield first
    while now_s() < ends_at:
        numbered = await consumer.next_before(min(ends_at, asked_at + RECHECK_S))
        if now_s() >= asked_at + RECHECK_S:
            if not await run_in_threadpool(reads):
                return
            asked_at = now_s()
        if numbered is not None:
            yield numbered
        elif consumer.ended:
            return
