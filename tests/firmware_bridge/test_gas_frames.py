import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import LineSilent
from firmware_bridge.gas import mhz19, senseair
from firmware_bridge.gas.answers import AnswerDecoder
from firmware_bridge.gas.asking import Asking
from firmware_bridge.gas.mhz19 import MhZ19Answer
from firmware_bridge.gas.senseair import READ_INPUT, REFUSED, WRITE, S8Answer
from tests.firmware_bridge.streams import damaged, pieces, random_bytes

words = st.integers(0, 0xFFFF)
s8_answers = st.one_of(
    st.builds(S8Answer, function=st.just(READ_INPUT), words=st.tuples(words, words, words, words)),
    st.builds(S8Answer, function=st.sampled_from([3, 4]), words=st.tuples(words)),
    st.builds(S8Answer, function=st.just(WRITE), words=st.tuples(words, words)),
    st.builds(S8Answer, function=st.sampled_from([REFUSED | 3, REFUSED | 4]), words=st.tuples(st.integers(1, 11))),
)


@pytest.mark.parametrize(
    ("question", "vector"),
    [
        (senseair.MEASURE, "FE 04 00 00 00 04 E5 C6"),
        (senseair.question(READ_INPUT, 3, 1), "FE 04 00 03 00 01 D5 C5"),
        (senseair.question(WRITE, 0x1F, 180), "FE 06 00 1F 00 B4 AC 74"),
        (senseair.ABC_OFF, "FE 06 00 1F 00 00 AC 03"),
        (mhz19.MEASURE, "FF 01 86 00 00 00 00 00 79"),
    ],
)
def test_questions_are_the_vectors_of_the_field_notes(question: bytes, vector: str):
    assert question == bytes.fromhex(vector)


def test_answers_are_the_vectors_of_the_field_notes():
    assert senseair.decoder().feed(bytes.fromhex("FE 04 02 03 88 AD B2")) == [S8Answer(READ_INPUT, (904,))]
    assert mhz19.decoder().feed(bytes.fromhex("FF 86 01 90 40 00 00 00 A9")) == [MhZ19Answer(mhz19.READ, 400, 24)]
    assert mhz19.encode(400, 24) == bytes.fromhex("FF 86 01 90 40 00 00 00 A9")


def test_a_popular_wrong_check_is_refused():
    decoder = senseair.decoder()
    assert decoder.feed(bytes.fromhex("FE 04 02 03 88 B2 AD")) == []
    assert decoder.bad_frames == 1


@given(s8_answers)
def test_what_an_s8_says_is_read_back(answer: S8Answer):
    assert senseair.decoder().feed(senseair.encode(answer)) == [answer]


@given(st.integers(0, 10_000), st.integers(-40, 85))
def test_what_an_mh_z19_says_is_read_back(ppm: int, celsius: int):
    assert mhz19.decoder().feed(mhz19.encode(ppm, celsius)) == [MhZ19Answer(mhz19.READ, ppm, celsius)]


@given(st.lists(s8_answers, min_size=1, max_size=5), st.integers(0, 10**6))
def test_a_stream_may_come_in_any_pieces(answers: list[S8Answer], seed: int):
    decoder, stream = senseair.decoder(), b"".join(map(senseair.encode, answers))
    assert [answer for piece in pieces(stream, seed) for answer in decoder.feed(piece)] == answers
    assert decoder.skipped_bytes == 0


@given(st.binary(max_size=60), st.integers(0, 10_000))
def test_two_answers_after_noise_one_is_read(noise: bytes, ppm: int):
    frame = mhz19.encode(ppm, 24)
    decoder = mhz19.decoder()
    decoder.feed(noise)
    decoder.feed(frame)
    assert MhZ19Answer(mhz19.READ, ppm, 24) in decoder.feed(frame * 2)


def s8_frames(count: int) -> list[bytes]:
    rng = random.Random(7)
    return [senseair.encode(S8Answer(READ_INPUT, (0, 0, 0, rng.randint(400, 5000)))) for _ in range(count)]


def mhz19_frames(count: int) -> list[bytes]:
    rng = random.Random(7)
    return [mhz19.encode(rng.randint(400, 5000), rng.randint(10, 40)) for _ in range(count)]


def most_pending(decoder: AnswerDecoder[object], stream: bytes) -> tuple[list[object], int]:
    answers, most = [], 0
    for piece in pieces(stream):
        answers += decoder.feed(piece)
        most = max(most, len(decoder._pending))
    return answers, most


@pytest.mark.parametrize(("module", "longest"), [(senseair, 13), (mhz19, 9)])
def test_a_million_random_bytes_are_no_answer_and_take_no_memory(module: object, longest: int):
    decoder = module.decoder()
    answers, most = most_pending(decoder, random_bytes(1_000_000))
    assert answers == []
    assert most < longest
    assert decoder.skipped_bytes > 999_900


def test_a_million_bytes_with_every_second_frame_of_an_s8_damaged():
    frames = s8_frames(80_000)
    stream = b"".join(damaged(frames))
    assert len(stream) > 1_000_000
    answers, most = most_pending(senseair.decoder(), stream)
    assert not set(answers) - {senseair.decode(frame) for frame in frames}
    assert most < 13
    assert len(answers) >= 40_000  # every undamaged one is found


class Scripted:
    """A line on which each question is answered with the next piece, in silence."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._coming: list[bytes] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def write(self, _data: bytes) -> None:
        self._coming = [piece for piece in [next(self._pieces)] if piece]

    def read(self, _size: int, _timeout_s: float) -> bytes:
        if not self._coming:
            raise LineSilent("nothing came")
        return self._coming.pop()


def test_a_million_bytes_with_every_second_answer_of_an_mh_z19_damaged():
    """Its eight bits of check can't tell all torn frames: asking must."""
    frames = mhz19_frames(112_000)
    asking = Asking("mh-z19", Scripted(damaged(frames)), mhz19.decoder(), timeout_s=1, alone=True)
    whole = 0
    for number, frame in enumerate(frames):
        try:
            answer = asking.ask(mhz19.MEASURE, lambda _: True, tries=1)
        except LineSilent:
            assert number % 2
            continue
        assert answer == mhz19.decode(frame)
        whole += 1
    assert whole >= 56_000
