import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineSilent, WrongSettings
from firmware_bridge.modbus.patience import FIRST_REST_S
from firmware_bridge.registry import build, build_all
from firmware_bridge.simulated.climate import Climate
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import ModbusVoice, RegisterMap, Voice, xy_md02

PluggedIn = Callable[[Voice], Terminal]
Server = Callable[[Callable[[bytes], list[bytes]]], str]

QUESTION = bytes.fromhex("01 04 00 01 00 02 20 0B")
ANSWER = bytes.fromhex("01 04 04 01 31 02 22 2A CE")
"""30.5 degC, 54.6 %: the field notes' vectors."""


def slave(address: int = 1, celsius: int = 0x0131, percent: int = 0x0222) -> ModbusVoice:
    return ModbusVoice(RegisterMap(input={1: lambda: celsius, 2: lambda: percent}, holding={}), address)


def config(port: object, **settings: object) -> InstrumentConfig:
    return InstrumentConfig.model_validate({"slug": "one", "family": "xy-md02", "port": str(port), **settings})


def opened(port: object, **settings: object) -> Device:
    device = build(config(port, **settings))
    device.open()
    return device


class Bus:
    """Several slaves on one line."""

    def __init__(self, *slaves: ModbusVoice) -> None:
        self.slaves = slaves
        self.asked: list[tuple[float, int]] = []

    def step(self, terminal: Terminal) -> None:
        question = terminal.read(0.1)
        if question:
            self.asked.append((time.monotonic(), question[0]))
        for each in self.slaves:
            terminal.write(each.answer(question) if question else b"")


def test_the_virtual_slave_answers_the_vectors_of_the_field_notes():
    assert slave().answer(QUESTION) == ANSWER


@pytest.mark.parametrize(
    "question",
    [
        QUESTION[:-1] + b"\x00",  # wrong check
        bytes.fromhex("02 04 00 01 00 02 20 38"),  # another address, sound
        QUESTION[:-3],  # cut short
        b"\x00\xff",
        ANSWER,
    ],
)
def test_the_virtual_slave_keeps_silent_where_it_must(question: bytes):
    assert slave().answer(question) == b""


def test_the_other_address_above_is_sound_indeed():
    assert slave(address=2).answer(bytes.fromhex("02 04 00 01 00 02 20 38")).startswith(b"\x02\x04\x04")


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        ("01 04 00 02 00 02 D0 0B", "01 84 02"),  # register 3 isn't there
        ("01 03 00 01 00 02 95 CB", "01 83 02"),  # nor are these holding registers
        ("01 01 00 01 00 02 EC 0B", "01 81 01"),  # coils: no such function
    ],
)
def test_the_virtual_slave_refuses_what_it_does_not_have(question: str, refusal: str):
    assert slave().answer(bytes.fromhex(question))[:3] == bytes.fromhex(refusal)


@given(st.binary(max_size=40))
def test_the_virtual_slave_survives_anything(question: bytes):
    slave().answer(question)
    assert slave().answer(QUESTION) == ANSWER


def test_values_are_read_over_a_terminal(plug_in: PluggedIn):
    device = opened(plug_in(slave()).name)
    for _ in range(3):
        assert device.read().values == {"temperature_celsius": 30.5, "humidity_percent": 54.6}
    assert device.read().stable is None
    assert device.faults == 0
    device.close()


def test_the_virtual_xy_md02_gives_the_climate_of_its_house(plug_in: PluggedIn):
    climate = Climate(Flock(), Calendar(), seed=1)
    device = opened(plug_in(xy_md02(climate)).name)
    values = device.read().values
    assert values["temperature_celsius"] == pytest.approx(climate.celsius(0), abs=0.2)
    assert values["humidity_percent"] == pytest.approx(climate.humidity_percent(0), abs=0.2)
    device.close()


def test_below_zero_is_read(plug_in: PluggedIn):
    device = opened(plug_in(slave(celsius=0xFF9B)).name)
    assert device.read().values["temperature_celsius"] == -10.1
    device.close()


def test_a_slave_that_does_not_answer_is_asked_three_times_and_then_named(plug_in: PluggedIn):
    bus = Bus(slave(address=1))
    device = opened(plug_in(bus).name, address=9)
    start = time.monotonic()
    with pytest.raises(LineSilent, match=r"address 9 .* does not answer; check its power"):
        device.read()
    assert 0.8 < time.monotonic() - start < 2
    assert [address for _, address in bus.asked] == [9, 9, 9]
    assert device.faults == 0  # the raised one is the caller's to count
    device.close()


def test_a_dead_slave_rests_is_asked_once_and_heard_when_it_comes_back(plug_in: PluggedIn):
    bus = Bus()
    device = opened(plug_in(bus).name, address=9, timeout_s=0.05)
    with pytest.raises(LineSilent) as first:
        device.read()
    with pytest.raises(LineSilent, match=str(first.value)) as second:
        device.read()
    assert (first.value.asked, second.value.asked, len(bus.asked)) == (True, False, 3)
    time.sleep(FIRST_REST_S)
    with pytest.raises(LineSilent) as third:
        device.read()
    assert (third.value.asked, len(bus.asked)) == (True, 4)
    bus.slaves += (slave(9),)
    time.sleep(2 * FIRST_REST_S)
    assert device.read().values["temperature_celsius"] == 30.5
    assert device.faults == 0
    device.close()


def test_a_cable_plugged_in_again_gives_everybody_all_tries(plug_in: PluggedIn):
    bus = Bus()
    device = opened(plug_in(bus).name, address=9, timeout_s=0.05)
    for tries in (3, 6):
        with pytest.raises(LineSilent):
            device.read()
        assert len(bus.asked) == tries
        device.close()
        device.open()
    device.close()


def test_a_broken_answer_is_asked_for_again_and_counted(terminal: Terminal, plug_in: PluggedIn):
    class Stutter:
        answers = iter([ANSWER[:-1] + b"\x00", ANSWER])

        def step(self, terminal: Terminal) -> None:
            if terminal.read(0.1):
                terminal.write(next(self.answers))

    device = opened(plug_in(Stutter()).name)
    assert device.read().values["temperature_celsius"] == 30.5
    assert device.faults == 1
    device.close()


def test_unreadable_answers_are_told_apart_from_none(plug_in: PluggedIn):
    class Garble:
        def step(self, terminal: Terminal) -> None:
            if terminal.read(0.1):
                terminal.write(b"\xfe\xe0\x00\x98")

    device = opened(plug_in(Garble()).name)
    with pytest.raises(LineGarbled, match="check baud rate, parity"):
        device.read()
    device.close()


def test_a_slave_without_these_registers_is_the_wrong_instrument(plug_in: PluggedIn):
    device = opened(plug_in(ModbusVoice(RegisterMap(input={}, holding={}))).name)
    with pytest.raises(WrongSettings, match="check that the profile fits"):
        device.read()
    device.close()


def test_a_value_that_cannot_be_is_left_out_and_counted(plug_in: PluggedIn):
    device = opened(plug_in(slave(percent=1234)).name)
    measured = device.read()
    assert measured.values == {"temperature_celsius": 30.5}
    assert measured.refused == "humidity_percent 123.4 is outside the sensor's own range 0 to 100"
    assert device.faults == 1
    device.close()


def test_only_impossible_values_are_an_error(plug_in: PluggedIn):
    device = opened(plug_in(slave(celsius=0x7FFF, percent=0xFFFF)).name)
    with pytest.raises(BadValue, match=r"temperature_celsius 3276\.7 is outside .* humidity_percent"):
        device.read()
    device.close()


def test_slaves_share_a_bus_and_get_time_between_them(plug_in: PluggedIn):
    bus = Bus(slave(1, celsius=210), slave(2, celsius=220))
    port = plug_in(bus).name
    first, second = build_all([config(port, address=1), config(port, slug="two", address=2)])
    first.open()
    second.open()
    for _ in range(3):
        assert first.read().values["temperature_celsius"] == 21.0
        assert second.read().values["temperature_celsius"] == 22.0
    gaps_s = [later - earlier for (earlier, _), (later, _) in zip(bus.asked, bus.asked[1:], strict=False)]
    assert min(gaps_s) > 0.045
    first.close()
    assert second.read().values["temperature_celsius"] == 22.0
    second.close()
    with pytest.raises(LineLost, match="open it first"):
        second.read()


def test_a_dead_neighbour_does_not_hide_a_living_one(plug_in: PluggedIn):
    port = plug_in(Bus(slave(1))).name
    living, dead = build_all([config(port, address=1), config(port, slug="two", address=2)])
    living.open()
    dead.open()
    for _ in range(6):
        with pytest.raises(LineSilent):
            dead.read()
        assert living.read().values["temperature_celsius"] == 30.5
    assert (living.faults, dead.faults) == (0, 0)
    living.close()
    dead.close()


def test_time_outs_of_a_line_do_not_close_it(plug_in: PluggedIn):
    """Pymodbus counts them, for all slaves of a line together."""
    port = plug_in(Bus(slave(1))).name
    living, *dead = build_all(
        [config(port, timeout_s=0.05, slug=f"s{address}", address=address) for address in range(1, 9)]
    )
    for each in (living, *dead):
        each.open()
    for each in dead:
        with pytest.raises(LineSilent):
            each.read()
    assert living.read().values["temperature_celsius"] == 30.5
    for each in (living, *dead):
        each.close()


def test_unplugged_while_asking_and_plugged_in_again(terminal: Terminal):
    device = opened(terminal.name, timeout_s=2)
    Timer(0.2, terminal.close).start()
    start = time.monotonic()
    with pytest.raises(LineLost, match="unplugged"):
        device.read()
    assert time.monotonic() - start < 1.5
    with pytest.raises(LineLost, match="is not there"):
        device.open()
    with pytest.raises(LineLost, match="open it first"):
        device.read()
    terminal.open()
    device.open()
    Timer(0.1, lambda: terminal.write(slave().answer(terminal.read(1)))).start()
    assert device.read().values["temperature_celsius"] == 30.5
    assert device.faults == 0
    device.close()


def test_a_port_in_use_is_refused_with_its_reason(plug_in: PluggedIn):
    port = plug_in(slave()).name
    holder = opened(port)
    with pytest.raises(LineLost, match="in use by another program"):
        opened(port)
    holder.close()


def test_a_serial_server_carries_the_same_frames(serial_server: Server):
    device = opened(serial_server(lambda heard: [slave().answer(heard)[:4], slave().answer(heard)[4:]]))
    assert device.read().values == {"temperature_celsius": 30.5, "humidity_percent": 54.6}
    device.close()


@pytest.mark.parametrize(("delay_s", "silent"), [(0.25, False), (0.8, True)])
def test_an_answer_that_comes_too_late_is_never_taken_for_the_next_one(
    serial_server: Server, delay_s: float, silent: bool
):
    delays_s, celsius = iter([delay_s]), iter(range(200, 300))

    def answer(heard: bytes) -> list[bytes]:
        now = next(celsius)
        time.sleep(next(delays_s, 0))
        return [slave(celsius=now).answer(heard[-8:])]

    device = opened(serial_server(answer), timeout_s=0.15)
    if silent:
        with pytest.raises(LineSilent):
            device.read()
    else:
        assert device.read().values["temperature_celsius"] == 20.1  # the second answer, not the late first one
        assert device.faults == 1
    time.sleep(FIRST_REST_S)  # all late answers have come by now
    asked_before = next(celsius)
    assert device.read().values["temperature_celsius"] == (asked_before + 1) / 10
    device.close()


def test_a_serial_server_that_went_away_is_lost(serial_server: Server):
    device = opened(serial_server(lambda _: [b""]))
    with pytest.raises(LineLost, match="hung up or is away"):
        device.read()
    device.close()


def test_a_profile_of_ones_own_reads_a_sensor_nobody_here_knew(plug_in: PluggedIn, tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text(
        """
        family = "white-box"
        what = "humidity first, temperature second"
        source = "its label"
        verified = true
        [line]
        baud = 4800
        address = 7
        [[values]]
        quantity = "humidity_percent"
        kind = "holding"
        register = 0
        type = "uint16"
        scale = 0.1
        range = [0, 100]
        [[values]]
        quantity = "temperature_celsius"
        kind = "holding"
        register = 1
        type = "int16"
        scale = 0.1
        range = [-40, 80]
        """
    )
    voice = ModbusVoice(RegisterMap(input={}, holding={0: lambda: 658, 1: lambda: -101}), address=7)
    device = opened(plug_in(voice).name, family="modbus", profile=str(own))
    assert device.read().values == {"humidity_percent": 65.8, "temperature_celsius": -10.1}
    device.close()
