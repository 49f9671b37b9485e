"""What a foreign data set is read into: pictures with named boxes in pixels, and what was wrong on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from models.errors import DatasetError
from models.training.data.layout import SUFFIXES

LEAST_PX = 0.5
"""Boxes narrower or lower than this after they are cut at the picture's edge are dropped."""


@dataclass(frozen=True, eq=False)
class Marked:
    """A picture with its boxes.

    Args:
        picture: its file.
        stem: name it gets.
        size_wh: size the boxes are meant for, pixels.
        names: (n,) class names.
        xyxy: (n, 4) float64 boxes, pixels.
    """

    picture: Path
    stem: str
    size_wh: tuple[int, int]
    names: tuple[str, ...]
    xyxy: np.ndarray


@dataclass
class Reading:
    """A data set that was read.

    Args:
        split: the split it is.
        pictures: its pictures.
        problems: sentences about what could not be read.
        crowds: boxes around crowds, which are left out.
    """

    split: str
    pictures: list[Marked] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    crowds: int = 0


def rows_of(marked: Marked, classes: Sequence[str]) -> tuple[np.ndarray, int]:
    """Return label rows (n, 5) of a picture, boxes cut at its edge, and how many boxes nothing is left of.

    Raises:
        ValueError: a box has a name that is not among the classes.
    """
    size = np.array([*marked.size_wh, *marked.size_wh], np.float64)
    boxes = np.clip(marked.xyxy, 0, size)
    kept = ((boxes[:, 2:] - boxes[:, :2]) >= LEAST_PX).all(axis=1)
    numbers = np.array([classes.index(name) for name in marked.names], np.float64)
    shares = boxes[kept] / size
    rows = np.column_stack([numbers[kept], (shares[:, :2] + shares[:, 2:]) / 2, shares[:, 2:] - shares[:, :2]])
    return rows, int((~kept).sum())


def flat_stem(name: str) -> str:
    """Make one word of a file name with folders: `day1/a.jpg` becomes `day1_a`."""
    path = PurePosixPath(name.replace("\\", "/"))
    return "_".join(part for part in (*path.parts[:-1], path.stem) if part not in {"/", "..", "."})


def find_picture(name: str, folders: Sequence[Path]) -> Path:
    """Find a picture by the name an annotation gives it, with or without its folders.

    Raises:
        DatasetError: it is in none of the folders.
    """
    plain = name.replace("\\", "/")
    for folder in folders:
        for spot in (folder / plain, folder / PurePosixPath(plain).name):
            if spot.suffix.lower() in SUFFIXES and spot.is_file():
                return spot
    raise DatasetError(f"the picture {name} is not in {folders[0]}: say where the pictures are with --pictures")
