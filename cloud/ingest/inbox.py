"""What arrived and is not settled yet, bounded by the bytes of the payloads and by what each device may send."""

import asyncio
import logging
import time
from collections import deque
from typing import Final

from cloud.ingest.fairness import Fairness
from cloud.ingest.sorting import Arrived
from cloud.vitals import Vitals

log = logging.getLogger(__name__)

MOST_BYTES: Final = 64 * 1024 * 1024
TELL_EVERY: Final = 10_000


class Inbox:
    """Messages in the order of arrival; all calls belong to the event loop's thread.

    Args:
        fairness: says what a device may send.
        vitals: told what is dropped.
    """

    def __init__(self, fairness: Fairness, vitals: Vitals) -> None:
        self._fairness = fairness
        self._vitals = vitals
        self._messages: deque[Arrived] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        """Return how many messages wait."""
        return len(self._messages)

    def put(self, arrived: Arrived) -> None:
        """Add a message, or drop it: the edge sends it again, because nothing was acknowledged."""
        if not self._fairness.admits(arrived.topic, time.monotonic()):
            self._vitals.throttled += 1
            if self._vitals.throttled % TELL_EVERY == 1:
                log.warning("%s floods: what it sends above its rate is dropped", arrived.topic)
        elif self._bytes + len(arrived.payload) <= MOST_BYTES:
            self._bytes += len(arrived.payload)
            self._messages.append(arrived)
            self._filled.set()

    async def filled(self) -> None:
        """Wait until there is a message."""
        await self._filled.wait()

    def take(self, most: int) -> list[Arrived]:
        """Take out the oldest messages."""
        taken = [self._messages.popleft() for _ in range(min(most, len(self._messages)))]
        self._bytes -= sum(len(arrived.payload) for arrived in taken)
        if not self._messages:
            self._filled.clear()
        return taken
