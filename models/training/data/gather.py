"""The pictures of whatever was named: the splits of a YAML, or all pictures below a folder."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import DatasetError
from models.training.data.layout import read_layout, split_pictures


@dataclass(frozen=True)
class Gathered:
    """One picture.

    Args:
        picture: its file.
        split: the split it is in; empty if a folder was named.
    """

    picture: Path
    split: str


def gather(source: Path) -> tuple[tuple[str, ...], list[Gathered]]:
    """Give the class names (`chicken` for a folder) and all pictures, each once.

    Raises:
        DatasetError: there is nothing of that name, or no picture in it.
    """
    if source.is_dir():
        classes: tuple[str, ...] = ("chicken",)
        found = [Gathered(picture, "") for picture in split_pictures((source,))]
    else:
        layout = read_layout(source)
        classes = layout.classes
        parts = {name: split_pictures(layout.split(name), layout.roots) for name in layout.named}
        found = [Gathered(picture, name) for name, pictures in parts.items() for picture in pictures]
    if not found:
        raise DatasetError(f"{source} holds no picture")
    return classes, list({item.picture: item for item in reversed(found)}.values())[::-1]
