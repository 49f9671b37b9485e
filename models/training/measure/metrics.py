"""Numbers that say how good boxes are: precision, recall, average precision, count error. Pure.

Average precision follows COCO: detections of all pictures in order of score, each taken by the free true box it
overlaps most, precision made monotone and averaged at 101 steps of recall; mAP50-95 is its mean over IoU .50 to .95.
For figures of one size of birds the others are ignored as COCO does it: a detection on an ignored bird is neither
right nor wrong, and so is an unmatched detection of another size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

IOUS = np.linspace(0.5, 0.95, 10)

Boxes = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """One picture's detections held against its true boxes.

    Args:
        scores: (n,) float32, falling.
        matches: (n, 10) int64, the true box a detection takes at each IoU of IOUS, or -1.
        ignored: (n, 10) bool, detections that are neither right nor wrong.
        counted: (m,) bool, true boxes that count.
    """

    scores: NDArray[np.float32]
    matches: NDArray[np.int64]
    ignored: Mask
    counted: Mask

    @property
    def truth(self) -> int:
        """Number of true boxes that count."""
        return int(self.counted.sum())

    @property
    def hits(self) -> Mask:
        """(n, 10) bool, whether a detection takes a true box that counts."""
        return np.asarray((self.matches >= 0) & ~self.ignored)

    def found(self, *, score: float) -> Mask:
        """(m,) bool, true boxes taken at IoU .5 by detections from `score` up."""
        taken = self.matches[self.scores >= score, 0]
        mask = np.zeros(len(self.counted), np.bool_)
        mask[taken[taken >= 0]] = True
        return mask


@dataclass(frozen=True)
class Figures:
    """Scores of a set of pictures; None where it holds nothing to be judged by.

    Args:
        pictures: pictures judged.
        boxes: true boxes in them.
        precision: share of detections that take a true box at IoU .5.
        recall: share of true boxes taken.
        f1: harmonic mean of the two.
        map50: average precision at IoU .5.
        map50_95: its mean over IoU .50 to .95.
        count_mae: mean of |found - true| over pictures, birds.
        count_mape: mean of |found - true| / true over pictures with birds.
        count_bias: mean of found - true over pictures, birds.
        count_bias_share: all found / all true - 1.
    """

    pictures: int
    boxes: int
    precision: float | None
    recall: float | None
    f1: float | None
    map50: float | None
    map50_95: float | None
    count_mae: float
    count_mape: float | None
    count_bias: float
    count_bias_share: float | None

    @classmethod
    def of(cls, judged: Sequence[Judged], *, score: float) -> Self:
        """Compute all figures; precision, recall and counts take detections from `score` up."""
        taken = [(item.scores >= score) & ~item.ignored[:, 0] for item in judged]
        hits = int(sum(item.hits[keep, 0].sum() for item, keep in zip(judged, taken, strict=True)))
        counts = np.array([keep.sum() for keep in taken], np.float64)
        truths = np.array([item.truth for item in judged], np.float64)
        errors, some = counts - truths, truths > 0
        areas = average_precision(judged)
        return cls(
            pictures=len(judged),
            boxes=int(truths.sum()),
            precision=ratio(hits, counts.sum()),
            recall=ratio(hits, truths.sum()),
            f1=ratio(2 * hits, counts.sum() + truths.sum()),
            map50=None if areas is None else float(areas[0]),
            map50_95=None if areas is None else float(areas.mean()),
            count_mae=float(np.abs(errors).mean()),
            count_mape=float((np.abs(errors[some]) / truths[some]).mean()) if some.any() else None,
            count_bias=float(errors.mean()),
            count_bias_share=ratio(errors.sum(), truths.sum()),
        )


def ratio(part: float, whole: float) -> float | None:
    """Divide; None when there is nothing to divide by."""
    return float(part / whole) if whole else None


def overlap(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Return (n, m) intersection over union of boxes (n, 4) and (m, 4) xyxy."""
    one, two = np.asarray(a, np.float64), np.asarray(b, np.float64)
    wide = np.minimum.outer(one[:, 2], two[:, 2]) - np.maximum.outer(one[:, 0], two[:, 0])
    high = np.minimum.outer(one[:, 3], two[:, 3]) - np.maximum.outer(one[:, 1], two[:, 1])
    shared = wide.clip(0) * high.clip(0)
    whole = np.add.outer(_areas(one), _areas(two)) - shared
    return np.asarray(np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0))


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def sides(boxes: Boxes) -> NDArray[np.float64]:
    """Return (n,) sizes of boxes (n, 4) xyxy: the side of a square of the same area."""
    wide_high = np.asarray(boxes[:, 2:], np.float64) - boxes[:, :2]
    return np.asarray(np.sqrt(wide_high.prod(axis=1)))


def judge(
    boxes: Boxes,
    scores: NDArray[np.float32],
    truth: Boxes,
    *,
    counted: Mask | None = None,
    wanted: Mask | None = None,
) -> Judged:
    """Hold detections (n, 4) and (n,) of one picture against its true boxes (m, 4), all xyxy pixels.

    Args:
        boxes: detections.
        scores: their scores, in any order.
        truth: true boxes.
        counted: (m,) true boxes that count; None: all.
        wanted: (n,) detections that are wrong if they take nothing, the others are ignored then; None: all.
    """
    order = np.argsort(-scores, kind="stable")
    candidates = _candidates(overlap(boxes[order], truth))
    counts = np.ones(len(truth), np.bool_) if counted is None else counted
    matches = np.stack([_match(candidates, counts, float(limit)) for limit in IOUS], axis=1)
    on_ignored = (matches >= 0) & ~np.append(counts, True)[matches]  # -1 looks at the appended True
    unwanted = np.zeros(len(order), np.bool_) if wanted is None else ~wanted[order]
    return Judged(scores[order], matches, on_ignored | ((matches < 0) & unwanted[:, None]), counts)


def _candidates(shared: NDArray[np.float64]) -> list[list[tuple[int, float]]]:
    """Give for each detection the true boxes it may take at all and their overlap, best first, of equals the last."""
    rows, columns = np.nonzero(shared >= IOUS[0])
    found: list[list[tuple[int, float]]] = [[] for _ in shared]
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        found[row].append((column, float(shared[row, column])))
    return [sorted(one, key=lambda pair: (-pair[1], -pair[0])) for one in found]


def _match(candidates: Sequence[Sequence[tuple[int, float]]], counted: Mask, limit: float) -> NDArray[np.int64]:
    matches = np.full(len(candidates), -1, np.int64)
    counts, taken = counted.tolist(), set[int]()
    for row, possible in enumerate(candidates):
        free = [at for at, shared in possible if shared >= limit and at not in taken]
        if free:
            best = next((at for at in free if counts[at]), free[0])  # one that counts before one that is ignored
            matches[row] = best
            taken.add(best)
    return matches


def average_precision(judged: Sequence[Judged]) -> NDArray[np.float64] | None:
    """Return (10,) average precision at each IoU of IOUS; None without true boxes."""
    truth = sum(item.truth for item in judged)
    if not truth:
        return None
    order = np.argsort(-np.concatenate([item.scores for item in judged]), kind="stable")
    hits = np.concatenate([item.hits for item in judged])[order]
    ignored = np.concatenate([item.ignored for item in judged])[order]
    return np.array([_area(hits[~ignored[:, at], at], truth) for at in range(len(IOUS))])


def _area(hits: Mask, truth: int) -> float:
    found = hits.cumsum()
    precision = found / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(found / truth, np.linspace(0, 1, 101), side="left")
    return float(np.append(precision, 0.0)[np.minimum(at, len(precision))].mean())
