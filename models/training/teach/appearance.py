"""Cut labelled birds out of a data set into a folder per class: for a classifier of what birds look like.

A farm's own verdicts become such a data set; see models/recipes/appearance.md.
"""

from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from models.runtime.crops import cut_crops
from models.runtime.photo import read_picture
from models.training.data.dataset import Labelled, labelled_pictures, labels_folder
from models.training.data.layout import read_layout

LARGEST_PX = 256
"""Crops are shrunk to this side: more than a classifier looks at."""


def write_labelled_crops(dataset: Path, out: Path, *, margin: float, smallest_px: int) -> dict[str, int]:
    """Write <out>/<split>/<class>/<picture>_<box>.jpg and return how many crops each `split/class` holds.

    The split of the data set is kept: pictures of one scene must lie on one side of it.

    Raises:
        DatasetError: the data set cannot be read.
    """
    layout = read_layout(dataset)
    counts: dict[str, int] = defaultdict(int)
    for split, folders in (("train", layout.train), ("val", layout.val)):
        for folder in folders:
            for item in labelled_pictures(folder, labels_folder(folder)):
                for index, name, crop in labelled_crops(item, layout.classes, margin, smallest_px):
                    target = out / split / name
                    target.mkdir(parents=True, exist_ok=True)
                    cv2.imwrite(str(target / f"{item.picture.stem}_{index}.jpg"), crop)
                    counts[f"{split}/{name}"] += 1
    return dict(counts)


def labelled_crops(
    item: Labelled, classes: tuple[str, ...], margin: float, smallest_px: int
) -> list[tuple[int, str, np.ndarray]]:
    """Cut the birds of one picture: number of the box, class, and the square crop (h, h, 3) uint8."""
    picture = read_picture(item.picture)
    boxes = item.boxes_xyxy(size_wh=(picture.shape[1], picture.shape[0])).astype(np.float32)
    kept = np.flatnonzero((boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) >= smallest_px)
    crops = cut_crops(picture, boxes[kept], margin=margin)
    names = [classes[int(item.rows[index, 0])] for index in kept]
    return [(int(i), name, shrunk(crop)) for i, name, crop in zip(kept, names, crops, strict=True)]


def shrunk(crop: np.ndarray) -> np.ndarray:
    """Return a square crop of at most LARGEST_PX."""
    if crop.shape[0] <= LARGEST_PX:
        return crop
    return np.asarray(cv2.resize(crop, (LARGEST_PX, LARGEST_PX), interpolation=cv2.INTER_AREA))
