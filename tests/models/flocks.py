"""Large flocks with known places: birds of the demo clip, put on its bare floor."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.camera_config import SHIPPED_CLIP

MARGIN = 8
"""Floor around a cut-out bird, pixels."""
FLOOR = (540, 130, 700, 220)
"""A part of the first frame without birds."""
SINGLES = ((522, 42, 583, 110), (431, 118, 511, 189), (361, 67, 405, 155), (472, 227, 569, 297), (740, 108, 784, 201))
"""Birds of the first frame that stand alone, left, top, right, bottom."""

Picture = NDArray[np.uint8]


def first_frame() -> Picture:
    """Read the first frame of the shipped clip."""
    frame: Picture = cv2.VideoCapture(str(SHIPPED_CLIP)).read()[1]
    return frame


def floor(size_wh: tuple[int, int]) -> Picture:
    """Spread the bare floor over a picture."""
    left, top, right, bottom = FLOOR
    patch = cv2.GaussianBlur(first_frame(), (0, 0), 6)[top:bottom, left:right]  # no specks that look like chicks
    patch = np.hstack([patch, patch[:, ::-1]])
    patch = np.vstack([patch, patch[::-1]])
    times = -(-size_wh[1] // patch.shape[0]), -(-size_wh[0] // patch.shape[1]), 1
    return np.ascontiguousarray(np.tile(patch, times)[: size_wh[1], : size_wh[0]])


def birds(scale: float = 1.0) -> list[Picture]:
    """Cut out the single birds, with a margin of floor."""
    frame = first_frame()
    cuts = [
        frame[top - MARGIN : bottom + MARGIN, left - MARGIN : right + MARGIN] for left, top, right, bottom in SINGLES
    ]
    return [cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for cut in cuts]


def flock(
    size_wh: tuple[int, int], centres: Iterable[tuple[int, int]], scale: float = 1.0
) -> tuple[Picture, np.ndarray]:
    """Put a bird at each centre; return the picture and the true boxes (n, 4) xyxy."""
    picture, cast, boxes = floor(size_wh), birds(scale), []
    for number, (x, y) in enumerate(centres):
        bird = cast[number % len(cast)]
        high, wide = bird.shape[:2]
        left, top = x - wide // 2, y - high // 2
        # The edge of the cut-out fades into the floor, so that no rectangle is seen.
        soft = np.zeros((high, wide, 1), np.float32)
        rim = max(2, round(MARGIN * scale / 2))
        soft[rim:-rim, rim:-rim] = 1
        soft = cv2.blur(soft, (rim, rim))[..., None]
        there = picture[top : top + high, left : left + wide]
        there[:] = np.rint(soft * bird + (1 - soft) * there)
        inside = MARGIN * scale
        boxes.append((left + inside, top + inside, left + wide - inside, top + high - inside))
    return picture, np.array(boxes, np.float32)
