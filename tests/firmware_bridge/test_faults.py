import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import LineLost, LineSilent, WrongSettings
from firmware_bridge.link import LineSettings, SerialLink
from firmware_bridge.registry import Line
from firmware_bridge.scales.xk3190 import Xk3190Decoder, encode
from firmware_bridge.simulated.faults import Fault, FaultyTerminal, parse
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.wire import as_eight_bits, wrong_speed

FRAME = encode(2345, 3)
LINES = [Line(), Line(stop_bits=2), *(Line(data_bits=7, parity=parity) for parity in ("even", "odd"))]


class Seconds:
    """A clock that is told the time."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@given(st.binary(max_size=60), st.sampled_from(LINES), st.sampled_from([600, 9600, 115_200]))
def test_a_receiver_of_the_right_speed_reads_what_was_sent(data: bytes, shape: Line, baud: int):
    sent = Line(baud, shape.parity, shape.data_bits, shape.stop_bits)
    assert wrong_speed(data, sent, baud) == as_eight_bits(data, sent)


def test_seven_bits_with_parity_look_like_eight_whose_top_bit_makes_the_number_of_ones_even():
    assert as_eight_bits(b"\x30\x31", Line(data_bits=7, parity="even")) == b"\x30\xb1"
    assert as_eight_bits(b"\x30\x31", Line(data_bits=7, parity="odd")) == b"\xb0\x31"


@given(st.binary(min_size=1, max_size=200), st.sampled_from([2400, 4800, 19_200, 115_200]))
def test_any_other_speed_reads_something_of_a_length_that_time_allows(data: bytes, heard_baud: int):
    heard = wrong_speed(data, Line(9600), heard_baud)
    assert len(heard) <= 1 + len(data) * 10 * heard_baud / 9600 / 9


def test_half_the_speed_reads_a_known_byte():
    assert wrong_speed(b"\x00", Line(9600), 4800) == b"\xf8"  # nine low bits are four and a half


@pytest.mark.parametrize("baud", [600, 1200, 4800, 19_200])
def test_a_port_opened_at_another_speed_hears_no_frame(tmp_path: Path, baud: int):
    decoder = Xk3190Decoder()
    with_speed = heard_at(tmp_path, 9600, decoder)
    assert (len(with_speed), decoder.bad_frames) == (1, 0)
    assert heard_at(tmp_path, baud, Xk3190Decoder()) == []


def heard_at(folder: Path, baud: int, decoder: Xk3190Decoder) -> list[object]:
    port = Terminal(folder / "port", Line(9600))
    port.open()
    link = SerialLink(LineSettings(str(port.name), baud))
    link.open()
    try:
        port.write(FRAME)
        return list(decoder.feed(link.read(64, 1)))
    except LineSilent:
        return []
    finally:
        link.close()
        port.close()


def test_a_question_at_another_speed_is_not_understood(tmp_path: Path):
    port = Terminal(tmp_path / "port", Line(4800))
    port.open()
    link = SerialLink(LineSettings(str(port.name), 9600))
    link.open()
    link.write(b"SI\r\n")
    assert port.read(1) != b"SI\r\n"
    link.close()
    port.close()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("noise=0.1", Fault("noise", 0.1)),
        ("stuck@60-120", Fault("stuck", 1.0, 60, 120)),
        ("unplugged@30", Fault("unplugged", 1.0, 30)),
        ("baud=4800@1-2", Fault("baud", 4800, 1, 2)),
    ],
)
def test_faults_are_ordered_in_words(text: str, fault: Fault):
    assert parse(text) == fault


@pytest.mark.parametrize("text", ["", "rain", "noise=2", "noise=x", "stuck=0.5", "baud=1", "half=0.1@5-2", "drop=0"])
def test_what_cannot_be_ordered_is_refused_with_an_example(text: str):
    with pytest.raises(WrongSettings, match=r"noise=0\.1"):
        parse(text)


def said(folder: Path, order: str, messages: list[bytes]) -> bytes:
    """Return what comes out of a port with one fault."""
    port = FaultyTerminal(folder / "port", faults=[parse(order)])
    port.open()
    link = SerialLink(LineSettings(str(port.name)))
    link.open()
    heard = b""
    try:
        for message in messages:
            port.write(message)
            heard += link.read(256, 0.5)
    finally:
        link.close()
        port.close()
    return heard


def test_a_flipped_check_is_refused_by_the_decoder(tmp_path: Path):
    decoder = Xk3190Decoder()
    assert decoder.feed(said(tmp_path, "checksum", [FRAME] * 20)) == []
    assert decoder.bad_frames == 20


def test_noise_comes_before_a_message_and_the_message_is_still_read(tmp_path: Path):
    heard = said(tmp_path, "noise", [FRAME] * 20)
    assert len(heard) > 20 * len(FRAME)
    assert len(Xk3190Decoder().feed(heard + FRAME)) >= 15


def test_half_frames_and_lost_bytes(tmp_path: Path):
    assert said(tmp_path, "half", [FRAME, FRAME]) == FRAME[:6] * 2
    heard = said(tmp_path, "drop=0.2", [FRAME] * 20)
    assert 0.7 * 240 < len(heard) < 0.9 * 240


def test_a_stuck_instrument_repeats_its_answer_to_the_same_question(tmp_path: Path):
    clock = Seconds()
    port = FaultyTerminal(tmp_path / "port", faults=[parse("stuck@10-20")], clock=clock)
    port.open()
    link = SerialLink(LineSettings(str(port.name)))
    link.open()
    heard = []
    for now_s, value in ((0, b"1"), (11, b"2"), (12, b"3"), (21, b"4")):
        clock.now_s = now_s
        link.write(b"?")
        assert port.read(1) == b"?"
        port.write(value)
        heard.append(link.read(8, 1))
    assert heard == [b"1", b"1", b"1", b"4"]
    link.close()
    port.close()


def test_an_unplugged_port_is_gone_and_comes_back_under_its_name(tmp_path: Path):
    clock = Seconds()
    port = FaultyTerminal(tmp_path / "port", faults=[parse("unplugged@10-20")], clock=clock)
    port.open()
    link = SerialLink(LineSettings(str(port.name)))
    link.open()
    clock.now_s = 10
    port.write(FRAME)
    assert not port.name.exists()
    with pytest.raises(LineLost):
        link.read(8, 1)
    with pytest.raises(LineLost):
        link.open()
    clock.now_s = 20
    assert port.read(0.01) == b""
    link.open()
    time.sleep(0.01)
    port.write(FRAME)
    assert link.read(64, 1) == FRAME
    link.close()
    port.close()
