"""Read and check a data set in YOLO form: a YAML naming folders of pictures, and one label file per picture.

    dataset.yaml            path: .   train: images/train   val: images/val   names: [chicken]
    images/train/a.jpg      labels/train/a.txt     one line per bird: class x_centre y_centre width height, 0..1

A picture without birds has an empty label file; a missing label file is a mistake, for the training would silently
take the picture as empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from models.errors import DatasetError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
LABEL_FIELDS = 5


@dataclass(frozen=True)
class Labelled:
    """A picture and its boxes: (n, 5) float64 rows of class, x centre, y centre, width, height (0..1)."""

    picture: Path
    rows: np.ndarray

    def boxes_xyxy(self, *, size_wh: tuple[int, int]) -> np.ndarray:
        """Return (n, 4) float64 corners in pixels of a picture of `size_wh`."""
        centre, half = self.rows[:, 1:3], self.rows[:, 3:5] / 2
        corners = np.hstack([centre - half, centre + half])
        return np.asarray(corners * np.array([*size_wh, *size_wh]))


@dataclass(frozen=True)
class Layout:
    """What the YAML says: class names, and the pictures' folders of each split."""

    classes: tuple[str, ...]
    train: tuple[Path, ...]
    val: tuple[Path, ...]


@dataclass
class SplitReport:
    """Counts of one split, and the sentences about what is wrong in it."""

    pictures: int = 0
    boxes: int = 0
    empty: int = 0
    problems: list[str] = field(default_factory=list)


def read_layout(path: Path) -> Layout:
    """Read the YAML of a data set.

    Raises:
        DatasetError: the file is missing, is not YAML, lacks a key, or names a folder that is not there.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(f"{path} does not exist: give the YAML file of a data set") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} is not a YAML file: {error}") from error
    if not isinstance(data, dict) or not {"train", "val", "names"} <= data.keys():
        raise DatasetError(f"{path} must say train, val and names (see docs/training.md)")
    root = path.parent / str(data.get("path", "."))
    return Layout(_names(data["names"], path), _folders(root, data["train"], path), _folders(root, data["val"], path))


def _names(names: Any, path: Path) -> tuple[str, ...]:
    if isinstance(names, dict):
        names = [names[key] for key in sorted(names)]
    if not isinstance(names, list) or not names:
        raise DatasetError(f"{path}: names must be a list of class names, like [chicken]")
    return tuple(str(name) for name in names)


def _folders(root: Path, value: Any, path: Path) -> tuple[Path, ...]:
    folders = tuple(root / str(item) for item in (value if isinstance(value, list) else [value]))
    for folder in folders:
        if not folder.is_dir():
            raise DatasetError(f"{path} names the folder {folder}, which does not exist")
    return folders


def labels_folder(pictures: Path) -> Path:
    """Give the folder of labels that belongs to a folder of pictures (`images` becomes `labels`).

    Raises:
        DatasetError: no part of the path is called `images`.
    """
    parts = list(pictures.parts)
    if "images" not in parts:
        raise DatasetError(f"{pictures} must lie below a folder called images, with labels beside it")
    at = len(parts) - 1 - parts[::-1].index("images")
    return Path(*parts[:at], "labels", *parts[at + 1 :])


def picture_files(folder: Path) -> list[Path]:
    """List the pictures of a folder in a stable order."""
    return sorted(item for item in folder.iterdir() if item.suffix.lower() in SUFFIXES)


def labelled_pictures(pictures: Path, labels: Path) -> Iterator[Labelled]:
    """Yield each picture with its boxes.

    Raises:
        DatasetError: a label file is missing or has a bad line.
    """
    for picture in picture_files(pictures):
        yield Labelled(picture, read_labels(labels / f"{picture.stem}.txt"))


def read_labels(path: Path, *, classes: int | None = None) -> np.ndarray:
    """Return (n, 5) float64 rows of a label file.

    Raises:
        DatasetError: the file is missing, or a line is not five numbers in range; the message names the line.
    """
    if not path.is_file():
        raise DatasetError(f"{path} is missing: a picture without birds needs an empty label file")
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    rows = [_row(line, f"{path}, line {number}", classes) for number, line in lines if line.strip()]
    return np.array(rows, np.float64).reshape(-1, LABEL_FIELDS)


def _row(line: str, where: str, classes: int | None) -> list[float]:
    try:
        row = [float(word) for word in line.split()]
    except ValueError as error:
        raise DatasetError(f"{where}: not a number in {line.strip()!r}") from error
    if len(row) != LABEL_FIELDS:
        raise DatasetError(f"{where}: {len(row)} numbers, expected class x_centre y_centre width height")
    if not row[0].is_integer() or row[0] < 0 or (classes is not None and row[0] >= classes):
        raise DatasetError(f"{where}: class {row[0]:g} is not one of the {classes} classes of the data set")
    if not all(0 <= value <= 1 for value in row[1:]) or min(row[3:]) <= 0:
        raise DatasetError(f"{where}: centre and size must lie in 0..1 and the size above 0 (not pixels)")
    return row


def check_split(folders: tuple[Path, ...], *, classes: int) -> SplitReport:
    """Look at every picture and label file of a split; problems are collected, not raised."""
    report = SplitReport()
    for folder in folders:
        labels = labels_folder(folder)
        files = picture_files(folder)
        if not files:
            report.problems.append(f"{folder} holds no picture ({', '.join(sorted(SUFFIXES))})")
        for picture in files:
            _check_picture(picture, labels / f"{picture.stem}.txt", classes, report)
        stems = {picture.stem for picture in files}
        strays = sorted(item.name for item in labels.glob("*.txt") if item.stem not in stems)
        report.problems.extend(f"{labels / name} belongs to no picture" for name in strays if name != "classes.txt")
    return report


def _check_picture(picture: Path, label: Path, classes: int, report: SplitReport) -> None:
    report.pictures += 1
    if cv2.imread(str(picture)) is None:
        report.problems.append(f"{picture} cannot be read as a picture")
    try:
        rows = read_labels(label, classes=classes)
    except DatasetError as error:
        report.problems.append(str(error))
        return
    report.boxes += len(rows)
    report.empty += not len(rows)
    if len(np.unique(rows, axis=0)) < len(rows):
        report.problems.append(f"{label} has the same box twice")
