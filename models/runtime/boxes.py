"""From a YOLO one-to-many head's raw output to boxes: threshold, non-maximum suppression, and no silent limit.

The raw output is (1, 4 + classes, anchors): centre x, centre y, width, height in input pixels, then a score per class.
"""

import logging

import cv2
import numpy as np
from numpy.typing import NDArray

from models.card import Thresholds
from models.runtime.detections import Detections
from models.runtime.letterbox import Letterbox

log = logging.getLogger(__name__)


def decode(raw: NDArray[np.float32], letterbox: Letterbox, thresholds: Thresholds) -> Detections:
    """Turn raw output into detections in frame pixels.

    Raises:
        ValueError: `raw` is not the output of a one-to-many head.
    """
    if raw.ndim != 3 or raw.shape[0] != 1 or raw.shape[1] < 5:  # noqa: PLR2004  # box and one class
        raise ValueError(f"expected (1, 4 + classes, anchors), got {raw.shape}")
    rows = raw[0].T
    best = rows[:, 4:].argmax(axis=1)
    scores = rows[np.arange(len(rows)), 4 + best]
    likely = scores >= thresholds.score
    if not likely.any():
        return Detections.none()
    rows, scores, best = rows[likely], scores[likely], best[likely]
    xywh = np.hstack([rows[:, :2] - rows[:, 2:4] / 2, rows[:, 2:4]])
    kept = suppress(xywh, scores, best, thresholds)
    xyxy = np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])[kept].astype(np.float32)
    return Detections(letterbox.to_frame(xyxy), scores[kept].astype(np.float32), best[kept].astype(np.int64))


def suppress(
    xywh: NDArray[np.float32], scores: NDArray[np.float32], classes: NDArray[np.int64], thresholds: Thresholds
) -> NDArray[np.int64]:
    """Return the rows that survive non-maximum suppression within their class, best score first."""
    found = cv2.dnn.NMSBoxesBatched(
        xywh.tolist(), scores.tolist(), classes.tolist(), thresholds.score, thresholds.nms_iou
    )
    kept = np.asarray(found, np.int64).reshape(-1)
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    if len(kept) > thresholds.max_boxes:
        log.warning(
            "%d boxes found, only the best %d are kept: the count is too low; raise max_boxes on the card",
            len(kept),
            thresholds.max_boxes,
        )
    return kept[: thresholds.max_boxes]
