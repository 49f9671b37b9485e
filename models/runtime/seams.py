"""Join what was seen in a whole frame and in its tiles, so that a bird on a seam is one bird.

Who is believed, first to last:
1. boxes of the whole frame that no tile can show whole, surer than the few parts the tiles saw of them: large birds;
2. boxes that lie free in a tile: they saw the bird at its best; doubles between tiles go by the card's IoU;
3. other boxes of the whole frame: birds too large for a tile, or missed there;
4. boxes that a seam cut, where nobody above saw the bird: largest first.
A box of 2 goes when it is mostly inside one of 1; a box of 3 or 4 when it is mostly the same as, or mostly inside or
around, one that was believed before. A cut box that another tile shows whole, with floor around it, is that tile's
business and is not asked at all: slivers of birds at a seam look like small birds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.card import Thresholds
from models.runtime.boxes import settled, suppress
from models.runtime.detections import Detections
from models.runtime.suppression import area, intersection, strike, touching
from models.runtime.tiles import SizeWH, Tile

COVERED, COVERED_CUT = 0.5, 0.45
"""Share of the smaller box inside the other from which the two are one bird, where one was seen from afar, or cut."""
PARTS = 3
"""A box around more boxes of a tile than these is no large bird, but something with birds around it."""
NEAR_SEAM, NEAR_SEAM_SELF = 0.015, 0.06
"""A box that comes nearer to a seam than this share of the tile's side, or of its own, is taken as cut by it: the
larger the bird, the farther from the cut the network may end its box."""

RANKS = 4
LARGE, FREE, FAR, CUT = range(RANKS)
"""Ranks, as above; boxes that are not sure come after all that are."""


@dataclass(frozen=True)
class Seen:
    """What was found in one tile; boxes in frame pixels."""

    tile: Tile
    found: Detections


def join(
    frame_wh: SizeWH, whole: Detections, seen: Sequence[Seen], thresholds: Thresholds, *, sure_score: float = 0.0
) -> Detections:
    """Return each bird once, best score first, boxes in frame pixels.

    Boxes below ``sure_score`` are asked last: they never change which of the others stay.
    """
    tiles = [one.tile for one in seen]
    free = _suppressed([_rows(one.found, lies_free(one.found.xyxy, one.tile, frame_wh)) for one in seen], thresholds)
    large = cut_everywhere(whole.xyxy, tiles, frame_wh) & surer_than_parts(whole, free.at_least(sure_score))
    cut = [_rows(one.found, cut_everywhere(one.found.xyxy, tiles, frame_wh)) for one in seen]
    fragments = _suppressed(cut, thresholds)
    largest = np.argsort(-area(fragments.xyxy), kind="stable")
    parts = [_rows(whole, large), free, _rows(whole, ~large), _rows(fragments, largest)]
    everything = _together(parts)
    ranks = np.repeat([LARGE, FREE, FAR, CUT], [len(part) for part in parts]) + RANKS * (everything.scores < sure_score)
    order = np.argsort(ranks, kind="stable")
    everything, ranks = _rows(everything, order), ranks[order]
    kept = _rows(everything, _believed(everything, ranks, thresholds.nms_iou))
    by_score = np.argsort(-kept.scores, kind="stable")
    return settled(_rows(kept, by_score), thresholds)


def lies_free(xyxy: NDArray[np.float32], tile: Tile, frame_wh: SizeWH) -> NDArray[np.bool_]:
    """Say which boxes (n,) lie inside a tile and touch none of its edges that is not also the frame's."""
    margins = np.maximum(NEAR_SEAM * np.array(tile.size_wh), NEAR_SEAM_SELF * (xyxy[:, 2:] - xyxy[:, :2]))
    seams = np.array([tile.left, tile.top]) > 0, np.array([tile.right, tile.bottom]) < np.array(frame_wh)
    after = xyxy[:, :2] > np.where(seams[0], (tile.left, tile.top), -np.inf) + margins
    before = xyxy[:, 2:] < np.where(seams[1], (tile.right, tile.bottom), np.inf) - margins
    return np.asarray((after & before).all(axis=1), np.bool_)


def cut_everywhere(xyxy: NDArray[np.float32], tiles: Sequence[Tile], frame_wh: SizeWH) -> NDArray[np.bool_]:
    """Say which boxes (n,) no tile shows free of its seams."""
    free = np.stack([lies_free(xyxy, tile, frame_wh) for tile in tiles])
    return np.asarray(~free.any(axis=0), np.bool_)


def surer_than_parts(whole: Detections, free: Detections) -> NDArray[np.bool_]:
    """Say which boxes (n,) of the whole frame hold at most PARTS boxes of a tile, none of them with a better score."""
    n = len(whole)
    outer, inner = touching(np.concatenate([whole.xyxy, free.xyxy]))
    outer, inner = outer[(outer < n) & (inner >= n)], inner[(outer < n) & (inner >= n)] - n
    one, other = whole.xyxy[outer], free.xyxy[inner]
    held = intersection(one, other) >= COVERED * np.minimum(area(one), area(other))
    outer, inner = outer[held], inner[held]
    beaten = np.bincount(outer[free.scores[inner] > whole.scores[outer]], minlength=n)
    return np.asarray((beaten == 0) & (np.bincount(outer, minlength=n) <= PARTS), np.bool_)


def _believed(boxes: Detections, ranks: NDArray[np.int64], nms_iou: float) -> NDArray[np.bool_]:
    """Say which rows stay; they come in the order of belief."""
    first, second = touching(boxes.xyxy)
    shared = intersection(boxes.xyxy[first], boxes.xyxy[second])
    areas = area(boxes.xyxy)
    smaller = np.minimum(areas[first], areas[second])
    joined = areas[first] + areas[second] - shared
    one_bird = np.where(ranks[second] % RANKS == CUT, shared >= COVERED_CUT * smaller, shared > nms_iou * joined)
    one_bird |= (ranks[first] < ranks[second]) & (shared >= COVERED * smaller)
    one_bird &= boxes.class_ids[first] == boxes.class_ids[second]
    return strike(len(boxes), first[one_bird], second[one_bird])


def _suppressed(parts: Sequence[Detections], thresholds: Thresholds) -> Detections:
    together = _together(parts)
    return _rows(together, suppress(together.xyxy, together.scores, together.class_ids, thresholds.nms_iou))


def _rows(found: Detections, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Detections:
    return Detections(found.xyxy[rows], found.scores[rows], found.class_ids[rows], capped=found.capped)


def _together(parts: Sequence[Detections]) -> Detections:
    return Detections(
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.class_ids for part in parts]),
        capped=any(part.capped for part in parts),
    )
