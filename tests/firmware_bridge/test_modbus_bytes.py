"""A million bytes through both readers of Modbus answers: pymodbus's, as the bus uses it, and the desk's."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU

from firmware_bridge.gas.senseair import checked
from firmware_bridge.modbus.families import shipped
from firmware_bridge.modbus.overheard import FUNCTIONS, OverheardSensor
from firmware_bridge.modbus.profile import Profile, blocks
from tests.firmware_bridge.streams import damaged, pieces, random_bytes

MILLION = 1_000_000
LONGEST = 5 + 255
PASS_MOST = 3
"""Of some 50,000 damaged frames, 16 bits of check let about one through."""

PROFILES = {profile.family: profile for profile in shipped()}
TOLD = ("xy-md02", "renke-rs-gz-n01", "adtek-co2")
"""One block; one value of two registers; two blocks."""


def answers(profile: Profile, count: int, seed: int = 1) -> list[bytes]:
    """Sound answers of its blocks in turn, with small words that are in every sensor's range."""
    rng, its = random.Random(seed), blocks(profile.values)
    frames = []
    for number in range(count):
        block = its[number % len(its)]
        words = sum(value.words for value in block)
        data = b"".join(rng.randrange(300).to_bytes(2, "big") for _ in range(words))
        said = bytes([profile.line.address, FUNCTIONS[block[0].kind], len(data)]) + data
        frames.append(said + checked(said))
    return frames


def asked(framer: FramerRTU, heard: bytes) -> list[int] | None:
    """What the bus makes of one answer: registers, or None for an error that it tells."""
    try:
        _, pdu = framer.handleFrame(heard, 1, 0)
    except ModbusException:
        return None
    return None if pdu is None or pdu.isError() else list(pdu.registers)


def registers(frame: bytes) -> list[int]:
    return [int.from_bytes(frame[at : at + 2], "big") for at in range(3, len(frame) - 2, 2)]


def test_a_million_damaged_bytes_give_the_bus_its_registers_or_an_error_it_tells():
    framer, frames = FramerRTU(DecodePDU(is_server=False)), answers(PROFILES["xy-md02"], 500) * 224
    heard = list(damaged(frames))
    assert sum(map(len, heard)) > MILLION
    got = [asked(framer, one) for one in heard]
    assert got[::2] == [registers(frame) for frame in frames[::2]]
    wrong = [one for one, frame in zip(got, frames, strict=True) if one and one != registers(frame)]
    assert len(wrong) <= PASS_MOST


def test_a_million_random_bytes_give_the_bus_nothing():
    framer = FramerRTU(DecodePDU(is_server=False))
    assert not any(asked(framer, piece) for piece in pieces(random_bytes(MILLION)))


@pytest.mark.parametrize("family", PROFILES)
def test_a_million_random_bytes_are_no_answer_and_take_no_memory(family: str):
    desk = OverheardSensor(PROFILES[family], PROFILES[family].line.address)
    for piece in pieces(random_bytes(MILLION)):
        assert desk.feed(piece) == []
        assert desk._frames.waiting_bytes < LONGEST
    assert desk.skipped_bytes > MILLION - LONGEST


@pytest.mark.parametrize(("family", "times"), [("xy-md02", 224), ("renke-rs-gz-n01", 10), ("adtek-co2", 10)])
def test_damaged_answers_give_the_desk_what_was_sent(family: str, times: int):
    profile = PROFILES[family]
    sound, desk = (OverheardSensor(profile, profile.line.address) for _ in range(2))
    frames, got = answers(profile, 500), []
    sent = set(map(str, sound.feed(b"".join(frames))))
    stream = b"".join(damaged(frames * times))
    assert len(stream) > MILLION or times < 224
    for piece in pieces(stream):
        got += desk.feed(piece)
        assert desk._frames.waiting_bytes < LONGEST
    assert sum(str(one) not in sent for one in got) <= PASS_MOST
    assert len(got) >= 250 * times - PASS_MOST


@pytest.mark.parametrize("family", TOLD)
@given(garbage=st.binary(max_size=100))
def test_after_garbage_the_second_answer_is_read_at_the_latest(family: str, garbage: bytes):
    one, two = answers(PROFILES[family], 2)
    desk, alone = (OverheardSensor(PROFILES[family], PROFILES[family].line.address) for _ in range(2))
    assert desk.feed(garbage + one + two)[-1:] == alone.feed(two) != []
