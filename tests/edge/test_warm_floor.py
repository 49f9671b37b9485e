"""A thermal array as a part of the agent: real bytes on a pseudo-terminal, real pictures of a made-up floor."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from contract.messages import Event, HealthFinding
from edge.camera_config import CameraConfig, WellnessConfig
from edge.config import KeepingConfig, ThermalConfig, WeighingConfig
from edge.origin import Origin
from edge.outbox import Outbox
from edge.overheard import Overheard
from edge.sensors import Instrument
from edge.thermal_parts import ThermalParts
from edge.vision.camera import Frame
from edge.vision.keeping import Keeper
from edge.vision.observers.findings import Findings
from edge.vision.observers.flock import Flock
from edge.vision.observers.seen import Seen
from edge.vision.tracking import Tracks
from edge.vision.view import Placed
from edge.vision.warm_floor import WarmFloor
from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Imaging, Measured
from firmware_bridge.errors import BadValue
from firmware_bridge.registry import build
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.thermal import GyMcu90640Voice, View
from firmware_bridge.simulated.voices import speak
from firmware_bridge.thermal.frame import ThermalFrame
from models.runtime.detections import Detections
from tests.edge.flocks import boxes_at
from tests.edge.samples import BOOT
from tests.edge.waiting import wait_until


class Pictures:
    """An array that shows what the test hands in."""

    family = "handed"
    quantities = ("surface_temperature_celsius",)
    streaming = True
    faults = 0

    def __init__(self, *frames: ThermalFrame) -> None:
        self._frames = list(frames)
        self.frame: ThermalFrame | None = None

    def open(self) -> None: ...

    def close(self) -> None: ...

    def read(self) -> Measured:
        self.frame = self._frames.pop(0)
        return Measured({"surface_temperature_celsius": self.frame.mean_celsius()})


class Thermometer:
    family = "handed"
    quantities = ("temperature_celsius",)
    streaming = False
    faults = 3

    def open(self) -> None: ...

    def close(self) -> None: ...

    def read(self) -> Measured:
        return Measured({"temperature_celsius": 24.0})


def view(**settings: object) -> ThermalFrame:
    return View(lambda _: 24.0, **settings).frame(0)


def floor_of(*frames: ThermalFrame, air: float | None = 24.0, clock: Callable[[], float] = lambda: 0.0) -> WarmFloor:
    return WarmFloor(Pictures(*frames), air=lambda: air, clock=clock)


def test_birds_their_floor_and_the_air_are_told_apart():
    values = floor_of(view()).read().values
    assert values["floor_temperature_celsius"] == pytest.approx(25, abs=0.2)
    assert values["surface_temperature_celsius"] == pytest.approx(32, abs=0.3)
    assert values["surface_above_air_celsius"] == pytest.approx(8, abs=0.3)
    assert (values["cold_floor_ratio"], values["warm_floor_ratio"]) == (0, 0)
    assert values["huddle_ratio"] < 0.05


def test_a_huddle_and_a_cold_corner_show():
    values = floor_of(view(huddled=True, cold_corner_celsius=6.0)).read().values
    assert values["huddle_ratio"] > 0.4
    assert values["cold_floor_ratio"] == pytest.approx(8 * 8 / 768, abs=0.01)


def test_nothing_is_said_of_birds_that_are_not_there_nor_of_air_that_is_not_known():
    values = floor_of(view(birds=0), view(), air=None)
    assert set(values.read().values) == {"floor_temperature_celsius", "cold_floor_ratio", "warm_floor_ratio"}
    assert "surface_above_air_celsius" not in values.read().values


def test_cold_floor_is_seen_while_the_picture_is_fresh():
    times_s = iter([0.0, 10.0, 60.0, 61.0, 70.0, 70.0])
    floor = floor_of(view(cold_corner_celsius=6.0), view(), clock=lambda: next(times_s))
    floor.read()
    assert [floor.sees_cold_floor() for _ in range(3)] == [True, True, False]
    floor.read()
    assert not floor.sees_cold_floor()


def test_a_picture_that_cannot_be_used_is_no_value():
    dead = ThermalFrame((*[-27_315] * 100, *[2_500] * 668), 32, 24, 30)
    with pytest.raises(BadValue, match="100 of 768 pixels"):
        floor_of(dead).read()


def test_the_air_is_overheard_and_forgotten_when_it_is_old():
    now_s = [0.0]
    heard = Overheard(Thermometer(), clock=lambda: now_s[0])
    assert heard.last("temperature_celsius", within_s=600) is None
    assert heard.read().values == {"temperature_celsius": 24.0}
    assert heard.last("temperature_celsius", within_s=600) == 24.0
    assert heard.last("humidity_percent", within_s=600) is None
    now_s[0] = 601
    assert heard.last("temperature_celsius", within_s=600) is None
    assert (heard.faults, heard.family, heard.streaming) == (3, "handed", False)


def test_an_array_among_the_instruments_looks_at_the_floor_of_its_cameras():
    array, air, other = Pictures(view(cold_corner_celsius=6.0)), Thermometer(), Thermometer()
    assert isinstance(array, Imaging)
    assert not isinstance(air, Imaging)
    parts = ThermalParts(
        {"roof": array, "air": air, "other": other},
        [ThermalConfig(instrument="roof", air="air", cameras=["cam-1"])],
    )
    assert parts.devices["other"] is other
    parts.devices["air"].read()
    assert parts.devices["roof"].read().values["surface_above_air_celsius"] == pytest.approx(8, abs=0.3)
    assert parts.cold_floor("cam-1")
    assert not parts.cold_floor("cam-2")


def test_an_array_that_belongs_to_nothing_looks_all_the_same():
    parts = ThermalParts({"roof": Pictures(view())}, [])
    assert "surface_above_air_celsius" not in parts.devices["roof"].quantities
    assert parts.devices["roof"].read().values["surface_temperature_celsius"] == pytest.approx(32, abs=0.3)


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


def test_a_house_with_an_array_gets_readings_of_its_floor(tmp_path: Path):
    terminal = Terminal(tmp_path / "roof")
    terminal.open()
    settings = {"slug": "roof", "family": "gy-mcu90640", "port": str(terminal.name)}
    parts = ThermalParts({"roof": build(InstrumentConfig.model_validate(settings))}, [])
    voice = GyMcu90640Voice(View(lambda _: 24.0, cold_corner_celsius=6.0))
    with Outbox(tmp_path / "o.db", BOOT, group_wait_s=0.02) as outbox:
        instrument = Instrument(
            "roof", parts.devices["roof"], interval_s=0.5, outbox=outbox, origin=Origin("edge-1", BOOT),
            weighing=WeighingConfig(),
        )  # fmt: skip
        with in_thread(lambda stop: speak(voice, terminal, stop)), in_thread(instrument.read_until):
            wait_until(lambda: outbox.rows >= 2)
        [first, *_] = [json.loads(row.payload) for row in outbox.waiting(live_since_ms=0, but=(), limit=10)]
        assert instrument.health.status().state == "ok"
    terminal.close()
    assert first["instrument"] == "roof"
    assert first["values"]["surface_temperature_celsius"] == pytest.approx(32, abs=0.5)
    assert first["values"]["cold_floor_ratio"] > 0.05


def seen(at_s: float, xyxy: np.ndarray) -> Seen:
    birds = len(xyxy)
    picture = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    whole, ones = np.ones(birds, np.bool_), np.ones(birds, np.float32)
    return Seen(
        Frame(picture, datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(seconds=at_s), at_s, int(at_s)),
        "",
        Detections(xyxy, ones, np.zeros(birds, np.int64)),
        Placed(whole, whole, {}, None),
        Tracks(at_s, np.arange(birds), xyxy, ones, whole, np.zeros(birds), np.zeros(birds)),
    )


@pytest.mark.parametrize("cold", [True, False])
def test_a_huddle_over_cold_floor_is_told_with_the_cold_corner(cold: bool, tmp_path: Path):
    keeper = Keeper(tmp_path, KeepingConfig())
    keeper.open()
    origin = Origin("edge-1", BOOT)
    findings = Findings(origin, "cam-1", network="chicken", keeper=keeper)
    camera = CameraConfig(slug="cam-1", source="demo", wellness=WellnessConfig(window_s=60))
    flock = Flock(camera, origin, findings=findings, folder=tmp_path, zone=UTC, cold=lambda: cold)
    places = np.array([(20 + 12 * (number % 6), 20 + 12 * (number // 6)) for number in range(30)], np.float64)
    events: list[Event] = []
    for second in range(0, 1100, 5):
        events += flock.see(seen(float(second), boxes_at(places, (16, 16))))
    [found] = [event for event in events if isinstance(event, HealthFinding)]
    assert found.kind == "huddling"
    assert found.reasons == (["packed_together", "cold_corner"] if cold else ["packed_together"])
