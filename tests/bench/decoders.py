"""How many bytes a second each decoder of a scale takes, against the fastest line a scale has."""

import random
import time

from firmware_bridge.scales.families import INDICATORS
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.indicator import Indicator

LINE_BYTES_S = 11_520
"""115,200 baud 8N1: ten bits a byte."""

STREAM_BYTES = 2_000_000
PIECE_BYTES = 256
"""What ``Scale`` reads at most at once."""

REPEATS = 3


def table() -> str:
    """Feed each decoder a stream of its family, and one with an error every 200 bytes; best of three runs."""
    head = "| family | MB/s | times 115,200 baud | with errors |\n| --- | --- | --- | --- |"
    return "\n".join(["### Scale decoders, one core\n", head, *map(row, INDICATORS)])


def row(family: Indicator) -> str:
    """Measure one family."""
    clean = stream(family)
    sound, damaged = rate(family, clean), rate(family, with_errors(clean))
    times = sound / LINE_BYTES_S
    return f"| {family.key} | {sound / 1e6:.1f} | {times:.0f} | {damaged / LINE_BYTES_S:.0f} |"


def stream(family: Indicator) -> bytes:
    """Return a load that wanders around 1.6 kg, as the family writes it."""
    rng = random.Random(1)
    lines = [family.encode(ScaleFrame(1600 + rng.randrange(-40, 40), 3, "kg", True, "gross")) for _ in range(1000)]
    once = b"".join(lines)
    return once * (STREAM_BYTES // len(once) + 1)


def with_errors(sound: bytes) -> bytes:
    """Return the same with random bytes in it."""
    rng, damaged = random.Random(2), bytearray(sound)
    for at in range(100, len(damaged), 200):
        damaged[at + rng.randrange(-90, 90)] = rng.randrange(256)
    return bytes(damaged)


def rate(family: Indicator, data: bytes) -> float:
    """Return bytes a second, best of three."""
    best = float("inf")
    for _ in range(REPEATS):
        feed = family.decoder().feed
        start = time.process_time()
        for at in range(0, len(data), PIECE_BYTES):
            feed(data[at : at + PIECE_BYTES])
        best = min(best, time.process_time() - start)
    return len(data) / best
