import random
import re
import time
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadFrame
from firmware_bridge.node.decoder import NodeDecoder
from firmware_bridge.node.line import LINE_BYTES_MOST, Line, LineDecoder, encode
from firmware_bridge.node.records import Ack, Air, Fault, Identity, Load, Record, Skin, Up, line_of, record_of

PAGE = (Path(__file__).parents[2] / "docs/hardware/node-protocol.md").read_text("utf-8")

VECTORS: list[tuple[bytes, int, Record]] = [
    (
        b"$HW1,0,id,3f9a,power,1.0,esp32,a4cf12fe01b8,air+load0+skin*551BFEE7\r\n",
        0,
        Identity("3f9a", "power", "1.0", "esp32", "a4cf12fe01b8", ("air", "load0", "skin")),
    ),
    (b"$HW1,41,load,0,a128,84321,ok*3789DD01\r\n", 41, Load(0, "a128", 84321)),
    (b"$HW1,42,load,1,a64,-8388608,low*A9D54017\r\n", 42, Load(1, "a64", -0x800000, "low")),
    (b"$HW1,43,air,23.45,61.20*45FC4C08\r\n", 43, Air(23.45, 61.2)),
    (b"$HW1,44,skin,36.10,24.02*CBC03089\r\n", 44, Skin(36.1, 24.02)),
    (b"$HW1,45,fault,load1,silent,3*34879A80\r\n", 45, Fault("load1", "silent", 3)),
    (b"$HW1,65535,up,3f9a,86400,98304,0*16BA8C08\r\n", 65535, Up("3f9a", 86400, 98304, 0)),
    (b"$HW1,0,ack,7,ok*7C2D4E38\r\n", 0, Ack(7, "ok")),
]

hundredths = st.integers(-10_000, 40_000).map(lambda value: value / 100)
word = st.from_regex(r"[a-z0-9.]{1,12}", fullmatch=True)
count = st.integers(0, 1 << 30)
records: st.SearchStrategy[Record] = st.one_of(
    st.builds(Identity, word, word, word, word, word, st.lists(word, min_size=1, max_size=4).map(tuple)),
    st.builds(
        Load,
        st.integers(0, 7),
        st.sampled_from(["a128", "a64", "b32"]),
        st.integers(-0x800000, 0x7FFFFF),
        st.sampled_from(["ok", "high", "low"]),
    ),
    st.builds(Air, hundredths, hundredths),
    st.builds(Skin, hundredths, hundredths),
    st.builds(Fault, word, word, count),
    st.builds(Up, word, count, count, count),
    st.builds(Ack, st.integers(0, 65535), word),
)
numbers = st.integers(0, 65535)


def written(number: int, record: Record) -> bytes:
    return encode(line_of(number, record))


@pytest.mark.parametrize(("line", "number", "record"), VECTORS)
def test_the_vectors_of_the_page_are_read_and_written(line: bytes, number: int, record: Record):
    assert written(number, record) == line
    assert [record_of(found) for found in LineDecoder().feed(line)] == [record]
    assert line.decode().strip() in PAGE


def test_every_line_the_page_shows_is_sound():
    shown = re.findall(r"\$HW1,[^*\n]*\*[0-9A-F]{8}", PAGE)
    assert len(shown) >= len(VECTORS)
    for line in shown:
        assert len(LineDecoder().feed(line.encode() + b"\r\n")) == 1, line


@given(numbers, records)
def test_what_is_written_is_read_back(number: int, record: Record):
    (line,) = LineDecoder().feed(written(number, record))
    assert (line.number, record_of(line)) == (number, record)


@given(st.lists(st.tuples(numbers, records), max_size=8), st.lists(st.integers(1, 90), min_size=1))
def test_pieces_of_any_size_give_the_same_lines(told: list[tuple[int, Record]], sizes: list[int]):
    stream, decoder, got = b"".join(written(*one) for one in told), LineDecoder(), []
    while stream:
        size = sizes[len(stream) % len(sizes)]
        got += decoder.feed(stream[:size])
        stream = stream[size:]
    assert [(line.number, record_of(line)) for line in got] == told
    assert (decoder.skipped_bytes, decoder.bad_frames) == (0, 0)


@pytest.mark.parametrize(
    "line",
    [
        Line(-1, "air"),
        Line(65536, "air"),
        Line(0, "Air"),
        Line(0, "air", ("a,b",)),
        Line(0, "air", ("温度",)),
        Line(0, "air", ("a*",)),
        Line(0, "air", ("a\n",)),
        Line(0, "air", ("9" * 120,)),
    ],
)
def test_what_does_not_fit_a_line_is_refused(line: Line):
    with pytest.raises(BadFrame, match="does not fit a node's line"):
        encode(line)


@pytest.mark.parametrize(
    "line",
    [
        Line(0, "load", ("0", "a128", "8388608", "ok")),
        Line(0, "load", ("0", "c1", "5", "ok")),
        Line(0, "load", ("0", "a128", "5", "fine")),
        Line(0, "load", ("0", "a128", "5")),
        Line(0, "air", ("23.4", "50.00")),
        Line(0, "air", ("nan", "50.00")),
        Line(0, "up", ("3f9a", "-5", "1", "1")),
        Line(0, "wind", ("3.2",)),
    ],
)
def test_a_sound_line_that_says_nothing_known_is_counted_and_given_to_nobody(line: Line):
    decoder = NodeDecoder()
    assert decoder.feed(encode(line)) == []
    assert (decoder.unknown_lines, decoder.bad_frames, decoder.lost_lines) == (1, 0, 0)


def test_a_later_version_may_say_more_behind_what_is_known():
    assert record_of(Line(0, "air", ("23.45", "61.20", "1013"))) == Air(23.45, 61.2)


def sound(line: bytes) -> bool:
    """The line's rule once more, written differently on purpose."""
    said, _, check = line.rstrip(b"\r\n").removeprefix(b"$").rpartition(b"*")
    return crc32(said) == int(check.decode(), 16)


LINES = [written(number, record) for number, (_, _, record) in enumerate(VECTORS)]


def mutated(rng: random.Random, size: int) -> bytes:
    stream = bytearray(b"".join(rng.choice(LINES) for _ in range(size // 40)))
    for _ in range(size // 60):
        at = rng.randrange(len(stream))
        if rng.random() < 0.5:
            stream[at] = rng.randrange(256)
        else:
            del stream[at : at + rng.randrange(1, 40)]
    return bytes(stream)


def test_a_million_random_and_mutated_bytes_give_no_wrong_line_and_leave_less_than_one_behind():
    rng, decoder = random.Random(7), LineDecoder()
    known = {(line[line.index(b",", 5) + 1 :]) for line in LINES}
    taken = given_bytes = 0
    for turn in range(210):
        piece = rng.randbytes(5000) if turn % 2 else mutated(rng, 6000)
        given_bytes += len(piece)
        for line in decoder.feed(piece):
            again = encode(line)
            assert any(again.endswith(rest) for rest in known)
            assert sound(again)
            taken += 1
        assert len(decoder._pending) < LINE_BYTES_MOST
    assert given_bytes > 1_000_000
    assert taken > 3000
    assert decoder.bad_frames > 3000


@given(st.binary(max_size=300).map(lambda noise: noise.replace(b"$", b"$H")))
def test_after_garbage_the_second_line_is_read_at_the_latest(garbage: bytes):
    decoder = LineDecoder()
    decoder.feed(garbage)
    got = decoder.feed(LINES[1] + LINES[2])
    assert record_of(got[-1]) == VECTORS[2][2]


@given(st.binary(max_size=400))
def test_every_byte_is_a_lines_or_skipped_or_waiting(stream: bytes):
    decoder = LineDecoder()
    assert decoder.feed(stream) == []
    assert decoder.skipped_bytes + len(decoder._pending) == len(stream)
    decoder.forget()
    assert decoder.skipped_bytes == len(stream)


def test_a_torn_line_does_not_cost_the_next_one():
    decoder = LineDecoder()
    got = decoder.feed(LINES[1][:17] + LINES[2] + LINES[3])
    assert [record_of(line) for line in got] == [VECTORS[2][2], VECTORS[3][2]]
    assert (decoder.bad_frames, decoder.skipped_bytes) == (1, 17)


def test_lost_lines_are_counted_also_where_the_sequence_wraps():
    decoder = NodeDecoder()
    for number in (65_530, 65_531, 65_535, 0, 1, 5):
        decoder.feed(written(number, Air(20.0, 50.0)))
    assert (decoder.lost_lines, decoder.restarts) == (6, 0)


def test_a_restart_is_noticed_and_loses_nothing():
    decoder = NodeDecoder()
    decoder.feed(written(0, VECTORS[0][2]) + written(1, Air(20.0, 50.0)))
    decoder.feed(written(0, Identity("0001", "watchdog", "1.0", "esp32", "a4cf12fe01b8", ())))
    assert (decoder.lost_lines, decoder.restarts) == (0, 1)


def test_a_restart_whose_first_line_was_lost_is_noticed_by_the_next_sign_of_life():
    decoder = NodeDecoder()
    decoder.feed(written(900, Up("3f9a", 500, 1, 0)))
    decoder.feed(written(3, Air(20.0, 50.0)) + written(4, Up("0001", 10, 1, 0)))
    assert (decoder.lost_lines, decoder.restarts) == (0, 1)


def test_a_line_opened_anew_loses_nothing_that_nobody_listened_to():
    decoder = NodeDecoder()
    decoder.feed(written(5, Air(20.0, 50.0)) + b"$HW1,6,ai")
    decoder.forget()
    decoder.feed(written(700, Air(20.0, 50.0)))
    assert (decoder.lost_lines, decoder.skipped_bytes) == (0, 9)


def test_the_decoder_is_fifty_times_as_fast_as_the_line():
    stream = b"".join(written(number % 65536, Load(0, "a128", number)) for number in range(20_000))
    best_s = 60.0
    for _ in range(5):
        decoder, began_s = NodeDecoder(), time.process_time()
        for at in range(0, len(stream), 512):
            decoder.feed(stream[at : at + 512])
        best_s = min(best_s, time.process_time() - began_s)
    assert decoder.lost_lines == decoder.bad_frames == 0
    assert len(stream) / best_s > 50 * 115_200 / 10  # ten bits a byte
    print(f"{len(stream) / best_s / 11_520:.0f} times 115,200 baud")
