"""Fit a frame into the network's input and carry boxes back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

STRIDE = 32
"""Pixels per cell of the coarsest grid of a YOLO network: input sides are multiples of it."""
GREY = 114
"""Level of the padding YOLO networks are trained with (ultralytics' letterbox)."""

MOST_CANVASES = 4
"""Ways to lie in the input whose memory is kept, 4 MB each at 640 pixels; pictures of all sizes have many."""


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

    def to_frame(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Carry boxes (n, 4) from input pixels to frame pixels, cut at the frame's edge."""
        wide, high = self.frame_wh
        moved = (xyxy - np.array([self.left, self.top] * 2, np.float32)) / np.float32(self.scale)
        return np.asarray(np.clip(moved, 0, np.array([wide, high] * 2)), np.float32)


class Canvas:
    """The input's memory for frames that lie in it in one way, kept from frame to frame.

    Args:
        letterbox: how they lie.
    """

    def __init__(self, letterbox: Letterbox) -> None:
        (wide, high), (across, down) = letterbox.input_wh, letterbox.scaled_wh
        self._scaled_wh = across, down
        self._padded = np.full((high, wide, 3), GREY, np.uint8)
        self._inside = self._padded[letterbox.top : letterbox.top + down, letterbox.left : letterbox.left + across]
        self._planes = [np.empty((high, wide), np.uint8) for _ in range(3)]
        self._input = np.empty((1, 3, high, wide), np.float32)

    def fill(self, frame: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn a frame (h, w, 3) uint8 BGR into the input (1, 3, H, W) float32 RGB, 0..1, overwritten next time."""
        cv2.resize(frame, self._scaled_wh, dst=self._inside, interpolation=cv2.INTER_LINEAR)
        cv2.split(self._padded, self._planes)
        for plane, target in zip(reversed(self._planes), self._input[0], strict=True):
            np.multiply(plane, np.float32(1 / 255), out=target)
        return self._input


class Canvases:
    """Canvases for the ways in which the frames of a few cameras and their tiles lie in the input."""

    def __init__(self) -> None:
        self._canvases: dict[Letterbox, Canvas] = {}

    def of(self, letterbox: Letterbox) -> Canvas:
        """Return the canvas for frames that lie in this way."""
        canvas = self._canvases.get(letterbox)
        if canvas is None:
            if len(self._canvases) >= MOST_CANVASES:
                self._canvases.clear()
            canvas = self._canvases[letterbox] = Canvas(letterbox)
        return canvas


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
