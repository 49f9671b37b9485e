"""What an edge device would send, and a small sender that waits for the cloud's word."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiomqtt

from contract import topics
from contract.messages import (
    Committed,
    FlockCount,
    Message,
    Readings,
    Snapshot,
    Status,
    WeightSample,
    encode,
    parse,
)
from contract.place import Place

PI = Place(farm="hill", house="house-2", device="pi-1")
BOOT = "00000000000000aa"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai
JPEG = b"\xff\xd8\xff\xe0 not looked into by the cloud \xff\xd9"


def at(seconds: float = 0) -> datetime:
    return NOON + timedelta(seconds=seconds)


def readings(seq: int, when: datetime | None = None, *, delayed: bool = False, **values: float) -> Readings:
    return Readings(
        device=PI.device,
        boot=BOOT,
        seq=seq,
        at=when or at(seq),
        delayed=delayed,
        instrument="thermo-1",
        values=values or {"temperature_celsius": 27.1, "humidity_percent": 68.0},
    )


def weight(seq: int, grams: float, when: datetime | None = None, *, delayed: bool = False) -> WeightSample:
    return WeightSample(
        device=PI.device,
        boot=BOOT,
        seq=seq,
        at=when or at(seq),
        delayed=delayed,
        scale="scale-1",
        grams=grams,
        spread_grams=4.0,
        settled_s=1.5,
    )


def count(seq: int, birds: float, when: datetime | None = None) -> FlockCount:
    return FlockCount(
        device=PI.device,
        boot=BOOT,
        seq=seq,
        at=when or at(seq),
        camera="cam-1",
        window_s=60.0,
        frames=30,
        visible_birds=birds,
        visible_low=birds - 2,
        visible_high=birds + 2,
        confidence=0.8,
        share_birds=birds,
        network="henwise-n",
    )


def snapshot(seq: int, when: datetime | None = None) -> Snapshot:
    return Snapshot.model_validate(
        {
            "device": PI.device,
            "boot": BOOT,
            "seq": seq,
            "at": when or at(seq),
            "camera": "cam-1",
            "size_wh": (640, 480),
            "jpeg": JPEG,
            "boxes": [{"xyxy": (1.0, 2.0, 30.0, 40.0), "score": 0.9}],
            "network": "henwise-n",
        },
        strict=False,
    )


def status(state: str = "online", when: datetime | None = None) -> Status:
    return Status.model_validate({"device": PI.device, "at": when or at(), "boot": BOOT, "state": state})


def topic_of(message: Message, place: Place = PI) -> str:
    return topics.build(place, type(message))


class Sender:
    """Publishes events at QoS 1 and remembers which the cloud called committed."""

    def __init__(self, client: aiomqtt.Client, place: Place = PI) -> None:
        self._client = client
        self._place = place
        self.committed: set[int] = set()
        self._heard = asyncio.Event()

    async def send(self, message: Message) -> None:
        await self.send_raw(topic_of(message, self._place), encode(message))

    async def send_raw(self, topic: str, payload: bytes) -> None:
        await self._client.publish(topic, payload, qos=1)

    async def listen(self) -> None:
        await self._client.subscribe(topics.build(self._place, Committed), qos=1)
        async for message in self._client.messages:
            for found in parse(Committed, message.payload).ranges:
                self.committed.update(range(found.first, found.last + 1))
            self._heard.set()

    async def until_more_committed(self, events: int, timeout_s: float = 30) -> None:
        """Wait until so many events of this sender's life are committed."""
        async with asyncio.timeout(timeout_s):
            while len(self.committed) < events:
                self._heard.clear()
                await self._heard.wait()

    async def until_committed(self, seqs: set[int], timeout_s: float = 20) -> None:
        async with asyncio.timeout(timeout_s):
            while not seqs <= self.committed:
                self._heard.clear()
                await self._heard.wait()
