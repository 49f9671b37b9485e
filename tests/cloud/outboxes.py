"""Edge devices reduced to what matters under kills: an outbox each, sent again until the service says ``committed``."""

import asyncio
import random
from datetime import UTC, datetime

import aiomqtt

from contract import topics
from contract.messages import Committed, Readings, encode, parse
from contract.place import Place
from tests.cloud.sending import BOOT, topic_of

AGAIN_S = 2.0
AT_ONCE = 50


class Outbox:
    """One device: makes readings, keeps each until it is committed."""

    def __init__(self, broker_port: int, place: Place) -> None:
        self.place = place
        self.waiting: dict[int, Readings] = {}
        self.committed: dict[int, Readings] = {}
        self._port = broker_port
        self._next = 1

    def measure(self) -> None:
        """Put one more reading into the outbox."""
        now = datetime.now(UTC)
        self.waiting[self._next] = Readings(
            device=self.place.device,
            boot=BOOT,
            seq=self._next,
            at=now.replace(microsecond=now.microsecond // 1000 * 1000),
            instrument="thermo-1",
            values={"temperature_celsius": 20 + (self._next % 64) / 8},
        )
        self._next += 1

    async def run(self) -> None:
        """Send what waits, again and again, over any number of broken lines, until cancelled."""
        while True:
            try:
                async with aiomqtt.Client("127.0.0.1", self._port, timeout=3) as client:
                    await client.subscribe(topics.build(self.place, Committed), qos=1)
                    listening = asyncio.create_task(self._listen(client))
                    try:
                        while not listening.done():
                            for event in list(self.waiting.values())[:AT_ONCE]:
                                await client.publish(topic_of(event, self.place), encode(event), qos=1, timeout=3)
                            await asyncio.sleep(AGAIN_S * random.uniform(0.5, 1))
                    finally:
                        listening.cancel()
                        await asyncio.gather(listening, return_exceptions=True)
            except (aiomqtt.MqttError, TimeoutError):
                await asyncio.sleep(0.3)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            for found in parse(Committed, message.payload).ranges:
                for seq in range(found.first, found.last + 1):
                    if seq in self.waiting:
                        self.committed[seq] = self.waiting.pop(seq)
