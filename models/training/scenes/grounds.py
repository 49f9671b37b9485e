"""Bare grounds, and a photo's middle laid on another ground, so that a classifier cannot go by the ground."""

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np

from models.training.scenes.floors import draw_floor

Item = TypeVar("Item")

SIDE_PX = 256
"""Side of made pictures: a little more than a classifier's input, so that it can crop."""


def pick(items: Sequence[Item], rng: np.random.Generator) -> Item:
    """Return one of the items."""
    return items[int(rng.integers(len(items)))]


def corner_ground(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return (SIDE_PX, SIDE_PX, 3) uint8 of bare ground grown out of one corner of a photo whose subject is central.

    Half of the grounds are enlarged, half mirrored side by side, so that neither blur nor symmetry means "no subject".
    """
    high, wide = photo.shape[:2]
    down, across = int(high * rng.uniform(0.2, 0.32)), int(wide * rng.uniform(0.2, 0.32))
    top, left = int(rng.choice([0, high - down])), int(rng.choice([0, wide - across]))
    patch = photo[top : top + down, left : left + across]
    if rng.random() < 0.5:
        return np.asarray(cv2.resize(patch, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC))
    reach_y, reach_x = SIDE_PX - down, SIDE_PX - across
    before_y, before_x = int(rng.integers(reach_y)), int(rng.integers(reach_x))
    return np.asarray(
        cv2.copyMakeBorder(patch, before_y, reach_y - before_y, before_x, reach_x - before_x, cv2.BORDER_REFLECT)
    )


def window(picture: np.ndarray, rng: np.random.Generator, *, smallest: float = 0.25) -> np.ndarray:
    """Return a random square window, at least `smallest` of the shorter side, as (SIDE_PX, SIDE_PX, 3) uint8."""
    high, wide = picture.shape[:2]
    side = max(8, int(min(high, wide) * rng.uniform(smallest, 1)))
    top, left = int(rng.integers(high - side + 1)), int(rng.integers(wide - side + 1))
    way = cv2.INTER_AREA if side > SIDE_PX else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture[top : top + side, left : left + side], (SIDE_PX, SIDE_PX), interpolation=way))


def any_ground(photos: Sequence[np.ndarray], others: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return one ground: of another photo's corner, drawn, or out of any other picture; half of them recoloured."""
    kind = rng.choice(["corner", "drawn", "other"], p=[0.55, 0.25, 0.2])
    if kind == "other" and others:
        ground = window(pick(others, rng), rng)
    elif kind == "corner" and photos:
        ground = corner_ground(pick(photos, rng), rng)
    else:
        ground = draw_floor(rng, (SIDE_PX, SIDE_PX), fittings=False)
    return recoloured(ground, rng) if rng.random() < 0.5 else ground


def recoloured(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn hue, saturation and brightness of a whole picture freely."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(0, 180)) % 180
    hsv[..., 1:] = np.clip(hsv[..., 1:] * rng.uniform((0.3, 0.7), (1.7, 1.3)), 0, 255)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR))


def relit(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Show a picture under another lamp, from cold to the red of a heat lamp, each colour channel up to 15 % beside it.

    At its warmest blue is 0.64 and red 1.24 times as strong.
    """
    warmth = rng.uniform(-0.25, 0.6)
    lamp = np.array((1 - 0.6 * warmth, 1, 1 + 0.4 * warmth)) * rng.uniform(0.85, 1.15, 3)
    return np.asarray(np.clip(picture * lamp, 0, 255), np.uint8)


def swap_ground(
    photo: np.ndarray, ground: np.ndarray, rng: np.random.Generator, *, smallest: float = 0.5
) -> np.ndarray:
    """Lay the middle of a photo, `smallest` to 0.75 of its side, on a ground, with a soft, uneven rim.

    Both become (SIDE_PX, SIDE_PX, 3) uint8.
    """
    subject = cv2.resize(photo, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    down, across = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    reach = rng.uniform(smallest, 0.75) * rng.uniform(0.8, 1.2, 2)
    wobble = cv2.resize(rng.uniform(-0.2, 0.2, (6, 6)), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    distance = np.hypot(across / reach[0], down / reach[1]) + wobble
    share = np.clip((1 - distance) / rng.uniform(0.1, 0.35) + 0.5, 0, 1)[..., None]
    gain = rng.uniform(0.8, 1.2) * subject.mean() / max(float(ground.mean()), 1.0)  # one light for both
    lit = np.clip(ground * np.clip(gain, 0.4, 2.0), 0, 255)
    return np.asarray(subject * share + lit * (1 - share), np.uint8)
