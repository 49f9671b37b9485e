"""What every kind of synthetic picture is in the end."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Scene:
    """A picture (h, w, 3) uint8 and the boxes (n, 4) float32 xyxy, in pixels, of the birds that can be seen."""

    image: np.ndarray
    boxes: np.ndarray


SMALLEST_PX = 6
"""Sides from which a bird is labelled: of smaller ones not even a person could say what they are."""
KEPT = 0.35
"""Share of a box that must lie within a part of the picture for it to be kept."""


def shrunk(scene: Scene, size_wh: tuple[int, int]) -> Scene:
    """Make a scene smaller; birds that become specks lose their boxes."""
    scale = np.array(size_wh) / scene.image.shape[1::-1]
    boxes = scene.boxes * np.tile(scale, 2).astype(np.float32)
    image = cv2.resize(scene.image, size_wh, interpolation=cv2.INTER_AREA)
    return Scene(image, boxes[(boxes[:, 2:] - boxes[:, :2]).min(axis=1) >= SMALLEST_PX])


def part(rng: np.random.Generator, scene: Scene, side_px: int) -> Scene:
    """Cut a random square out of a scene; boxes are cut with it."""
    high, wide = scene.image.shape[:2]
    left, top = int(rng.integers(wide - side_px + 1)), int(rng.integers(high - side_px + 1))
    moved = scene.boxes - np.tile(np.array((left, top), np.float32), 2)
    cut = np.clip(moved, 0, side_px)
    inside = np.prod(cut[:, 2:] - cut[:, :2], axis=1) / np.prod(moved[:, 2:] - moved[:, :2], axis=1)
    large = (cut[:, 2:] - cut[:, :2]).min(axis=1) >= SMALLEST_PX
    image = np.ascontiguousarray(scene.image[top : top + side_px, left : left + side_px])
    return Scene(image, cut[(inside >= KEPT) & large])


def yolo_line(box: np.ndarray, size_wh: tuple[int, int]) -> str:
    """Write one xyxy box in pixels as a YOLO label line of class 0."""
    x0, y0, x1, y1 = (float(v) for v in box / np.tile(np.array(size_wh, np.float64), 2))
    return f"0 {(x0 + x1) / 2:.6f} {(y0 + y1) / 2:.6f} {x1 - x0:.6f} {y1 - y0:.6f}\n"
