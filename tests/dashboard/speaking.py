"""An edge device that says what a page test wants to see, with real messages over a real broker."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from queue import Queue
from typing import TypeVar

import cv2
import numpy as np
from paho.mqtt.client import CallbackAPIVersion, Client

from contract.messages import (
    Announcement,
    Box,
    Command,
    CommandResult,
    FlockCount,
    FlockHealth,
    GateCrossing,
    HealthFinding,
    InstrumentInfo,
    Message,
    PartStatus,
    Readings,
    RollCall,
    Snapshot,
    Status,
    Verdict,
    WeightSample,
    encode,
    parse,
)
from contract.place import Place
from contract.quantities import DEVICE
from contract.topics import build, leaf_of

BOOT = "0123456789abcdef"
SIZE_WH = (480, 270)
BIRDS_X = range(40, 440, 80)

Heard = TypeVar("Heard", Verdict, Command)


class Speaker:
    """Speaks for one device; ``age`` moves a whole round of messages into the past."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client = client
        self.place = place
        self._seq = count(1)
        self._verdicts = self._heard(Verdict)
        self._commands = self._heard(Command)

    def say(self, message: Message) -> None:
        """Send one message and wait until the broker has it."""
        leaf = leaf_of(type(message))
        topic = build(self.place, type(message))
        self._client.publish(topic, encode(message), qos=leaf.qos, retain=leaf.retained).wait_for_publish(10)

    def round(self, celsius: float = 23.4, humidity: float = 61.0, age: timedelta = timedelta()) -> None:
        """Send one of each: announcement, status, climate, count, weights of the last days, picture."""
        now = datetime.now(UTC) - age
        device = self.place.device
        self.say(_announcement(device, now))
        self.status("online")
        for minutes in range(180, -1, -5):
            at = now - timedelta(minutes=minutes)
            values = {"temperature_celsius": celsius - minutes / 100, "humidity_percent": humidity}
            self.say(Readings(**self.event(at), instrument="thermometer-1", values=values))
        for days in range(3):
            for n in range(12):
                at = now - timedelta(days=days, minutes=n)
                grams = 1500 - 60.0 * days + 3 * n
                self.say(WeightSample(**self.event(at), scale="scale-1", grams=grams, spread_grams=5, settled_s=2))
        seen = {"visible_birds": 27.0, "visible_low": 24.0, "visible_high": 29.0}
        sure = {"confidence": 0.8, "share_birds": 27.0}
        self.say(FlockCount(**self.event(now), camera="camera-1", window_s=10, frames=40, network="n", **seen, **sure))
        self.say(_snapshot(self.event(now)))

    def status(self, state: str, problem: str = "", camera: str = "") -> None:
        """Say how the device does; with ``problem``, its scale is silent; ``camera`` is why its camera can't count."""
        parts = [PartStatus(slug="scale-1", state="silent" if problem else "ok", problem=problem)]
        if camera:
            parts.append(PartStatus.model_validate({"slug": "camera-1", "state": "ok", "cause": camera}))
        at = datetime.now(UTC)
        self.say(Status(device=self.place.device, at=at, boot=BOOT, state=state, outbox_rows=3, parts=parts))

    def finding(self, name: str, kind: str, *reasons: str, age: timedelta = timedelta()) -> None:
        """Say that something was found, with a picture of a bird that lies among others."""
        now = datetime.now(UTC) - age
        picture = {"jpeg": _jpeg(), "size_wh": SIZE_WH, "box": {"xyxy": (178.0, 100.0, 222.0, 160.0), "score": 0.8}}
        fields = {"camera": "camera-1", "finding": name, "kind": kind, "reasons": reasons, "score": 0.8}
        since = {"since": now - timedelta(minutes=40)}
        self.say(HealthFinding.model_validate(self.event(now) | fields | picture | since, strict=False))

    def roll_call(self, outside: int, closes: timedelta = timedelta(minutes=20), *, alarm: bool = True) -> None:
        """Say who is not back."""
        now = datetime.now(UTC)
        event = self.event(now)
        self.say(RollCall(**event, outside_birds=outside, flock_birds=480, closes_at=now + closes, alarm=alarm))

    def through_the_gate(self, birds_out: int, birds_in: int, minutes_ago: int) -> None:
        """Say who passed the south gate in a minute."""
        event = self.event(datetime.now(UTC) - timedelta(minutes=minutes_ago))
        self.say(GateCrossing(**event, gate="south", window_s=60, birds_in=birds_in, birds_out=birds_out))

    def stuck(self, minutes: int, celsius: float = 23.4) -> None:
        """Say that the thermometer does not move and is not to be believed any more, each minute of the last ones."""
        now = datetime.now(UTC)
        for ago in range(minutes, -1, -1):
            event = self.event(now - timedelta(minutes=ago))
            values, doubts = {"temperature_celsius": celsius}, {"temperature_celsius": "stuck"}
            said = event | {"instrument": "thermometer-1", "values": values, "doubts": doubts}
            self.say(Readings.model_validate(said, strict=False))

    def a_day_of_wellness(self) -> None:
        """Say how the flock moved over the last day: little at night, much at dawn and dusk."""
        now = datetime.now(UTC)
        for minutes in range(24 * 60, -1, -20):
            at = now - timedelta(minutes=minutes)
            lively = 3 + 2 * np.sin((at.hour + at.minute / 60) / 24 * 4 * np.pi)
            moved = {"activity_lengths_per_min": float(lively), "spread_ratio": 0.8, "huddle_ratio": 0.06}
            self.say(FlockHealth(**self.event(at), camera="camera-1", window_s=300, still_birds=1, **moved))

    def count(self, birds: float, **more: object) -> None:
        """Say what the camera counts now."""
        fields = {"visible_birds": birds, "visible_low": birds - 3, "visible_high": birds + 2, "confidence": 0.8}
        share = {"share_birds": birds} | more
        event = self.event(datetime.now(UTC))
        self.say(FlockCount(**event, camera="camera-1", window_s=10, frames=40, network="n", **(fields | share)))

    def health(self, **values: float) -> None:
        """Say how the device itself does, by the keys of quantities that are about devices."""
        self.say(Readings(**self.event(datetime.now(UTC)), instrument=DEVICE, values=values))

    def told(self, within_s: float = 90) -> Command:
        """Return the next command that comes over the broker."""
        return self._commands.get(timeout=within_s)

    def carry_out(self, command: Command, report: str = "", code: str = "") -> None:
        """Answer a command as a device does, a picture that is asked for before; with a code it is refused."""
        if command.action == "snapshot" and not code:
            self.say(_snapshot(self.event(datetime.now(UTC))))
        answer = {"command": command.command, "done": not code, "detail": "", "code": code, "report": report}
        self.say(CommandResult.model_validate(self.event(datetime.now(UTC)) | answer, strict=False))

    def heard(self, within_s: float = 90) -> Verdict:
        """Return the next verdict that comes over the broker."""
        return self._verdicts.get(timeout=within_s)

    def answer(self, verdict: Verdict, detail: str = "", *, done: bool = True) -> None:
        """Answer a verdict as a device does."""
        event = self.event(datetime.now(UTC))
        self.say(CommandResult(**event, command=verdict.verdict, done=done, detail=detail))

    def _heard(self, model: type[Heard]) -> Queue[Heard]:
        """Return where messages of one kind arrive."""
        queue: Queue[Heard] = Queue()
        topic = build(self.place, model)
        self._client.message_callback_add(topic, lambda _client, _data, got: queue.put(parse(model, got.payload)))
        self._client.subscribe(topic, qos=1)
        return queue

    def event(self, at: datetime) -> dict[str, object]:
        """Return what every event says of itself, with the next number."""
        return {"device": self.place.device, "at": at, "boot": BOOT, "seq": next(self._seq)}


@contextmanager
def speaker(port: int, place: Place) -> Iterator[Speaker]:
    """Connect a device to the broker on this machine."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"{place.farm}-{place.house}-{place.device}")
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield Speaker(client, place)
    finally:
        client.disconnect()
        client.loop_stop()


def _announcement(device: str, at: datetime) -> Announcement:
    instruments = [
        InstrumentInfo(slug="scale-1", family="xk3190-a9", quantities=["load_grams"]),
        InstrumentInfo(slug="thermometer-1", family="xy-md02", quantities=["temperature_celsius", "humidity_percent"]),
    ]
    return Announcement(device=device, at=at, boot=BOOT, version="0.1.0", instruments=instruments, cameras=["camera-1"])


def _snapshot(event: dict[str, object]) -> Snapshot:
    boxes = [Box(xyxy=(x - 22.0, 100.0, x + 22.0, 160.0), score=0.9) for x in BIRDS_X]
    return Snapshot(**event, camera="camera-1", size_wh=SIZE_WH, jpeg=_jpeg(), boxes=boxes, network="n")


def _jpeg() -> bytes:
    floor = np.full((SIZE_WH[1], SIZE_WH[0], 3), (120, 150, 165), np.uint8)
    for x in BIRDS_X:
        cv2.ellipse(floor, (x, 130), (22, 30), 0, 0, 360, (235, 240, 245), -1)
    return cv2.imencode(".jpg", floor)[1].tobytes()
