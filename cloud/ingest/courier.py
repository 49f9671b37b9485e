"""Carries what people say to the devices it is for, over the connection of ingest, until each device has answered.

A device that is away hears nothing, for its session ends with its line: what waits is sent again when it announces
itself, and meanwhile at growing distances, bounded in number and in time (see ``cloud.store.mail``).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import aiomqtt

from cloud.errors import StoreUnavailable
from cloud.ingest.recording import MAILS
from cloud.store.mail import Mail
from cloud.store.records import Records
from contract import topics
from contract.messages import encode
from contract.place import Place

log = logging.getLogger(__name__)

LOOK_S = 5.0
PUBLISH_WITHIN_S = 5.0


class Courier:
    """Sends what is due; all calls belong to the event loop's thread.

    Args:
        records: where it is kept.
        clock: the present as an aware time.
        tell: wakes the courier that is at work, which may be another process's; this one unless given.
    """

    def __init__(
        self,
        records: Records,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tell: Callable[[], None] | None = None,
    ) -> None:
        self._records = records
        self._tell = tell
        self._clock = clock
        self._heard: set[Place] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Let the courier look at once: a person has just said something."""
        if self._tell:
            self._tell()
        else:
            self.woken()

    def woken(self) -> None:
        """Look at once."""
        self._wake.set()

    def heard(self, places: Iterable[Place]) -> None:
        """Send all that waits for these devices: they have just connected."""
        self._heard.update(places)
        if self._heard:
            self._wake.set()

    async def run(self, client: aiomqtt.Client) -> None:
        """Send over this connection until cancelled; what can't be sent now is sent later."""
        while True:
            try:
                await self._send_due(client)
            except (aiomqtt.MqttError, StoreUnavailable) as error:
                log.warning("what people said waits (%s); trying again in %g s", error, LOOK_S)
                await asyncio.sleep(LOOK_S)
            except Exception:
                log.exception("what people said waits because of a mistake of ours; trying again in %g s", LOOK_S)
                await asyncio.sleep(LOOK_S)
            else:
                await self._pause()

    async def _send_due(self, client: aiomqtt.Client) -> None:
        self._wake.clear()
        heard, now_ms = frozenset(self._heard), int(self._clock().timestamp() * 1000)
        for mail in MAILS:
            await self._send_mail(client, mail, heard, now_ms)
        self._heard -= heard

    async def _send_mail(self, client: aiomqtt.Client, mail: Mail, heard: frozenset[Place], now_ms: int) -> None:
        await asyncio.to_thread(mail.give_up, self._records, now_ms)
        await asyncio.to_thread(mail.hurry, self._records, heard, now_ms)
        due = await asyncio.to_thread(mail.due, self._records, now_ms)
        for letter in due:
            message = letter.write()
            topic = topics.build(letter.place, type(message))
            await client.publish(topic, encode(message), qos=1, timeout=PUBLISH_WITHIN_S)
        if due:
            await asyncio.to_thread(mail.sent, self._records, due, now_ms)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        except TimeoutError:
            return
