"""A frame with its boxes -> a small JPEG and boxes in its pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.messages import BOXES_MAX, Box
from edge.vision.camera import Image

WIDTH_MOST = 960
JPEG_QUALITY = 75


@dataclass(frozen=True, slots=True)
class Picture:
    """What a Snapshot holds: nothing is drawn into the picture, the boxes stand beside it.

    Attributes:
        jpeg: the picture.
        size_wh: its width and height, in pixels.
        boxes: in its pixels, best first.
    """

    jpeg: bytes
    size_wh: tuple[int, int]
    boxes: list[Box]


def small_picture(image: Image, xyxy: NDArray[np.float32], scores: NDArray[np.float32]) -> Picture:
    """Shrink a frame to at most 960 pixels of width, boxes with it.

    Args:
        image: (height, width, 3) uint8, BGR.
        xyxy: (n, 4) left, top, right, bottom in its pixels.
        scores: (n,) 0 to 1.
    """
    height, width = image.shape[:2]
    scale = min(1.0, WIDTH_MOST / width)
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA) if scale < 1 else image
    _whole, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return Picture(data.tobytes(), size_wh, boxes_in(xyxy * scale, scores, size_wh))


def boxes_in(xyxy: NDArray[np.float32], scores: NDArray[np.float32], size_wh: tuple[int, int]) -> list[Box]:
    """Return boxes (n, 4) as the contract has them, best first, cut at the edge of a picture of ``size_wh``."""
    best = np.argsort(-scores)[:BOXES_MAX]
    inside = np.clip(xyxy[best], 0, np.array([*size_wh, *size_wh], dtype=np.float32))
    rows = zip(inside.round(1).tolist(), scores[best].tolist(), strict=True)
    return [Box(xyxy=(row[0], row[1], row[2], row[3]), score=round(min(1.0, score), 3)) for row, score in rows]
