"""Flocks that stand, walk and crowd by rules of our own: where every bird is, frame by frame."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from edge.vision.floor import Floor

SIDE = 1000.0
HEN = (40.0, 28.0)
PEN = Floor.of(((0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)))

Boxes = NDArray[np.float32]


def boxes_at(places: NDArray[np.float64], size: tuple[float, float] = HEN) -> Boxes:
    """Return (n, 4) boxes of one size around places (n, 2)."""
    half = np.array(size) / 2
    return np.hstack([places - half, places + half]).astype(np.float32)


def anywhere(rng: np.random.Generator, birds: int) -> NDArray[np.float64]:
    """Return places by chance all over the pen."""
    return rng.uniform(20, SIDE - 20, (birds, 2))


def in_the_corner(rng: np.random.Generator, birds: int) -> NDArray[np.float64]:
    """Return places so close that the birds press against each other."""
    return 60 + rng.uniform(0, 1, (birds, 2)) * np.sqrt(birds) * 24


def trembling(rng: np.random.Generator, boxes: Boxes, share: float = 0.05) -> Boxes:
    """Move each side of each box by noise of a share of its size."""
    wh = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return (boxes + rng.normal(0, share, boxes.shape) * wh).astype(np.float32)


def walking(rng: np.random.Generator, birds: int, *, frames: int, step: float) -> Iterator[Boxes]:
    """Walk each bird ``step`` px per frame, turning by chance and off the walls."""
    places, heading = anywhere(rng, birds), rng.uniform(0, 2 * np.pi, birds)
    for _ in range(frames):
        yield boxes_at(places)
        heading = heading + rng.normal(0, 0.2, birds)
        ahead = places + step * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        outside = ((ahead < 20) | (ahead > SIDE - 20)).any(axis=1)
        heading = np.where(outside, np.arctan2(*(SIDE / 2 - places).T[::-1]), heading)
        places = np.where(outside[:, None], places, ahead)
