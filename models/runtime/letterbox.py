"""Fit a frame into the network's input and carry boxes back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

STRIDE = 32
"""Pixels per cell of the coarsest grid of a YOLO network: input sides are multiples of it."""
GREY = 114
"""Level of the padding YOLO networks are trained with (ultralytics' letterbox)."""


@dataclass(frozen=True)
class Letterbox:
    """How a frame lies inside the input: scaled by `scale`, then moved by (`left`, `top`) pixels."""

    frame_wh: tuple[int, int]
    input_wh: tuple[int, int]
    scale: float
    left: int
    top: int

    @property
    def scaled_wh(self) -> tuple[int, int]:
        """Size of the scaled frame, pixels."""
        wide, high = self.frame_wh
        return max(1, round(wide * self.scale)), max(1, round(high * self.scale))

    def fill(self, frame: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn a frame (h, w, 3) uint8 BGR into the input (1, 3, H, W) float32 RGB, 0..1."""
        padded = np.full((self.input_wh[1], self.input_wh[0], 3), GREY, np.uint8)
        wide, high = self.scaled_wh
        inside = padded[self.top : self.top + high, self.left : self.left + wide]
        cv2.resize(frame, (wide, high), dst=inside, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.dnn.blobFromImage(padded, 1 / 255, swapRB=True), np.float32)

    def to_frame(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Carry boxes (n, 4) from input pixels to frame pixels, cut at the frame's edge."""
        wide, high = self.frame_wh
        moved = (xyxy - np.array([self.left, self.top] * 2, np.float32)) / np.float32(self.scale)
        return np.asarray(np.clip(moved, 0, np.array([wide, high] * 2)), np.float32)


def fit(frame_wh: tuple[int, int], limit_wh: tuple[int, int], *, exact: bool = False) -> Letterbox:
    """Fit a frame into the smallest input (multiples of 32) that holds it at the scale `limit_wh` allows.

    With `exact` the input is `limit_wh` itself, for networks converted to one size.
    """
    wide, high = frame_wh
    scale = min(limit_wh[0] / wide, limit_wh[1] / high)
    scaled = max(1, round(wide * scale)), max(1, round(high * scale))
    input_wh = limit_wh if exact else (_up(scaled[0]), _up(scaled[1]))
    return Letterbox(frame_wh, input_wh, scale, (input_wh[0] - scaled[0]) // 2, (input_wh[1] - scaled[1]) // 2)


def _up(side: int) -> int:
    return -(-side // STRIDE) * STRIDE
