"""Find pictures that are there twice: scaled, re-encoded, flipped or turned copies. Copies are moved, never deleted."""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.errors import DatasetError
from models.training.data.gather import Gathered
from models.training.data.grouping import readable
from models.training.data.looks import Alike, alike, clusters, hash_views
from models.training.measure.looking import find_label

KEEP_FIRST = {"test": 0, "val": 1}
"""Copies are taken out of train rather than out of the pictures that measure."""

Walk = Callable[[Sequence[Gathered]], Iterable[Gathered]]


@dataclass(frozen=True)
class Twins:
    """Copies among pictures.

    Args:
        pictures: all pictures looked at.
        pairs: pairs that look alike, by place in `pictures`.
        spare: places of the pictures that may go, one of each group being kept.
    """

    pictures: tuple[Gathered, ...]
    pairs: tuple[Alike, ...]
    spare: tuple[int, ...]

    def across(self) -> int:
        """Count the pairs that lie in two splits."""
        return sum(self.pictures[pair.first].split != self.pictures[pair.second].split for pair in self.pairs)


def find_twins(pictures: Sequence[Gathered], *, distance: int, step: Walk = iter) -> Twins:
    """Look at all pictures. Kept of a group: one of test, then val; with a label file; the largest; the first.

    Raises:
        DatasetError: a picture cannot be read.
    """
    hashes, pixels = [], []
    for item in step(pictures):
        frame = readable(item.picture)
        hashes.append(hash_views(frame))
        pixels.append(frame.shape[0] * frame.shape[1])
    pairs = list(alike(np.array(hashes, np.uint64).reshape(len(pictures), -1), distance=distance))
    groups: dict[int, list[int]] = {}
    for at, lead in enumerate(clusters(len(pictures), pairs)):
        groups.setdefault(lead, []).append(at)

    def worth(at: int) -> tuple[int, bool, int, int]:
        item = pictures[at]
        return KEEP_FIRST.get(item.split, 2), not find_label(item.picture).is_file(), -pixels[at], at

    spare = [at for group in groups.values() for at in sorted(group, key=worth)[1:]]
    return Twins(tuple(pictures), tuple(pairs), tuple(sorted(spare)))


def move_spare(twins: Twins, out: Path) -> int:
    """Move spare pictures and their label files below `out`, as they lay below their common folder; count files.

    Raises:
        DatasetError: `out` lies among the pictures, or a file is there already; nothing is moved then.
    """
    files = [twins.pictures[at].picture for at in twins.spare]
    kept = {find_label(item.picture) for at, item in enumerate(twins.pictures) if at not in twins.spare}
    files += [label for label in map(find_label, files) if label.is_file() and label not in kept]
    if not files:
        return 0
    folders = {item.picture.parent.resolve() for item in twins.pictures}
    if folders & {out.resolve(), *out.resolve().parents}:
        raise DatasetError(f"{out} lies among the pictures: give a folder outside of them")
    above = os.path.commonpath([file.parent.absolute() for file in files])
    moves = [(file, out / os.path.relpath(file.absolute(), above)) for file in dict.fromkeys(files)]
    for _, target in moves:
        if target.exists():
            raise DatasetError(f"{target} is there already and is not overwritten: give another folder")
    for file, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)
    return len(moves)
