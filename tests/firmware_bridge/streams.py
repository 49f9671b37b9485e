"""Streams as bad lines deliver them, the same at each run."""

import random
from collections.abc import Iterable, Iterator

PIECE_BYTES = 1000


def random_bytes(count: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(count)


def damaged(frames: Iterable[bytes], seed: int = 1) -> Iterator[bytes]:
    """Change a byte of every second frame, or drop some of it, or put noise into it."""
    rng = random.Random(seed)
    for number, frame in enumerate(frames):
        piece = bytearray(frame)
        at = rng.randrange(len(piece))
        kind = rng.choice(("flip", "drop", "noise")) if number % 2 else "whole"
        if kind == "flip":
            piece[at] = (piece[at] + rng.randint(1, 255)) % 256
        elif kind == "drop":
            del piece[at : at + rng.randint(1, 20)]
        elif kind == "noise":
            piece[at:at] = rng.randbytes(rng.randint(1, 20))
        yield bytes(piece)


def pieces(stream: bytes, seed: int = 1) -> Iterator[bytes]:
    """Cut a stream as an adapter delivers it."""
    rng, at = random.Random(seed), 0
    while at < len(stream):
        size = rng.randint(1, PIECE_BYTES)
        yield stream[at : at + size]
        at += size
