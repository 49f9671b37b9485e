"""Draw boxes onto pictures: what is true, what was found, what was missed."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import DatasetError
from models.training.measure.looking import Looked
from models.training.measure.metrics import Boxes

RIGHT, FALSE, MISSED = (80, 200, 60), (50, 50, 230), (0, 170, 255)
"""Colours (BGR) of detections on a bird, of detections on none, and of birds without a detection."""
QUALITY = 88


def draw_boxes(frame: NDArray[np.uint8], boxes: Boxes, colour: tuple[int, int, int]) -> None:
    """Draw boxes (n, 4) xyxy into a picture, in lines as thick as its size asks for."""
    thick = max(1, round(max(frame.shape[:2]) / 640))
    for x0, y0, x1, y1 in np.rint(boxes).astype(int).tolist():
        cv2.rectangle(frame, (x0, y0), (x1, y1), colour, thick, cv2.LINE_AA)


def mark(frame: NDArray[np.uint8], looked: Looked, *, score: float) -> tuple[int, int, int]:
    """Draw right, false and missed boxes at a threshold into a picture and return how many of each there are."""
    judged, kept = looked.judged, looked.scores >= score
    right = np.zeros(len(kept), np.bool_)
    right[np.argsort(-looked.scores, kind="stable")] = judged.hits[:, 0]
    found = judged.found(score=score)
    draw_boxes(frame, looked.truth[~found], MISSED)
    draw_boxes(frame, looked.found[kept & ~right], FALSE)
    draw_boxes(frame, looked.found[kept & right], RIGHT)
    return int((kept & right).sum()), int((kept & ~right).sum()), int((~found).sum())


def draw_judged(frame: NDArray[np.uint8], looked: Looked, *, score: float) -> NDArray[np.uint8]:
    """Return a copy of a picture with right, false and missed boxes at a threshold, and their numbers above it."""
    drawn = frame.copy()
    counts = mark(drawn, looked, score=score)
    return captioned(drawn, list(zip(("right", "false", "missed"), counts, (RIGHT, FALSE, MISSED), strict=True)))


def captioned(frame: NDArray[np.uint8], words: list[tuple[str, int, tuple[int, int, int]]]) -> NDArray[np.uint8]:
    """Return a picture with a dark strip above it that says what its colours mean, and how many of each there are."""
    scale = max(0.4, frame.shape[1] / 1280)
    high = round(28 * scale)
    strip = np.full((high, frame.shape[1], 3), 30, np.uint8)
    left = round(8 * scale)
    for word, number, colour in words:
        text = f"{number} {word}"
        cv2.putText(
            strip, text, (left, round(high * 0.72)), cv2.FONT_HERSHEY_SIMPLEX, 0.7 * scale, colour, 1, cv2.LINE_AA
        )
        left += cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.7 * scale, 1)[0][0] + round(20 * scale)
    return np.vstack([strip, frame])


def write_jpeg(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture as JPEG, making its folder.

    Raises:
        DatasetError: the file is there already, or cannot be written.
    """
    if path.exists():
        raise DatasetError(f"{path} is there already: give a new or empty folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY]):
        raise DatasetError(f"{path} cannot be written: is the disk full, or the folder write-protected?")
