"""The live stream's hub: producers don't know who listens, and nobody waits for a slow listener."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from cloud.api.models import HousePatch
from cloud.errors import StoreUnavailable

log = logging.getLogger(__name__)

QUEUE_PATCHES = 20
"""A consumer this far behind is dropped; it may come back and starts with the whole house."""


class Consumer:
    """One open page; lives on the event loop."""

    def __init__(self, limit: int = QUEUE_PATCHES) -> None:
        self._limit = limit
        self._queue: asyncio.Queue[HousePatch | None] = asyncio.Queue()
        self.ended = False

    def offer(self, patch: HousePatch) -> None:
        """Hand over a patch; a full queue ends the consumer."""
        if self.ended:
            return
        if self._queue.qsize() >= self._limit:
            self.end()
            return
        self._queue.put_nowait(patch)

    def end(self) -> None:
        """Tell the consumer that nothing more comes."""
        self.ended = True
        self._queue.put_nowait(None)

    async def next_before(self, deadline_s: float) -> HousePatch | None:
        """Wait for the next patch; None when the consumer was ended or the loop's clock passed ``deadline_s``."""
        try:
            async with asyncio.timeout_at(deadline_s):
                return await self._queue.get()
        except TimeoutError:
            return None


class Hub:
    """Who listens to which house; all calls belong to the event loop's thread."""

    def __init__(self) -> None:
        self._consumers: dict[tuple[str, str], set[Consumer]] = {}
        self._closed = False

    @contextmanager
    def attach(self, farm: str, house: str) -> Iterator[Consumer]:
        """Listen to a house until the block is left."""
        consumer = Consumer()
        if self._closed:
            consumer.end()
        listeners = self._consumers.setdefault((farm, house), set())
        listeners.add(consumer)
        try:
            yield consumer
        finally:
            listeners.discard(consumer)
            if not listeners:
                self._consumers.pop((farm, house), None)

    def listened(self, farm: str, house: str) -> bool:
        """Say whether a patch for this house would reach anybody."""
        return (farm, house) in self._consumers

    def publish(self, farm: str, house: str, patch: HousePatch) -> None:
        """Hand a patch to all who listen to the house."""
        for consumer in self._consumers.get((farm, house), set()):
            consumer.offer(patch)

    def close(self) -> None:
        """End every consumer, so that open streams don't hold up the end of the service."""
        self._closed = True
        for listeners in self._consumers.values():
            for consumer in listeners:
                consumer.end()


class Feed:
    """Turns "this changed" into patches, beside ingest and never in its way; changes of a moment become one patch.

    Args:
        hub: who listens.
        build: makes a patch of a house from the names of its changed members; blocking, run on a thread.
    """

    def __init__(self, hub: Hub, build: Callable[[str, str, Iterable[str]], HousePatch]) -> None:
        self._hub = hub
        self._build = build
        self._changed: dict[tuple[str, str], set[str]] = {}
        self._wake = asyncio.Event()

    def changed(self, farm: str, house: str, members: Iterable[str]) -> None:
        """Note changed members of a house; forgotten when nobody listens."""
        if self._hub.listened(farm, house):
            self._changed.setdefault((farm, house), set()).update(members)
            self._wake.set()

    async def run(self) -> None:
        """Build and publish patches until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, {}
            for (farm, house), members in changed.items():
                await self._publish(farm, house, members)

    async def _publish(self, farm: str, house: str, members: set[str]) -> None:
        try:
            patch = await asyncio.to_thread(self._build, farm, house, sorted(members))
        except StoreUnavailable as error:
            log.warning("open pages miss a change: %s", error)
            return
        self._hub.publish(farm, house, patch)
