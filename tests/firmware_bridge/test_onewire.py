import contextlib
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, WrongSettings
from firmware_bridge.onewire.ds18b20 import Impossible, Unreadable, celsius, crc8, slave_text
from firmware_bridge.registry import build
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.onewire import ROWS, Ds18b20Voice, OneWireFolder
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.voices import speak

DOCUMENTED = "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n"
NAME = "28-0123456789ab"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sensor = tmp_path / "devices" / NAME
    sensor.mkdir(parents=True)
    return sensor


def config(folder: Path, **settings: object) -> InstrumentConfig:
    return InstrumentConfig.model_validate({"slug": "one", "family": "ds18b20", "port": str(folder)} | settings)


def opened(folder: Path, content: str, file: str = "w1_slave") -> Device:
    (folder / file).write_text(content)
    device = build(config(folder))
    device.open()
    return device


def test_the_kernels_own_example_is_read():
    assert celsius(DOCUMENTED) == 23.125
    assert crc8(bytes.fromhex("72 01 4b 46 7f ff 0e 10")) == 0x57


@given(st.floats(-55, 84.9))
def test_what_the_virtual_sensor_writes_is_read_back(value: float):
    assert celsius(slave_text(value)) == pytest.approx(value, abs=1 / 16)


@pytest.mark.parametrize(
    ("text", "kind", "problem"),
    [
        (DOCUMENTED.replace("YES", "NO"), Unreadable, "check failed"),
        (DOCUMENTED.replace("72 01", "73 01"), Unreadable, "check failed"),  # a YES that the bytes deny
        (slave_text(20, sound=False), Unreadable, "check failed"),
        ("00 " * 9 + ": crc=00 YES\n" + "00 " * 9 + "t=0\n", Impossible, "nothing but zeros"),
        (slave_text(85), Impossible, "wakes up"),
        ("85000", Impossible, "wakes up"),
        ("-127000", Impossible, "outside"),
        ("125001", Impossible, "outside"),
        ("", Unreadable, "its file says ''"),
        ("t=23125", Unreadable, "its file says"),
        ("9" * 400, Unreadable, "its file says"),
    ],
)
def test_what_is_no_temperature_is_refused(text: str, kind: type[Unreadable], problem: str):
    with pytest.raises(kind, match=problem):
        celsius(text)


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(Unreadable):
        assert -55 <= celsius(text) <= 125


@given(st.integers(0, len(DOCUMENTED) - 1), st.characters(codec="ascii"))
def test_a_changed_character_gives_no_other_temperature_unless_it_is_in_the_number(at: int, character: str):
    changed = DOCUMENTED[:at] + character + DOCUMENTED[at + 1 :]
    if "t=23125" in changed:
        with contextlib.suppress(Unreadable):
            assert celsius(changed) == 23.125


@pytest.mark.parametrize(("file", "content"), [("w1_slave", DOCUMENTED), ("temperature", "23125\n")])
def test_a_sensor_is_read_from_either_file(folder: Path, file: str, content: str):
    device = opened(folder, content, file)
    assert device.read().values == {"temperature_celsius": 23.125}
    assert device.faults == 0
    device.close()


def test_the_only_sensor_of_a_bus_is_found_and_of_two_one_must_be_named(folder: Path):
    (folder / "w1_slave").write_text(DOCUMENTED)
    device = build(config(folder.parent))
    device.open()
    assert device.read().values == {"temperature_celsius": 23.125}
    device.close()
    (folder.parent / "28-ffffffffffff").mkdir()
    with pytest.raises(WrongSettings, match=f"has 2 sensors.*{NAME}, 28-ffffffffffff"):
        device.open()


def test_85_degrees_and_a_failed_check_are_refused_and_the_next_value_is_read(folder: Path):
    device = opened(folder, slave_text(85))
    with pytest.raises(BadValue, match=f"{NAME}: it says 85 °C"):
        device.read()
    (folder / "w1_slave").write_text(slave_text(20, sound=False))
    with pytest.raises(LineGarbled, match="check failed"):
        device.read()
    (folder / "w1_slave").write_text(slave_text(20))
    assert device.read().values == {"temperature_celsius": 20}
    device.close()


def test_a_sensor_that_goes_is_lost_and_comes_back(folder: Path):
    device = opened(folder, DOCUMENTED)
    (folder / "w1_slave").unlink()
    with pytest.raises(LineLost, match="is gone"):
        device.read()
    folder.rmdir()
    with pytest.raises(LineLost, match="no sensor in"):
        device.open()
    with pytest.raises(LineLost, match="open it first"):
        device.read()
    folder.mkdir()
    (folder / "w1_slave").write_text(DOCUMENTED)
    device.open()
    assert device.read().values == {"temperature_celsius": 23.125}


@pytest.mark.parametrize("settings", [{"address": 3}, {"baud": 9600}, {"port": "tcp://127.0.0.1:4001"}])
def test_settings_that_do_not_fit_are_refused(folder: Path, settings: dict[str, object]):
    with pytest.raises(WrongSettings):
        build(config(folder, **settings))


def test_the_virtual_sensor_is_read_from_its_folder_and_goes(tmp_path: Path):
    (tmp_path / "devices").mkdir()
    folder = OneWireFolder(tmp_path / "devices" / NAME)
    voice, stop = ROWS["ds18b20"](Scene(Flock(), Calendar())), Event()
    assert isinstance(voice, Ds18b20Voice)
    folder.open()
    voice.step(folder)
    thread = Thread(target=speak, args=(voice, folder, stop))
    thread.start()
    device = build(config(tmp_path / "devices"))
    device.open()
    assert 15 < device.read().values["temperature_celsius"] < 35
    stop.set()
    thread.join()
    folder.close()
    with pytest.raises(LineLost, match="is gone"):
        device.read()
    with pytest.raises(LineLost, match="is closed"):
        folder.write(b"")


def test_a_virtual_sensor_replaces_nothing_of_yours(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    with pytest.raises(WrongSettings, match="is no virtual sensor"):
        OneWireFolder(tmp_path / "mine").open()
    assert (tmp_path / "mine" / "letter").read_text() == "dear"
