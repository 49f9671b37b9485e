"""The live stream's hub: producers don't know who listens, and nobody waits for a slow listener."""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cloud.api.models import HousePatch
from cloud.errors import StoreUnavailable

log = logging.getLogger(__name__)

QUEUE_PATCHES = 20
"""A consumer this far behind is dropped; it may come back and starts with the whole house."""


class Numbered(NamedTuple):
    """A patch and the number of the change it brings the house up to."""

    number: int
    patch: HousePatch


class Consumer:
    """One open page; lives on the event loop."""

    def __init__(self, limit: int = QUEUE_PATCHES) -> None:
        self._limit = limit
        self._queue: asyncio.Queue[Numbered | None] = asyncio.Queue()
        self.ended = False

    def offer(self, patch: Numbered) -> None:
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

    async def next_before(self, deadline_s: float) -> Numbered | None:
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
        self._readers: Counter[str] = Counter()
        self._closed = False

    @contextmanager
    def attach(self, farm: str, house: str, reader: str = "") -> Iterator[Consumer]:
        """Listen to a house until the block is left; ``reader`` is who does."""
        consumer = Consumer()
        self._readers[reader] += 1
        if self._closed:
            consumer.end()
        listeners = self._consumers.setdefault((farm, house), set())
        listeners.add(consumer)
        try:
            yield consumer
        finally:
            self._readers -= Counter({reader: 1})  # drops those who read nothing any more
            listeners.discard(consumer)
            if not listeners:
                self._consumers.pop((farm, house), None)

    def listened(self, farm: str, house: str) -> bool:
        """Say whether a patch for this house would reach anybody."""
        return (farm, house) in self._consumers

    def houses(self) -> list[tuple[str, str]]:
        """List the houses that somebody listens to."""
        return list(self._consumers)

    def readers(self) -> list[str]:
        """List who has consumers."""
        return list(self._readers)

    def read_by(self, reader: str) -> int:
        """Return how many consumers somebody has."""
        return self._readers[reader]

    def listening(self) -> int:
        """Return how many consumers there are."""
        return sum(len(listeners) for listeners in self._consumers.values())

    def publish(self, farm: str, house: str, patch: Numbered) -> None:
        """Hand a patch to all who listen to the house."""
        for consumer in self._consumers.get((farm, house), set()):
            consumer.offer(patch)

    def close(self) -> None:
        """End every consumer, so that open streams don't hold up the end of the service."""
        self._closed = True
        for listeners in self._consumers.values():
            for consumer in listeners:
                consumer.end()


class Changes:
    """Which member of a house changed when, counted, so that a page that comes back asks only for what it missed.

    Attributes:
        run: random per start of the service; numbers of another run say nothing here.
    """

    def __init__(self) -> None:
        self.run = secrets.token_hex(4)
        self._numbers: dict[tuple[str, str], int] = {}
        self._members: dict[tuple[str, str], dict[str, int]] = {}

    def note(self, farm: str, house: str, members: Iterable[str]) -> None:
        """Count a change of these members."""
        key = (farm, house)
        number = self._numbers[key] = self.number(farm, house) + 1
        self._members.setdefault(key, {}).update(dict.fromkeys(members, number))

    def number(self, farm: str, house: str) -> int:
        """Return the number of the newest change of a house, 0 when there was none since the start."""
        return self._numbers.get((farm, house), 0)

    def since(self, farm: str, house: str, event_id: str) -> list[str] | None:
        """Return the members that changed after the event with this id; None when that can't be told."""
        run, _, number = event_id.partition("-")
        if run != self.run or not number.isdecimal() or int(number) > self.number(farm, house):
            return None
        members = self._members.get((farm, house), {})
        return sorted(member for member, changed in members.items() if changed > int(number))

    def event_id(self, number: int) -> str:
        """Return the id of the event that brings a page up to a change."""
        return f"{self.run}-{number}"


class Feed:
    """Turns "this changed" into patches, beside ingest and never in its way; changes of a moment become one patch.

    Args:
        hub: who listens.
        build: makes a patch of a house from the names of its changed members; blocking, run on a thread.
        changes: counts them.
        tell: brings a change to the feeds of all processes, this one too; it stays here unless given.
    """

    def __init__(
        self,
        hub: Hub,
        build: Callable[[str, str, Iterable[str]], HousePatch],
        changes: Changes | None = None,
        tell: Callable[[str, str, Iterable[str]], None] | None = None,
    ) -> None:
        self._tell = tell
        self._hub = hub
        self._build = build
        self.changes = changes or Changes()
        self._changed: dict[tuple[str, str], set[str]] = {}
        self._wake = asyncio.Event()

    def changed(self, farm: str, house: str, members: Iterable[str]) -> None:
        """Tell changed members of a house."""
        if self._tell:
            self._tell(farm, house, members)
        else:
            self.heard(farm, house, members)

    def missed(self, members: Iterable[str]) -> None:
        """Take these members of every house that somebody looks at for changed."""
        members = set(members)
        for farm, house in self._hub.houses():
            self.heard(farm, house, members)

    def heard(self, farm: str, house: str, members: Iterable[str]) -> None:
        """Note changed members of a house; no patch is made when nobody listens."""
        members = set(members)
        self.changes.note(farm, house, members)
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
        number = self.changes.number(farm, house)  # before the stores are read: what comes meanwhile comes again
        try:
            patch = await asyncio.to_thread(self._build, farm, house, sorted(members))
        except StoreUnavailable as error:
            log.warning("open pages miss a change: %s", error)
            return
        self._hub.publish(farm, house, Numbered(number, patch))
