from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadFrame
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.xk3190 import FRAME_BYTES, Xk3190Decoder, decode, encode

PLUS_2345 = bytes.fromhex("02 2B 30 30 32 33 34 35 33 31 38 03")
MINUS_12 = bytes.fromhex("02 2D 30 30 30 30 31 32 33 31 44 03")
EMULATOR = b"\x02+0239600" + b"15\x03"

shown = st.builds(ScaleFrame, digits=st.integers(-999_999, 999_999), decimals=st.integers(0, 4))


def written(frame: ScaleFrame) -> bytes:
    return encode(frame.digits, frame.decimals)


@pytest.mark.parametrize(
    ("frame", "digits", "decimals"),
    [(PLUS_2345, 2345, 3), (MINUS_12, -12, 3), (EMULATOR, 23960, 0)],
)
def test_vectors_of_the_field_notes_are_read_and_written(frame: bytes, digits: int, decimals: int):
    assert decode(frame) == ScaleFrame(digits, decimals)
    assert encode(digits, decimals) == frame


def test_a_nibble_above_nine_may_also_be_sent_as_digit_plus_0x30():
    assert MINUS_12[9:11] == b"1D"
    assert decode(MINUS_12[:10] + b"=" + MINUS_12[11:]) == ScaleFrame(-12, 3)


@pytest.mark.parametrize(
    ("frame", "unit", "grams"),
    [
        (ScaleFrame(2345, 3), "kg", 2345.0),
        (ScaleFrame(-12, 3), "kg", -12.0),
        (ScaleFrame(16187, 1), "g", 1618.7),
        (ScaleFrame(357, 2), "lb", 1619.324761),
        (ScaleFrame(51070, 4, unit="lb"), "kg", 2316.496234),
    ],
)
def test_grams_follow_the_displayed_unit_unless_the_frame_names_one(frame: ScaleFrame, unit: str, grams: float):
    assert frame.grams(unit) == pytest.approx(grams, abs=1e-6)


@pytest.mark.parametrize(("digits", "decimals"), [(1_000_000, 0), (-1_000_000, 3), (5, 5), (5, -1)])
def test_what_does_not_fit_a_frame_is_refused(digits: int, decimals: int):
    with pytest.raises(BadFrame, match="six digits"):
        encode(digits, decimals)


@given(shown)
def test_what_is_written_is_read_back(frame: ScaleFrame):
    assert decode(written(frame)) == frame


@given(st.lists(shown, max_size=8), st.lists(st.integers(1, 30), min_size=1))
def test_pieces_of_any_size_give_the_same_frames(frames: list[ScaleFrame], sizes: list[int]):
    stream, decoder, got = b"".join(map(written, frames)), Xk3190Decoder(), []
    while stream:
        size = sizes[len(stream) % len(sizes)]
        got += decoder.feed(stream[:size])
        stream = stream[size:]
    assert got == frames
    assert (decoder.skipped_bytes, decoder.bad_frames) == (0, 0)


def sound(frame: bytes) -> bool:
    """The frame's rule once more, written differently on purpose."""
    check = reduce(lambda left, right: left ^ right, frame[1:9])
    nibbles = [byte - 48 if byte < 64 else byte - 55 for byte in frame[9:11]]
    return frame[0] == 2 and frame[11] == 3 and nibbles == [check >> 4, check & 15]


noise = st.lists(st.one_of(st.binary(max_size=30), shown.map(written), st.just(b"\x02"), st.just(b"\x02+00")))


@given(noise.map(b"".join), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=5))
def test_random_and_mutated_bytes_never_raise_nor_give_a_frame_with_a_wrong_check(
    stream: bytes, flips: list[tuple[int, int]]
):
    mutated = bytearray(stream)
    for where, value in flips:
        if mutated:
            mutated[where % len(mutated)] = value
    windows = {bytes(mutated[at : at + 12]) for at in range(len(mutated))}
    decoder = Xk3190Decoder()
    for frame in decoder.feed(bytes(mutated)):
        candidates = [window for window in windows if decode(window) == frame]
        assert candidates
        assert all(sound(window) for window in candidates)
    assert len(decoder._pending) < FRAME_BYTES


@given(st.binary(max_size=300))
def test_every_byte_is_a_frames_or_skipped_or_waiting(stream: bytes):
    decoder = Xk3190Decoder()
    frames = decoder.feed(stream)
    assert len(frames) * FRAME_BYTES + decoder.skipped_bytes + len(decoder._pending) == len(stream)


@given(st.binary(max_size=40))
def test_after_garbage_the_second_frame_is_read_at_the_latest(garbage: bytes):
    decoder = Xk3190Decoder()
    decoder.feed(garbage)
    got = decoder.feed(PLUS_2345 + MINUS_12)
    assert got[-1] == ScaleFrame(-12, 3)


def test_a_frame_cut_short_does_not_cost_the_next_one():
    decoder = Xk3190Decoder()
    assert decoder.feed(PLUS_2345[:7] + MINUS_12 + PLUS_2345) == [ScaleFrame(-12, 3), ScaleFrame(2345, 3)]
    assert (decoder.bad_frames, decoder.skipped_bytes) == (1, 7)


def test_a_flipped_digit_is_refused_and_counted():
    decoder = Xk3190Decoder()
    assert decoder.feed(PLUS_2345.replace(b"5", b"6")) == []
    assert (decoder.bad_frames, decoder.skipped_bytes) == (1, FRAME_BYTES)


def test_a_million_random_bytes_leave_less_than_a_frame_behind():
    import random

    decoder, rng = Xk3190Decoder(), random.Random(7)
    for _ in range(1000):
        decoder.feed(rng.randbytes(1000))
        assert len(decoder._pending) < FRAME_BYTES
    assert decoder.skipped_bytes > 999_000
