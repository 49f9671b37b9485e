"""How birds stand to each other in one frame: packed, as chance would have it, or keeping apart. Pure.

Hens like company, so some packing is ordinary; what is ordinary for a flock at an hour, ``edge.vision.rhythm`` knows.
"""

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from edge.vision.floor import FEWEST_BIRDS, Floor, to_edge
from edge.vision.paces import Floats, body_lengths, centres_of

TOUCHING = 1.0
"""Two birds touch when their middles are nearer than this times their mean size (the root of a box's area)."""
PACKED_NEIGHBOURS = 3
"""A bird that touches so many others is packed; two is what a row at a feeder shows."""
CROWDED_BY_CHANCE = 0.8
"""If so many birds would touch by chance alone, packing says nothing any more."""


@dataclass(frozen=True, eq=False)
class Crowding:
    """One frame.

    Attributes:
        birds: birds on the floor.
        spread_ratio: share of the floor in use, see ``Floor.spread``.
        huddle_ratio: share of the birds packed, beyond what as many birds show by chance: 0 to 1.
        apart_ratio: mean distance to the nearest bird over that of birds set down by chance; 1 is chance, above it
            they keep apart (Clark and Evans, Ecology 35, 1954).
        rim_ratio: share of the birds within a body length of a wall or at a drinker, beyond the floor's share that
            lies there: 0 to 1; 0 where no wall is known.
        packed_xyxy: box around the largest group of packed birds, None where there is none.
    """

    birds: int
    spread_ratio: float
    huddle_ratio: float
    apart_ratio: float
    rim_ratio: float
    packed_xyxy: NDArray[np.float32] | None


def crowding(xyxy: NDArray[np.float32], floor: Floor, drinkers: tuple[Floor, ...] = ()) -> Crowding:
    """Look at the birds of one frame; those off the floor don't count.

    Args:
        xyxy: (n, 4) their boxes, in the unit of the floor.
        floor: where they can be.
        drinkers: parts of it where there is water.
    """
    xyxy = xyxy[floor.holds(centres_of(xyxy))]
    places = centres_of(xyxy)
    if len(xyxy) < FEWEST_BIRDS:
        return Crowding(len(xyxy), 1.0, 0.0, 1.0, 0.0, None)
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    sizes = np.sqrt((xyxy[:, 2:].astype(np.float64) - xyxy[:, :2]).prod(axis=1))
    touching = away < TOUCHING * (sizes[:, None] + sizes[None]) / 2
    packed = touching.sum(axis=1) >= PACKED_NEIGHBOURS
    nearest_by_chance = 0.5 * np.sqrt(floor.area / len(xyxy))
    return Crowding(
        birds=len(xyxy),
        spread_ratio=floor.spread(places),
        huddle_ratio=_beyond_chance(float(packed.mean()), _packed_by_chance(sizes, floor.area)),
        apart_ratio=float(away.min(axis=1).mean() / nearest_by_chance),
        rim_ratio=_rim_ratio(xyxy, floor, drinkers),
        packed_xyxy=_around(xyxy, _largest(touching & packed[:, None] & packed[None])) if packed.any() else None,
    )


def _beyond_chance(seen: float, by_chance: float) -> float:
    if by_chance > CROWDED_BY_CHANCE:
        return 0.0
    return max(0.0, (seen - by_chance) / (1 - by_chance))


def _packed_by_chance(sizes: Floats, area: float) -> float:
    mean = np.minimum(50.0, (len(sizes) - 1) * np.pi * (TOUCHING * sizes) ** 2 / area)
    fewer = sum(np.exp(-mean) * mean**k / factorial(k) for k in range(PACKED_NEIGHBOURS))
    return float(1 - np.mean(fewer))


def _rim_ratio(xyxy: NDArray[np.float32], floor: Floor, drinkers: tuple[Floor, ...]) -> float:
    places, depth = centres_of(xyxy), float(np.median(body_lengths(xyxy)))
    there = np.zeros(len(places), np.bool_)
    share = 0.0
    if floor.has_walls:
        there |= to_edge(places, floor.corners) <= depth
        share = floor.rim_share(depth)
    for drinker in drinkers:
        there |= drinker.holds(places)
        share = min(1.0, share + drinker.area / floor.area)
    return _beyond_chance(float(there.mean()), share) if there.any() else 0.0


def _largest(linked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (n,) who belongs to the largest group in which everybody is linked to somebody."""
    left = linked.any(axis=1)
    best = np.zeros(len(linked), np.bool_)
    while left.any():
        group = np.zeros(len(linked), np.bool_)
        group[int(left.argmax())] = True
        while (grown := group | linked[group].any(axis=0)).sum() > group.sum():
            group = grown
        left &= ~group
        best = group if group.sum() > best.sum() else best
    return best


def _around(xyxy: NDArray[np.float32], group: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    if not group.any():
        return None
    return np.hstack([xyxy[group, :2].min(axis=0), xyxy[group, 2:].max(axis=0)])
