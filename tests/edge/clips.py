"""Clips that the tests draw themselves: the frame's number is its brightness."""

from pathlib import Path

import cv2
import numpy as np

STEP, DARKEST = 5, 30


def draw_clip(path: Path, *, frames: int = 40, fps: float = 20, size_wh: tuple[int, int] = (64, 48)) -> Path:
    """Write a clip whose frame n is a plain grey of n * STEP + DARKEST."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, size_wh)
    assert writer.isOpened()
    for number in range(frames):
        writer.write(np.full((size_wh[1], size_wh[0], 3), number * STEP + DARKEST, np.uint8))
    writer.release()
    return path


def number_of(image: np.ndarray) -> int:
    """Return which frame of the clip an image is."""
    return round((float(image.mean()) - DARKEST) / STEP)
