"""Scales on real terminals: asked, tared, zeroed, in trouble."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Adjustable, Device, Measured
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineSilent, WrongSettings
from firmware_bridge.link import LineSettings, link_for
from firmware_bridge.registry import Line, build
from firmware_bridge.scales import toledo
from firmware_bridge.scales.families import INDICATORS, indicator
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.scale import Scale
from firmware_bridge.scales.talk import Asking, Prompt
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.plate import Plate
from firmware_bridge.simulated.scales import ScaleVoice
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice

PluggedIn = Callable[[Voice], Terminal]
ADJUSTABLE = [row.key for row in INDICATORS if row.talk(1).tare is not None]
SILENT_UNTIL_ASKED = ["xk3190-a9-command", "xk3190-a22", "mt-sics", "mt-sics-asked"]


class Block(Plate):
    """A block of metal on the plate: the load is what the test says."""

    def __init__(self, grams: float) -> None:
        self.grams = grams

    def load_grams(self, elapsed_s: float) -> float:
        return self.grams * (elapsed_s >= 0)


def scale_on(port: object, family: str, **settings: object) -> Device:
    if family == "xk3190-c602":
        settings = {"decimals": 3, **settings}
    return build(InstrumentConfig.model_validate({"slug": "s", "family": family, "port": str(port), **settings}))


def loads(scale: Device, count: int) -> list[float]:
    return [scale.read().values["load_grams"] for _ in range(count)]


@pytest.mark.parametrize("family", [row.key for row in INDICATORS if row.key != "xk3190-a9-text"])
def test_each_family_weighs_a_block_on_a_real_terminal(plug_in: PluggedIn, family: str):
    scale = scale_on(plug_in(ScaleVoice(Block(1618), family)).name, family)
    scale.open()
    assert loads(scale, 3) == [1618.0] * 3
    assert scale.faults == 0
    scale.close()


def test_text_whose_order_nobody_knows_is_read_once_birds_have_come(plug_in: PluggedIn):
    family = "xk3190-a9-text"
    voice = ScaleVoice(Plate(Flock(), Calendar(), seed=1), family)
    scale = scale_on(plug_in(voice).name, family, timeout_s=10)
    scale.open()
    grams = loads(scale, 60)  # the first bird comes after three seconds
    assert 1000 < max(grams) < 3000
    assert min(grams) < 30
    scale.close()


@pytest.mark.parametrize("family", ADJUSTABLE)
def test_tare_and_zero_change_what_is_sent(plug_in: PluggedIn, family: str):
    block = Block(500)
    scale = scale_on(plug_in(ScaleVoice(block, family)).name, family)
    assert isinstance(scale, Adjustable)
    scale.open()
    assert loads(scale, 3)[-1] == 500
    scale.tare()
    assert loads(scale, 6)[-1] == 0
    block.grams = 1800
    assert loads(scale, 8)[-1] == 1300
    scale.zero()
    block.grams = 3000
    assert loads(scale, 8)[-1] == 1200
    scale.close()


@pytest.mark.parametrize("family", ["toledo", "cas-18", "dini-argeo", "ohaus", "xk3190-a12"])
def test_a_tare_shows_as_another_basis(plug_in: PluggedIn, family: str):
    scale = scale_on(plug_in(ScaleVoice(Block(500), family)).name, family)
    scale.open()
    assert [scale.read().basis for _ in range(3)] == ["gross"] * 3
    scale.tare()
    assert [scale.read().basis for _ in range(6)][-1] == "net"
    scale.close()


@pytest.mark.parametrize("family", [row.key for row in INDICATORS if row.key not in ADJUSTABLE])
def test_a_family_without_commands_says_which_key_to_press(plug_in: PluggedIn, family: str):
    scale = scale_on(plug_in(ScaleVoice(Block(0), family)).name, family)
    scale.open()
    for adjust in (scale.tare, scale.zero):
        with pytest.raises(WrongSettings, match="press the key on the indicator"):
            adjust()
    scale.close()


@pytest.mark.parametrize("family", ["mt-sics", "cas-22"])
def test_a_command_is_refused_while_the_load_moves(plug_in: PluggedIn, family: str):
    class Rocking(Block):
        def load_grams(self, elapsed_s: float) -> float:
            return 1000 + 400 * (round(elapsed_s * 10) % 2)

    scale = scale_on(plug_in(ScaleVoice(Rocking(0), family)).name, family)
    scale.open()
    loads(scale, 5)
    with pytest.raises(BadValue, match="must stand still"):
        scale.tare()
    assert scale.read().stable is False  # and it goes on
    scale.close()


@pytest.mark.parametrize("family", SILENT_UNTIL_ASKED)
def test_a_scale_that_is_asked_gives_ten_values_a_second(plug_in: PluggedIn, family: str):
    scale = scale_on(plug_in(ScaleVoice(Block(1200), family)).name, family)
    scale.open()
    start = time.monotonic()
    assert loads(scale, 20) == [1200.0] * 20
    assert 1.5 < time.monotonic() - start < 5
    scale.close()


def test_a_scale_that_was_switched_off_and_on_is_told_again_to_repeat(plug_in: PluggedIn, terminal: Terminal):
    scale = scale_on(terminal.name, "mt-sics", timeout_s=5)
    scale.open()
    asked: list[bytes] = []

    def balance() -> None:
        asked.append(terminal.read(3))
        terminal.write(b"S S       12.0 g\r\n" * 3)  # then it falls silent, as if unplugged
        asked.append(terminal.read(3))
        terminal.write(b"S S       15.0 g\r\n" * 3)

    thread = Thread(target=balance)
    thread.start()
    assert loads(scale, 3) == [12.0, 12.0, 15.0]
    thread.join()
    assert asked == [b"SIR\r\n"] * 2
    scale.close()


@pytest.mark.parametrize("address", [1, 7, 26])
def test_indicators_with_an_address_answer_to_their_own_only(plug_in: PluggedIn, address: int):
    voice = ScaleVoice(Block(700), "xk3190-a22", address=address)
    name = plug_in(voice).name
    scale = scale_on(name, "xk3190-a22", address=address)
    scale.open()
    assert loads(scale, 2) == [700.0] * 2
    scale.close()
    other = scale_on(name, "xk3190-a22", address=2, timeout_s=0.6)
    other.open()
    with pytest.raises(LineSilent, match="no answer"):
        other.read()
    other.close()


def test_nobody_answers_a_command(terminal: Terminal):
    row, link = indicator("cas-22"), link_for(LineSettings(str(terminal.name)))
    scale = Scale(
        family=row.key, link=link, decoder=row.decoder(), unit="kg", timeout_s=1, talk=row.talk(1), answer_s=0.3
    )
    scale.open()
    with pytest.raises(LineSilent, match="did not answer"):
        scale.zero()
    assert terminal.read(1) == b"01MZ\r\n"
    scale.close()


def test_a_recording_is_read_though_it_cannot_be_asked(tmp_path: Path):
    (tmp_path / "rec").write_bytes(b"S S     1200.0 g\r\n" * 3)
    scale = scale_on(f"replay://{tmp_path / 'rec'}", "mt-sics")
    scale.open()
    assert loads(scale, 2) == [1200.0] * 2
    with pytest.raises(LineLost):
        scale.read()
    scale.close()


@pytest.mark.parametrize(
    ("flaw", "sentence"),
    [("overload", "take it off"), ("underload", "zero it"), ("power_up", "just switched on")],
)
def test_a_number_that_is_no_weight_is_told_in_a_sentence(terminal: Terminal, flaw: str, sentence: str):
    scale = scale_on(terminal.name, "toledo", timeout_s=0.3)
    scale.open()
    bad = toledo.encode(ScaleFrame(999_999, 3, "kg", stable=True, basis="gross", flaw=flaw))
    terminal.write(bad * 3)
    with pytest.raises(BadValue, match=sentence):
        scale.read()
    assert scale.faults == 3
    good = ScaleFrame(1200, 3, "kg", stable=True, basis="gross")
    terminal.write(bad + toledo.encode(good))
    assert scale.read() == Measured({"load_grams": 1200.0}, stable=True, basis="gross")
    scale.close()


def test_an_indicator_that_shows_its_tare_is_not_weighing(terminal: Terminal):
    scale = scale_on(terminal.name, "xk3190-a12", timeout_s=0.3)
    scale.open()
    terminal.write(b"wt001.000kg\r\n" * 3)
    with pytest.raises(BadValue, match="sends its tare"):
        scale.read()
    scale.close()


def test_a_family_on_another_familys_line_says_so(plug_in: PluggedIn):
    scale = scale_on(plug_in(ScaleVoice(Block(1200), "toledo")).name, "ohaus", timeout_s=0.5)
    scale.open()
    with pytest.raises(LineGarbled, match="no frame of this family"):
        scale.read()
    scale.close()


@pytest.mark.parametrize("resolution", [0.1, 1, 5, 50])
def test_the_display_has_the_resolution_it_was_given(resolution: float):
    voice = ScaleVoice(Block(1618.03), "mt-sics", resolution_grams=resolution)
    line = voice.frame(0.1)
    frame = indicator("mt-sics").decoder().feed(line * 2)[0]
    assert frame.grams("g") == pytest.approx(round(1618.03 / resolution) * resolution, abs=1e-6)


@pytest.mark.parametrize("family", [row.key for row in INDICATORS])
def test_too_much_on_a_virtual_scale_is_overload_or_silence_never_a_number(family: str):
    voice = ScaleVoice(Block(40_000), family)
    said = b"".join(voice.frame(tick / 10) for tick in range(1, 6))
    assert {frame.flaw for frame in indicator(family).decoder().feed(said)} <= {"overload"}


def test_the_heaviest_load_of_two_minutes_is_the_same_in_every_language():
    medians = {}
    for row in INDICATORS:
        voice = ScaleVoice(Plate(Flock(), Calendar(pace=20), seed=4), row.key)
        said = b"".join(voice.frame(tick / 10) for tick in range(1, 1200))
        frames = row.decoder().feed(said)
        medians[row.key] = max(frame.grams("g" if row.point_left_out else "kg") for frame in frames)
    assert statistics.pstdev(medians.values()) < 1


@pytest.mark.parametrize(
    ("each", "heard_after_s", "due_s"), [(True, 0.02, 0.1), (True, None, 0.5), (False, 0.02, 0.52), (False, None, 0.5)]
)
def test_when_to_ask_again(*, each: bool, heard_after_s: float | None, due_s: float):
    now = [100.0]
    asking = Asking(Prompt(b"?", each=each, patience_s=0.5), lambda: now[0])
    assert asking.due_in_s() <= 0
    asking.asked()
    if heard_after_s is not None:
        now[0] += heard_after_s
        asking.heard()
    assert now[0] + asking.due_in_s() - 100 == pytest.approx(due_s)
    asking.restart()
    assert asking.due_in_s() <= 0


def test_the_line_follows_the_configuration_and_the_family_the_rest():
    def line(**settings: object) -> Line:
        given = {"slug": "s", "family": "toledo", "port": "/dev/ttyUSB0", **settings}
        return indicator("toledo").line(InstrumentConfig.model_validate(given))

    shipped = line()
    assert (shipped.baud, shipped.parity, shipped.data_bits) == (9600, "even", 7)
    assert (line(parity="none").data_bits, line(parity="none", baud=2400).baud) == (8, 2400)
    assert (line(parity="odd").data_bits, line(parity="odd").parity) == (8, "odd")
