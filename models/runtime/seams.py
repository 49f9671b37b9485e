"""Join what was seen in a whole frame and in its tiles, so that a bird on a seam is one bird.

Who is believed, first to last:
1. boxes that lie free in a tile: they saw the bird at its best; doubles between tiles go by the card's IoU;
2. boxes of the whole frame that no tile confirms: birds too large for a tile, or missed there;
3. boxes that a seam cut, where nobody above saw the bird: largest first.
A box of 2 or 3 goes when it is mostly the same as, or mostly inside or around, one that was believed before. A cut box
that another tile shows whole, with floor around it, is that tile's business and is not asked at all: slivers of birds
at a seam look like small birds.
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

COVERED = 0.6
"""Share of the smaller box inside the other from which the two are one bird, where one was cut or seen from afar."""
NEAR_SEAM = 0.015
"""A box that comes nearer to a seam than this share of the tile's side is taken as cut by it."""

FREE, FAR, CUT = 0, 1, 2
"""Ranks, as above."""


@dataclass(frozen=True)
class Seen:
    """What was found in one tile; boxes in frame pixels."""

    tile: Tile
    found: Detections


def join(frame_wh: SizeWH, whole: Detections, seen: Sequence[Seen], thresholds: Thresholds) -> Detections:
    """Return each bird once, best score first, boxes in frame pixels."""
    tiles = [one.tile for one in seen]
    free = [_rows(one.found, np.flatnonzero(lies_free(one.found.xyxy, one.tile, frame_wh))) for one in seen]
    cut = [_rows(one.found, np.flatnonzero(cut_everywhere(one.found.xyxy, tiles, frame_wh))) for one in seen]
    fragments = _suppressed(cut, thresholds)
    largest = np.argsort(-area(fragments.xyxy), kind="stable")
    parts = [_suppressed(free, thresholds), whole, _rows(fragments, largest)]
    everything = _together(parts)
    ranks = np.repeat([FREE, FAR, CUT], [len(part) for part in parts])
    kept = _rows(everything, np.flatnonzero(_believed(everything, ranks, thresholds.nms_iou)))
    by_score = np.argsort(-kept.scores, kind="stable")
    return settled(_rows(kept, by_score), thresholds)


def lies_free(xyxy: NDArray[np.float32], tile: Tile, frame_wh: SizeWH) -> NDArray[np.bool_]:
    """Say which boxes (n,) lie inside a tile and touch none of its edges that is not also the frame's."""
    wide, high = tile.size_wh
    from_x, to_x = _inner(tile.left, tile.right, frame_wh[0], NEAR_SEAM * wide)
    from_y, to_y = _inner(tile.top, tile.bottom, frame_wh[1], NEAR_SEAM * high)
    inside = (xyxy[:, :2] > (from_x, from_y)) & (xyxy[:, 2:] < (to_x, to_y))
    return np.asarray(inside.all(axis=1), np.bool_)


def _inner(start: int, end: int, side: int, margin: float) -> tuple[float, float]:
    return (start + margin if start > 0 else -np.inf), (end - margin if end < side else np.inf)


def cut_everywhere(xyxy: NDArray[np.float32], tiles: Sequence[Tile], frame_wh: SizeWH) -> NDArray[np.bool_]:
    """Say which boxes (n,) no tile shows free of its seams."""
    free = np.stack([lies_free(xyxy, tile, frame_wh) for tile in tiles])
    return np.asarray(~free.any(axis=0), np.bool_)


def _believed(boxes: Detections, ranks: NDArray[np.int64], nms_iou: float) -> NDArray[np.bool_]:
    """Say which rows stay; they come in the order of belief."""
    first, second = touching(boxes.xyxy)
    shared = intersection(boxes.xyxy[first], boxes.xyxy[second])
    areas = area(boxes.xyxy)
    smaller = np.minimum(areas[first], areas[second])
    joined = areas[first] + areas[second] - shared
    one_bird = np.where(ranks[second] == CUT, shared >= COVERED * smaller, shared > nms_iou * joined)
    one_bird |= (ranks[second] == FAR) & (ranks[first] == FREE) & (shared >= COVERED * smaller)
    one_bird &= boxes.class_ids[first] == boxes.class_ids[second]
    return strike(len(boxes), first[one_bird], second[one_bird])


def _suppressed(parts: Sequence[Detections], thresholds: Thresholds) -> Detections:
    together = _together(parts)
    return _rows(together, suppress(together.xyxy, together.scores, together.class_ids, thresholds.nms_iou))


def _rows(found: Detections, rows: NDArray[np.int64]) -> Detections:
    return Detections(found.xyxy[rows], found.scores[rows], found.class_ids[rows], capped=found.capped)


def _together(parts: Sequence[Detections]) -> Detections:
    return Detections(
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.class_ids for part in parts]),
        capped=any(part.capped for part in parts),
    )
