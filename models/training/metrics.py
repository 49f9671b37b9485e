"""Numbers that say how good boxes are: precision, recall, average precision, count error. Pure.

Average precision follows COCO: detections of all pictures in order of score, each taken by the free true box it
overlaps most, precision made monotone and averaged at 101 steps of recall; mAP50-95 is its mean over IoU .50 to .95.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

IOUS = np.linspace(0.5, 0.95, 10)

Boxes = NDArray[np.float32]


@dataclass(frozen=True)
class Judged:
    """One picture's detections held against its true boxes.

    Args:
        scores: (n,) float32.
        hits: (n, 10) bool, whether a detection takes a true box at each IoU of IOUS.
        truth: number of true boxes.
    """

    scores: NDArray[np.float32]
    hits: NDArray[np.bool_]
    truth: int


@dataclass(frozen=True)
class Figures:
    """Scores of a set of pictures; None where it holds no bird to be judged by."""

    pictures: int
    boxes: int
    precision: float | None
    recall: float | None
    f1: float | None
    map50: float | None
    map50_95: float | None
    count_mae: float
    count_mape: float | None

    @classmethod
    def of(cls, judged: Sequence[Judged], *, score: float) -> Self:
        """Compute all figures; precision, recall and counts take detections from `score` up."""
        taken = [item.scores >= score for item in judged]
        hits = int(sum(item.hits[keep, 0].sum() for item, keep in zip(judged, taken, strict=True)))
        counts = np.array([keep.sum() for keep in taken], np.float64)
        truths = np.array([item.truth for item in judged], np.float64)
        errors, some = np.abs(counts - truths), truths > 0
        areas = average_precision(judged)
        return cls(
            pictures=len(judged),
            boxes=int(truths.sum()),
            precision=ratio(hits, counts.sum()),
            recall=ratio(hits, truths.sum()),
            f1=ratio(2 * hits, counts.sum() + truths.sum()),
            map50=None if areas is None else float(areas[0]),
            map50_95=None if areas is None else float(areas.mean()),
            count_mae=float(errors.mean()),
            count_mape=float((errors[some] / truths[some]).mean()) if some.any() else None,
        )


def ratio(part: float, whole: float) -> float | None:
    """Divide; None when there is nothing to divide by."""
    return float(part / whole) if whole else None


def overlap(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Return (n, m) intersection over union of boxes (n, 4) and (m, 4) xyxy."""
    one, two = np.asarray(a, np.float64)[:, None], np.asarray(b, np.float64)[None]
    sides = np.clip(np.minimum(one[..., 2:], two[..., 2:]) - np.maximum(one[..., :2], two[..., :2]), 0, None)
    shared = sides.prod(axis=2)
    whole = (one[..., 2:] - one[..., :2]).prod(axis=2) + (two[..., 2:] - two[..., :2]).prod(axis=2) - shared
    return np.asarray(np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0))


def judge(boxes: Boxes, scores: NDArray[np.float32], truth: Boxes) -> Judged:
    """Hold detections (n, 4) and (n,) of one picture against its true boxes (m, 4), all xyxy pixels."""
    order = np.argsort(-scores, kind="stable")
    shared = overlap(boxes[order], truth)
    hits = np.zeros((len(order), len(IOUS)), np.bool_)
    for level, limit in enumerate(IOUS):
        free = np.ones(len(truth), np.bool_)
        for row in range(len(order) if len(truth) else 0):
            candidates = np.where(free, shared[row], -1.0)
            best = int(candidates.argmax())
            if candidates[best] >= limit:
                hits[row, level] = True
                free[best] = False
    return Judged(scores[order], hits, len(truth))


def average_precision(judged: Sequence[Judged]) -> NDArray[np.float64] | None:
    """Return (10,) average precision at each IoU of IOUS; None without true boxes."""
    truth = sum(item.truth for item in judged)
    if not truth:
        return None
    scores = np.concatenate([item.scores for item in judged])
    hits = np.concatenate([item.hits for item in judged])[np.argsort(-scores, kind="stable")]
    found = hits.cumsum(axis=0)
    precision = found / np.arange(1, len(hits) + 1)[:, None]
    precision = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
    return np.array([_area(found[:, level] / truth, precision[:, level]) for level in range(len(IOUS))])


def _area(recall: NDArray[np.float64], precision: NDArray[np.float64]) -> float:
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.append(precision, 0.0)[np.minimum(at, len(precision))].mean())
