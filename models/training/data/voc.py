"""Read a data set in Pascal VOC form: one XML for each picture.

Corners are taken as they stand: labelling programs write the outer edges of a box, although the challenge of 2007
counted pixels from 1.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from models.errors import DatasetError
from models.training.data.coco import size_of
from models.training.data.layout import SUFFIXES
from models.training.data.marked import Marked, Reading, find_picture

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read_voc(folder: Path, folders: Sequence[Path], *, split: str) -> Reading:
    """Read all XML files below a folder; pictures are looked for beside each and in `folders`.

    Raises:
        DatasetError: there is no XML file.
    """
    files = sorted(folder.rglob("*.xml"))
    if not files:
        raise DatasetError(f"{folder} holds no .xml file: give the folder of the Pascal VOC annotations")
    reading = Reading(split)
    for file in files:
        try:
            reading.pictures.append(read_annotation(file, (file.parent, *folders)))
        except DatasetError as error:
            reading.problems.append(str(error))
    return reading


def read_annotation(path: Path, folders: Sequence[Path]) -> Marked:
    """Read one XML.

    Raises:
        DatasetError: it is not XML, its picture is missing, or an object has no box of numbers.
    """
    try:
        # Expat 2.4.1 and newer stops entity bombs, and ElementTree never fetches external entities.
        root = ET.parse(path).getroot()  # noqa: S314
    except ET.ParseError as error:
        raise DatasetError(f"{path} is not an XML file: {error}") from error
    picture = _picture(path, root.findtext("filename") or "", folders)
    objects = root.findall("object")
    boxes = np.array([_box(one, f"{path}, object {at}") for at, one in enumerate(objects, start=1)], np.float64)
    names = tuple((one.findtext("name") or "object").strip() for one in objects)
    return Marked(picture, path.stem, _size(root, picture), names, boxes.reshape(-1, 4))


def _picture(path: Path, name: str, folders: Sequence[Path]) -> Path:
    # Renamed pictures keep the old name inside the XML: the name of the XML itself comes first.
    for folder in folders:
        for suffix in sorted(SUFFIXES):
            for spot in (folder / f"{path.stem}{suffix}", folder / f"{path.stem}{suffix.upper()}"):
                if spot.is_file():
                    return spot
    return find_picture(name.strip() or path.stem, folders)


def _size(root: ET.Element, picture: Path) -> tuple[int, int]:
    wide, high = root.findtext("size/width") or "", root.findtext("size/height") or ""
    if wide.strip().isdigit() and high.strip().isdigit() and int(wide) and int(high):
        return int(wide), int(high)
    return size_of(picture)


def _box(one: ET.Element, where: str) -> list[float]:
    texts = [one.findtext(f"bndbox/{corner}") for corner in CORNERS]
    try:
        values = [float(text) for text in texts if text is not None]
    except ValueError as error:
        raise DatasetError(f"{where}: a corner of bndbox is not a number") from error
    if len(values) < len(CORNERS) or not all(math.isfinite(value) for value in values):
        raise DatasetError(f"{where} has no bndbox with xmin, ymin, xmax, ymax")
    return values
