"""Sends what waits, a few at a time: claimed by a row first, sent, then noted.

A process that dies between sending and noting leaves a row that is claimed again when its lease is over: what was in
flight then may arrive once more, with the same id, once for each such death. Nothing else is ever sent twice.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final, Protocol

from cloud.alerts.delivery.alarm import note_failure
from cloud.alerts.delivery.sources import PeopleSource
from cloud.errors import StoreUnavailable
from cloud.store import deliveries
from cloud.store.channels import Trouble
from cloud.store.deliveries import LEASE_MS, Claimed
from cloud.store.records import Records

log = logging.getLogger(__name__)

LOOK_S: Final = 2.0
SLOTS: Final = 16
"""Messages on their way at once."""


class Sends(Protocol):
    """What sends one delivery; see ``post_office``."""

    def send(self, one: Claimed, now_ms: int) -> Trouble:
        """Send it once; blocking. Empty: the channel's service took it."""
        ...


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


class Sender:
    """One worker of the outbox; any number may run, in any number of processes.

    Args:
        records: the outbox.
        office: sends.
        people: who may still be told, and whom to tell of a channel that died.
        now_ms: the present, Unix time in ms.
    """

    def __init__(
        self, records: Records, office: Sends, people: PeopleSource, now_ms: Callable[[], int] = _now_ms
    ) -> None:
        self._records = records
        self._office = office
        self._people = people
        self._now_ms = now_ms
        self._name = secrets.token_hex(8)
        self._wake = asyncio.Event()
        self._flying: dict[asyncio.Task[None], Claimed] = {}
        # Its own threads: a mail server that takes its time must not hold up ingest, which lives in asyncio's.
        self._threads = ThreadPoolExecutor(SLOTS, "notify")

    def wake(self) -> None:
        """Look at once; from the event loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; what is in flight then is left to end, and to the lease."""
        holding = asyncio.create_task(self._hold(), name="lease")
        try:
            while True:
                self._wake.clear()
                if not await self._take():
                    await self._pause()
        finally:
            holding.cancel()
            for task in self._flying:
                task.cancel()
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def send_due(self) -> int:
        """Send what is due now and wait for it; return how many that were."""
        taken = await self._take()
        while self._flying:
            await asyncio.wait(self._flying)
        return taken

    async def _take(self) -> int:
        free = SLOTS - len(self._flying)
        if free == 0:
            return 0
        flying = list(self._flying.values())
        taken = await asyncio.to_thread(deliveries.claim, self._records, self._name, self._now_ms(), free, flying)
        for one in taken:
            task = asyncio.create_task(self._send(one), name=f"notify {one.notification}")
            self._flying[task] = one
            task.add_done_callback(self._landed)
        return len(taken)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.pop(task)
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.warning("how a message went could not be noted (%s); it may be sent again", task.exception())

    async def _send(self, one: Claimed) -> None:
        loop = asyncio.get_running_loop()
        try:
            trouble = await loop.run_in_executor(self._threads, self._sent, one)
        except StoreUnavailable as error:
            # No fault of the channel: it goes again when the lease is over.
            log.warning("%s waits for the store: %s", one.notification, error)
            return
        except Exception:
            log.exception("a message could not be sent over channel %d because of a mistake", one.channel.id)
            trouble = "failed"
        if trouble is not None:
            await asyncio.to_thread(self._note, one, trouble)

    def _sent(self, one: Claimed) -> Trouble | None:
        """Send it; None, and it is dropped, when whom it is for has lost the right to it since it was written."""
        if one.user is not None and not self._people.may(one.user, one.right, one.farms):
            deliveries.drop(self._records, self._name, one)
            return None
        return self._office.send(one, self._now_ms())

    def _note(self, one: Claimed, trouble: Trouble) -> None:
        now_ms = self._now_ms()
        if not trouble:
            deliveries.delivered(self._records, self._name, one, now_ms)
            return
        channel = one.channel
        log.warning("channel %d (%s) did not take %s: %s", channel.id, channel.kind, one.notification, trouble)
        people = self._people.answering(one.farm)
        with self._records.writing() as connection:
            alarmed = note_failure(connection, self._name, one, trouble, people, now_ms)
        if alarmed:
            log.warning("channel %d is given up; its people are told another way", channel.id)

    async def _hold(self) -> None:
        """Prolong the lease while a slow service keeps us waiting."""
        while True:
            await asyncio.sleep(LEASE_MS / 3000)
            flying = list(self._flying.values())
            try:
                await asyncio.to_thread(deliveries.hold, self._records, self._name, flying, self._now_ms())
            except StoreUnavailable as error:
                log.warning("the lease on %d messages could not be prolonged: %s", len(flying), error)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        except TimeoutError:
            return
