"""Turn data sets in COCO, Pascal VOC or YOLO form (boxes, polygons, turned boxes) into plain YOLO boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from models.errors import DatasetError
from models.training.data.coco import read_coco
from models.training.data.layout import read_layout
from models.training.data.marked import Marked, Reading, rows_of
from models.training.data.voc import read_voc
from models.training.data.write import Entry, known_classes, label_text, plain_stems, write_split, write_yaml
from models.training.measure.looking import LeftOut, truths
from models.training.verbs.terminal import Progress

Kind = Literal["coco", "voc", "yolo"]


@dataclass(frozen=True)
class Converted:
    """What a conversion wrote.

    Args:
        file: YAML of the new data set.
        classes: its class names.
        pictures: pictures written.
        boxes: boxes written.
        dropped: boxes outside their picture, or without area.
        crowds: boxes around crowds that were left out.
        problems: what could not be read.
    """

    file: Path
    classes: tuple[str, ...]
    pictures: int
    boxes: int
    dropped: int
    crowds: int
    problems: tuple[str, ...]


def kind_of(source: Path) -> Kind:
    """Tell the form of a data set by what was named: a .json, a folder (of XML), a YAML.

    Raises:
        DatasetError: it is none of them.
    """
    if source.is_dir():
        return "voc"
    kinds: dict[str, Kind] = {".json": "coco", ".yaml": "yolo", ".yml": "yolo"}
    if source.suffix.lower() not in kinds:
        raise DatasetError(f"{source} is neither a .json (COCO), a folder of .xml (Pascal VOC) nor a .yaml (YOLO)")
    return kinds[source.suffix.lower()]


def read_any(source: Path, *, kind: Kind, pictures: Path | None = None, split: str = "train") -> list[Reading]:
    """Read a data set of any form, split by split; COCO and VOC are one split.

    Raises:
        DatasetError: it cannot be read at all.
    """
    if kind == "yolo":
        return read_yolo(source)
    if kind == "voc":
        beside = [source, *(source.parent / name for name in ("JPEGImages", "images"))]
        return [read_voc(source, [pictures] if pictures else beside, split=split)]
    above = source.parent
    beside = [above, above / "images", above.parent / "images", above / split, above.parent / split, above.parent]
    return [read_coco(source, [pictures] if pictures else beside, split=split)]


def read_yolo(source: Path) -> list[Reading]:
    """Read all splits of a YOLO data set; pictures without a label file are left out."""
    layout, readings = read_layout(source), []
    for split in layout.named:
        left_out, reading = LeftOut(), Reading(split)
        for truth in truths(layout, split, left_out):
            names = tuple(_name(layout.classes, number) for number in truth.class_ids.tolist())
            size = (truth.frame.shape[1], truth.frame.shape[0])
            reading.pictures.append(Marked(truth.picture, truth.picture.stem, size, names, truth.xyxy))
        stems = plain_stems([one.picture for one in reading.pictures])
        reading.pictures = [replace(one, stem=stem) for one, stem in zip(reading.pictures, stems, strict=True)]
        reading.problems = left_out.problems + [f"{path} has no label file" for path in left_out.unlabelled]
        readings.append(reading)
    return readings


def _name(classes: Sequence[str], number: int) -> str:
    return classes[number] if number < len(classes) else f"class {number}"


def write_yolo(
    readings: Sequence[Reading],
    out: Path,
    *,
    classes: Sequence[str] | None = None,
    as_one: str | None = None,
    force: bool = False,
    walk: Progress | None = None,
) -> Converted:
    """Write what was read as a YOLO data set in `out`; further splits join what is there.

    Args:
        readings: one for each split.
        out: folder of the new data set.
        classes: names of the classes to keep; None: all.
        as_one: give all boxes this class; None: each keeps its own.
        force: overwrite files.
        walk: gives what shows how far a split is.

    Raises:
        DatasetError: a class is not there, a file would be overwritten, or there is no picture at all.
    """
    wanted = wanted_classes(readings, classes)
    chosen = [(reading.split, [_chosen(one, wanted, as_one) for one in reading.pictures]) for reading in readings]
    new = [as_one] if as_one else wanted
    names = list(dict.fromkeys([*known_classes(out), *new])) or ["chicken"]
    boxes = dropped = 0
    for split, pictures in chosen:
        labelled = [rows_of(one, names) for one in pictures]
        entries = [
            Entry(one.picture, one.stem, label_text(rows)) for one, (rows, _) in zip(pictures, labelled, strict=True)
        ]
        write_split(out, split, entries, force=force, step=walk(split) if walk else iter)
        boxes += sum(len(rows) for rows, _ in labelled)
        dropped += sum(lost for _, lost in labelled)
    file = write_yaml(out, [split for split, _ in chosen], names)
    number = sum(len(pictures) for _, pictures in chosen)
    problems = tuple(problem for reading in readings for problem in reading.problems)
    return Converted(file, tuple(names), number, boxes, dropped, sum(one.crowds for one in readings), problems)


def wanted_classes(readings: Sequence[Reading], classes: Sequence[str] | None) -> list[str]:
    """Give the class names to keep, in the order in which they come.

    Raises:
        DatasetError: a class is not there, or there is no picture at all.
    """
    if not any(reading.pictures for reading in readings):
        problems = [problem for reading in readings for problem in reading.problems]
        raise DatasetError(f"no picture can be converted{': ' + problems[0] if problems else ''}")
    there = list(dict.fromkeys(name for reading in readings for one in reading.pictures for name in one.names))
    unknown = [name for name in classes or () if name not in there]
    if unknown:
        raise DatasetError(f"there is no box of the class {unknown[0]!r}; there are {', '.join(there) or 'none'}")
    return [name for name in there if not classes or name in classes]


def _chosen(one: Marked, wanted: Sequence[str], as_one: str | None) -> Marked:
    """Keep the boxes of wanted classes, all under the name `as_one` if there is one."""
    kept = np.array([name in wanted for name in one.names], np.bool_)
    names = tuple(as_one or name for name in one.names if name in wanted)
    return replace(one, names=names, xyxy=one.xyxy.reshape(-1, 4)[kept])
