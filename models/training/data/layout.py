"""The YAML of a data set in YOLO form, read as such files are found in the world.

    path: .                      where the rest is looked for; a folder of another machine is overlooked
    train: images/train          a folder, several folders, or a .txt that lists pictures
    val: [images/val, more/val]
    names: [chicken]             or {0: chicken}, or only nc: 1

Which pictures a split holds is looked up when it is asked for: a set without its train pictures can still be measured.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.errors import DatasetError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
SPLITS: dict[str, tuple[str, ...]] = {"train": ("train",), "val": ("val", "valid", "validation"), "test": ("test",)}
"""A split, and the words a YAML may have for it."""
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Layout:
    """What a data set's YAML says.

    Args:
        file: the YAML itself.
        roots: folders in which the splits are looked for, best first.
        classes: class names by class number.
        named: what the YAML says of each split it names, as it stands there.
    """

    file: Path
    roots: tuple[Path, ...]
    classes: tuple[str, ...]
    named: Mapping[str, tuple[str, ...]]

    @property
    def train(self) -> tuple[Path, ...]:
        """Folders and lists of the training pictures; see `split`."""
        return self.split("train")

    @property
    def val(self) -> tuple[Path, ...]:
        """Folders and lists of the pictures for checking; see `split`."""
        return self.split("val")

    def split(self, name: str) -> tuple[Path, ...]:
        """Give the folders and .txt lists of a split.

        Raises:
            DatasetError: the YAML does not name the split, or what it names is not there.
        """
        if name not in self.named:
            raise DatasetError(f"{self.file} has no {name}; it names {', '.join(self.named)}")
        return tuple(self._find(item) for item in self.named[name])

    def _find(self, item: str) -> Path:
        # Some publishers write ../val/images for the folder val/images beside the YAML.
        # os.path answers no where pathlib raises: names too long, or with characters no file has.
        spots = [root / item for root in self.roots] + [self.file.parent / item.removeprefix("../")]
        for spot in spots:
            if os.path.isdir(spot) or (spot.suffix == ".txt" and os.path.isfile(spot)):  # noqa: PTH112, PTH113  # see above
                return spot
        raise DatasetError(f"{self.file} names the folder {spots[0]}, which does not exist")


def read_layout(path: Path) -> Layout:
    """Read the YAML of a data set.

    Raises:
        DatasetError: the file is missing, is not YAML, or says neither names nor a split.
    """
    data = _read_yaml(path)
    words = {name: next((word for word in SPLITS[name] if data.get(word)), None) for name in SPLITS}
    named = {name: _items(data[word], path) for name, word in words.items() if word}
    if not named:
        raise DatasetError(f"{path} must say train, val and names: no folder of pictures is named (docs/training.md)")
    root = path.parent / str(data.get("path") or ".")
    roots = (root, path.parent) if os.path.isdir(root) else (path.parent,)  # noqa: PTH112  # see Layout._find
    return Layout(path, roots, _classes(data, path), named)


def _read_yaml(path: Path) -> dict[Any, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError) as error:
        state = "is a folder" if path.is_dir() else "does not exist"
        raise DatasetError(f"{path} {state}: give the YAML file of a data set") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} is not a YAML file: {error}") from error
    if not isinstance(data, dict):
        raise DatasetError(f"{path} must say train, val and names (see docs/training.md)")
    return data


def _items(value: Any, path: Path) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int) for item in items):
        raise DatasetError(f"{path}: a split must be a folder, a .txt list of pictures, or several of them")
    return tuple(str(item) for item in items)


def _classes(data: dict[Any, Any], path: Path) -> tuple[str, ...]:
    names, number = data.get("names"), data.get("nc")
    if names is None and isinstance(number, int) and 0 < number <= MOST_CLASSES:
        return tuple(f"class {index}" for index in range(number))
    if isinstance(names, dict):
        names = _from_numbers(names, path)
    if not isinstance(names, list) or not names:
        raise DatasetError(f"{path}: names must be a list of class names, like [chicken]")
    return tuple(str(name) for name in names)


def _from_numbers(names: dict[Any, Any], path: Path) -> list[str]:
    try:
        numbered = {int(key): str(name) for key, name in names.items()}
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{path}: names must map class numbers to names, like {{0: chicken}}") from error
    if not numbered or min(numbered) < 0 or max(numbered) >= MOST_CLASSES:
        raise DatasetError(f"{path}: class numbers in names must lie in 0 to {MOST_CLASSES - 1}")
    return [numbered.get(index, f"class {index}") for index in range(max(numbered) + 1)]


def split_pictures(layout_entries: tuple[Path, ...], roots: tuple[Path, ...] = ()) -> list[Path]:
    """List the pictures of folders (with all folders below them) and .txt lists, each once, in a stable order.

    Raises:
        DatasetError: a list cannot be read.
    """
    return list(dict.fromkeys(picture for entry in layout_entries for picture in _entry_pictures(entry, roots)))


def _entry_pictures(entry: Path, roots: tuple[Path, ...]) -> Iterator[Path]:
    if entry.is_dir():
        yield from sorted(item for item in entry.rglob("*") if item.suffix.lower() in SUFFIXES and item.is_file())
        return
    try:
        lines = entry.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{entry} cannot be read as a list of pictures, one path a line: {error}") from error
    for line in filter(None, (line.strip() for line in lines)):
        spots = [folder / line for folder in (entry.parent, *roots)]
        yield next((spot for spot in spots if os.path.isfile(spot)), spots[0])  # noqa: PTH113  # see Layout._find


def resolved_yaml(layout: Layout, splits: tuple[str, ...]) -> str:
    """Write a YAML with whole paths, for programs that know fewer forms than this one.

    Raises:
        DatasetError: a split is not there.
    """
    named = {split: [str(entry.resolve()) for entry in layout.split(split)] for split in splits}
    names = dict(enumerate(layout.classes))
    return str(yaml.safe_dump({**named, "names": names}, sort_keys=False, allow_unicode=True))
