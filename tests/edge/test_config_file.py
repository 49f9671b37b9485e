import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.camera_config import CameraConfig, ElsewhereConfig, GateConfig, PlanConfig, WellnessConfig, ZoneConfig
from edge.cli import app
from edge.config import (
    BrokerConfig,
    ClockConfig,
    DoorConfig,
    EdgeConfig,
    KeepingConfig,
    OutboxConfig,
    ThermalConfig,
    WeighingConfig,
)
from edge.config_file import idle_sections, load, missing_files
from edge.errors import BadConfig
from firmware_bridge.config import InstrumentConfig

EXAMPLE = Path("edge/examples/edge.toml")
PLACE = '[place]\nfarm = "f"\nhouse = "h"\ndevice = "d"\n'
FLOOR = "floor = [[0, 0], [1, 1]"
DOOR = "[door]\nopens = 06:30:00\ncloses = 20:30:00\n"
CAMERA = '[[cameras]]\nslug = "cam"\nsource = "demo"\n'


def test_a_file_saved_by_an_editor_on_windows_is_read(tmp_path: Path):
    path = tmp_path / "edge.toml"
    path.write_text("\ufeff" + PLACE + CAMERA, encoding="utf-8")
    assert load(path).cameras[0].slug == "cam"


def test_brackets_without_end_are_a_sentence(tmp_path: Path):
    assert "nested too deeply" in problems(tmp_path, "a = " + "[" * 5_000 + "]" * 5_000)[0]


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "edge.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig) as refused:
        load(path)
    return refused.value.problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLACE + CAMERA + "window_s = 0\n", "8: cameras[0].window_s: 0 is too small; allowed: 1 to 600"),
        (PLACE + CAMERA + "fps = 0\n", "8: cameras[0].fps: 0 is too small; allowed: more than 0 to 30"),
        (PLACE + CAMERA + "fps = 31\n", "8: cameras[0].fps: 31 is too large; allowed: more than 0 to 30"),
        (PLACE + CAMERA + 'loop = "maybe"\n', "8: cameras[0].loop: 'maybe' can't be used; allowed: true or false"),
        (PLACE + CAMERA + "windov_s = 5\n", "8: cameras[0].windov_s: unknown; did you mean 'window_s'?"),
        (
            PLACE + "[zoo]\n",
            "5: zoo: unknown; known are: place, data_dir, cloud, broker, outbox, clock, weighing, instruments, cameras",
        ),
        ('[place]\nfarm = "f"\nhouse = "h"\n', "1: place.device: is missing; allowed: a text"),
        (PLACE.replace('"h"', '"House 2"'), "3: place.house: 'House 2' can't be a name here"),
        (PLACE + '[broker]\nhost = "example.org"\n', "5: broker: example.org is another machine: set tls = true"),
        (PLACE + "[broker]\nport = 70000\n", "6: broker.port: 70000 is too large; allowed: 1 to 65535"),
        (PLACE + '[broker]\npassword = "x"\n', "6: broker.password: unknown; did you mean 'password_file'?"),
        (PLACE + '[[cameras]]\nslug = "c"\nsource = "ftp://x"\n', "7: cameras[0].source: can't be read; allowed: a"),
        (PLACE + CAMERA + CAMERA, "1: each instrument and camera needs a slug of its own; used twice: cam"),
        (
            PLACE + '[[instruments]]\nslug = "s"\nfamily = "xk3190"\nport = "/dev/x"\n',
            "7: instruments[0].family: 'xk3190' is not a known family; known are: ",
        ),
        (
            PLACE + '[[instruments]]\nslug = "s"\nfamily = "xk3190-a9"\nport = "/dev/x"\nbaud = 9601\n',
            "9: instruments[0].baud: 9601 is not a usual baud rate",
        ),
        (
            PLACE + '[[instruments]]\nslug = "s"\nfamily = "xk3190-a9"\nport = "/dev/x"\nparity = "mark"\n',
            "9: instruments[0].parity: 'mark' can't be used; allowed: 'none', 'even', 'odd'",
        ),
        (PLACE + CAMERA + "tiles = [0, 3]\n", "8: cameras[0].tiles: can't be used; allowed: auto, off, close"),
        (PLACE + CAMERA + FLOOR + "]", "8: cameras[0].floor: [[0, 0], [1, 1]] is too small; allowed: a list of 3"),
        (PLACE + CAMERA + FLOOR + ", [1.5, 0]]", "8: cameras[0].floor[2][0]: 1.5 is too large; allowed: 0 to 1"),
        (PLACE + CAMERA + FLOOR + ", [0.5, 0.5]]", "8: cameras[0].floor: the corners lie on a line"),
        (PLACE + CAMERA + FLOOR + ", [1, 0], [0, 1]]", "8: cameras[0].floor: the corners lie on a line or are"),
        (PLACE + DOOR + 'timezone = "Asia"\n', "8: door.timezone: 'Asia' is no time zone; write it like"),
        (PLACE + DOOR.replace("06:30:00", '"06:30:00+08:00"'), "5: door: opens and closes are local times"),
        (PLACE + "[broker\n", "5: this is no TOML"),
        (PLACE + "[weighing]\nleast_grams = 100\nmost_grams = 50\n", "5: weighing: most_grams (50) must be above"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(tmp_path: Path, text: str, expected: str):
    [problem] = problems(tmp_path, text)
    assert problem.startswith(f"edge.toml:{expected}")


def test_all_mistakes_come_at_once_in_the_order_of_their_lines(tmp_path: Path):
    text = PLACE + "[broker]\nport = 0\nhots = 1\n" + CAMERA + "window_s = 1000\n"
    assert [problem.split(":")[1] for problem in problems(tmp_path, text)] == ["6", "7", "11"]


def test_a_password_in_the_wrong_place_is_not_repeated(tmp_path: Path):
    source = 'source = "rtspx://u:s3cret@10.0.0.2/1"'
    text = PLACE + '[broker]\npassword = "s3cret"\n' + CAMERA.replace('source = "demo"', source)
    assert not [problem for problem in problems(tmp_path, text) if "s3cret" in problem]


def test_two_instruments_on_one_port_are_refused(tmp_path: Path):
    one = '[[instruments]]\nfamily = "xk3190-a9"\nport = "/dev/ttyUSB0"\nslug = '
    [problem] = problems(tmp_path, PLACE + one + '"a"\n' + one + '"b"\n')
    assert problem.startswith("edge.toml:5: instruments: ")


def test_relative_paths_start_beside_the_file(tmp_path: Path):
    path = tmp_path / "edge.toml"
    path.write_text('data_dir = "data"\n' + PLACE + CAMERA.replace("demo", "clip.mp4"), encoding="utf-8")
    config = load(path)
    assert config.data_dir == tmp_path / "data"
    assert config.cameras[0].source == str(tmp_path / "clip.mp4")
    assert missing_files(path, config) == [f"edge.toml:8: cameras[0].source: {tmp_path / 'clip.mp4'} is not there"]


def test_a_network_of_ones_own_must_be_there(tmp_path: Path):
    path = tmp_path / "edge.toml"
    path.write_text(PLACE + CAMERA + '[cameras.wellness]\nappearance = "sick.onnx"\n', encoding="utf-8")
    [missing] = missing_files(path, load(path))
    assert missing.endswith(f"cameras[0].wellness.appearance: {tmp_path / 'sick.onnx'} is not there")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("lines/scale", "{folder}/lines/scale"),
        ("/dev/ttyUSB0", "/dev/ttyUSB0"),
        ("replay://scale.bin", "replay://{folder}/scale.bin"),
        ("tcp://192.168.1.50:4001", "tcp://192.168.1.50:4001"),
    ],
)
def test_an_instruments_port_and_profile_start_beside_the_file(tmp_path: Path, said: str, meant: str):
    instrument = f'[[instruments]]\nslug = "a"\nfamily = "modbus"\nport = "{said}"\nprofile = "own.toml"\n'
    instrument += 'calibration = "scale.json"\n'
    document = tomllib.loads(PLACE + instrument)
    config = EdgeConfig.model_validate(document, context={"folder": tmp_path})
    assert config.instruments[0].port == meant.format(folder=tmp_path)
    assert config.instruments[0].profile == tmp_path / "own.toml"
    assert config.instruments[0].calibration == tmp_path / "scale.json"


@pytest.mark.parametrize(
    ("broker", "port"),
    [
        ({"host": "localhost"}, 1883),
        ({"host": "::1"}, 1883),
        ({"host": "127.0.0.9", "port": 7}, 7),
        ({"host": "example.org", "tls": True}, 8883),
        ({"host": "10.0.0.1", "insecure": True}, 1883),
    ],
)
def test_brokers_that_may_be_used(broker: dict[str, object], port: int):
    assert BrokerConfig.model_validate(broker).tcp_port == port


@pytest.mark.parametrize(
    ("source", "kind"),
    [("/dev/video0", "device"), ("rtsp://10.0.0.2/1", "stream"), ("http://cam/x.mjpg", "stream"), ("demo", "file")],
)
def test_the_kind_of_a_source(source: str, kind: str):
    assert CameraConfig(slug="cam", source=source).kind == kind


def test_the_example_is_right_and_the_page_names_every_key():
    config = load(EXAMPLE)
    assert config.instruments
    assert config.cameras
    page = Path("docs/edge-config.md").read_text(encoding="utf-8")
    sections = (
        BrokerConfig,
        ClockConfig,
        OutboxConfig,
        WeighingConfig,
        InstrumentConfig,
        EdgeConfig,
        DoorConfig,
        KeepingConfig,
        ThermalConfig,
    )
    for section in (*sections, CameraConfig, ZoneConfig, GateConfig, PlanConfig, WellnessConfig, ElsewhereConfig):
        for key, field in section.model_fields.items():
            assert re.search(rf"`{key}`", page), f"{section.__name__}.{key}"
            assert field.description, f"{section.__name__}.{key}"


def test_check_config_says_what_is_wrong_and_fails(tmp_path: Path):
    path = tmp_path / "edge.toml"
    path.write_text(PLACE + CAMERA + "window_s = 0\n", encoding="utf-8")
    answer = CliRunner().invoke(app, ["check-config", str(path)])
    assert answer.exit_code == 1
    assert answer.stderr == "edge.toml:8: cameras[0].window_s: 0 is too small; allowed: 1 to 600\n"
    path.write_text(PLACE, encoding="utf-8")
    answer = CliRunner().invoke(app, ["check-config", str(path)])
    assert answer.exit_code == 0
    assert "is right: 0 instruments, 0 cameras" in answer.stdout


@pytest.mark.parametrize("command", ["check-config", "run"])
def test_a_missing_file_is_a_sentence(tmp_path: Path, command: str):
    answer = CliRunner().invoke(app, [command, str(tmp_path / "none.toml")])
    assert answer.exit_code == 1
    assert answer.stderr == f"{tmp_path / 'none.toml'} can't be read: No such file or directory\n"


def test_the_version_is_told():
    answer = CliRunner().invoke(app, ["--version"])
    assert re.fullmatch(r"henwise-edge \d+\.\d+\.\d+\n", answer.stdout)


ARRAY = '[[instruments]]\nslug = "roof"\nfamily = "gy-mcu90640"\nport = "/dev/r"\n'
AIR = '[[instruments]]\nslug = "air"\nfamily = "xy-md02"\nport = "/dev/a"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('instrument = "floor"\n', "1: thermal names what is not configured: floor"),
        ('instrument = "roof"\nair = "air-2"\n', "1: thermal names what is not configured: air-2"),
        ('instrument = "roof"\ncameras = ["cam", "cam-2"]\n', "1: thermal names what is not configured: cam-2"),
        ('instrument = "roof"\n[[thermal]]\ninstrument = "roof"\n', "1: thermal names roof twice"),
        ('instrument = "air"\n', "17: thermal[0].instrument: air is no thermal array"),
        ('instrument = "roof"\nair = "roof"\n', "18: thermal[0].air: roof is no thermometer"),
    ],
)
def test_what_belongs_to_a_thermal_array_must_be_there(tmp_path: Path, text: str, expected: str):
    found = problems(tmp_path, PLACE + CAMERA + ARRAY + AIR + "[[thermal]]\n" + text)
    assert found[0].startswith("edge.toml:" + expected)


def test_a_thermal_array_with_air_and_camera_is_right(tmp_path: Path):
    path = tmp_path / "edge.toml"
    belongs = '[[thermal]]\ninstrument = "roof"\nair = "air"\ncameras = ["cam"]\n'
    path.write_text(PLACE + CAMERA + ARRAY + AIR + belongs, encoding="utf-8")
    assert load(path).thermal[0].cameras == ["cam"]


GATE = '[[cameras.gates]]\nslug = "hole"\nline = [[0, 0], [1, 1]]\n'


def test_a_camera_with_gates_looks_ten_times_a_second_unless_told_otherwise(tmp_path: Path):
    path = tmp_path / "edge.toml"
    path.write_text(PLACE + CAMERA + GATE, encoding="utf-8")
    assert load(path).cameras[0].fps == 10
    path.write_text(PLACE + CAMERA + "fps = 5\n" + GATE, encoding="utf-8")
    assert load(path).cameras[0].fps == 5
    path.write_text(PLACE + CAMERA + "fps = 2\n" + GATE, encoding="utf-8")
    with pytest.raises(BadConfig, match=r"edge\.toml:\d+: cameras\[0\]: fps = 2 misses birds that pass a gate"):
        load(path)


def test_a_door_without_a_gate_to_count_at_is_told_by_check_config_and_runs_all_the_same(tmp_path: Path):
    path = tmp_path / "edge.toml"
    path.write_text(PLACE + CAMERA + DOOR, encoding="utf-8")
    config = load(path)
    [told] = idle_sections(path, config)
    assert (
        told
        == "edge.toml:8: door: no camera has gates, so the roll is never called: add [[cameras.gates]], or take it out"
    )
    answer = CliRunner().invoke(app, ["check-config", str(path)])
    assert (answer.exit_code, answer.stderr) == (1, told + "\n")
    path.write_text(PLACE + CAMERA + GATE + DOOR, encoding="utf-8")
    assert idle_sections(path, load(path)) == []
    path.write_text(PLACE + CAMERA, encoding="utf-8")
    assert idle_sections(path, load(path)) == []
