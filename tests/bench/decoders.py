"""Bytes a second that each stream decoder takes, beside what a line of 115,200 baud brings (11,520)."""

import random
import time
from collections.abc import Callable

from firmware_bridge.gas import mhz19, senseair
from firmware_bridge.gas.senseair import READ_INPUT, S8Answer
from firmware_bridge.thermal.frame import ThermalFrame
from firmware_bridge.thermal.gy_mcu90640 import PIXELS, GyMcu90640Decoder, encode

LINE_BYTES_PER_S = 115_200 / 10
STREAM_BYTES = 2_000_000
PIECE_BYTES = 256


def streams() -> dict[str, tuple[Callable[[], object], bytes]]:
    """Return decoder and one frame's worth of stream by family."""
    rng = random.Random(3)
    picture = ThermalFrame(tuple(rng.randint(1500, 4000) for _ in range(PIXELS)), 32, 24, 31.0)
    return {
        "senseair-s8": (senseair.decoder, senseair.encode(S8Answer(READ_INPUT, (0, 0, 0, 904)))),
        "mh-z19": (mhz19.decoder, mhz19.encode(904, 24)),
        "gy-mcu90640": (GyMcu90640Decoder, encode(picture)),
    }


def bytes_per_s(make: Callable[[], object], stream: bytes) -> float:
    """Feed a stream in pieces as an adapter delivers it."""
    decoder, began_s = make(), time.process_time()
    for at in range(0, len(stream), PIECE_BYTES):
        decoder.feed(stream[at : at + PIECE_BYTES])
    return len(stream) / (time.process_time() - began_s)


def table() -> str:
    """Measure each decoder on sound frames and on noise."""
    noise = random.Random(4).randbytes(STREAM_BYTES)
    rows = []
    for family, (make, frame) in streams().items():
        sound = bytes_per_s(make, frame * (STREAM_BYTES // len(frame)))
        rows.append(
            f"| {family} | {sound / LINE_BYTES_PER_S:.0f} | {bytes_per_s(make, noise) / LINE_BYTES_PER_S:.0f} |"
        )
    head = "| family | frames: times 115,200 baud | noise: times 115,200 baud |\n| --- | --- | --- |"
    return "\n".join(["### Decoders, one core, pieces of 256 bytes (aim: 50)\n", head, *rows])
