"""Cut birds out of a frame, the way a classifier of crops was taught."""

import cv2
import numpy as np
from numpy.typing import NDArray


def cut_crops(frame_bgr: NDArray[np.uint8], xyxy: NDArray[np.float32], *, margin: float) -> list[NDArray[np.uint8]]:
    """Cut a square around each box (n, 4) of a frame: its longer side and `margin` of it on every side.

    Where the square leaves the frame, the frame's rim is repeated; boxes are cut at the frame's edge first, since a
    track that coasts may have left it. A square is at least 2 pixels wide.
    """
    high, wide = frame_bgr.shape[:2]
    inside = np.clip(xyxy, 0, np.array([wide - 1, high - 1] * 2, np.float32))
    return [_cut(frame_bgr, box, margin) for box in inside]


def _cut(frame: NDArray[np.uint8], box: NDArray[np.float32], margin: float) -> NDArray[np.uint8]:
    x0, y0, x1, y1 = (float(value) for value in box)
    side = max(2, round(max(x1 - x0, y1 - y0) * (1 + 2 * margin)))
    left, top = round((x0 + x1 - side) / 2), round((y0 + y1 - side) / 2)
    high, wide = frame.shape[:2]
    before_x, before_y = max(0, -left), max(0, -top)
    after_x, after_y = max(0, left + side - wide), max(0, top + side - high)
    inside = frame[top + before_y : top + side - after_y, left + before_x : left + side - after_x]
    if not any((before_x, before_y, after_x, after_y)):
        return np.ascontiguousarray(inside)
    return np.asarray(cv2.copyMakeBorder(inside, before_y, after_y, before_x, after_x, cv2.BORDER_REPLICATE), np.uint8)
