"""What an edge device would send, and a small sender that waits for the cloud's word."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import aiomqtt
import cv2
import numpy as np

from contract import topics
from contract.marks import CameraView
from contract.messages import (
    Announcement,
    CommandResult,
    Committed,
    FlockCount,
    FlockHealth,
    HealthFinding,
    Message,
    Readings,
    RollCall,
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
JPEG = cv2.imencode(".jpg", np.full((480, 640, 3), 120, np.uint8))[1].tobytes()


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


def count(seq: int, birds: float, when: datetime | None = None, camera: str = "cam-1", **more: object) -> FlockCount:
    fields: dict[str, object] = {"confidence": 0.8, "share_birds": birds, **more}
    return FlockCount(
        device=PI.device,
        boot=BOOT,
        seq=seq,
        at=when or at(seq),
        camera=camera,
        window_s=60.0,
        frames=30,
        visible_birds=birds,
        visible_low=birds - 2,
        visible_high=birds + 2,
        network="henwise-n",
        **fields,
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


def finding(seq: int, name: str = "f-1", when: datetime | None = None, **more: object) -> HealthFinding:
    fields: dict[str, object] = {
        "device": PI.device, "boot": BOOT, "seq": seq, "at": when or at(seq), "since": when or at(0), "camera": "cam-1",
        "finding": name, "kind": "still_bird", "score": 0.7, "reasons": ["still_while_flock_moves"], "jpeg": JPEG,
        "box": {"xyxy": (1.0, 2.0, 3.0, 4.0), "score": 0.7}, "size_wh": (640, 480),
    }  # fmt: skip
    return HealthFinding.model_validate(fields | more, strict=False)


def result(
    seq: int, name: str, detail: str = "", when: datetime | None = None, *, done: bool = True, code: str = "",
    report: str = "",
) -> CommandResult:  # fmt: skip
    event = {"device": PI.device, "boot": BOOT, "seq": seq, "at": when or at(seq)}
    said = {"command": name, "done": done, "detail": detail, "code": code, "report": report}
    return CommandResult.model_validate(event | said)


def roll_call(seq: int, outside: int, when: datetime) -> RollCall:
    closes_at = when + timedelta(minutes=20)
    return RollCall(
        device=PI.device, boot=BOOT, seq=seq, at=when, outside_birds=outside, flock_birds=480, closes_at=closes_at,
        alarm=outside > 0,
    )  # fmt: skip


def wellness(seq: int, when: datetime) -> FlockHealth:
    return FlockHealth(
        device=PI.device, boot=BOOT, seq=seq, at=when, camera="cam-1", window_s=300, activity_lengths_per_min=2.5,
        spread_ratio=0.8, huddle_ratio=0.1, still_birds=1,
    )  # fmt: skip


def announcement(when: datetime | None = None, views: Sequence[CameraView] = ()) -> Announcement:
    return Announcement(
        device=PI.device, boot=BOOT, at=when or at(), version="0.1.0", instruments=[], cameras=["cam-1"],
        views=list(views),
    )  # fmt: skip


def status(state: str = "online", when: datetime | None = None, parts: Sequence[Mapping[str, object]] = ()) -> Status:
    fields = {"device": PI.device, "at": when or at(), "boot": BOOT, "state": state, "parts": list(parts)}
    return Status.model_validate(fields)


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

    async def until_more_committed(self, events: int, timeout_s: float = 90) -> None:
        """Wait until so many events of this sender's life are committed."""
        async with asyncio.timeout(timeout_s):
            while len(self.committed) < events:
                self._heard.clear()
                await self._heard.wait()

    async def until_committed(self, seqs: set[int], timeout_s: float = 90) -> None:
        async with asyncio.timeout(timeout_s):
            while not seqs <= self.committed:
                self._heard.clear()
                await self._heard.wait()
