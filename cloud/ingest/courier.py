"""Carries verdicts to the devices they are for, over the connection of ingest, until each device has answered.

A device that is away hears nothing, for its session ends with its line: what waits is sent again when it announces
itself, and meanwhile at growing distances, bounded in number and in time (see ``cloud.store.verdicts``).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import aiomqtt

from cloud.errors import StoreUnavailable
from cloud.store import verdicts
from cloud.store.records import Records
from cloud.store.verdicts import Said
from contract import topics
from contract.messages import Verdict, encode
from contract.place import Place

log = logging.getLogger(__name__)

LOOK_S = 5.0
PUBLISH_WITHIN_S = 5.0


class Courier:
    """Sends what is due; all calls belong to the event loop's thread.

    Args:
        records: where the verdicts are.
        clock: the present as an aware time.
    """

    def __init__(self, records: Records, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._records = records
        self._clock = clock
        self._heard: set[Place] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look at once: a person has just said something."""
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
                log.warning("verdicts wait (%s); trying again in %g s", error, LOOK_S)
                await asyncio.sleep(LOOK_S)
            except Exception:
                log.exception("verdicts wait because of a mistake of ours; trying again in %g s", LOOK_S)
                await asyncio.sleep(LOOK_S)
            else:
                await self._pause()

    async def _send_due(self, client: aiomqtt.Client) -> None:
        self._wake.clear()
        heard, now_ms = frozenset(self._heard), int(self._clock().timestamp() * 1000)
        await asyncio.to_thread(verdicts.give_up, self._records, now_ms)
        await asyncio.to_thread(verdicts.hurry, self._records, heard, now_ms)
        due = await asyncio.to_thread(verdicts.due, self._records, now_ms)
        for said in due:
            topic = topics.build(said.place, Verdict)
            await client.publish(topic, encode(message_of(said)), qos=1, timeout=PUBLISH_WITHIN_S)
        if due:
            await asyncio.to_thread(verdicts.sent, self._records, due, now_ms)
        self._heard -= heard

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        except TimeoutError:
            return


def message_of(said: Said) -> Verdict:
    """Return a verdict as it goes over the wire."""
    return Verdict(
        device=said.place.device,
        at=_instant(said.at_ms),
        verdict=said.verdict,
        camera=said.camera,
        finding=said.finding,
        about_at=_instant(said.about_ms),
        answer=said.answer,
        birds=said.birds,
    )


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
