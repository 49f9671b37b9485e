"""How alike pictures look: a perceptual hash that also knows flipped and turned copies.

The hash is pHash: the 8 x 8 lowest frequencies of the cosine transform of the grey picture at 32 x 32, each above the
median or not. Two pictures differ by the number of bits that differ; re-encoding and scaling change a few of 64,
another picture about half. (C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010.)
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE, LOW = 32, 8
VIEWS = 8
"""A square laid on itself: four turns, each plain and flipped."""

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Alike:
    """Two pictures, by their place in the list, that differ by `distance` bits of 64."""

    first: int
    second: int
    distance: int


def hash_views(picture: NDArray[np.uint8]) -> Hashes:
    """Return (8,) hashes of a picture (h, w, 3), as it is first, then turned and flipped."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    turned = [np.rot90(small, turn) for turn in range(4)]
    views = [view for one in turned for view in (one, one[:, ::-1])]
    return np.array([_hash(np.ascontiguousarray(view)) for view in views], np.uint64)


def _hash(view: NDArray[np.float32]) -> int:
    low = cv2.dct(view)[:LOW, :LOW]
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")


def alike(hashes: Hashes, *, distance: int) -> Iterator[Alike]:
    """Yield all pairs of pictures, hashes (n, 8), that differ by at most so many bits in their best view."""
    for first in range(len(hashes) - 1):
        bits = np.bitwise_count(hashes[first, 0] ^ hashes[first + 1 :]).min(axis=1)
        for offset in np.flatnonzero(bits <= distance):
            yield Alike(first, first + 1 + int(offset), int(bits[offset]))


def clusters(number: int, pairs: list[Alike]) -> list[int]:
    """Return for each of `number` pictures the first picture it is alike to, directly or through others."""
    leads = list(range(number))

    def lead(at: int) -> int:
        while leads[at] != at:
            leads[at] = leads[leads[at]]
            at = leads[at]
        return at

    for pair in pairs:
        one, two = sorted((lead(pair.first), lead(pair.second)))
        leads[two] = one
    return [lead(at) for at in range(number)]
