"""The cloud as a device hears it: takes in what comes, and says what it has committed."""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt

from contract.messages import Command, Committed, Event, Message, SeqRange, encode
from contract.place import Place
from contract.topics import build, decode


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as it came for the first time: its number, its JSON as it was sent, and when it came."""

    boot: str
    seq: int
    said: dict[str, Any]
    came_s: float

    @property
    def measured_s(self) -> float:
        return datetime.fromisoformat(self.said["at"]).timestamp()


class FarAway:
    """Hears one device.

    Args:
        place: the device.
        port: of the broker on this machine.
    """

    def __init__(self, place: Place, port: int) -> None:
        self._place = place
        self._lock = threading.Lock()
        self.heard: dict[tuple[str, int], dict[str, Any]] = {}
        self.came_of: Counter[str] = Counter()
        """Events that came, by boot."""
        self.arrivals: list[Arrival] = []
        self.changed_since: list[tuple[str, int]] = []
        self.status: dict[str, Any] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.silent = False
        """True: nothing is acknowledged, as while the service is down."""
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="far-away", clean_session=False)
        self._client.on_message = self._take
        self._client.on_connect = self._subscribe
        self._client.reconnect_delay_set(1, 1)
        self._port = port

    def start(self) -> None:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, message: Message) -> None:
        self._client.publish(build(self._place, type(message)), encode(message), qos=1)

    def tell(self, command: Command, within_s: float = 60) -> dict[str, Any]:
        """Say a command until it is answered."""
        until_s = time.monotonic() + within_s
        while command.command not in self.answers:
            assert time.monotonic() < until_s, f"{command.action} was not answered"
            self.say(command)
            time.sleep(2)
        return self.answers[command.command]

    def count(self) -> int:
        with self._lock:
            return len(self.heard)

    def wait_for_more(self, within_s: float = 90) -> float:
        """Wait until the device has sent something new; return how long that took, in s."""
        began_s, before = time.monotonic(), self.count()
        while self.count() == before:
            assert time.monotonic() - began_s < within_s, "the device is silent"
            time.sleep(0.05)
        return time.monotonic() - began_s

    def readings(self) -> dict[tuple[str, int], dict[str, Any]]:
        with self._lock:
            return {key: one for key, one in self.heard.items() if "instrument" in one}

    def _subscribe(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(f"henwise/v1/{self._place.farm}/{self._place.house}/{self._place.device}/+", qos=1)

    def _take(self, _client: mqtt.Client, _data: object, packet: mqtt.MQTTMessage) -> None:
        _place, message = decode(packet.topic, packet.payload)
        said = json.loads(packet.payload)
        if packet.topic.endswith("/status"):
            self.status = said
        if packet.topic.endswith("/result"):
            self.answers[said["command"]] = said
        if not isinstance(message, Event) or self.silent:
            return
        arrival = Arrival(message.boot, message.seq, dict(said), time.time())
        key, said["delayed"] = (message.boot, message.seq), False
        with self._lock:
            if key not in self.heard:
                self.arrivals.append(arrival)
                self.came_of[message.boot] += 1
            if self.heard.setdefault(key, said) != said:
                self.changed_since.append(key)
        span = SeqRange(boot=message.boot, first=message.seq, last=message.seq)
        self.say(Committed(device=self._place.device, at=datetime.now(UTC), ranges=[span]))
