"""Lines and frames as the field notes and the makers' manuals print them, and what they mean."""

import pytest

from firmware_bridge.scales import toledo, xk3190_asked
from firmware_bridge.scales.families import decoder
from firmware_bridge.scales.frame import ScaleFrame
from tests.firmware_bridge.indicators import heard

TOLEDO = bytes.fromhex("02 2D 30 20 20 20 32 33 34 35 20 20 20 20 20 30 0D 16")


def twice(family: str, line: bytes) -> list[ScaleFrame]:
    """What a line means; text must say it twice to be believed."""
    got = heard(family, line * 2)
    return sorted(set(got), key=got.index)


@pytest.mark.parametrize(
    ("family", "line", "frame"),
    [
        ("xk3190-a12", b"ww000.000lb\n", ScaleFrame(0, 3, "lb", basis="gross")),
        ("xk3190-a12", b"wn-0000.1kg\n", ScaleFrame(-1, 1, "kg", basis="net")),
        ("xk3190-a12", b"wn001.171kg\r\n", ScaleFrame(1171, 3, "kg", basis="net")),
        ("xk3190-a12", b"wt000.000kg\n", ScaleFrame(0, 3, "kg", basis="tare")),
        ("xk3190-a12e", b"WG004.139kg3D\r\n", ScaleFrame(4139, 3, "kg", basis="gross")),
        ("xk3190-a12e", b"         OL23\r\n", ScaleFrame(0, 0, flaw="overload")),
        ("xk3190-a12e", b"         LO23\r\n", ScaleFrame(0, 0, flaw="underload")),
        ("xk3118t1", b"=00004.8(kg)", ScaleFrame(48, 1, "kg")),
        ("mt-sics", b"S S     100.00 g\r\n", ScaleFrame(10000, 2, "g", stable=True)),
        ("mt-sics", b"S D    -100.00 g\r\n", ScaleFrame(-10000, 2, "g", stable=False)),
        ("mt-sics", b"S I\r\n", ScaleFrame(0, 0, flaw="not_executed")),
        ("mt-sics", b"S +\r\n", ScaleFrame(0, 0, flaw="overload")),
        ("mt-sics", b"S -\r\n", ScaleFrame(0, 0, flaw="underload")),
        ("and", b"ST,+00123.45  g\r\n", ScaleFrame(12345, 2, "g", stable=True)),
        ("and", b"US,-0001.234 kg\r\n", ScaleFrame(-1234, 3, "kg", stable=False)),
        ("and", b"ST,OK,+0001.234 kg\r\n", ScaleFrame(1234, 3, "kg", stable=True)),
        ("and", b"WT,+00123.45  g\r\n", ScaleFrame(12345, 2, "g", stable=True)),
        ("and", b"OL,+9999999E+19\r\n", ScaleFrame(0, 0, flaw="overload")),
        ("and", b"OL,-9999999E+19\r\n", ScaleFrame(0, 0, flaw="underload")),
        ("and", b"OL,+999999.9  g\r\n", ScaleFrame(0, 0, flaw="overload")),
        ("cas-22", b"ST,GS,\x01\xe4,    1.23 kg\r\n", ScaleFrame(123, 2, "kg", stable=True, basis="gross")),
        ("cas-22", b"US,NT,\x01\xa2,   -1.23 lb\r\n", ScaleFrame(-123, 2, "lb", stable=False, basis="net")),
        ("cas-22", b"OL,GS,\x01\xa4,         kg\r\n", ScaleFrame(0, 0, basis="gross", flaw="overload")),
        ("cas-18", b"ST,GS,    1.23kg\r\n", ScaleFrame(123, 2, "kg", stable=True, basis="gross")),
        ("cas-18", b"ST,GS,+ 000080kg\r\n", ScaleFrame(80, 0, "kg", stable=True, basis="gross")),
        ("cas-10", b"    1.23\r\n", ScaleFrame(123, 2)),
        ("cas-10", b"-  12.30\r\n", ScaleFrame(-1230, 2)),
        ("ohaus", b"     12.73 g ?\r\n", ScaleFrame(1273, 2, "g", stable=False)),
        ("ohaus", b"    192.21 g\r\n", ScaleFrame(19221, 2, "g", stable=True)),
        ("ohaus", b"    176.30 g ? 00:00:15\r\n", ScaleFrame(17630, 2, "g", stable=False)),
        ("ohaus", b"   0.360 kg    G\r\n", ScaleFrame(360, 3, "kg", stable=True, basis="gross")),
        ("ohaus", b"      0.211 kg   NET\r\n", ScaleFrame(211, 3, "kg", stable=True, basis="net")),
        ("dini-argeo", b"ST,GS,     0.0,kg\r\n", ScaleFrame(0, 1, "kg", stable=True, basis="gross")),
        ("dini-argeo", b"01US,NT,   -12.5,kg\r\n", ScaleFrame(-125, 1, "kg", stable=False, basis="net")),
        ("dini-argeo", b"UL,GS,     0.0,kg\r\n", ScaleFrame(0, 0, basis="gross", flaw="underload")),
        ("sartorius-sbi", b"+   1255.7 g  \r\n", ScaleFrame(12557, 1, "g", stable=True)),
        ("sartorius-sbi", b"N     +   123.56 g  \r\n", ScaleFrame(12356, 2, "g", stable=True, basis="net")),
        ("sartorius-sbi", b"      H       \r\n", ScaleFrame(0, 0, flaw="overload")),
        ("sartorius-sbi", b"      LL      \r\n", ScaleFrame(0, 0, flaw="underload")),
        ("generic-text", b"ST,GS,+ 000080kg\r\n", ScaleFrame(80, 0, "kg", stable=True, basis="gross")),
        ("generic-text", b"ST,NT,+012.3456 kg\r\n", ScaleFrame(123456, 4, "kg", stable=True, basis="net")),
        ("generic-text", b"ST,TR,+012.3456  kg\r\n", ScaleFrame(123456, 4, "kg", stable=True, basis="tare")),
        ("generic-text", b"OL,GS,-          kg\r\n", ScaleFrame(0, 0, basis="gross", flaw="underload")),
        ("generic-text", b"ST,GS    20.7g\r\n", ScaleFrame(207, 1, "g", stable=True, basis="gross")),
        ("generic-text", b"US,GS,   245.6 g\r\n", ScaleFrame(2456, 1, "g", stable=False, basis="gross")),
        ("generic-text", b"ST,+00123.45 lb\r\n", ScaleFrame(12345, 2, "lb", stable=True)),
        ("toledo", TOLEDO, ScaleFrame(2345, 3, "kg", stable=True, basis="gross")),
        ("toledo-plain", b"\r" + TOLEDO[:-1], ScaleFrame(2345, 3, "kg", stable=True, basis="gross")),
        ("xk3190-a9-command", b"\x02AB+0023453" + b"1B\x03", ScaleFrame(2345, 3, basis="gross")),
        ("xk3190-a22", b"=543.2000", ScaleFrame(2345, 3)),
        ("xk3190-a22", b"=00.10001", ScaleFrame(-100, 2)),
        ("xk3190-c602", b"\x02002345\r\n\x03", ScaleFrame(2345, 0)),
        ("xk3190-c602", b"\x02  2345\r\n\x03", ScaleFrame(2345, 0)),
        ("xk3190-c602", b"\x02   -12\r\n\x03", ScaleFrame(-12, 0)),
    ],
)
def test_a_line_means_what_its_source_says(family: str, line: bytes, frame: ScaleFrame):
    assert twice(family, line) == [frame]


@pytest.mark.parametrize(
    ("family", "line"),
    [
        ("and", b"QT,+00012345 PC\r\n"),  # pieces
        ("and", b"ST,+000123.4  %\r\n"),
        ("and", b"ST,+00123.45 oz\r\n"),
        ("and", b"ST,+00 23.45  g\r\n"),  # a gap inside the number
        ("and", b"ST,+0.123.45  g\r\n"),
        ("cas-22", b"ST,GS,\x01\x64,    1.23 kg\r\n"),  # lamps lack bit 7
        ("cas-22", b"ST,GS,\x01\xe4,    1.23  t\r\n"),  # tons
        ("dini-argeo", b"TL,GS,     0.0,kg\r\n"),  # stands aslant
        ("ohaus", b"    207.80 g TOTAL\r\n"),
        ("ohaus", b"         3 PCS\r\n"),
        ("mt-sics", b"S S     100.00 oz\r\n"),
        ("sartorius-sbi", b"+      253 pcs\r\n"),
        ("sartorius-sbi", b"   Err 54     \r\n"),
        ("generic-text", b"ST,GS,+ 000080\r\n"),  # kg or g: it doesn't say
        ("generic-text", b"ST,GS,+ 0000 80kg\r\n"),
        ("xk3190-a12e", b"WG004.139kg3E\r\n"),  # check
        ("xk3190-c602", b"\x0200 345\r\n\x03"),
        ("xk3190-a22", b"=5432.00.0"),
    ],
)
def test_what_is_no_weight_is_refused(family: str, line: bytes):
    reader = decoder(family)
    assert reader.feed(line * 3) == []
    assert reader.skipped_bytes > 0


def test_questions_and_commands_are_those_of_the_manuals():
    questions = ["02 41 41 30 30 03", "02 41 42 30 33 03", "02 41 43 30 32 03", "02 41 44 30 35 03"]
    assert [xk3190_asked.question_a9(1, letter).hex(" ") for letter in (b"A", b"B", b"C", b"D")] == questions
    assert xk3190_asked.order_a22(1, b"0") == bytes.fromhex("02 41 30 37 31 03")
    assert xk3190_asked.order_a22(2, b"R") == bytes.fromhex("02 42 52 31 30 03")


def test_toledo_writes_the_vector():
    assert toledo.encode(ScaleFrame(2345, 3, "kg", stable=True, basis="gross")) == TOLEDO


def status(*, a: int = 0x2D, b: int = 0x30, c: int = 0x20, weight: bytes = b"  2345") -> list[ScaleFrame]:
    said = bytes([2, a, b, c]) + weight + b"     0\r"
    return heard("toledo", said + bytes([toledo.check_of(said)]))


@pytest.mark.parametrize(
    ("byte", "frame"),
    [
        ({"b": 0x31}, ScaleFrame(2345, 3, "kg", stable=True, basis="net")),
        ({"b": 0x32}, ScaleFrame(-2345, 3, "kg", stable=True, basis="gross")),
        ({"b": 0x38}, ScaleFrame(2345, 3, "kg", stable=False, basis="gross")),
        ({"b": 0x20}, ScaleFrame(2345, 3, "lb", stable=True, basis="gross")),
        ({"c": 0x21}, ScaleFrame(2345, 3, "g", stable=True, basis="gross")),
        ({"a": 0x28}, ScaleFrame(234_500, 0, "kg", stable=True, basis="gross")),
        ({"a": 0x29}, ScaleFrame(23_450, 0, "kg", stable=True, basis="gross")),
        ({"a": 0x2A}, ScaleFrame(2345, 0, "kg", stable=True, basis="gross")),
        ({"b": 0x34}, ScaleFrame(2345, 3, "kg", stable=True, basis="gross", flaw="overload")),
        ({"b": 0x36}, ScaleFrame(-2345, 3, "kg", stable=True, basis="gross", flaw="underload")),
        ({"b": 0x34, "weight": b"      "}, ScaleFrame(0, 3, "kg", stable=True, basis="gross", flaw="overload")),
        ({"b": 0x70}, ScaleFrame(2345, 3, "kg", stable=True, basis="gross", flaw="power_up")),
    ],
)
def test_toledos_status_bits_become_meaning(byte: dict[str, int], frame: ScaleFrame):
    assert status(**byte) == [frame]


@pytest.mark.parametrize("byte", [{"c": 0x22}, {"a": 0x2F}, {"a": 0x0D}, {"weight": b"      "}, {"weight": b" 2 345"}])
def test_a_toledo_frame_in_tons_or_with_what_nobody_knows_is_refused(byte: dict[str, int]):
    assert status(**byte) == []


def test_toledo_short_and_long_with_parity_bits_on():
    frame = ScaleFrame(-12, 3, "kg", stable=False, basis="net")
    for short in (False, True):
        for check, family in ((True, "toledo"), (False, "toledo-plain")):
            sent = toledo.encode(frame, short=short, check=check) * 3
            even = bytes(byte | 0x80 * (byte.bit_count() & 1) for byte in sent)
            assert set(heard(family, even)) == {frame}
            assert len(heard(family, even)) == (3 if check else 2)


def test_a_sartorius_remembers_the_unit_while_the_load_moves_and_guesses_none_before():
    moving, still = b"+   1255.7    \r\n", b"+   1255.9 g  \r\n"
    reader = decoder("sartorius-sbi")
    assert reader.feed(moving * 5) == []
    assert reader.feed(still * 2 + moving) == [
        ScaleFrame(12559, 1, "g", stable=True),
        ScaleFrame(12557, 1, "g", stable=False),
    ]
    reader.forget()
    assert reader.feed(moving * 5) == []


def test_answers_to_commands_are_no_bad_frames():
    reader = decoder("mt-sics")
    reader.feed(b'Z A\r\nT S        0.0 g\r\nI4 A "B021002593"\r\nES\r\n')
    assert reader.bad_frames == 0
    reader.feed(b"S S rubbish\r\n")
    assert reader.bad_frames == 1


def test_gross_net_and_tare_in_turn_are_all_read():
    lines = [b"ww001.500kg\r\n", b"wn001.000kg\r\n", b"wt000.500kg\r\n"]
    got = heard("xk3190-a12", b"".join(lines * 3))
    assert [(frame.basis, frame.digits) for frame in got] == [("gross", 1500), ("net", 1000), ("tare", 500)] * 2


def test_a_line_that_never_ends_is_not_kept():
    reader = decoder("generic-text")
    assert reader.feed(b"x" * 10_000) == []
    assert reader.feed(b"ST,GS,+ 000080kg\r\n" * 3) == [ScaleFrame(80, 0, "kg", stable=True, basis="gross")]
