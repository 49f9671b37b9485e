"""Divide pictures into train, val and test so that no scene lies on both sides: otherwise the measurement flatters."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.errors import DatasetError
from models.training.data.gather import gather
from models.training.data.grouping import scene_of_each
from models.training.data.write import Entry, plain_stems, refuse_existing, write_split, write_yaml, yaml_path
from models.training.measure.looking import find_label
from models.training.verbs.terminal import Progress


@dataclass(frozen=True)
class Divided:
    """What a division wrote.

    Args:
        file: YAML of the new data set.
        scenes: scenes there are.
        pictures: pictures of each split.
        unlabelled: pictures without a label file, left out.
    """

    file: Path
    scenes: int
    pictures: Mapping[str, int]
    unlabelled: tuple[Path, ...]


def divide(scenes: Sequence[str], shares: Mapping[str, float], *, seed: int) -> list[str]:
    """Give each picture a split, whole scenes together, with about these shares of the pictures.

    Scenes are shuffled by the seed and laid, large ones first, where most is missing.

    Raises:
        DatasetError: there are fewer scenes than splits.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for at, scene in enumerate(scenes):
        members[scene].append(at)
    wanted = {name: share * len(scenes) for name, share in shares.items() if share > 0}
    if len(members) < len(wanted):
        raise DatasetError(
            f"{len(members)} scenes cannot be divided into {len(wanted)} splits: choose another rule (--scene)"
        )
    order = np.random.default_rng(seed).permutation(sorted(members))
    largest_first = sorted(order.tolist(), key=lambda scene: -len(members[scene]))
    splits, left = [""] * len(scenes), dict(wanted)
    for nth, scene in enumerate(largest_first):
        empty = [name for name in wanted if left[name] == wanted[name]]
        must = len(members) - nth <= len(empty)  # the last scenes go where nothing is yet
        name = max(empty if must else left, key=lambda name: left[name])
        left[name] -= len(members[scene])
        for at in members[scene]:
            splits[at] = name
    return splits


def split_dataset(
    source: Path, out: Path, shares: Mapping[str, float], *, rule: str, seed: int, walk: Progress | None = None
) -> Divided:
    """Copy the labelled pictures of a data set or folder into a new one, divided by scene.

    Raises:
        DatasetError: there is no labelled picture, too few scenes, or `out` holds a data set already.
    """
    classes, gathered = gather(source)
    refuse_existing(yaml_path(out))
    labels = {item.picture: find_label(item.picture) for item in gathered}
    pictures = [picture for picture, label in labels.items() if label.is_file()]
    if not pictures:
        raise DatasetError(f"{source} holds no picture with a label file")
    scenes = scene_of_each(pictures, rule, step=walk("looking") if walk else iter)
    splits = divide(scenes, shares, seed=seed)
    names = [name for name, share in shares.items() if share > 0]
    stems = plain_stems(pictures)
    for name in names:
        chosen = [at for at, split in enumerate(splits) if split == name]
        write_split(
            out,
            name,
            [_entry(pictures[at], stems[at], labels[pictures[at]]) for at in chosen],
            step=walk(name) if walk else iter,
        )
    unlabelled = tuple(picture for picture, label in labels.items() if not label.is_file())
    return Divided(
        write_yaml(out, names, classes), len(set(scenes)), {name: splits.count(name) for name in names}, unlabelled
    )


def _entry(picture: Path, stem: str, label: Path) -> Entry:
    try:
        return Entry(picture, stem, label.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DatasetError(f"{label} is not a text file") from error
