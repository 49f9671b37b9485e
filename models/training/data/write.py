"""Write a data set in YOLO form: pictures copied, labels beside them, a YAML that names both. Overwrites nothing."""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from models.errors import DatasetError
from models.training.data.layout import read_layout
from models.training.data.marked import flat_stem


@dataclass(frozen=True)
class Entry:
    """A picture to be written.

    Args:
        picture: the file it is copied from.
        stem: name it gets, without its ending.
        label: text of its label file.
    """

    picture: Path
    stem: str
    label: str


Walk = Callable[[Sequence[Entry]], Iterable[Entry]]


def label_text(rows: np.ndarray) -> str:
    """Write rows (n, 5) of class, x centre, y centre, width, height (0..1) as the text of a label file."""
    return "".join(f"{int(row[0])} " + " ".join(f"{value:.6f}" for value in row[1:]) + "\n" for row in rows)


def write_split(out: Path, split: str, entries: Sequence[Entry], *, force: bool = False, step: Walk = iter) -> None:
    """Copy pictures to `out/images/<split>` and write their labels to `out/labels/<split>`.

    Raises:
        DatasetError: two entries have one name, or a file is there already (unless `force`); nothing is written then.
    """
    pictures, labels = out / "images" / split, out / "labels" / split
    places = [(pictures / f"{entry.stem}{entry.picture.suffix.lower()}", entry) for entry in entries]
    check_stems(entries)
    if not force:
        for place, entry in places:
            refuse_existing(place)
            refuse_existing(labels / f"{entry.stem}.txt")
    for folder in (pictures, labels):
        folder.mkdir(parents=True, exist_ok=True)
    for entry in step(entries):
        copy_picture(entry.picture, pictures / f"{entry.stem}{entry.picture.suffix.lower()}")
        (labels / f"{entry.stem}.txt").write_text(entry.label, encoding="utf-8")


def copy_picture(source: Path, target: Path) -> None:
    """Copy a picture; onto itself is no work.

    Raises:
        DatasetError: it cannot be read, or the disk is full.
    """
    try:
        shutil.copyfile(source, target)
    except shutil.SameFileError:
        return
    except OSError as error:
        raise DatasetError(f"{source} cannot be copied to {target}: {error.strerror}") from error


def plain_stems(pictures: Sequence[Path]) -> list[str]:
    """Give each picture a name without its ending; where two would have one, all get their folders' names before it."""
    stems = [picture.stem for picture in pictures]
    if len(set(stems)) == len(stems):
        return stems
    above = os.path.commonpath([picture.parent.absolute() for picture in pictures])
    return [flat_stem(os.path.relpath(picture.absolute(), above)) for picture in pictures]


def check_stems(entries: Sequence[Entry]) -> None:
    """Refuse two pictures whose labels would be one file.

    Raises:
        DatasetError: naming both.
    """
    seen: dict[str, Path] = {}
    for entry in entries:
        if entry.stem in seen:
            raise DatasetError(f"{seen[entry.stem]} and {entry.picture} would both be called {entry.stem}: rename one")
        seen[entry.stem] = entry.picture


def refuse_existing(path: Path) -> None:
    """Refuse to write where something is.

    Raises:
        DatasetError: saying what to do.
    """
    if path.exists():
        raise DatasetError(f"{path} is there already and is not overwritten: give another folder, or --force")


def yaml_path(out: Path) -> Path:
    """Where the YAML of a data set written to `out` lies."""
    return out / f"{out.resolve().name}.yaml"


def known_classes(out: Path) -> tuple[str, ...]:
    """Give the class names of the data set in `out`; none if there is none yet.

    Raises:
        DatasetError: its YAML cannot be read.
    """
    return read_layout(yaml_path(out)).classes if yaml_path(out).exists() else ()


def write_yaml(out: Path, splits: Sequence[str], classes: Sequence[str]) -> Path:
    """Write the YAML of `out`, keeping the splits it names already, and return its path.

    Raises:
        DatasetError: its present YAML cannot be read, or numbers its classes otherwise.
    """
    path, named = yaml_path(out), dict[str, object]()
    if path.exists():
        before = read_layout(path)
        if tuple(classes[: len(before.classes)]) != before.classes:
            raise DatasetError(f"{path} has the classes {', '.join(before.classes)}: give another folder")
        named = {name: list(items) if len(items) > 1 else items[0] for name, items in before.named.items()}
    named |= {split: f"images/{split}" for split in splits}
    content = {**named, "names": list(classes)}  # without path: folders are beside the YAML
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path
