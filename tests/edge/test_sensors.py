"""Instruments on real pseudo-terminals, into a real outbox."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.config import WeighingConfig
from edge.origin import Origin
from edge.outbox import Outbox
from edge.sensors import Instrument
from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device, Measured
from firmware_bridge.errors import LineSilent, WrongSettings
from firmware_bridge.registry import build
from firmware_bridge.scales.xk3190 import encode
from firmware_bridge.simulated.climate import Climate
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import ModbusVoice, RegisterMap, speak, xy_md02
from tests.edge.samples import BOOT
from tests.edge.waiting import wait_until

FRAMES_PER_S = 20


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.db", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    port = Terminal(tmp_path / "port")
    port.open()
    yield port
    port.close()


def messages(outbox: Outbox, leaf: str) -> list[dict[str, Any]]:
    rows = outbox.waiting(live_since_ms=0, but=(), limit=1000)
    return [json.loads(row.payload) for row in rows if row.leaf == leaf]


def device_on(terminal: Terminal, family: str, **settings: object) -> Device:
    known = {"slug": "one", "family": family, "port": str(terminal.name)}
    return build(InstrumentConfig.model_validate(known | settings))


@contextmanager
def reading_from(device: Device, outbox: Outbox, interval_s: float = 0.2) -> Iterator[Instrument]:
    instrument = Instrument(
        "one", device, interval_s=interval_s, outbox=outbox, origin=Origin("edge-1", BOOT),
        weighing=WeighingConfig(settle_s=0.3),
    )  # fmt: skip
    with in_thread(instrument.read_until):
        yield instrument


@contextmanager
def in_thread(work: Callable[[threading.Event], None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def load(terminal: Terminal, grams: float, length_s: float) -> None:
    for _ in range(round(length_s * FRAMES_PER_S)):
        terminal.write(encode(round(grams), 3))
        time.sleep(1 / FRAMES_PER_S)


def test_a_thermometer_gives_readings_each_interval(outbox: Outbox, terminal: Terminal):
    voice = xy_md02(Climate(Flock(), Calendar(), seed=1))
    with (
        in_thread(lambda stop: speak(voice, terminal, stop)),
        reading_from(device_on(terminal, "xy-md02"), outbox) as one,
    ):
        wait_until(lambda: len(messages(outbox, "readings")) >= 4)
        status = one.health.status()
    heard = messages(outbox, "readings")
    assert {key for message in heard for key in message["values"]} == {"temperature_celsius", "humidity_percent"}
    assert {message["instrument"] for message in heard} == {"one"}
    assert (status.state, status.cause, status.problem, status.faults) == ("ok", "", "", 0)


def test_birds_on_a_scale_become_weights_and_its_load_is_told(outbox: Outbox, terminal: Terminal):
    with reading_from(device_on(terminal, "xk3190-a9"), outbox, interval_s=1):
        load(terminal, 0, 0.8)
        for _ in range(5):
            load(terminal, 1500, 0.9)
            load(terminal, 5, 0.7)
        wait_until(lambda: len(messages(outbox, "weight")) == 5)
    for message in messages(outbox, "weight"):
        assert message["grams"] == pytest.approx(1495, abs=6)
        assert message["settled_s"] == pytest.approx(0.9, abs=0.35)
        assert message["scale"] == "one"
    times = [message["at"] for message in messages(outbox, "weight")]
    assert times == sorted(set(times))
    loads = [message["values"]["load_grams"] for message in messages(outbox, "readings")]
    assert 6 <= len(loads) <= 11
    assert set(loads) <= {0, 5, 1500}


def test_an_unplugged_line_is_told_and_comes_back(outbox: Outbox, terminal: Terminal):
    with reading_from(device_on(terminal, "xk3190-a9"), outbox) as one:
        load(terminal, 0, 0.5)
        wait_until(lambda: one.health.status().state == "ok")
        terminal.close()
        wait_until(lambda: one.health.status().state == "silent")
        assert one.health.status().cause == "line_lost"
        assert "plug" in one.health.status().problem
        faults = one.health.status().faults
        assert faults >= 1
        terminal.open()
        with in_thread(lambda stop: keep_sending(terminal, stop)):
            wait_until(lambda: one.health.status().state == "ok")
        assert (one.health.status().cause, one.health.status().problem) == ("", "")


def keep_sending(terminal: Terminal, stop: threading.Event) -> None:
    while not stop.is_set():
        load(terminal, 0, 0.1)


def test_a_line_that_was_never_there_is_tried_for_ever(outbox: Outbox, tmp_path: Path):
    with reading_from(device_on(Terminal(tmp_path / "none"), "xk3190-a9"), outbox) as one:
        wait_until(lambda: one.health.status().faults >= 2)
        assert one.health.status().state == "silent"
        assert "not there" in one.health.status().problem


def test_a_silent_scale_is_told(outbox: Outbox, terminal: Terminal):
    with reading_from(device_on(terminal, "xk3190-a9", timeout_s=0.3), outbox) as one:
        wait_until(lambda: one.health.status().state == "silent")
        assert one.health.status().cause == "line_silent"
        assert "nothing came" in one.health.status().problem
        load(terminal, 0, 0.5)
        wait_until(lambda: one.health.status().state == "ok")


class Handed:
    """A device that says what the test hands in."""

    family = "handed"
    quantities = ("temperature_celsius", "humidity_percent")
    streaming = False
    faults = 0

    def __init__(self, *answers: Measured | Exception) -> None:
        self._answers = list(answers)
        self.closed = False

    def open(self) -> None:
        pass

    def read(self) -> Measured:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


def test_values_that_cannot_be_are_refused_and_counted(outbox: Outbox):
    device = Handed(
        Measured({"temperature_celsius": 600.0, "humidity_percent": 55.0}),
        Measured({"temperature_celsius": 21.0, "humidity_percent": 55.0}),
    )
    with reading_from(device, outbox, interval_s=3600) as one:
        wait_until(lambda: messages(outbox, "readings"))
        status = one.health.status()
    assert [message["values"] for message in messages(outbox, "readings")] == [{"humidity_percent": 55.0}]
    assert status.faults == 1
    assert (status.state, status.cause) == ("ok", "values_impossible")
    assert "600 °C is outside -40 to 85 °C" in status.problem
    assert device.closed


def test_an_impossible_value_of_a_modbus_sensor_is_told_while_the_other_goes_on(outbox: Outbox, terminal: Terminal):
    voice = ModbusVoice(RegisterMap(input={1: lambda: 305, 2: lambda: 1234}, holding={}))
    with (
        in_thread(lambda stop: speak(voice, terminal, stop)),
        reading_from(device_on(terminal, "xy-md02"), outbox, interval_s=3600) as one,
    ):
        wait_until(lambda: messages(outbox, "readings"))
        status = one.health.status()
    assert [message["values"] for message in messages(outbox, "readings")] == [{"temperature_celsius": 30.5}]
    assert (status.state, status.cause, status.faults) == ("ok", "values_impossible", 1)
    assert "humidity_percent 123.4 is outside the sensor's own range" in status.problem


def test_a_modbus_sensor_that_does_not_answer_is_one_fault(outbox: Outbox, terminal: Terminal):
    device = device_on(terminal, "xy-md02", timeout_s=0.05)
    with reading_from(device, outbox, interval_s=3600) as one:
        wait_until(lambda: one.health.status().state == "silent")
        assert one.health.status().faults == 1


def test_waiting_for_an_instrument_that_rests_is_no_new_fault(outbox: Outbox):
    silent, resting = LineSilent("it does not answer"), LineSilent("it does not answer")
    resting.asked = False
    device = Handed(silent, resting, resting, silent, Measured({"temperature_celsius": 21.0}))
    with reading_from(device, outbox, interval_s=0.1) as one:
        wait_until(lambda: one.health.status().state == "ok")
        assert one.health.status().faults == 2


def test_values_of_a_sensor_that_warms_up_are_sent_and_marked_and_no_fault(outbox: Outbox):
    device = Handed(Measured({"temperature_celsius": 21.0}, stable=False), Measured({"temperature_celsius": 21.1}))
    with reading_from(device, outbox, interval_s=0.1) as one:
        wait_until(lambda: len(messages(outbox, "readings")) >= 2)
        status = one.health.status()
    first, second, *_ = messages(outbox, "readings")
    assert first["doubts"] == {"temperature_celsius": "settling"}
    assert second.get("doubts", {}) == {}
    assert (status.state, status.cause, status.faults) == ("ok", "", 0)


def test_wrong_settings_are_told_as_something_to_mend(outbox: Outbox):
    with reading_from(Handed(WrongSettings("address 7 does not answer: check it")), outbox) as one:
        wait_until(lambda: one.health.status().state == "failed")
        assert one.health.status().cause == "settings_wrong"
        assert one.health.status().problem == "address 7 does not answer: check it"
        assert messages(outbox, "readings") == []
