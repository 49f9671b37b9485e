import math
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import BadFrame, BadValue, LineGarbled, LineLost, LineSilent, WrongSettings
from firmware_bridge.registry import build
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.thermal import ROWS, GyMcu90640Voice, View
from firmware_bridge.simulated.voices import Voice
from firmware_bridge.thermal.frame import ThermalFrame
from firmware_bridge.thermal.gy_mcu90640 import (
    FRAME_BYTES,
    PIXELS,
    SET_OUTPUT,
    GyMcu90640Decoder,
    baud_command,
    command,
    decode,
    encode,
    rate_command,
)
from tests.firmware_bridge.streams import damaged, pieces, random_bytes

PluggedIn = Callable[[Voice], Terminal]

hundredths = st.binary(min_size=2 * PIXELS, max_size=2 * PIXELS).map(struct.Struct(f"<{PIXELS}h").unpack)


def picture(seed: int) -> ThermalFrame:
    rng = random.Random(seed)
    return ThermalFrame(tuple(rng.randint(1500, 4200) for _ in range(PIXELS)), 32, 24, rng.randint(2000, 4500) / 100)


def opened(port: object, **settings: object) -> Device:
    known = {"slug": "one", "family": "gy-mcu90640", "port": str(port)}
    device = build(InstrumentConfig.model_validate(known | settings))
    device.open()
    return device


def test_a_frame_is_laid_out_as_the_field_notes_say():
    frame = encode(ThermalFrame((2512, -1, *[0] * 765, 4200), 32, 24, 31.5))
    assert len(frame) == FRAME_BYTES
    assert frame[:4] == bytes.fromhex("5A 5A 02 06")
    assert int.from_bytes(frame[2:4], "little") == 1538  # two bytes short of what lies before the sum
    assert frame[4:8] == bytes.fromhex("D0 09 FF FF")
    assert frame[1538:1542] == struct.pack("<hh", 4200, 3150)
    assert int.from_bytes(frame[1542:], "little") == (0x5A5A + 0x0602 + 2512 + 0xFFFF + 4200 + 3150) % 65536


def test_commands_are_those_of_the_field_notes_with_computed_sums():
    assert [baud_command(baud)[3] for baud in (9600, 115200, 460800)] == [0xBB, 0xBC, 0xBD]
    assert [rate_command(rate)[3] for rate in (0.5, 1, 2, 4, 8)] == [0xCA, 0xCB, 0xCC, 0xCD, 0xCE]
    assert command(SET_OUTPUT, 1) == bytes.fromhex("A5 35 01 DB")
    assert command(SET_OUTPUT, 2) == bytes.fromhex("A5 35 02 DC")
    assert rate_command(2) != bytes.fromhex("A5 25 02 CB")  # a third party's wrong sum


@pytest.mark.parametrize("order", [lambda: baud_command(19200), lambda: rate_command(3)])
def test_what_the_board_cannot_do_is_refused(order: Callable[[], bytes]):
    with pytest.raises(BadFrame, match=r"can"):
        order()


@given(hundredths, st.integers(-4000, 12_500))
@settings(max_examples=30)
def test_what_is_written_is_read_back(pixels: tuple[int, ...], module: int):
    frame = ThermalFrame(pixels, 32, 24, module / 100)
    assert decode(encode(frame)) == frame


@given(st.integers(0, FRAME_BYTES - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused(at: int, by: int):
    frame = bytearray(encode(picture(1)))
    frame[at] = (frame[at] + by) % 256
    assert decode(bytes(frame)) is None


@given(st.binary(max_size=4000), st.integers(0, 10**6))
@settings(max_examples=30)
def test_two_frames_after_noise_one_is_read(noise: bytes, seed: int):
    decoder, stream = GyMcu90640Decoder(), noise + encode(picture(1)) + encode(picture(2))
    frames = [frame for piece in pieces(stream, seed) for frame in decoder.feed(piece)]
    assert picture(2) in frames
    assert decoder.skipped_bytes + FRAME_BYTES * len(frames) + len(decoder._pending) == len(stream)


def test_a_head_inside_noise_costs_at_most_one_frame():
    decoder = GyMcu90640Decoder()
    frames = decoder.feed(b"\x5a\x5a\x02\x06" + b"\x11" * 700 + b"".join(encode(picture(seed)) for seed in range(3)))
    assert frames == [picture(0), picture(1), picture(2)]


def test_a_beginning_is_forgotten():
    decoder = GyMcu90640Decoder()
    decoder.feed(encode(picture(1))[:800])
    decoder.forget()
    assert decoder.feed(encode(picture(2))) == [picture(2)]
    assert decoder.skipped_bytes == 800


def test_a_million_random_bytes_are_no_picture_and_take_no_memory():
    decoder, most = GyMcu90640Decoder(), 0
    for piece in pieces(random_bytes(1_000_000)):
        assert decoder.feed(piece) == []
        most = max(most, len(decoder._pending))
    assert most < FRAME_BYTES
    assert decoder.skipped_bytes > 1_000_000 - FRAME_BYTES


def test_a_million_bytes_with_every_second_picture_damaged():
    sent = [picture(seed) for seed in range(660)]
    decoder, frames, most = GyMcu90640Decoder(), [], 0
    for piece in pieces(b"".join(damaged(map(encode, sent)))):
        frames += decoder.feed(piece)
        most = max(most, len(decoder._pending))
    assert frames == sent[::2]  # no damaged one, and every other
    assert most < FRAME_BYTES


def test_a_dead_pixel_is_not_a_number_and_not_in_the_mean():
    frame = ThermalFrame((-27315, *[2000] * 766, 31_000), 32, 24, 30)
    celsius = frame.celsius()
    assert math.isnan(celsius[0])
    assert math.isnan(celsius[-1])
    assert frame.mean_celsius() == pytest.approx(20)


def test_a_module_that_cannot_be_so_hot_is_no_frame():
    assert decode(encode(ThermalFrame((2000,) * PIXELS, 32, 24, 126.0))) is None


def test_the_virtual_array_is_read_and_set(plug_in: PluggedIn):
    voice = ROWS["gy-mcu90640"](Scene(Flock(), Calendar()))
    assert isinstance(voice, GyMcu90640Voice)
    voice.by_itself = False
    device = opened(plug_in(voice).name)
    means = [device.read().values["surface_temperature_celsius"] for _ in range(2)]
    assert (voice.by_itself, voice.pictures_per_s) == (True, 1.0)
    assert all(20 < mean < 30 for mean in means)
    assert device.frame is not None
    assert (len(device.frame.hundredths), device.faults) == (PIXELS, 0)
    device.close()


def test_a_recording_is_listened_to(tmp_path: Path):
    (tmp_path / "roof.bin").write_bytes(b"\x00" * 100 + b"".join(encode(picture(seed)) for seed in range(4)))
    device = opened(f"replay://{tmp_path / 'roof.bin'}")
    assert device.read().values["surface_temperature_celsius"] == round(picture(0).mean_celsius(), 2)
    device.close()


def test_only_dead_pixels_are_no_value(tmp_path: Path):
    (tmp_path / "roof.bin").write_bytes(encode(ThermalFrame((-27315,) * PIXELS, 32, 24, 30)))
    device = opened(f"replay://{tmp_path / 'roof.bin'}")
    with pytest.raises(BadValue, match="no pixel"):
        device.read()
    device.close()


def test_silence_a_wrong_baud_rate_and_a_pulled_plug_are_told_apart(terminal: Terminal):
    device = opened(terminal.name, timeout_s=0.1)
    with pytest.raises(LineSilent, match="no picture came"):
        device.read()
    terminal.write(b"\x80\xf8" * 50)
    with pytest.raises(LineGarbled, match="460800"):
        device.read()
    terminal.close()
    with pytest.raises(LineLost):
        device.read()
    terminal.open()
    device.open()
    terminal.write(encode(picture(3)))
    assert device.read().values
    device.close()


def test_an_address_is_refused():
    with pytest.raises(WrongSettings, match="is no Modbus instrument"):
        opened("/dev/ttyUSB0", address=3)


def test_the_virtual_floor_has_the_birds_and_the_cold_corner_it_is_asked_for():
    warm = View(lambda _: 20.0).frame(0).celsius()
    cold = View(lambda _: 20.0, cold_corner_celsius=6).frame(0).celsius()
    assert sum(one > 25 for one in warm) == 4 * 30
    assert min(warm) > 19
    assert sum(one < 17 for one in cold) > 40
