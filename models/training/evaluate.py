"""Measure a network as it will run: through the light runtime, on pictures with known boxes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from models.card import ModelCard, Score, load_weights
from models.errors import DatasetError
from models.runtime.detector import Detector
from models.runtime.onnx import OnnxBackend
from models.training.dataset import labelled_pictures, labels_folder
from models.training.metrics import Figures, Judged, judge

FLOOR = 0.01
"""Score from which detections enter average precision; the card's threshold is applied afterwards."""
GRID = tuple(np.round(np.arange(0.05, 0.90, 0.01), 2).tolist())
"""Score thresholds tried."""


def open_unfiltered(
    weights: Path, *, threads: int = 2, nms_iou: float | None = None, size_px: int | None = None
) -> Detector:
    """Open a network that reports everything from FLOOR up, optionally at another NMS or input size."""
    card, content = load_weights(weights)
    limits = card.thresholds.model_copy(update={"score": FLOOR} | ({"nms_iou": nms_iou} if nms_iou else {}))
    size = {"input_size_wh": (size_px, size_px)} if size_px else {}
    return Detector(card.model_copy(update={"thresholds": limits, **size}), OnnxBackend.open(content, threads=threads))


def judge_pictures(detector: Detector, folders: Iterable[Path]) -> dict[str, list[Judged]]:
    """Judge every labelled picture of the folders, grouped by source: the first word of the file name.

    Raises:
        DatasetError: a picture or a label file cannot be read.
    """
    groups: dict[str, list[Judged]] = defaultdict(list)
    for folder in folders:
        for item in labelled_pictures(folder, labels_folder(folder)):
            frame = cv2.imread(str(item.picture))
            if frame is None:
                raise DatasetError(f"{item.picture} cannot be read as a picture")
            truth = item.boxes_xyxy(size_wh=(frame.shape[1], frame.shape[0])).astype(np.float32)
            found = detector.detect(frame)
            groups[item.picture.stem.split("_")[0]].append(judge(found.xyxy, found.scores, truth))
    return dict(groups)


def best_score(sets: Sequence[Sequence[Judged]]) -> float:
    """Choose the score threshold with the highest mean F1 over the sets, each set weighing the same."""

    def mean_f1(score: float) -> float:
        return float(np.mean([Figures.of(judged, score=score).f1 or 0.0 for judged in sets]))

    return float(max(GRID, key=mean_f1))


def scores_of(groups: Mapping[str, Sequence[Judged]], *, score: float, dataset: str, split: str) -> list[Score]:
    """Give the card's rows: all pictures together first, then source by source."""
    everything = [item for judged in groups.values() for item in judged]
    rows = [_row(everything, score, dataset, split)]
    if len(groups) > 1:
        rows += [_row(judged, score, f"{dataset}: {source}", split) for source, judged in sorted(groups.items())]
    return rows


def _row(judged: Sequence[Judged], score: float, dataset: str, split: str) -> Score:
    figures = Figures.of(judged, score=score)
    measured = {name: value for name, value in vars(figures).items() if name != "f1"}
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in measured.items()}
    return Score(dataset=dataset, split=split, measured=date.today(), **rounded)  # noqa: DTZ011  # a day is enough


def with_scores(card: ModelCard, rows: Iterable[Score]) -> ModelCard:
    """Return the card with these rows in place of older ones of the same data set and split."""
    fresh = {(row.dataset, row.split): row for row in rows}
    kept = [row for row in card.scores if (row.dataset, row.split) not in fresh]
    return card.model_copy(update={"scores": (*kept, *fresh.values())})
