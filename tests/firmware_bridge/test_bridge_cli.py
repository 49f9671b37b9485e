import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from firmware_bridge.cli import app
from firmware_bridge.ports import ports
from firmware_bridge.scales import toledo
from firmware_bridge.scales.frame import Flaw, ScaleFrame
from firmware_bridge.scales.xk3190 import encode
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice

Simulator = Callable[..., "subprocess.Popen[str]"]

PROGRAM = [sys.executable, "-c", "from firmware_bridge.cli import app; app()"]


class Steady:
    """A scale on which 1.234 kg stand for ever."""

    def step(self, terminal: Terminal) -> None:
        terminal.read(0.02)
        terminal.write(encode(1234, 3))


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Start `henwise-bridge simulate` as its own process and wait until it is ready."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> "subprocess.Popen[str]":
        command = [*PROGRAM, "simulate", *map(str, words)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_families_are_listed():
    assert "Yaohua XK3190-A9" in run("families").output
    rows = [json.loads(line) for line in run("families", "--json").output.splitlines()]
    assert {"xk3190-a9", "xy-md02"} <= {row["family"] for row in rows}


def test_ports_are_listed():
    assert run("list").exit_code == 0


def test_a_port_goes_by_its_stable_name(tmp_path: Path):
    for port in ports():  # whatever this machine has
        (tmp_path / "usb-adapter").unlink(missing_ok=True)
        (tmp_path / "usb-adapter").symlink_to(port.device)
        assert str(tmp_path / "usb-adapter") in [found.port for found in ports(tmp_path)]


def test_a_value_is_read_and_printed(plug_in: Callable[[Voice], Terminal]):
    port = plug_in(Steady()).name
    assert run("read", "xk3190-a9", "--port", port).output == "Load on the scale 1234 g\n"
    lines = run("read", "xk3190-a9", "--port", port, "--json", "--count", 3).output.splitlines()
    said = {"values": {"load_grams": 1234.0}, "stable": None, "basis": None, "refused": ""}
    assert [json.loads(line) for line in lines] == [said] * 3


def test_a_line_is_recorded_decoded_and_replayed(plug_in: Callable[[Voice], Terminal], tmp_path: Path):
    recorded = tmp_path / "recorded"
    taken = run("record", recorded, "--port", plug_in(Steady()).name, "--seconds", 0.5)
    assert taken.exit_code == 0
    assert recorded.stat().st_size >= 48
    decoded = run("decode", recorded, "--family", "xk3190-a9")
    rows = [json.loads(line) for line in decoded.stdout.splitlines()]
    assert rows == [{"load_grams": 1234.0, "stable": None, "basis": None, "flaw": None}] * len(rows)
    assert len(rows) >= 4
    assert f"{len(rows)} frames, 0 bad, 0 bytes skipped" in decoded.stderr
    assert run("read", "xk3190-a9", "--port", f"replay://{recorded}").output == "Load on the scale 1234 g\n"


def test_a_line_with_seven_bits_is_recorded_as_its_characters(simulator: Simulator, tmp_path: Path):
    port, recorded = tmp_path / "scale0", tmp_path / "recorded"
    process = simulator("toledo", "--port", port, "--baud", 4800, "--parity", "even")
    assert process.stdout.readline() == f"ready {port}\n"
    taken = run("record", recorded, "--port", port, "--baud", 4800, "--parity", "even", "--seconds", 1)
    assert taken.exit_code == 0, taken.stderr
    assert max(recorded.read_bytes()) < 0x80
    assert len(run("decode", recorded, "--family", "toledo").stdout.splitlines()) >= 3


def test_what_decoding_skips_is_said_on_stderr(tmp_path: Path):
    recorded = tmp_path / "recorded"
    recorded.write_bytes(b"noise" + encode(1, 0) + encode(2, 0).replace(b"2", b"3") + encode(-4, 3))
    decoded = run("decode", recorded, "--family", "xk3190-a9")
    assert [json.loads(line)["load_grams"] for line in decoded.stdout.splitlines()] == [1000.0, -4.0]
    assert "before byte 17: 5 bytes skipped, nothing that begins one" in decoded.stderr
    assert "before byte 41: 12 bytes skipped, 1 beginnings of frames that were none" in decoded.stderr
    assert "2 frames, 1 bad, 17 bytes skipped" in decoded.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["read", "nope", "--port", "x"], "'nope' is not a known family"),
        (["read", "xk3190-a9", "--port", "./nothing"], "./nothing is not there; plug the adapter in"),
        (["read", "xy-md02", "--port", "./nothing"], "./nothing is not there; plug the adapter in"),
        (["read", "xy-md02", "--port", "x", "--baud", "1"], "--baud: 1 is not a usual baud rate"),
        (["read", "xy-md02", "--port", "ftp://x"], "--port: 'ftp://x' is neither"),
        (["read", "modbus", "--port", "x"], "needs profile"),
        (["record", "out", "--port", "./nothing"], "./nothing is not there"),
        (["decode", "./nothing", "--family", "xk3190-a9"], "nothing: No such file"),
        (["decode", "./nothing", "--family", "ds18b20"], "has no frames to decode"),
        (["decode", "./nothing", "--family", "modbus"], "needs --profile"),
        (["decode", "./nothing", "--family", "toledo", "--decimals", "2"], "leave out --decimals"),
        (["simulate", "toaster", "--port", "x"], "can't be simulated"),
        (["simulate", "xk3190-a9", "--port", "x", "--fault", "rain"], "'rain' is no fault that can be ordered"),
        (["simulate", "xk3190-a9", "--port", "x", "--baud", "5"], "--baud: 5 is not a usual baud rate"),
        (["probe", "./nothing"], "./nothing is not there"),
        (["probe", "x", "--addresses", "0-9"], "'0-9' is no range of Modbus addresses"),
        (["tare", "xy-md02", "--port", "x"], "takes no command to tare"),
        (["zero", "xk3190-a9", "--port", "./nothing"], "is not there"),
        (["simulate", "ds18b20", "--port", "x", "--fault", "noise=0.1"], "no line with speed, parity or faults"),
        (["simulate", "xk3190-a9", "--port", "x", "--breed", "duck"], "'duck' is not a breed"),
        (["simulate", "xk3190-a9", "--port", "./nowhere/x"], "can't be made"),
    ],
)
def test_a_mistake_is_a_sentence(words: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    process = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert sentence in process.stderr
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "out").exists()


def test_a_wrong_choice_is_refused_with_the_right_ones():
    refused = run("read", "xy-md02", "--port", "x", "--parity", "E")
    assert refused.exit_code == 2
    assert "none" in refused.output


def test_a_recording_never_replaces_another(plug_in: Callable[[Voice], Terminal], tmp_path: Path):
    (tmp_path / "recorded").write_text("precious")
    refused = run("record", tmp_path / "recorded", "--port", plug_in(Steady()).name, "--seconds", 0.2)
    assert refused.exit_code == 1
    assert "never replaces another" in refused.stderr
    assert (tmp_path / "recorded").read_text() == "precious"


def test_recording_silence_is_said(terminal: Terminal, tmp_path: Path):
    taken = run("record", tmp_path / "recorded", "--port", terminal.name, "--seconds", 0.2)
    assert taken.exit_code == 1
    assert "nothing was sent" in taken.stderr


def test_a_scale_is_zeroed_and_tared(simulator: Simulator, tmp_path: Path):
    port = tmp_path / "scale0"
    process = simulator("xk3190-a12", "--port", port, "--pace", 0.01)
    assert process.stdout.readline() == f"ready {port}\n"
    for verb in ("zero", "tare"):
        done = run(verb, "xk3190-a12", "--port", port)
        assert done.exit_code == 0, done.stderr
        assert "load_grams" in done.stdout
    told = json.loads(run("tare", "xk3190-a12", "--port", port, "--json").stdout)
    assert (told["done"], told["before"].keys(), told["now"].keys()) == ("tare", {"load_grams"}, {"load_grams"})


class JustSwitchedOn:
    """An indicator that weighs once it has been zeroed."""

    flaw: Flaw | None = "power_up"

    def step(self, terminal: Terminal) -> None:
        if b"Z" in terminal.read(0.05):
            self.flaw = None
        terminal.write(toledo.encode(ScaleFrame(0, 3, "kg", stable=True, basis="gross", flaw=self.flaw)))


def test_a_scale_that_weighs_only_once_it_was_zeroed_can_be_zeroed(plug_in: Callable[[Voice], Terminal]):
    port = plug_in(JustSwitchedOn()).name
    assert "must be zeroed" in run("read", "toledo", "--port", port).stderr
    done = run("zero", "toledo", "--port", port)
    assert (done.exit_code, done.output) == (0, "load_grams: no weight before, 0 now\n")


def test_a_node_is_calibrated_with_known_masses(simulator: Simulator, tmp_path: Path):
    port, kept = tmp_path / "node0", tmp_path / "scale-1.json"
    process = simulator("node", "--port", port, "--birds", 1, "--pace", 0.01)
    assert process.stdout.readline() == f"ready {port}\n"
    words = ["calibrate", str(kept), "--port", str(port), "--mass", "0", "--mass", "2000", "--seconds", "2"]
    refused = CliRunner().invoke(app, words, input="\n\n")
    # nobody puts 2 kg on the virtual platform: that is found out, and nothing is kept
    assert refused.exit_code == 1
    assert "2000 g" in refused.stderr
    assert not kept.exists()


def test_a_slip_while_calibrating_costs_no_point(simulator: Simulator, tmp_path: Path):
    port, kept = tmp_path / "node0", tmp_path / "scale-1.json"
    process = simulator("node", "--port", port, "--birds", 1, "--pace", 0.01)
    assert process.stdout.readline() == f"ready {port}\n"
    words = ["calibrate", str(kept), "--port", str(port), "--seconds", "2"]
    told = CliRunner().invoke(app, words, input="\nten\n-5\n2000\n\n\n")
    assert "'ten' is no mass" in told.stderr
    assert "'-5' is no mass" in told.stderr
    assert "2000 g" in told.stderr.splitlines()[-1]  # both points were taken: nobody put 2 kg there
    nowhere = run("calibrate", tmp_path / "nowhere" / "k.json", "--port", port)
    assert (nowhere.exit_code, "is no folder" in nowhere.stderr, nowhere.stdout) == (1, True, "")


def test_what_came_before_the_plug_was_pulled_is_kept_and_said(simulator: Simulator, tmp_path: Path):
    port, file = tmp_path / "scale0", tmp_path / "r.bin"
    process = simulator("xk3190-a9", "--port", port, "--fault", "unplugged@4")
    assert process.stdout.readline() == f"ready {port}\n"
    told = run("record", file, "--port", port, "--seconds", 60)
    assert (told.exit_code, "was unplugged" in told.stderr) == (1, True)
    assert told.stdout == f"{file.stat().st_size} bytes in {file}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_simulator_says_ready_speaks_and_goes(simulator: Simulator, tmp_path: Path, number: signal.Signals):
    port = tmp_path / "scale0"
    process = simulator("xk3190-a9", "--port", port, "--seed", 1, "--pace", 10)
    assert process.stdout.readline() == f"ready {port}\n"
    assert run("read", "xk3190-a9", "--port", port).exit_code == 0
    process.send_signal(number)
    assert process.wait(60) == 0
    assert not port.is_symlink()
    assert process.stderr.read() == ""


def test_the_simulated_thermometer_is_read(simulator: Simulator, tmp_path: Path):
    port = tmp_path / "th0"
    process = simulator("xy-md02", "--port", port, "--age-days", 28, "--address", 4)
    assert process.stdout.readline() == f"ready {port}\n"
    values = json.loads(run("read", "xy-md02", "--port", port, "--address", 4, "--json").output)["values"]
    assert 18 < values["temperature_celsius"] < 24
    assert 45 < values["humidity_percent"] < 65


def test_importing_the_configuration_pulls_in_no_serial_line():
    loaded = "import sys, firmware_bridge.registry as r; r.families(); print('pymodbus' in sys.modules)"
    process = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "False"
