"""Which box is which bird. Pure.

Each possible pair is weighed by how much better "this bird moved there" explains the box than "a bird nobody
followed": the log of that ratio. Steps of hens have heavy tails (of 57,000 one-second steps in real pens the median was
.03 body lengths, the 99th percentile .83, the longest over 5), so a Student t takes the place of the normal
distribution. The pairing with the greatest sum of weights is taken.
"""

from dataclasses import dataclass

import lap
import numpy as np
from numpy.typing import NDArray

from edge.vision.motion import Floats, Motion, Rows, lengths

Indices = NDArray[np.int64]

FIRST_S = 0.1  # what one sight counts for, in s
LEAST = 0.01  # a weight that is better than none


@dataclass(frozen=True, slots=True)
class Affinity:
    """Figures of the weighing, fitted with those of the motion.

    Attributes:
        tail: degrees of freedom of the steps; small means that long steps are believed.
        strangers: boxes that belong to no followed bird, per square body length.
        reach: no step is longer than this, in body lengths.
        shape: standard deviation of the change of a bird's log width and log height between two frames.
        newcomer_s: a bird seen for this long in all weighs half of one seen for ever: it may be a double box, in s.
    """

    tail: float = 1.5
    strangers: float = 0.03
    reach: float = 3.0
    shape: float = 0.6
    newcomer_s: float = 2.0


def pairs(rows: Rows, centres: Floats, wh: Floats, motion: Motion, affinity: Affinity) -> tuple[Indices, Indices]:
    """Pair rows with boxes; neither is used twice.

    Returns:
        Indices into the rows and into the boxes, of one length.
    """
    who, what, weights = candidates(rows, centres, wh, motion, affinity)
    return best_pairs(who, what, weights, len(rows), len(centres))


def candidates(
    rows: Rows, centres: Floats, wh: Floats, motion: Motion, affinity: Affinity
) -> tuple[Indices, Indices, Floats]:
    """Return row, box and weight (> 0) of each pair that is worth a thought."""
    length = lengths(rows)
    spread = rows["place_var"] + (motion.jitter * length) ** 2
    known = (rows["seen_s"] + FIRST_S) / (rows["seen_s"] + FIRST_S + affinity.newcomer_s)
    best = np.log(length**2 / (2 * np.pi * spread * affinity.strangers))
    # Beyond this no pair can have a weight above 0, whatever its shape: few pairs are left to be weighed.
    falling = (affinity.tail + 2) / 2
    far = affinity.tail * spread * np.expm1(np.maximum(best, 0) / falling)
    who, what = near_pairs(rows["centre"], centres, np.minimum(np.sqrt(far), affinity.reach * length))
    off = ((centres[what] - rows["centre"][who]) ** 2).sum(axis=1)
    turned = (np.log(wh[what] / rows["wh"][who]) / affinity.shape) ** 2
    weights = best[who] - falling * np.log1p(off / (affinity.tail * spread[who])) - turned.sum(axis=1) / 2
    good = weights > 0
    # Who is less well known comes second where two want one box, but is not left without one.
    return who[good], what[good], np.maximum(weights + np.log(known)[who], LEAST)[good]


def near_pairs(places: Floats, centres: Floats, reach: Floats) -> tuple[Indices, Indices]:
    """Return the pairs not farther apart than the reach of their row, without looking at all pairs."""
    order = np.argsort(centres[:, 0], kind="stable")
    across = centres[order, 0]
    first = np.searchsorted(across, places[:, 0] - reach, "left")
    counts = np.searchsorted(across, places[:, 0] + reach, "right") - first
    who = np.repeat(np.arange(len(places)), counts)
    what = order[np.arange(len(who)) + np.repeat(first - np.cumsum(counts) + counts, counts)]
    near = ((centres[what] - places[who]) ** 2).sum(axis=1) <= reach[who] ** 2
    return who[near], what[near]


def best_pairs(who: Indices, what: Indices, weights: Floats, rows: int, boxes: int) -> tuple[Indices, Indices]:
    """Choose the pairs with the greatest sum of weights.

    A pair that has no rival on either side is in every best choice; only the others go to the solver (Jonker and
    Volgenant 1987, doi 10.1007/BF02278710), which keeps a thousand birds cheap.
    """
    alone = (np.bincount(who, minlength=rows)[who] == 1) & (np.bincount(what, minlength=boxes)[what] == 1)
    if alone.all():
        return who, what
    row_numbers, row_of = np.unique(who[~alone], return_inverse=True)
    box_numbers, box_of = np.unique(what[~alone], return_inverse=True)
    gains = np.zeros((len(row_numbers), len(box_numbers)))
    gains[row_of, box_of] = weights[~alone]
    _, chosen, _ = lap.lapjv(-gains, extend_cost=True)
    taken = np.flatnonzero(chosen >= 0)
    taken = taken[gains[taken, chosen[taken]] > 0]
    return np.r_[who[alone], row_numbers[taken]], np.r_[what[alone], box_numbers[chosen[taken]]]
