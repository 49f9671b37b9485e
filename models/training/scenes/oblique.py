"""A house seen obliquely: how the floor runs away from the camera, the wall behind it, lines of feeders above it."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.training.scenes.floors import FITTINGS


@dataclass(frozen=True)
class View:
    """How the camera looks at the floor.

    Args:
        horizon: share of the height above which there is no floor (0 looks straight down).
        near_px: length of a bird at the lower edge.
        far_px: length of a bird at the horizon.
    """

    horizon: float
    near_px: float
    far_px: float

    def length_px(self, y: float, height: int) -> float:
        """Length of a bird standing at row `y`."""
        share = (y / height - self.horizon) / (1 - self.horizon)
        return self.far_px + (self.near_px - self.far_px) * max(0.0, share)


def raise_wall(image: np.ndarray, view: View, rng: np.random.Generator) -> None:
    """Draw what lies behind the floor: a wall, a roof with lamps, far fittings."""
    edge = int(view.horizon * image.shape[0])
    tone = np.clip(rng.uniform(40, 210) + rng.normal(0, 18, 3), 0, 255)
    image[:edge] = tone * np.linspace(rng.uniform(0.5, 1), 1, max(edge, 1))[:, None, None]
    wide = image.shape[1]
    for _ in range(rng.integers(0, 14)):
        x, y = int(rng.uniform(0, wide)), int(rng.uniform(0, max(edge, 1)))
        size = int(rng.integers(1, 8))
        if rng.random() < 0.5:
            cv2.circle(image, (x, y), size, (250, 250, 250), -1, cv2.LINE_AA)
        else:
            cv2.rectangle(image, (x, 0), (x + size, edge), (tone * rng.uniform(0.4, 1.3)).tolist(), -1)


def hang_line(rng: np.random.Generator, view: View, size_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a pipe with feeders or drinkers that runs from the horizon towards the camera.

    Returns its picture (s, s, 3) uint8 and mask (s, s) bool; they hide birds, and must not be counted themselves.
    """
    layer, mask = np.zeros((size_px, size_px, 3), np.uint8), np.zeros((size_px, size_px), np.uint8)
    colour = (35, 35, 190) if rng.random() < 0.6 else FITTINGS[rng.integers(len(FITTINGS))]
    far = np.array((rng.uniform(-0.2, 1.2) * size_px, view.horizon * size_px))
    near = np.array((rng.uniform(-0.5, 1.5), rng.uniform(0.7, 1.2))) * size_px
    shape = hang_feeder if rng.random() < 0.5 else hang_drinker
    gap = rng.uniform(0.3, 0.9)  # between two of them, measured in the distance of the nearest one
    for step in range(14, -1, -1):
        place = far + (near - far) / (1 + step * gap)
        side = view.length_px(place[1], size_px) * rng.uniform(0.75, 0.85)
        shape(layer, mask, (int(place[0]), int(place[1])), max(3, int(side)), colour)
    thick = max(1, int(view.length_px(float(near[1]), size_px) * 0.12))
    wedge = np.stack([far - 1, far + 1, near + np.array((thick, 0)), near - np.array((thick, 0))]).astype(np.int32)
    for picture, tone in ((layer, (165, 165, 165)), (mask, 255)):
        cv2.fillConvexPoly(picture, wedge, tone, cv2.LINE_AA)
    return layer, mask > 127  # half of 255


def hang_feeder(
    layer: np.ndarray, mask: np.ndarray, top: tuple[int, int], side: int, colour: tuple[int, int, int]
) -> None:
    """Hang a pan feeder: a cone that widens into a pan, `side` pixels high."""
    x, y = top
    pan = (x, y + side)
    cone = np.array([(x - side // 8, y), (x + side // 8, y), (x + side // 3, y + side), (x - side // 3, y + side)])
    dark = tuple(int(level * 0.6) for level in colour)
    for picture, body, rim in ((layer, colour, dark), (mask, 255, 255)):
        cv2.ellipse(picture, pan, (max(1, side // 2), max(1, side // 6)), 0, 0, 360, rim, -1)
        cv2.fillConvexPoly(picture, cone, body)


def hang_drinker(
    layer: np.ndarray, mask: np.ndarray, top: tuple[int, int], side: int, colour: tuple[int, int, int]
) -> None:
    """Hang a nipple with its drip cup, `side` pixels high."""
    x, y = top
    for picture, tone in ((layer, colour), (mask, 255)):
        cv2.rectangle(picture, (x - side // 14, y), (x + side // 14, y + side // 2), tone, -1)
        cv2.ellipse(picture, (x, y + side // 2), (max(1, side // 4), max(1, side // 9)), 0, 0, 360, tone, -1)
