"""The node as an instrument of the edge, on a virtual node's real bytes."""

import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from threading import Event, Thread

import pytest

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.errors import BadCalibration, BadValue, LineGarbled, LineLost, LineSilent, WrongSettings
from firmware_bridge.node.calibration import fit
from firmware_bridge.node.calibration_file import Calibration, save
from firmware_bridge.node.device import Climate, Platform, Scale
from firmware_bridge.node.families import node_line
from firmware_bridge.node.line import Line, encode
from firmware_bridge.node.listening import listen, order
from firmware_bridge.node.records import Air, Fault, Identity, Load, Skin, Up, line_of
from firmware_bridge.registry import build, build_all
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.instruments import voice
from firmware_bridge.simulated.node import calibration
from firmware_bridge.simulated.plate import Plate
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice
from tests.firmware_bridge.conftest import PluggedIn
from tests.firmware_bridge.test_node_calibration import CORNERS, at, loaded


def config(port: Path | str, slug: str = "one", **settings: object) -> InstrumentConfig:
    return InstrumentConfig.model_validate({"slug": slug, "family": "node", "port": str(port), **settings})


def virtual() -> Voice:
    return voice("node", Scene(Flock(), Calendar(), seed=3))


def test_the_virtual_cells_calibration_ships_with_the_simulator():
    shipped = files("firmware_bridge.simulated") / "node.calibration.json"
    assert Calibration.model_validate_json(shipped.read_bytes()).fit() == calibration().fit()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "scale.calibration.json"
    save(path, calibration())
    return path


def test_a_platform_gives_the_load_of_the_made_up_plate_to_the_gram(plug_in: PluggedIn, kept: Path):
    device = build(config(plug_in(virtual()).name, calibration=kept, timeout_s=20))
    assert device.quantities == ("load_grams",)
    device.open()
    loads = [device.read().values["load_grams"] for _ in range(10)]
    device.close()
    plate = Plate(Flock(), Calendar(), seed=3)
    truth = [plate.load_grams(tick / 10) for tick in range(200)]
    nearest = [min(abs(load - true) for true in truth) for load in loads]
    assert max(nearest) < 0.03  # 25 counts a gram
    assert device.faults == 0


def test_without_a_calibration_it_gives_the_climate(plug_in: PluggedIn):
    device = build(config(plug_in(virtual()).name, timeout_s=20))
    device.open()
    values = device.read().values
    while len(values) < 3:
        values = device.read().values
    device.close()
    assert set(values) == set(device.quantities)
    assert values["surface_temperature_celsius"] == pytest.approx(values["temperature_celsius"] + 6, abs=0.5)


def test_platform_and_climate_share_one_line_from_two_threads(plug_in: PluggedIn, kept: Path):
    port = plug_in(virtual()).name
    devices = build_all([config(port, "scale", calibration=kept, timeout_s=20), config(port, "air", timeout_s=20)])
    got: dict[int, set[str]] = {}

    def work(number: int) -> None:
        devices[number].open()
        got[number] = {key for _ in range(2) for key in devices[number].read().values}
        devices[number].close()

    threads = [Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got[0] == {"load_grams"}
    assert "temperature_celsius" in got[1]


def test_who_reads_all_the_time_does_not_keep_the_others_from_the_line(plug_in: PluggedIn, kept: Path):
    port = plug_in(virtual()).name
    greedy, modest = build_all(
        [config(port, "scale", calibration=kept, timeout_s=20), config(port, "air", timeout_s=20)]
    )
    enough = Event()

    def read_on() -> None:
        greedy.open()
        while not enough.is_set():
            greedy.read()
        greedy.close()

    thread = Thread(target=read_on)
    thread.start()
    try:
        modest.open()
        assert "surface_temperature_celsius" in modest.read().values | modest.read().values
        order(modest.line, "rate", "air", "200")
        assert all("temperature_celsius" in modest.read().values for _ in range(5))
        modest.close()
    finally:
        enough.set()
        thread.join()


def test_another_instrument_on_the_nodes_port_is_refused():
    other = InstrumentConfig.model_validate({"slug": "two", "family": "xk3190-a9", "port": "/dev/ttyACM0"})
    with pytest.raises(WrongSettings, match="only Modbus instruments can share"):
        build_all([config("/dev/ttyACM0"), other])


@pytest.mark.parametrize(
    ("settings", "error", "problem"),
    [
        ({"address": 3}, WrongSettings, "is no Modbus instrument"),
        ({"profile": "x.toml"}, WrongSettings, "is no Modbus instrument"),
        ({"calibration": "nowhere.json"}, BadCalibration, "make it with `henwise-bridge calibrate`"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, object], error: type[Exception], problem: str):
    with pytest.raises(error, match=problem):
        build(config("/dev/ttyACM0", **settings))


def test_an_unplugged_node_is_lost_and_found_again(tmp_path: Path, plug_in: PluggedIn, kept: Path):
    port = plug_in(virtual())
    device = build(config(port.name, calibration=kept, timeout_s=20))
    device.open()
    device.read()
    device.close()
    device.close()
    gone = build(config(tmp_path / "nothing", calibration=kept))
    with pytest.raises(LineLost, match="is not there"):
        gone.open()
    with pytest.raises(LineLost, match="open it again"):
        gone.read()


def spoken(terminal: Terminal, *records: object, first: int = 0) -> None:
    terminal.write(b"".join(encode(line_of(first + number, one)) for number, one in enumerate(records)))


def test_a_pulled_plug_is_told_and_the_device_opens_again(terminal: Terminal):
    device = build(config(terminal.name, timeout_s=5))
    device.open()
    spoken(terminal, Air(20.0, 50.0))
    assert device.read().values == {"temperature_celsius": 20.0, "humidity_percent": 50.0}
    terminal.close()
    with pytest.raises(LineLost):
        device.read()
    terminal.open()
    device.open()
    spoken(terminal, Skin(30.0, 20.0))
    assert device.read().values == {"surface_temperature_celsius": 30.0}  # what was before the plug is old
    device.close()


@pytest.mark.parametrize(
    ("said", "error", "problem"),
    [
        (b"", LineSilent, "nothing came"),
        (b"+00123.4 kg\r\n" * 5, LineGarbled, "no line of our node"),
        (encode(line_of(0, Up("3f9a", 5, 5, 0))), LineSilent, "."),
        (encode(line_of(0, Fault("load0", "silent", 1))), BadValue, "load cell 0 does not answer; check its wires"),
        (encode(line_of(0, Fault("node", "TypeError", 1))), BadValue, r"its program stopped \(TypeError\)"),
        (encode(line_of(0, Load(0, "a128", 0x7FFFFF, "high"))), BadValue, "at the upper end of its range: overloaded"),
        (encode(line_of(0, Load(0, "a64", 84_000))), BadValue, "measured with a64, its calibration was made with a128"),
        (encode(line_of(0, Load(0, "a128", -8_000_000))), BadValue, "is outside -50000 to 500000 g"),
        (
            encode(line_of(0, Identity("1", "power", "1.0", "pico", "e661", ("load0",)))),
            WrongSettings,
            "made with the board 0000000000000000, e661 is on the line",
        ),
        (
            encode(line_of(0, Identity("1", "power", "1.0", "pico", "0" * 16, ("air",)))),
            WrongSettings,
            "its board file names no load0",
        ),
    ],
)
def test_what_is_no_load_is_told_in_a_sentence(
    terminal: Terminal, kept: Path, said: bytes, error: type[Exception], problem: str
):
    device = build(config(terminal.name, calibration=kept, timeout_s=0.4))
    device.open()
    terminal.write(said)
    with pytest.raises(error, match=problem):
        device.read()
    device.close()


def test_a_recording_is_read_like_a_line(tmp_path: Path, kept: Path):
    recording = tmp_path / "node.bin"
    recording.write_bytes(encode(line_of(0, Load(0, "a128", 109_000))) + encode(line_of(4, Load(0, "a128", 134_000))))
    device = build(config(f"replay://{recording}", calibration=kept))
    device.open()
    assert [device.read().values["load_grams"] for _ in range(2)] == [1000.0, 2000.0]
    assert device.faults == 3  # lines lost on the way
    with pytest.raises(LineLost, match="at its end"):
        device.read()


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_load_needs_something_new_of_every_cell():
    platform = Platform(Scale(fit(CORNERS), "a128"))
    counts = loaded(1600, (0.4, 0.3, 0.2, 0.1)).counts
    said = [Load(cell, "a128", round(raw)) for cell, raw in counts.items()]
    assert [platform.take(one) for one in said[:3]] == [{}] * 3
    assert platform.take(said[0]) == {}
    assert platform.take(Load(7, "a128", 5)) == {}  # stands under another platform
    assert platform.take(said[3])["load_grams"] == pytest.approx(1600, abs=0.1)
    assert platform.take(said[3]) == {}


def test_one_overloaded_cell_spoils_the_load_of_the_moment_only():
    platform = Platform(Scale(fit([at(0, 84_000, 84_000), at(2000, 109_000, 109_000)]), "a128"))
    assert platform.take(Load(0, "a128", 109_000)) == {}
    assert platform.take(Load(1, "a128", 0x7FFFFF, "high")) == {}
    assert platform.problem.startswith("node: load cell 1 is at the upper end")
    assert platform.take(Load(1, "a128", 109_000)) == {}
    assert platform.take(Load(0, "a128", 109_000)) == {"load_grams": 2000.0}
    assert (platform.problem, platform.faults) == ("", 1)


def test_the_drift_is_taken_out_while_the_temperature_is_fresh():
    clock = Seconds()
    points = [at(0, 84_000, celsius=20.0), at(2000, 134_000, celsius=20.0)]
    platform = Platform(Scale(fit(points, drift_grams_per_celsius=0.5), "a128"), clock)
    platform.take(Air(30.0, 50.0))
    assert platform.take(Load(0, "a128", 84_125)) == {"load_grams": 0.0}
    clock.now += 60
    assert platform.take(Load(0, "a128", 84_125)) == {"load_grams": 5.0}


def test_a_climate_value_is_passed_on_while_it_is_fresh_only():
    clock = Seconds()
    climate = Climate(clock)
    climate.take(Skin(31.0, 22.0))
    clock.now += 5
    assert len(climate.take(Air(22.0, 55.0))) == 3
    clock.now += 10
    assert set(climate.take(Air(22.0, 55.0))) == {"temperature_celsius", "humidity_percent"}


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (Fault("air", "crc", 1), r"the air sensor \(SHT3x\) answers with a wrong checksum"),
        (Fault("skin", "chip", 1), r"the infrared thermometer \(MLX90614\) reports an error of its own"),
        (Fault("air", "moths", 1), r"is in trouble \(moths\)"),
        (Air(120.0, 50.0), "120 °C is outside"),
        (Identity("1", "power", "1.0", "pico", "e661", ("load0",)), "names neither AIR nor SKIN"),
    ],
)
def test_what_is_wrong_with_the_climate_is_told(record: Air | Fault | Identity, problem: str):
    climate = Climate()
    climate.take(record)
    assert problem.replace("\\", "") in climate.problem


def test_the_virtual_node_is_listened_to_and_obeys(plug_in: PluggedIn):
    line = node_line(str(plug_in(virtual()).name))
    heard = listen(line, 3)
    assert heard.machine == "0" * 16
    assert heard.input == "a128"
    assert len(heard.readings[0]) >= 10
    assert heard.celsius is not None
    order(line, "rate", "load0", "1000")
    with pytest.raises(WrongSettings, match="'rate load0 soon' with 'refused'"):
        order(line, "rate", "load0", "soon", tag=2)
    with pytest.raises(WrongSettings, match="'dance' with 'unknown'"):
        order(line, "dance", tag=3)
    order(line, "restart", tag=4)
    order(line, "stay", tag=5)
    with pytest.raises(LineSilent):
        order(line, "who", tag=6)


def test_listening_where_nothing_or_nonsense_comes_is_told(terminal: Terminal):
    line = node_line(str(terminal.name))
    with pytest.raises(LineSilent):
        listen(line, 0.3)
    answer: Callable[[], None] = lambda: terminal.write(encode(Line(0, "load", ("0", "a64", "5", "high"))))  # noqa: E731
    thread = Thread(target=lambda: (time.sleep(0.2), answer()))
    thread.start()
    heard = listen(line, 1.0)
    thread.join()
    assert (heard.input, heard.readings) == ("a64", {0: [0x7FFFFF]})
    heard.inputs.clear()
    with pytest.raises(BadCalibration, match="no load cell said anything"):
        assert heard.input
    heard.inputs.update(("a64", "a128"))
    with pytest.raises(BadCalibration, match="measured with a128 and a64"):
        assert heard.input
