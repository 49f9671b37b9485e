import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import pytest

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device, Measured
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineSilent
from firmware_bridge.registry import build
from firmware_bridge.scales.xk3190 import encode
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.plate import Plate
from firmware_bridge.simulated.scales import ScaleVoice
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice

PluggedIn = Callable[[Voice], Terminal]


def scale_on(port: object, **settings: object) -> Device:
    return build(InstrumentConfig.model_validate({"slug": "s", "family": "xk3190-a9", "port": str(port), **settings}))


@pytest.fixture
def replayed(tmp_path: Path) -> Iterator[Callable[..., Device]]:
    """An open scale that hears what was recorded."""
    with ExitStack() as stack:

        def play(recorded: bytes, **settings: object) -> Device:
            (tmp_path / "recorded").write_bytes(recorded)
            scale = scale_on(f"replay://{tmp_path / 'recorded'}", **settings)
            scale.open()
            stack.callback(scale.close)
            return scale

        yield play


def test_each_read_gives_the_next_frame_in_grams(replayed: Callable[..., Device]):
    scale = replayed(encode(2345, 3) + b"noise" + encode(-12, 3))
    assert scale.read() == Measured({"load_grams": 2345.0}, stable=None)
    assert scale.read() == Measured({"load_grams": -12.0}, stable=None)
    assert scale.faults == 0
    with pytest.raises(LineLost, match="at its end"):
        scale.read()


def test_opening_what_is_open_loses_no_frame(replayed: Callable[..., Device]):
    scale = replayed(b"".join(encode(grams, 3) for grams in (1, 2, 3)))
    for grams in (1.0, 2.0, 3.0):
        scale.open()
        assert scale.read().values == {"load_grams": grams}


def test_halves_of_two_frames_from_before_and_after_a_gap_make_no_reading(terminal: Terminal):
    scale = scale_on(terminal.name, timeout_s=0.3)
    scale.open()
    terminal.write(encode(1234, 3) + encode(1234, 3)[:6])
    assert scale.read().values == {"load_grams": 1234.0}
    scale.close()
    scale.open()
    terminal.write(encode(1234, 3)[6:])
    with pytest.raises(LineGarbled):
        scale.read()
    scale.close()


def test_the_displayed_unit_can_be_configured(replayed: Callable[..., Device]):
    assert replayed(encode(2345, 0), unit="g").read().values == {"load_grams": 2345.0}


def test_bad_frames_are_skipped_and_counted(replayed: Callable[..., Device]):
    scale = replayed(encode(1, 0).replace(b"1", b"2") + encode(1500, 3))
    assert scale.read().values == {"load_grams": 1500.0}
    assert scale.faults == 1


def test_an_impossible_load_is_no_reading(terminal: Terminal):
    scale = scale_on(terminal.name, timeout_s=0.3)
    scale.open()
    terminal.write(encode(23_960, 0))
    with pytest.raises(BadValue, match="is 'kg' the unit it displays"):
        scale.read()
    assert scale.faults == 1
    terminal.write(encode(23_960, 0) + encode(1200, 3))
    assert scale.read().values == {"load_grams": 1200.0}
    scale.close()


def test_silence_and_garbage_are_told_apart(terminal: Terminal):
    scale = scale_on(terminal.name, timeout_s=0.2)
    scale.open()
    with pytest.raises(LineSilent, match="sends continuously") as silent:
        scale.read()
    assert not isinstance(silent.value, LineGarbled)
    terminal.write(b"wn001.171kg\r\n")
    with pytest.raises(LineGarbled, match="baud rate"):
        scale.read()
    terminal.write(encode(1200, 3))
    assert scale.read().values == {"load_grams": 1200.0}
    scale.close()


def test_a_read_lasts_no_longer_than_its_timeout_though_garbage_keeps_coming(plug_in: PluggedIn):
    class Babble:
        def step(self, terminal: Terminal) -> None:
            time.sleep(0.01)
            terminal.write(b"\x02+12345")

    scale = scale_on(plug_in(Babble()).name, timeout_s=0.3)
    scale.open()
    start = time.monotonic()
    with pytest.raises(LineGarbled):
        scale.read()
    assert time.monotonic() - start < 1
    scale.close()


def test_the_virtual_indicator_is_read_ten_times_a_second(plug_in: PluggedIn):
    plate = Plate(Flock(), Calendar(pace=50), seed=3)
    scale = scale_on(plug_in(ScaleVoice(plate, "xk3190-a9")).name)
    scale.open()
    start = time.monotonic()
    grams = [scale.read().values["load_grams"] for _ in range(40)]
    assert 3 < time.monotonic() - start < 6
    assert max(grams) > 800  # a bird came
    assert min(grams) < 10  # and was not there all the time
    assert scale.faults == 0
    scale.close()


def test_unplugged_while_reading_and_plugged_in_again(terminal: Terminal):
    scale = scale_on(terminal.name, timeout_s=5)
    scale.open()
    terminal.write(encode(1000, 3))
    assert scale.read().values == {"load_grams": 1000.0}
    Timer(0.1, terminal.close).start()
    with pytest.raises(LineLost, match="unplugged"):
        scale.read()
    with pytest.raises(LineLost, match="not there"):
        scale.open()
    terminal.open()
    scale.open()
    terminal.write(encode(1100, 3))
    assert scale.read().values == {"load_grams": 1100.0}
    scale.close()
    scale.close()
