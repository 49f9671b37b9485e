"""Messages a second through a real broker into the committed store, beside a subscriber that keeps nothing."""

import asyncio
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiomqtt

from contract import topics
from contract.messages import Committed, Readings, encode, parse
from contract.place import Place
from tests.cloud.service import cloud_process
from tests.servers import Mosquitto

DEVICES = 20
EACH = 1_000
IN_FLIGHT = 100


def payloads(place: Place) -> list[bytes]:
    """Return a device's readings, two values each, a second apart."""
    start = datetime.now(UTC) - timedelta(seconds=EACH)
    return [
        encode(
            Readings(
                device=place.device, boot=f"{hash(place.device) % 2**64:016x}", seq=seq,
                at=start + timedelta(seconds=seq), instrument="climate",
                values={"temperature_celsius": 20 + seq % 50 / 10, "humidity_percent": 60.0},
            )
        )
        for seq in range(1, EACH + 1)
    ]  # fmt: skip


async def send(port: int, place: Place, messages: Iterable[bytes]) -> None:
    """Publish at QoS 1, at most ``IN_FLIGHT`` at a time."""
    topic, slots = topics.build(place, Readings), asyncio.Semaphore(IN_FLIGHT)
    async with (
        aiomqtt.Client("127.0.0.1", port, max_inflight_messages=IN_FLIGHT) as client,
        asyncio.TaskGroup() as group,
    ):

        async def one(message: bytes) -> None:
            async with slots:
                await client.publish(topic, message, qos=1)

        for message in messages:
            group.create_task(one(message))


async def until_committed(client: aiomqtt.Client) -> None:
    """Read the service's words until every event is on its disk."""
    seen: set[tuple[str, int]] = set()
    async for message in client.messages:
        for part in parse(Committed, message.payload).ranges:
            seen.update((part.boot, seq) for seq in range(part.first, part.last + 1))
        if len(seen) == DEVICES * EACH:
            return


async def until_received(client: aiomqtt.Client) -> None:
    """Count messages only: what a broker and a Python client can do at best."""
    left = DEVICES * EACH
    async for _ in client.messages:
        left -= 1
        if left == 0:
            return


async def rate(port: int, *, committed: bool) -> float:
    """Return messages a second from the first send to the last word."""
    places = [Place(farm="bench", house="house-1", device=f"edge-{n}") for n in range(DEVICES)]
    prepared = [payloads(place) for place in places]
    filters = topics.subscription("cloud" if committed else "edge")
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for one in filters:
            await client.subscribe(one, qos=1)
        began = time.perf_counter()
        waiting = asyncio.create_task(until_committed(client) if committed else until_received(client))
        await asyncio.gather(*(send(port, *pair) for pair in zip(places, prepared, strict=True)))
        await waiting
        return DEVICES * EACH / (time.perf_counter() - began)


def table() -> str:
    """Measure both with the same load."""
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder))
        broker.start()
        try:
            bare = asyncio.run(rate(broker.port, committed=False))
            with cloud_process(Path(folder), broker.port):
                kept = asyncio.run(rate(broker.port, committed=True))
        finally:
            broker.kill()
    return (
        f"### Ingest, {DEVICES} devices x {EACH} messages of two values, mosquitto, sender on the same machine\n\n"
        "| to | messages/s | ratio |\n| --- | --- | --- |\n"
        f"| a subscriber that keeps nothing (aiomqtt) | {bare:.0f} | 1 |\n"
        f"| henwise-cloud, committed and acknowledged | {kept:.0f} | {kept / bare:.2f} |"
    )
