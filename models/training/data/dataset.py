"""Read and check a data set in YOLO form: folders of pictures, and one label file per picture.

    images/train/a.jpg      labels/train/a.txt     one line per bird: class x_centre y_centre width height, 0..1

A picture without birds has an empty label file; a missing label file is a mistake, for the training would silently
take the picture as empty. The YAML that names the folders is read by `models.training.data.layout`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.errors import DatasetError
from models.training.data.layout import SUFFIXES, split_pictures
from models.training.data.pictures import read_picture

Step = Callable[[Sequence[Path]], Iterable[Path]]
"""Walks through pictures and may show how far it is."""
LABEL_FIELDS = 5
SLACK = 0.01
"""Shares by which a lenient reader lets coordinates leave the picture (labelling programs round)."""


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


@dataclass
class SplitReport:
    """Counts of one split, and the sentences about what is wrong in it."""

    pictures: int = 0
    boxes: int = 0
    empty: int = 0
    problems: list[str] = field(default_factory=list)


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


def label_path(picture: Path) -> Path:
    """Give the label file of a picture: below `labels` if the picture lies below `images`, else beside it."""
    folder = labels_folder(picture.parent) if "images" in picture.parent.parts else picture.parent
    return folder / f"{picture.stem}.txt"


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


def read_labels(path: Path, *, classes: int | None = None, lenient: bool = False) -> np.ndarray:
    """Return (n, 5) float64 rows of a label file.

    A lenient reader takes polygons (class and three corners or more) for the box around them, and cuts coordinates
    that leave the picture by SLACK at most.

    Raises:
        DatasetError: the file is missing, or a line is not five numbers in range; the message names the line.
    """
    if not path.is_file():
        raise DatasetError(f"{path} is missing: a picture without birds needs an empty label file")
    try:
        lines = enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1)
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not a text file") from error
    rows = [_row(line, f"{path}, line {number}", classes, lenient) for number, line in lines if line.strip()]
    return np.array(rows, np.float64).reshape(-1, LABEL_FIELDS)


def _row(line: str, where: str, classes: int | None, lenient: bool) -> list[float]:
    try:
        row = [float(word) for word in line.split()]
    except ValueError as error:
        raise DatasetError(f"{where}: not a number in {line.strip()!r}") from error
    polygon = len(row) > LABEL_FIELDS + 1 and len(row) % 2 == 1
    if len(row) != LABEL_FIELDS and not (polygon and lenient):
        hint = ": a polygon? henwise-models convert makes boxes of them" if polygon else ""
        raise DatasetError(f"{where}: {len(row)} numbers, expected class x_centre y_centre width height{hint}")
    if not row[0].is_integer() or row[0] < 0 or (classes is not None and row[0] >= classes):
        raise DatasetError(f"{where}: class {row[0]:g} is not one of the {classes} classes of the data set")
    values = np.array(row[1:])
    if lenient:
        values = np.where((values >= -SLACK) & (values <= 1 + SLACK), values.clip(0, 1), values)
    if not ((values >= 0) & (values <= 1)).all():
        raise DatasetError(f"{where}: centre and size must lie in 0..1 and the size above 0 (not pixels)")
    box = around(values) if polygon else values
    if box[2:].min() <= 0:
        raise DatasetError(f"{where}: centre and size must lie in 0..1 and the size above 0")
    return [row[0], *box.tolist()]


def around(corners: np.ndarray) -> np.ndarray:
    """Return x centre, y centre, width, height (4,) of the box around corners x1 y1 x2 y2 ... (2 n,)."""
    low, high = corners.reshape(-1, 2).min(axis=0), corners.reshape(-1, 2).max(axis=0)
    return np.hstack([(low + high) / 2, high - low])


def check_split(folders: tuple[Path, ...], *, classes: int, step: Step = iter) -> SplitReport:
    """Look at every picture and label file of folders and .txt lists; problems are collected, not raised."""
    report = SplitReport()
    for folder in dict.fromkeys(folders):
        files = split_pictures((folder,))
        if not files:
            report.problems.append(f"{folder} holds no picture ({', '.join(sorted(SUFFIXES))})")
        for picture in step(files):
            _check_picture(picture, label_path(picture), classes, report)
        if folder.is_dir() and "images" in folder.parts:
            labels, used = labels_folder(folder), {label_path(picture) for picture in files}
            strays = sorted(item for item in labels.rglob("*.txt") if item not in used and item.name != "classes.txt")
            report.problems.extend(f"{stray} belongs to no picture" for stray in strays)
    return report


def _check_picture(picture: Path, label: Path, classes: int, report: SplitReport) -> None:
    report.pictures += 1
    if read_picture(picture) is None:
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
