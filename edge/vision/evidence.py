"""A frame and a box -> the small picture that a finding rests on. Nothing is drawn in; the box stands beside it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.messages import Box
from edge.vision.camera import Image

MOST_BYTES = 60_000
"""What a phone on a field's network loads at once; findings are many a season, and each is kept."""
MOST_PX = 800
LEAST_PX = 160
CONTEXT = 1.5
"""Lengths of the box's longer side shown on each side of it: enough to see what the neighbours do."""
LEAST_SHARE = 0.25
"""And never less than this share of the frame's shorter side: a lone chick in a close-up means nothing."""
QUALITIES = (85, 75, 65, 50, 35)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a HealthFinding shows.

    Attributes:
        jpeg: the picture, at most 60 kB.
        size_wh: its width and height, in pixels.
        box: the bird or group in its pixels.
    """

    jpeg: bytes
    size_wh: tuple[int, int]
    box: Box


def evidence(image: Image, xyxy: NDArray[np.float32] | None, score: float, *, most_bytes: int = MOST_BYTES) -> Evidence:
    """Cut a bird or a group with its surroundings out of a frame.

    Args:
        image: (height, width, 3) uint8, BGR.
        xyxy: (4,) in its pixels; None for the whole frame.
        score: of the finding, 0 to 1.
        most_bytes: what the picture may weigh; kept unless it would need less than 160 pixels.
    """
    high, wide = image.shape[:2]
    whole = np.array([0, 0, wide, high], np.float32)
    box = whole if xyxy is None else np.clip(xyxy, 0, whole[[2, 3, 2, 3]]).astype(np.float32)
    left, top, right, bottom = _around(box, wide, high)
    cut = image[top:bottom, left:right]
    most_px = MOST_PX
    while True:
        scale = min(1.0, most_px / max(cut.shape[:2]))
        size_wh = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
        small = cv2.resize(cut, size_wh, interpolation=cv2.INTER_AREA) if scale < 1 else cut
        jpeg = _light_enough(small, most_bytes)
        if len(jpeg) <= most_bytes or most_px <= LEAST_PX:
            inside = (box - np.array([left, top, left, top])) * np.tile(np.array(size_wh) / cut.shape[1::-1], 2)
            return Evidence(jpeg, size_wh, _box(inside, size_wh, score))
        most_px = round(most_px * 0.75)


def _around(box: NDArray[np.float32], wide: int, high: int) -> tuple[int, int, int, int]:
    """Return the part of the frame that is shown; at the frame's edge it is moved inwards, not cut."""
    size = box[2:] - box[:2]
    side = max(float(size.max()) * (1 + 2 * CONTEXT), LEAST_SHARE * min(wide, high), 2.0)
    shown = np.minimum(math.ceil(side), (wide, high))
    low = np.clip(np.floor((box[:2] + box[2:] - side) / 2), 0, (wide, high) - shown).astype(int)
    return int(low[0]), int(low[1]), int(low[0] + shown[0]), int(low[1] + shown[1])


def _light_enough(image: Image, most_bytes: int) -> bytes:
    data = b""
    for quality in QUALITIES:
        _whole, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        data = encoded.tobytes()
        if len(data) <= most_bytes:
            break
    return data


def _box(inside: NDArray[np.float64], size_wh: tuple[int, int], score: float) -> Box:
    edges = np.clip(inside, 0, (*size_wh, *size_wh)).round(1).tolist()
    return Box(xyxy=(edges[0], edges[1], edges[2], edges[3]), score=round(min(1.0, max(0.0, score)), 3))
