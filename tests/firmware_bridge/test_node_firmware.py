"""The firmware's own files under a real MicroPython, and the host's side joined to them byte for byte."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.errors import BadValue, WrongSettings
from firmware_bridge.node.calibration import Point
from firmware_bridge.node.calibration_file import Calibration, save
from firmware_bridge.node.decoder import NodeDecoder
from firmware_bridge.node.families import node_line
from firmware_bridge.node.line import Line, LineDecoder, encode
from firmware_bridge.node.listening import listen, order
from firmware_bridge.node.records import Identity, Load, Up, line_of, record_of
from firmware_bridge.registry import build_all
from firmware_bridge.simulated.node import VirtualNode, World
from firmware_bridge.simulated.terminal import Terminal
from tests.firmware_bridge.micropython import FIRMWARE, ROOM, plugged_in, printed, result

MACHINE = "e661640843210a2b"


@pytest.fixture(scope="module")
def chips() -> dict:
    return result("chips")


def test_the_load_cell_is_read_bit_by_bit_whatever_interrupts_come(chips: dict):
    weighed = chips["weighed"]
    assert weighed["raws"] == [
        0, 1, -1, 8388607, -8388608, 123456, -123456, 0x555555, -0x2AAAAA, 42, 43, 44,
    ]  # fmt: skip
    assert weighed["unsettled"] == [None] * 5
    assert weighed["upset"] == 0  # no pulse of 60 us, no read of another length than 25 to 27 pulses


def test_another_gain_is_measured_and_what_is_not_settled_is_thrown_away(chips: dict):
    got = chips["switched"]["got"]
    assert got == {source: [None] * 5 + [gain] * 3 for source, gain in (("a128", 128), ("a64", 64), ("b32", 32))}
    assert chips["switched"]["upset"] == 0


def test_a_cell_that_is_not_there_or_stuck_is_never_a_weight(chips: dict):
    assert chips["broken_cell"] == {"stuck": "garbled", "ready": False}


def test_the_air_is_read_with_its_checksums(chips: dict):
    air = chips["air"]
    assert air["vector"] == 0x92  # of BE EF: Sensirion's data sheet, table 20
    assert air["got"] == [[2500, 5000], [-4500, 0], [13000, 10000], [-1263, 711]]
    assert (air["nobody"], air["early"], air["crc"]) == ("silent", "silent", "crc")


def test_the_infrared_thermometer_is_read_with_its_error_code(chips: dict):
    skin = chips["skin"]
    assert skin["vector"] == 0xF4  # the usual check value of CRC-8 with polynomial 07
    assert skin["got"] == [3101, 2501, -7001, 38219]  # the last two: the data sheet's ends of its range
    assert (skin["nobody"], skin["error"], skin["range"], skin["crc"]) == ("silent", "chip", "range", "crc")


def test_hundredths_are_written_without_a_float(chips: dict):
    assert chips["hundredths"] == ["0.00", "0.05", "-0.05", "0.99", "-1.00", "23.45", "-45.00"]


def test_the_firmware_runs_on_while_clock_and_sequence_wrap_and_chips_fail():
    long = result("long")
    assert long["uptime_s"] == long["elapsed_s"] > 600
    assert long["seqs"][0] > 64_000 > long["seqs"][1]  # beyond 65535 it began at 0
    decoder = NodeDecoder()
    decoder.feed("".join(long["last"]).encode())
    assert (decoder.bad_frames, decoder.lost_lines, decoder.unknown_lines) == (0, 0, 0)
    settled = long["used"][3:]
    assert max(settled) - min(settled) < 4096


@pytest.fixture(scope="module")
def troubles() -> dict:
    return result("troubles")


def test_a_crash_is_told_and_followed_by_a_restart_and_a_hang_by_the_watchdog(troubles: dict):
    assert troubles["crashed"] == {"how": "reset", "said": ["$HW1,0,fault,node,TypeError,1*83DC2967\r\n"]}
    assert troubles["hung"] == "watchdog"


def test_an_ordered_restart_runs_again_and_an_ordered_stay_waits_at_the_prompt_once(troubles: dict):
    acknowledged = {"how": "reset", "said": "$HW1,0,ack,7,ok*7C2D4E38\r\n"}
    assert troubles["restart"] == {**acknowledged, "marked": False}
    assert troubles["stay"] == {**acknowledged, "marked": True}
    assert troubles["after_stay"] == {"marked": False, "said": 0, "staying": True}


def test_the_boards_own_usb_port_is_read_without_waiting(troubles: dict):
    assert troubles["on_usb"] == {"pieces": [64, 36, 0], "said": "said", "ended": "", "real": "Console"}


ORDERS = [
    (3000, Line(1, "who")),
    (4000, Line(2, "rate", ("load0", "1000"))),
    (9000, Line(3, "rate", ("air", "500"))),
    (9000, Line(4, "rate", ("air", "50"))),
    (12_000, Line(5, "rate", ("load0", "0"))),
    (13_000, Line(6, "rate", ("load7", "100"))),
    (13_000, Line(7, "rate", ("load0", "soon"))),
    (14_000, Line(8, "input", ("load0", "a64"))),
    (15_000, Line(9, "input", ("load0", "c1"))),
    (15_000, Line(10, "tare")),
    (16_000, Line(65_535, "who", ("there",))),
]


def test_the_virtual_node_says_what_the_firmware_says_byte_for_byte(tmp_path: Path):
    script = tmp_path / "minute.py"
    orders = [(at_ms, encode(command)) for at_ms, command in ORDERS]
    script.write_text(f"ORDERS = {orders!r}\n" + (ROOM / "runs/minute.py").read_text("utf-8"))
    told = without_memory(bytes.fromhex(printed(script)))
    identity = record_of(LineDecoder().feed(told[:120])[0])
    assert isinstance(identity, Identity)
    world = World(
        counts=lambda elapsed_s: 84_000 + 25 * (round(elapsed_s * 10) - 1),
        air=lambda _: (25.0, 50.0),
        skin=lambda _: 31.01,
        chip=lambda _: 25.01,
    )
    virtual = VirtualNode(world, identity)
    said = b""
    for now_ms in range(30_001):
        said += virtual.said(now_ms)
        for at_ms, order_ in orders:
            if at_ms == now_ms - 1:  # the firmware's port hears it in its next turn
                said += virtual.heard(order_, now_ms)
    assert len(told) > 5000
    assert without_memory(said) == told


def without_memory(stream: bytes) -> bytes:
    """Name no free memory: the only thing that a virtual node can't know."""
    return b"".join(
        encode(line_of(line.number, replace(record, free_bytes=0)) if isinstance(record, Up) else line)
        for line in LineDecoder().feed(stream)
        for record in [record_of(line)]
    )


def test_what_the_host_writes_is_what_the_firmware_wrote(tmp_path: Path):
    script = tmp_path / "minute.py"
    script.write_text("ORDERS = []\n" + (ROOM / "runs/minute.py").read_text("utf-8"))
    told = bytes.fromhex(printed(script))
    decoder = LineDecoder()
    lines = decoder.feed(told)
    records = [(line.number, record_of(line)) for line in lines]
    assert all(record is not None for _, record in records)
    assert b"".join(encode(line_of(number, record)) for number, record in records if record) == told
    assert decoder.skipped_bytes == 0


@pytest.fixture
def board(terminal: Terminal):
    with plugged_in(ROOM / "runs/real_time.py", terminal) as process:
        yield process


def kept(path: Path, cell: int, machine: str = MACHINE) -> Path:
    points = [Point(grams, {cell: 84_000 + 25 * grams}, {cell: 3.0}) for grams in (0.0, 2000.0)]
    made_at = "2026-11-22T22:00:00Z"
    save(path, Calibration.of(points, made_at=made_at, machine=machine))
    return path


def config(slug: str, terminal: Terminal, **settings: object) -> InstrumentConfig:
    return InstrumentConfig.model_validate({"slug": slug, "family": "node", "port": str(terminal.name), **settings})


@pytest.mark.usefixtures("board")
def test_the_host_reads_load_and_climate_from_the_firmware_over_one_line(terminal: Terminal, tmp_path: Path):
    files = [kept(tmp_path / f"{cell}.json", cell) for cell in (0, 1)]
    scale, overloaded, climate = build_all([
        config("scale", terminal, calibration=files[0], timeout_s=30),
        config("overloaded", terminal, calibration=files[1], timeout_s=6),
        config("climate", terminal, timeout_s=30),
    ])  # fmt: skip
    for device in (scale, overloaded, climate):
        device.open()
    loads = [scale.read().values["load_grams"] for _ in range(20)]
    assert all(0 <= load <= 6 / 25 for load in loads)
    assert len(set(loads)) > 3
    assert climate.read().values.items() <= {
        "temperature_celsius": 25.0, "humidity_percent": 50.0, "surface_temperature_celsius": 31.01,
    }.items()  # fmt: skip
    assert overloaded.read().values["load_grams"] == pytest.approx(-3560)
    with pytest.raises(BadValue, match="load cell 1 is at the upper end of its range"):
        for _ in range(100):
            overloaded.read()
    for device in (scale, overloaded, climate):
        device.close()


@pytest.mark.usefixtures("board")
def test_the_host_orders_and_listens_for_a_calibration(terminal: Terminal):
    line = node_line(str(terminal.name))
    deadline_s = time.monotonic() + 60
    heard = listen(line, 3, cells=(0,))
    while (
        not (heard.machine and heard.readings) and time.monotonic() < deadline_s
    ):  # a busy machine starts the interpreter slowly
        heard = listen(line, 3, cells=(0,))
    assert (heard.machine, heard.input, set(heard.readings)) == (MACHINE, "a128", {0})
    order(line, "input", "load0", "a64")
    with pytest.raises(WrongSettings, match="'tare' with 'unknown'"):
        order(line, "tare", tag=2)
    after = listen(line, 3, cells=(0,))
    assert after.input == "a64"
    assert all(42_000 <= raw <= 42_006 for raw in after.readings[0])


def test_a_calibration_of_another_node_is_refused(terminal: Terminal, tmp_path: Path):
    file = kept(tmp_path / "other.json", 0, machine="0123456789abcdef")
    (device,) = build_all([config("scale", terminal, calibration=file, timeout_s=40)])
    with plugged_in(ROOM / "runs/real_time.py", terminal):
        device.open()
        with pytest.raises(WrongSettings, match=f"made with the board 0123456789abcdef, {MACHINE} is on the line"):
            for _ in range(1000):
                device.read()
        device.close()


def test_the_board_files_name_pins_that_exist_once():
    for name, pins in (("esp32", set(range(1, 34))), ("pico", set(range(23)) | {26, 27, 28})):
        board: dict = {}
        exec((FIRMWARE / "boards" / f"{name}.py").read_text("utf-8"), board)  # noqa: S102  # a file of ours
        used = [pin for pair in board["CELLS"] for pin in pair] + list(board["I2C"][1:])
        assert len(used) == len(set(used))
        assert set(used) <= pins
        assert board["NAME"] == name
        assert board["WATCHDOG_MS"] <= 8388


def test_the_decoder_follows_the_firmware_through_a_restart(tmp_path: Path):
    script = tmp_path / "minute.py"
    script.write_text("ORDERS = []\n" + (ROOM / "runs/minute.py").read_text("utf-8"))
    told = bytes.fromhex(printed(script))
    again = re.sub(rb"\$HW1,(\d+),(id|up),\w{4}([^*]*)\*\w{8}", _of_another_session, told)
    decoder = NodeDecoder()
    records = decoder.feed(told[: len(told) // 2]) + decoder.feed(again)
    assert decoder.restarts == 1
    assert decoder.lost_lines == 0
    assert sum(isinstance(record, Load) for record in records) > 300


def _of_another_session(match: re.Match[bytes]) -> bytes:
    (line,) = LineDecoder().feed(match[0] + b"\r\n")
    return encode(Line(line.number, line.word, ("beef", *line.fields[1:])))[:-2]
