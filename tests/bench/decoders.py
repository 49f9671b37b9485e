"""How many bytes a second each decoder of a stream takes, against 115,200 baud: the fastest line most of them have."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from firmware_bridge.gas import mhz19, senseair
from firmware_bridge.gas.senseair import READ_INPUT, S8Answer
from firmware_bridge.modbus.families import shipped
from firmware_bridge.modbus.overheard import OverheardSensor
from firmware_bridge.node.decoder import NodeDecoder
from firmware_bridge.node.line import encode as encode_line
from firmware_bridge.node.records import Load, line_of
from firmware_bridge.scales.families import INDICATORS
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.indicator import Indicator
from firmware_bridge.thermal.frame import ThermalFrame
from firmware_bridge.thermal.gy_mcu90640 import PIXELS, GyMcu90640Decoder, encode

LINE_BYTES_S = 11_520
"""115,200 baud 8N1: ten bits a byte."""

STREAM_BYTES = 2_000_000
PIECE_BYTES = 256
"""What a device reads at most at once."""

REPEATS = 3


class Decoder(Protocol):
    """What is measured."""

    def feed(self, data: bytes) -> object:
        """Take the next piece."""
        ...


@dataclass(frozen=True)
class Stream:
    """A family, its decoder, and a while of what it sends."""

    family: str
    decoder: Callable[[], Decoder]
    once: bytes


def table() -> str:
    """Feed each decoder sound frames, the same with an error every 200 bytes, and noise; best of three runs."""
    head = "| family | MB/s | times 115,200 baud | with errors | noise |\n| --- | --- | --- | --- | --- |"
    return "\n".join(["### Decoders, one core, pieces of 256 bytes (aim: 50 times)\n", head, *map(row, streams())])


def streams() -> Iterator[Stream]:
    """Yield what is measured, a family each."""
    for indicator in INDICATORS:
        yield Stream(indicator.key, indicator.decoder, loads(indicator))
    yield Stream("senseair-s8", senseair.decoder, senseair.encode(S8Answer(READ_INPUT, (0, 0, 0, 904))))
    yield Stream("mh-z19", mhz19.decoder, mhz19.encode(904, 24))
    yield Stream(
        "node", NodeDecoder, b"".join(encode_line(line_of(n, Load(0, "a128", 84_000 + n))) for n in range(1000))
    )
    (profile,) = (one for one in shipped() if one.family == "xy-md02")
    answer = bytes.fromhex("01 04 04 01 31 02 22 2A CE")
    yield Stream("Modbus, a recording of it", lambda: OverheardSensor(profile, 1), answer)
    rng = random.Random(3)
    picture = ThermalFrame(tuple(rng.randint(1500, 4000) for _ in range(PIXELS)), 32, 24, 31.0)
    yield Stream("gy-mcu90640", GyMcu90640Decoder, encode(picture))


def loads(indicator: Indicator) -> bytes:
    """Return a load that wanders around 1.6 kg, as the family writes it."""
    rng = random.Random(1)
    frames = (ScaleFrame(1600 + rng.randrange(-40, 40), 3, "kg", True, "gross") for _ in range(1000))
    return b"".join(map(indicator.encode, frames))


def row(stream: Stream) -> str:
    """Measure one family."""
    sound = stream.once * (STREAM_BYTES // len(stream.once) + 1)
    noise = random.Random(4).randbytes(STREAM_BYTES)
    rates = [rate(stream.decoder, data) for data in (sound, with_errors(sound), noise)]
    times = " | ".join(f"{one / LINE_BYTES_S:.0f}" for one in rates)
    return f"| {stream.family} | {rates[0] / 1e6:.1f} | {times} |"


def with_errors(sound: bytes) -> bytes:
    """Return the same with a random byte in each 200."""
    rng, damaged = random.Random(2), bytearray(sound)
    for at in range(100, len(damaged), 200):
        damaged[at + rng.randrange(-90, 90)] = rng.randrange(256)
    return bytes(damaged)


def rate(make: Callable[[], Decoder], data: bytes) -> float:
    """Return bytes a second of processor time, best of three."""
    best = float("inf")
    for _ in range(REPEATS):
        feed = make().feed
        start = time.process_time()
        for at in range(0, len(data), PIECE_BYTES):
            feed(data[at : at + PIECE_BYTES])
        best = min(best, time.process_time() - start)
    return len(data) / best
