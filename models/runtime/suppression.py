"""Which boxes are the same bird: non-maximum suppression that stays quick with thousands of boxes, and containment.

Only boxes that touch are compared: many are found by sweeping along bands about as high as a bird. The best are
settled first, block by block, so that a heap of doubles costs little memory.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

BLOCK = 1024
"""Boxes settled in one go."""
FEW = 128
"""Up to so many boxes comparing each with each is quicker than the sweep."""


def keep_best(xyxy: Floats, scores: Floats, groups: Indices, limit: float) -> Indices:
    """Return the rows that survive, best score first: of two in a group with IoU above ``limit`` the weaker goes.

    Args:
        xyxy: (n, 4) boxes.
        scores: (n,).
        groups: (n,) class of each box; boxes of different classes do not compete.
        limit: intersection over union, 0..1.
    """
    waiting = np.argsort(-scores, kind="stable")
    kept = np.empty(0, np.int64)
    while len(waiting):
        rows, waiting = np.concatenate([kept, waiting[:BLOCK]]), waiting[BLOCK:]
        boxes, classes = xyxy[rows], groups[rows]
        first, second = touching(boxes)
        shared = intersection(boxes[first], boxes[second])
        joined = area(boxes)[first] + area(boxes)[second] - shared
        doubles = (shared > limit * joined) & (classes[first] == classes[second])
        kept = rows[strike(len(rows), first[doubles], second[doubles])]
    return np.asarray(kept, np.int64)


def uncontained(xyxy: Floats, groups: Indices, share: float) -> NDArray[np.bool_]:
    """Say which rows (n,) stay when a box goes of which at least ``share`` lies inside a stronger one that stays.

    A neck, a leg or a wing that the network took for a bird of its own: far too small beside the bird for the overlap
    of the two to be a large share of what they cover together.

    Args:
        xyxy: (n, 4) boxes, the strongest first.
        groups: (n,) class of each box; boxes of different classes do not compete.
        share: of the weaker box's area, 0..1.
    """
    first, second = touching(xyxy)
    inside = intersection(xyxy[first], xyxy[second]) >= share * area(xyxy)[second]
    inside &= groups[first] == groups[second]
    return strike(len(xyxy), first[inside], second[inside])


def strike(n: int, first: Indices, second: Indices) -> NDArray[np.bool_]:
    """Say which of ``n`` rows live when each living row strikes out its later partners (first < second)."""
    alive = np.ones(n, np.bool_)
    by_first = np.argsort(first, kind="stable")
    second = second[by_first]
    strong, starts, partners = np.unique(first[by_first], return_index=True, return_counts=True)
    for row, start, count in zip(strong.tolist(), starts.tolist(), partners.tolist(), strict=True):
        if alive[row]:
            alive[second[start : start + count]] = False
    return alive


def touching(boxes: Floats) -> tuple[Indices, Indices]:
    """Return all pairs (first < second) of rows whose boxes share some area, each pair once."""
    if len(boxes) <= FEW:
        left, top, right, bottom = boxes.T
        beside = (left[:, None] < right) & (left < right[:, None]) & (top[:, None] < bottom) & (top < bottom[:, None])
        one, other = np.nonzero(beside)
        once = one < other
        return one[once], other[once]
    rows, bands, tops = _in_bands(boxes)
    # One line for all bands: band after band, far enough apart that a box never reaches the next.
    line = np.asarray(bands, np.float64) * (float(np.ptp(boxes[:, [0, 2]])) + 1 if len(boxes) else 1)
    begin, end = line + boxes[rows, 0], line + boxes[rows, 2]
    order = np.argsort(begin, kind="stable")
    reach = np.searchsorted(begin[order], end[order], side="left") - np.arange(1, len(order) + 1)
    one, other = _spread(np.maximum(reach, 0))
    one, other = order[one], order[other]
    once = bands[one] == np.maximum(tops[rows[one]], tops[rows[other]])  # a pair may meet in several bands
    one, other = rows[one[once]], rows[other[once]]
    near = (boxes[one, 1] < boxes[other, 3]) & (boxes[other, 1] < boxes[one, 3])
    one, other = one[near], other[near]
    return np.minimum(one, other), np.maximum(one, other)


def _in_bands(boxes: Floats) -> tuple[Indices, Indices, Indices]:
    """Enter each box in every band it reaches: row of each entry, its band; and the top band of each row."""
    height = max(1.0, float((boxes[:, 3] - boxes[:, 1]).mean())) if len(boxes) else 1.0
    tops = np.floor(boxes[:, 1] / height).astype(np.int64)
    reached = np.floor(boxes[:, 3] / height).astype(np.int64) - tops + 1
    rows = np.repeat(np.arange(len(boxes)), reached)
    return rows, tops[rows] + _count_up(reached), tops


def _spread(reach: Indices) -> tuple[Indices, Indices]:
    """Pair each position with as many of those after it as it reaches."""
    one = np.repeat(np.arange(len(reach)), reach)
    return one, one + 1 + _count_up(reach)


def _count_up(lengths: Indices) -> Indices:
    """Return 0..length-1 for each length, one after the other."""
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def intersection(one: Floats, other: Floats) -> Floats:
    """Return the areas (n,) that the boxes of two lists share, row by row."""
    sides = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    return np.asarray(np.prod(np.maximum(sides, 0), axis=1), np.float32)


def area(boxes: Floats) -> Floats:
    """Return the areas (n,) of boxes."""
    return np.asarray(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), np.float32)
