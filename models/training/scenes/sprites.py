"""Birds cut free of labelled pictures, ready to be pasted on a drawn floor.

GrabCut separates bird and background inside the labelled box; what does not look like one whole bird afterwards
(too empty, too full, ragged, touching another bird's box) is thrown away rather than repaired.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.errors import DatasetError
from models.training.data.dataset import Labelled, labelled_pictures

MAX_SIDE_PX = 200
MARGIN = 0.15
"""Background kept around the box for GrabCut to learn from, as a share of the longer side."""


@dataclass(frozen=True)
class Sprite:
    """One bird without its background.

    Args:
        bgra: (h, w, 4) uint8, alpha 0 where there is no bird.
        kind: `chick` or `adult`.
        view: `side` (stands upright in its picture) or `top` (may lie in any direction).
        grey: True when the source picture has no colour; the scene then tints it.
        source: file name of the picture it was cut from, or `drawn`.
    """

    bgra: np.ndarray
    kind: str
    view: str
    grey: bool
    source: str


def harvest(pictures: Path, labels: Path, *, skip: frozenset[str] = frozenset()) -> list[Sprite]:
    """Cut every usable bird out of a folder of labelled pictures (file stems in `skip` are left out)."""
    found: list[Sprite] = []
    for item in labelled_pictures(pictures, labels):
        if item.picture.stem not in skip:
            found.extend(cut_out(item))
    return found


def cut_out(item: Labelled) -> Iterator[Sprite]:
    """Yield the birds of one picture that come out whole.

    Raises:
        DatasetError: the picture cannot be read.
    """
    image = cv2.imread(str(item.picture))
    if image is None:
        raise DatasetError(f"{item.picture} cannot be read as a picture")
    boxes = item.boxes_xyxy(size_wh=(image.shape[1], image.shape[0]))
    grey = bool(np.ptp(image.astype(np.int16), axis=2).mean() < 4)  # JPEG leaves a little colour
    for index, box in enumerate(boxes):
        if is_free(box, np.delete(boxes, index, axis=0), image.shape):
            bgra = separate(image, box)
            if bgra is not None:
                yield Sprite(bgra, kind_of(item.picture.stem), "side", grey, item.picture.name)


def kind_of(stem: str) -> str:
    """Say what the sources of data/flock show: two of them chicks, the others adult birds."""
    return "chick" if stem.startswith(("chickcounter_", "chickencount_")) else "adult"


def is_free(box: np.ndarray, others: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Check that a box is large enough, not cut by the picture's edge, and hardly covered by another box."""
    x0, y0, x1, y1 = box
    side = min(x1 - x0, y1 - y0)
    at_edge = x0 < 3 or y0 < 3 or x1 > shape[1] - 3 or y1 > shape[0] - 3  # pixels
    if side < 36 or (at_edge and side < 120):  # pixels
        return False
    if not len(others):
        return True
    wide = np.clip(np.minimum(others[:, 2], x1) - np.maximum(others[:, 0], x0), 0, None)
    high = np.clip(np.minimum(others[:, 3], y1) - np.maximum(others[:, 1], y0), 0, None)
    return bool((wide * high).max() / ((x1 - x0) * (y1 - y0)) < 0.25)  # a quarter covered


def separate(image: np.ndarray, box: np.ndarray) -> np.ndarray | None:
    """Return (h, w, 4) uint8 of the bird inside `box` (xyxy pixels), or None when no clean shape comes out."""
    crop, inner = crop_around(image, box)
    mask = np.zeros(crop.shape[:2], np.uint8)
    cv2.setRNGSeed(0)  # GrabCut starts from k-means: without a seed no two harvests are alike
    try:
        cv2.grabCut(crop, mask, inner, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_RECT)
    except cv2.error:
        return None  # no background left outside the box
    bird = largest_piece(((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8))
    if bird is None or not looks_whole(bird, inner):
        return None
    bird = cv2.morphologyEx(bird, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    alpha = cv2.GaussianBlur(cv2.erode(bird * 255, np.ones((3, 3), np.uint8)), (0, 0), 1)
    x, y, wide, high = cv2.boundingRect(bird)
    return np.ascontiguousarray(np.dstack([crop, alpha])[y : y + high, x : x + wide])


def crop_around(image: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Cut `box` with a margin, shrink to MAX_SIDE_PX, and say where the box (x, y, w, h) now lies."""
    x0, y0, x1, y1 = (int(v) for v in box)
    margin = int(MARGIN * max(x1 - x0, y1 - y0))
    left, top = max(0, x0 - margin), max(0, y0 - margin)
    crop = image[top : y1 + margin, left : x1 + margin]
    scale = min(1.0, MAX_SIDE_PX / max(crop.shape[:2]))
    crop = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    x, y = int((x0 - left) * scale), int((y0 - top) * scale)
    wide = min(int((x1 - x0) * scale), crop.shape[1] - x - 1)
    high = min(int((y1 - y0) * scale), crop.shape[0] - y - 1)
    return crop, (x, y, wide, high)


def largest_piece(mask: np.ndarray) -> np.ndarray | None:
    """Keep the largest connected piece of a 0/1 mask; None when the mask is empty."""
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:  # the background is piece 0
        return None
    return np.asarray(pieces == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()), np.uint8)


def looks_whole(bird: np.ndarray, inner: tuple[int, int, int, int]) -> bool:
    """Accept a shape that spans its box, fills it as a bird does, and is not ragged."""
    _, _, wide, high = cv2.boundingRect(bird)
    area = float(bird.sum())
    hull = cv2.contourArea(cv2.convexHull(cv2.findNonZero(bird)))
    spans = min(wide / inner[2], high / inner[3]) >= 0.75
    fills = 0.33 < area / (inner[2] * inner[3]) < 0.85
    return spans and fills and area / max(hull, 1.0) >= 0.72
