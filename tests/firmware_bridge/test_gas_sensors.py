"""Gas sensors on real pseudo-terminals."""

import time
from collections.abc import Callable

import pytest

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineSilent, WrongSettings
from firmware_bridge.gas import senseair
from firmware_bridge.gas.sensor import GasSensor, S8Speech
from firmware_bridge.link import LineSettings, SerialLink
from firmware_bridge.registry import build, build_all
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.gas import ROWS, MhZ19Voice, S8Voice
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice

PluggedIn = Callable[[Voice], Terminal]


def config(port: object, family: str = "senseair-s8", **settings: object) -> InstrumentConfig:
    return InstrumentConfig.model_validate({"slug": "one", "family": family, "port": str(port)} | settings)


def opened(port: object, family: str = "senseair-s8", **settings: object) -> Device:
    device = build(config(port, family, **settings))
    device.open()
    return device


@pytest.mark.parametrize("family", sorted(ROWS))
def test_each_gas_family_reads_its_virtual_counterpart(family: str, plug_in: PluggedIn):
    device = opened(plug_in(ROWS[family](Scene(Flock(), Calendar()))).name, family)
    for _ in range(3):
        measured = device.read()
        assert set(measured.values) == set(device.quantities)
        assert 430 < measured.values["carbon_dioxide_ppm"] < 2000
    assert device.faults == 0
    device.close()


def test_self_calibration_is_off_before_the_first_value(plug_in: PluggedIn):
    s8, mhz19 = S8Voice(lambda _: 900.0), MhZ19Voice(lambda _: 900.0)
    for voice, family in ((s8, "senseair-s8"), (mhz19, "mh-z19")):
        device = opened(plug_in(voice).name, family)
        assert device.read().values == {"carbon_dioxide_ppm": 900}
        device.close()
    assert s8.abc_hours == 0
    assert not mhz19.calibrates


def test_self_calibration_that_is_off_is_not_written_again(plug_in: PluggedIn):
    class Worn(S8Voice):
        def answer(self, question: bytes) -> bytes:
            assert question.removeprefix(senseair.WAKE) != senseair.ABC_OFF
            return super().answer(question)

    voice = Worn(lambda _: 900.0)
    voice.abc_hours = 0
    device = opened(plug_in(voice).name)
    assert device.read().values == {"carbon_dioxide_ppm": 900}
    device.close()


def test_an_s8_that_keeps_its_self_calibration_is_refused(plug_in: PluggedIn):
    class Stubborn(S8Voice):
        def answer(self, question: bytes) -> bytes:
            answer = super().answer(question)
            self.abc_hours = 180
            return answer

    device = opened(plug_in(Stubborn(lambda _: 900.0)).name)
    with pytest.raises(WrongSettings, match="stays on"):
        device.read()
    device.close()


def test_values_are_unsettled_while_a_sensor_warms_up(plug_in: PluggedIn):
    times_s = iter([0.0, 10.0, 59.0, 60.0])
    link = SerialLink(LineSettings(str(plug_in(S8Voice(lambda _: 900.0)).name)))
    device = GasSensor("senseair-s8", link, S8Speech("senseair-s8", link, 0.5), clock=lambda: next(times_s))
    device.open()
    assert [device.read().stable for _ in range(3)] == [False, False, True]
    device.close()


@pytest.mark.parametrize(
    ("status", "ppm", "problem"),
    [
        (1 << 5, 0, "outside what it can measure"),
        (1 << 0, 900, "fatal error"),
        (1 << 6 | 1 << 2, 900, "algorithm error, memory error"),
        (0, 12_000, "12000 ppm can't be"),
    ],
)
def test_what_the_status_denies_is_no_value(status: int, ppm: int, problem: str, plug_in: PluggedIn):
    voice = S8Voice(lambda _: float(ppm))
    voice.status = status
    device = opened(plug_in(voice).name)
    with pytest.raises(BadValue, match=problem):
        device.read()
    voice.status, voice._ppm = 0, lambda _: 900.0
    assert device.read().values == {"carbon_dioxide_ppm": 900}
    device.close()


def test_a_broken_answer_is_asked_for_again_and_counted(plug_in: PluggedIn):
    class Stutter(S8Voice):
        said = 0

        def answer(self, question: bytes) -> bytes:
            self.said += 1
            answer = super().answer(question)
            return answer[:-1] + b"\x00" if self.said == 3 else answer

    voice = Stutter(lambda _: 900.0)
    voice.abc_hours = 0
    device = opened(plug_in(voice).name, timeout_s=0.2)
    for _ in range(3):
        assert device.read().values == {"carbon_dioxide_ppm": 900}
    assert device.faults == 1
    device.close()


def test_a_late_answer_is_not_taken_for_the_next_one(plug_in: PluggedIn):
    class Slow(MhZ19Voice):
        def answer(self, question: bytes) -> bytes:
            said = super().answer(question)
            time.sleep(0.25)
            return said

    ppm = iter(range(1000, 2000))
    device = opened(plug_in(Slow(lambda _: float(next(ppm)))).name, "mh-z19", timeout_s=0.1)
    with pytest.raises(LineSilent):
        device.read()
    time.sleep(1.2)
    before = next(ppm)
    device._speech._asking._timeout_s = 1.0
    assert device.read().values == {"carbon_dioxide_ppm": before + 1}
    device.close()


def test_silence_and_noise_are_told_apart(terminal: Terminal, plug_in: PluggedIn):
    class Noise:
        def step(self, terminal: Terminal) -> None:
            if terminal.read(0.1):
                terminal.write(b"\xfe\x04\x08" + b"\x55" * 10)

    silent = opened(terminal.name, timeout_s=0.05)
    with pytest.raises(LineSilent, match="does not answer"):
        silent.read()
    silent.close()
    noisy = opened(plug_in(Noise()).name, timeout_s=0.05)
    with pytest.raises(LineGarbled, match="no readable answer"):
        noisy.read()
    noisy.close()


def test_unplugged_and_plugged_in_again_switches_self_calibration_off_again(plug_in: PluggedIn, terminal: Terminal):
    device = opened(terminal.name, timeout_s=0.1)
    terminal.close()
    with pytest.raises(LineLost):
        device.read()
    with pytest.raises(LineLost, match="open it first"):
        device.read()
    terminal.open()
    device.open()
    with pytest.raises(LineSilent):
        device.read()
    device.close()


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"address": 3}, "is no Modbus instrument"),
        ({"port": "replay://recorded"}, "a recording can't be asked"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, object], problem: str):
    with pytest.raises(WrongSettings, match=problem):
        build(config("/dev/ttyUSB0").model_copy(update=settings))


def test_a_gas_sensor_shares_its_line_with_nobody():
    with pytest.raises(WrongSettings, match="only Modbus instruments can share"):
        build_all([config("/dev/ttyUSB0"), config("/dev/ttyUSB0", "mh-z19", slug="two")])
