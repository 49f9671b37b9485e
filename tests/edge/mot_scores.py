"""How good a tracker is, from its papers.

- MOTA, ID switches: Bernardin and Stiefelhagen 2008, doi 10.1155/2008/246309
- IDF1: Ristani et al. 2016, arXiv 1609.01775
- HOTA, DetA, AssA: Luiten et al. 2021, arXiv 2009.07736
"""

from collections import Counter
from dataclasses import dataclass

import lap
import numpy as np

from tests.edge.hens import iou

ALPHAS = np.arange(0.05, 0.99, 0.05)


@dataclass(frozen=True)
class Scores:
    """Sums over sequences may be formed before the ratios are taken: see ``total``."""

    hota: float
    det_a: float
    ass_a: float
    idf1: float
    mota: float
    switches: int
    truths: int
    false_boxes: int
    misses: int


@dataclass
class Frame:
    """True ids, told ids, and the IoU of each pair."""

    truth: np.ndarray
    told: np.ndarray
    overlap: np.ndarray


class Tally:
    """Collects frames of one or several sequences; ids of different sequences are kept apart by ``begin``."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._sequence = 0

    def begin(self) -> None:
        """Begin a new sequence."""
        self._sequence += 1

    def add(self, truth: np.ndarray, true_boxes: np.ndarray, told: np.ndarray, told_boxes: np.ndarray) -> None:
        """Take one frame."""
        shift = self._sequence * 1_000_000
        self._frames.append(Frame(truth + shift, told + shift, iou(true_boxes, told_boxes)))

    def scores(self) -> Scores:
        """Compute all."""
        truths, tolds = (renumbered([getattr(f, side) for f in self._frames]) for side in ("truth", "told"))
        overlaps = [f.overlap for f in self._frames]
        true_count, told_count = (np.bincount(np.concatenate(ids)).astype(float) for ids in (truths, tolds))
        hota, det_a, ass_a = hota_scores(truths, tolds, overlaps, true_count, told_count)
        misses, false_boxes, switches = clear_counts(truths, tolds, overlaps)
        total = int(true_count.sum())
        return Scores(
            hota=hota, det_a=det_a, ass_a=ass_a, idf1=idf1(truths, tolds, overlaps, true_count, told_count),
            mota=1 - (misses + false_boxes + switches) / total,
            switches=switches, truths=total, false_boxes=false_boxes, misses=misses,
        )  # fmt: skip


def renumbered(ids: list[np.ndarray]) -> list[np.ndarray]:
    """Number ids from 0 on."""
    _, new = np.unique(np.concatenate(ids), return_inverse=True)
    return np.split(new, np.cumsum([len(i) for i in ids])[:-1])


def assigned(gains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Choose pairs with the greatest sum of gains; only those that gain."""
    if not gains.size:
        return np.empty(0, int), np.empty(0, int)
    _, chosen, _ = lap.lapjv(-gains, extend_cost=True)
    rows = np.flatnonzero(chosen >= 0)
    rows = rows[gains[rows, chosen[rows]] > 0]
    return rows, chosen[rows]


def hota_scores(
    truths: list[np.ndarray],
    tolds: list[np.ndarray],
    overlaps: list[np.ndarray],
    true_count: np.ndarray,
    told_count: np.ndarray,
) -> tuple[float, float, float]:
    """Return HOTA, DetA and AssA, means over the thresholds."""
    potential = np.zeros((len(true_count), len(told_count)))
    for truth, told, overlap in zip(truths, tolds, overlaps, strict=True):
        norm = overlap.sum(0)[None, :] + overlap.sum(1)[:, None] - overlap
        potential[truth[:, None], told[None, :]] += np.divide(overlap, norm, out=np.zeros_like(overlap), where=norm > 0)
    alignment = potential / (true_count[:, None] + told_count[None, :] - potential)
    matches = np.zeros((len(ALPHAS), *potential.shape))
    for truth, told, overlap in zip(truths, tolds, overlaps, strict=True):
        rows, columns = assigned(alignment[truth[:, None], told[None, :]] * overlap)
        for level, alpha in enumerate(ALPHAS):
            good = overlap[rows, columns] >= alpha - 1e-9
            matches[level, truth[rows[good]], told[columns[good]]] += 1
    hits = matches.sum((1, 2))
    union = np.maximum(1, true_count[:, None] + told_count[None, :] - matches)
    ass_a = (matches * (matches / union)).sum((1, 2)) / np.maximum(1, hits)
    det_a = hits / np.maximum(1, true_count.sum() + told_count.sum() - hits)
    return float(np.sqrt(det_a * ass_a).mean()), float(det_a.mean()), float(ass_a.mean())


def idf1(
    truths: list[np.ndarray],
    tolds: list[np.ndarray],
    overlaps: list[np.ndarray],
    true_count: np.ndarray,
    told_count: np.ndarray,
) -> float:
    """Return IDF1 at IoU .5."""
    together = np.zeros((len(true_count), len(told_count)))
    for truth, told, overlap in zip(truths, tolds, overlaps, strict=True):
        together[truth[:, None], told[None, :]] += overlap >= 0.5
    rows, columns = assigned(together)
    return float(2 * together[rows, columns].sum() / (true_count.sum() + told_count.sum()))


def clear_counts(truths: list[np.ndarray], tolds: list[np.ndarray], overlaps: list[np.ndarray]) -> tuple[int, int, int]:
    """Return misses, false boxes and id switches at IoU .5."""
    last: dict[int, int] = {}
    before: dict[int, int] = {}
    counts: Counter[str] = Counter()
    for truth, told, overlap in zip(truths, tolds, overlaps, strict=True):
        kept = np.array([[before.get(t) == o for o in told] for t in truth]).reshape(overlap.shape)
        rows, columns = assigned(np.where(overlap >= 0.5, 1000.0 * kept + overlap, 0))
        before = dict(zip(truth[rows].tolist(), told[columns].tolist(), strict=True))
        counts["switches"] += sum(last.get(t, o) != o for t, o in before.items())
        last |= before
        counts["misses"] += len(truth) - len(rows)
        counts["false"] += len(told) - len(rows)
    return counts["misses"], counts["false"], counts["switches"]
