"""A floor on which birds are laid one over the other, remembering which pixel shows which bird."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.training.scenes.sprites import Sprite

SOLID = 0.4
"""Alpha from which a pixel counts as bird."""
MIN_VISIBLE = 0.25
"""Share of a bird that must show for it to be labelled."""
MIN_PIXELS = 30


@dataclass(frozen=True)
class Pose:
    """How a bird lies on the stage; `length_px` is the side of a square of the bird's outline."""

    length_px: float
    turn_degrees: float
    mirrored: bool = False
    stretch: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class _Laid:
    window: tuple[slice, slice]
    whole_px: int


class Stage:
    """The picture being composed.

    Args:
        floor: (h, w, 3) uint8.
        shadow: where shadows fall, in bird lengths right and down.
    """

    def __init__(self, floor: np.ndarray, *, shadow: tuple[float, float] = (0.1, 0.1)) -> None:
        self.image = floor.astype(np.float32)
        self.owner = np.full(floor.shape[:2], -1, np.int32)
        self._shadow = shadow
        self._laid: list[_Laid] = []

    def paste(
        self, bird: Sprite, pose: Pose, centre: tuple[float, float], rng: np.random.Generator | None = None
    ) -> int:
        """Lay a bird over what is there, centred at (x, y) pixels, and return its number.

        `rng` varies the depth of the shadow; without it the shadow is of middle depth.
        """
        patch = posed(bird, pose)
        side = patch.shape[0]
        left, top = int(centre[0] - side / 2), int(centre[1] - side / 2)
        high, wide = self.image.shape[:2]
        window = (slice(max(top, 0), min(top + side, high)), slice(max(left, 0), min(left + side, wide)))
        inner = (
            slice(window[0].start - top, window[0].stop - top),
            slice(window[1].start - left, window[1].stop - left),
        )
        number = len(self._laid)
        whole = int((patch[..., 3] > SOLID).sum())
        if window[0].stop <= window[0].start or window[1].stop <= window[1].start:
            self._laid.append(_Laid((slice(0, 0), slice(0, 0)), whole))
            return number
        self._laid.append(_Laid(window, whole))
        depth = 0.45 if rng is None else rng.uniform(0.15, 0.7)
        shade = (cast_shadow(patch[..., 3], self._shadow, pose.length_px) * depth)[inner][..., None]
        alpha = patch[inner][..., 3:]
        under = self.image[window] * (1 - shade)
        self.image[window] = under * (1 - alpha) + patch[inner][..., :3] * alpha
        self.owner[window][alpha[..., 0] > SOLID] = number
        return number

    def cover(self, layer: np.ndarray, mask: np.ndarray) -> None:
        """Lay a thing that is no bird over everything: `layer` (h, w, 3) where `mask` (h, w) bool is true."""
        self.image[mask] = layer[mask]
        self.owner[mask] = -1

    def fill(self, corners: np.ndarray, colour: tuple[float, float, float]) -> None:
        """Fill a polygon (n, 2) of pixels that is no bird; it hides the birds below."""
        points = np.rint(corners).astype(np.int32)
        cv2.fillPoly(self.image, [points], colour)
        cv2.fillPoly(self.owner, [points], -1)

    def visible_boxes(self) -> np.ndarray:
        """Return (n, 4) float32 xyxy pixels around the visible part of every bird that shows enough."""
        found = (self.visible_box(number) for number in range(len(self._laid)))
        return np.array([box for box in found if box is not None], np.float32).reshape(-1, 4)

    def visible_box(self, number: int) -> tuple[int, int, int, int] | None:
        """Return the box around what shows of one bird, or None when it is hidden, outside or too small."""
        laid = self._laid[number]
        ys, xs = np.nonzero(self.owner[laid.window] == number)
        if len(xs) < max(MIN_PIXELS, MIN_VISIBLE * laid.whole_px):
            return None
        top, left = laid.window[0].start, laid.window[1].start
        return int(left + xs.min()), int(top + ys.min()), int(left + xs.max() + 1), int(top + ys.max() + 1)


def posed(bird: Sprite, pose: Pose) -> np.ndarray:
    """Return (s, s, 4) float32 of the bird turned and scaled on a square patch: colour 0..255, alpha 0..1."""
    picture = bird.bgra.astype(np.float32)
    picture[..., :3] *= pose.tint
    picture[..., 3] /= 255
    high, wide = picture.shape[:2]
    scale = pose.length_px / math.sqrt(high * wide)
    if scale < 0.5:  # shrinking below half without blurring first would alias
        picture = blurred(picture, 0.35 / scale)
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), pose.turn_degrees, scale)
    turn = np.diag((pose.stretch * (-1.0 if pose.mirrored else 1.0), 1 / pose.stretch)) @ turn
    side = int(pose.length_px * 2.2) + 6
    turn[:, 2] += np.array((side / 2, side / 2)) - turn @ np.array((wide / 2, high / 2, 1))
    patch = cv2.warpAffine(picture, turn, (side, side))
    return np.asarray(np.clip(patch, 0, (255, 255, 255, 1)), np.float32)


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Blur colour and alpha together, so that the hidden background doesn't bleed into the rim."""
    weighted = np.dstack([picture[..., :3] * picture[..., 3:], picture[..., 3]])
    weighted = cv2.GaussianBlur(weighted, (0, 0), sigma)
    return np.dstack([weighted[..., :3] / np.maximum(weighted[..., 3:], 0.02), weighted[..., 3]])


def cast_shadow(alpha: np.ndarray, shadow: tuple[float, float], length_px: float) -> np.ndarray:
    """Return (s, s) float32, the soft shadow of a bird moved by `shadow` bird lengths."""
    move = np.array([[1, 0, shadow[0] * length_px], [0, 1, shadow[1] * length_px]], np.float32)
    moved = cv2.warpAffine(alpha, move, alpha.shape[::-1])
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), max(1.0, length_px * 0.08)))
