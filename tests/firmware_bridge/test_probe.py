import json
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware_bridge.cli import app
from firmware_bridge.config import Parity
from firmware_bridge.probe.candidate import TWINS, Finding, candidates
from firmware_bridge.probe.hearing import judged, with_parity
from firmware_bridge.probe.search import Search
from firmware_bridge.registry import Line, registry
from firmware_bridge.scales.families import INDICATORS, indicator
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.indicator import Indicator
from firmware_bridge.simulated.faults import FaultyTerminal
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.instruments import FOLDERS, simulated_families, voice
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import speak
from firmware_bridge.simulated.wire import as_eight_bits

SAME_BYTES = {
    "generic-text": {"cas-18"},
    "mt-sics-asked": {"mt-sics"},
    "xk3190-a9-text-reversed": {"xk3190-a9-text"},
    "xk3190-a9-text-forward": {"xk3190-a9-text"},
}
"""What two families send alike can't be told apart by anybody."""

PLUGGABLE = [family for family in simulated_families() if family not in FOLDERS]


@contextmanager
def plugged(family: str, line: Line | None, folder: Path) -> Iterator[Path]:
    """Put a virtual instrument on a port whose speed is minded."""
    port = FaultyTerminal(folder / "port", line, faults=[])
    stop = threading.Event()
    scene = Scene(Flock(birds=1), Calendar(age_days=28), seed=3)
    thread = threading.Thread(target=speak, args=(voice(family, scene), port, stop))
    port.open()
    thread.start()
    try:
        yield port.name
    finally:
        stop.set()
        thread.join()
        port.close()


def fits(finding: Finding, family: str) -> bool:
    return finding.family in {family} | SAME_BYTES.get(family, set()) or family in finding.others


@pytest.mark.parametrize("family", PLUGGABLE)
def test_each_virtual_instrument_is_recognised_as_it_is_shipped(family: str, tmp_path: Path):
    shipped = (registry().get(family).lines or (Line(),))[0]
    with plugged(family, shipped, tmp_path) as port:
        found = Search(str(port)).run()
    assert found, "nothing was recognised"
    assert fits(found[0], family), found
    assert (found[0].line.baud, found[0].line.data_bits) == (shipped.baud, shipped.data_bits)


@pytest.mark.parametrize(
    ("family", "line"),
    [
        ("xk3190-a9", Line(600)),
        ("toledo", Line(1200, "none")),
        ("and", Line(19200, "even", 7)),
        ("mt-sics", Line(1200, "even", 7)),
        ("xy-md02", Line(19200)),
        ("gy-mcu90640", Line(460800)),
    ],
    ids=str,
)
def test_a_speed_it_was_set_to_is_found(family: str, line: Line, tmp_path: Path):
    with plugged(family, line, tmp_path) as port:
        found = Search(str(port)).run()
    assert found
    assert fits(found[0], family), found
    assert (found[0].line.baud, found[0].line.parity) == (line.baud, line.parity)


SHAPES = [
    (row, parity)
    for row in INDICATORS
    for parity in ("none", "even", "odd")
    if parity == "none" or any(line.data_bits == 7 for line in row.lines)
]


@pytest.mark.parametrize(("row", "parity"), SHAPES, ids=lambda value: getattr(value, "key", value))
def test_a_family_is_told_by_its_bytes_whatever_the_parity(row: Indicator, parity: Parity):
    rng = random.Random(1)
    frames = [ScaleFrame(1600 + rng.randrange(-40, 40), 3, "kg", True, "gross") for _ in range(12)]
    line = Line(9600, parity, 8 if parity == "none" else 7)
    heard = as_eight_bits(b"".join(map(row.encode, frames))[5:], line)
    prompt = row.talk(1).prompt
    asked = prompt is not None and prompt.each
    finding = judged(heard, Line(9600), [one for one in candidates() if asked or one.speaks])
    assert finding is not None
    told = (finding.family, *finding.others, *TWINS.get(finding.family, ()))
    assert row.key in told, finding
    assert (finding.line.data_bits, finding.line.parity) == (line.data_bits, line.parity)


def test_of_two_that_read_the_same_bytes_the_one_that_writes_so_is_named():
    frames = [ScaleFrame(1600 + number, 3, "kg", stable=True, basis="gross") for number in range(12)]
    for family, other in (("generic-text", "cas-18"), ("cas-18", "generic-text")):
        heard = b"".join(map(indicator(family).encode, frames))
        finding = judged(heard, Line(9600), candidates())
        assert finding is not None
        assert finding.family == family
        assert other in finding.others


def test_noise_is_nobody():
    noise = random.Random(5).randbytes(20_000)
    assert judged(noise, Line(), candidates()) is None


def test_two_stop_bits_after_seven_bits_are_seen():
    heard, line = with_parity(bytes(byte | 0x80 for byte in b"12.5 g"), Line())
    assert (heard, line.data_bits, line.stop_bits, line.parity) == (b"12.5 g", 7, 2, "none")


def test_silence_is_said_with_what_to_do(terminal: Terminal):
    refused = CliRunner().invoke(app, ["probe", str(terminal.name), "--seconds", "3"])
    assert refused.exit_code == 1
    assert "nothing that we know spoke or answered" in refused.stderr


def test_a_probe_sends_only_what_changes_nothing(tmp_path: Path):
    """Everything that a silent line hears in a whole search is a known question, and none of them a command."""
    port = Terminal(tmp_path / "port")
    port.open()
    heard = bytearray()
    stop = threading.Event()

    def listen() -> None:
        while not stop.is_set():
            heard.extend(port.read(0.05))

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        assert Search(str(port.name), seconds=8).run() == []
    finally:
        stop.set()
        thread.join()
        port.close()
    commands = [order.say for row in INDICATORS for order in (row.talk(1).tare, row.talk(1).zero) if order]
    assert heard
    assert not [say for say in commands if len(say) > 1 and say in bytes(heard)]


def test_the_command_prints_a_table_and_the_next_step(tmp_path: Path):
    with plugged("xk3190-a9", None, tmp_path) as port:
        table = CliRunner().invoke(app, ["probe", str(port)])
        rows = CliRunner().invoke(app, ["probe", str(port), "--json"]).stdout.splitlines()
    assert table.exit_code == 0
    assert "sure" in table.stdout
    assert f"next: henwise-bridge read xk3190-a9 --port {port} --baud 9600" in table.stdout
    assert json.loads(rows[0])["family"] == "xk3190-a9"


def test_a_recording_is_probed(tmp_path: Path):
    from firmware_bridge.scales.xk3190 import encode

    recorded = tmp_path / "recorded"
    recorded.write_bytes(os.urandom(3) + encode(1234, 3) * 20)
    assert Search(f"replay://{recorded}").run()[0].family == "xk3190-a9"


def test_a_modbus_slave_at_another_address_is_found_where_one_looks(
    tmp_path: Path, simulator_at: Callable[[int], Path]
):
    found = Search(str(simulator_at(7)), addresses=range(5, 9)).run()
    assert fits(found[0], "xy-md02")
    assert found[0].address == 7


@pytest.fixture
def simulator_at(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Start an XY-MD02 at an address."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    port = Terminal(tmp_path / "bus")

    def start(address: int) -> Path:
        port.open()
        scene = Scene(Flock(), Calendar(age_days=28), address=address)
        threads.append(threading.Thread(target=speak, args=(voice("xy-md02", scene), port, stop)))
        threads[0].start()
        return port.name

    yield start
    stop.set()
    for thread in threads:
        thread.join()
    port.close()
