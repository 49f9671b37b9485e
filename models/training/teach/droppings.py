"""Make the training folder of the droppings network from photos sorted into a folder per class.

    <photos>/train/<class>, <photos>/val/<class>      what a data set gives
    -> <out>/train, <out>/val, <out>/test             a folder per class each, ready for `train-classifier`

`val` is a part of the photos' train split, kept aside by blocks of neighbouring file numbers: epochs, temperature and
limits are chosen on it. `test` is the photos' own val split and is only measured.

Two things are made that no photo shows:

- The ground gives a class away (a blue sheet here, grey concrete there): most photos are written a second time with
  their middle laid on another ground and under another lamp, so that neither means anything.
- `not_droppings`: birds and houses, drawn floors and scenes, bare ground out of the photos' own corners, and any other
  pictures that are handed in.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.errors import DatasetError
from models.runtime.photo import read_picture
from models.training.data.dataset import picture_files
from models.training.scenes.flocks import draw_scene
from models.training.scenes.floors import draw_floor
from models.training.scenes.grounds import (
    SIDE_PX,
    any_ground,
    corner_ground,
    pick,
    recoloured,
    relit,
    swap_ground,
    window,
)

REJECT = "not_droppings"
BLOCK = 15
"""Neighbouring file numbers kept together: shots of one dropping follow each other."""
SPLITS = {"train": 1.0, "val": 0.25, "test": 0.5}
"""How many pictures of REJECT a split gets, as a share of the plan's `made`."""


@dataclass(frozen=True)
class DroppingsPlan:
    """What to make.

    Args:
        photos: folder with train/<class> and val/<class>.
        flock: folder of bird pictures with images/train and images/val; none shows a dropping from near.
        out: folder to write, made by it.
        others: folder of pictures of anything else, or None.
        seed: of everything random.
        kept_aside: share of the train blocks that becomes `val`.
        swapped: how often each photo is written again on another ground and under another lamp: 1.6 is once, and a
            second time for three of five.
        relit: how often each photo is written again under another lamp alone.
        made: pictures of each kind of REJECT made for `train`.
    """

    photos: Path
    flock: Path
    out: Path
    others: Path | None = None
    seed: int = 0
    kept_aside: float = 0.15
    swapped: float = 1.6
    relit: float = 0.8
    made: int = 110


def write_droppings(plan: DroppingsPlan) -> dict[str, int]:
    """Write the folder and return how many pictures each `split/class` holds.

    Raises:
        DatasetError: a folder of the plan is missing or empty, or a picture cannot be read.
    """
    rng = np.random.default_rng(plan.seed)
    splits = split_photos(plan, rng)
    others = [read_picture(item) for item in files_of(plan.others)] if plan.others else []
    counts: dict[str, int] = defaultdict(int)
    for split, by_class in splits.items():
        for name, files in by_class.items():
            counts[f"{split}/{name}"] += copy_all(files, plan.out / split / name)
        photos = [read_picture(item) for files in by_class.values() for item in files]
        if split == "train":
            for name, files in by_class.items():
                swapped = swap_some(files, photos, others, plan.swapped, rng)
                counts[f"{split}/{name}"] += write_all(swapped, plan.out / split / name, "swapped")
                lit = (relit(read_picture(file), rng) for file in drawn_again(files, plan.relit, rng))
                counts[f"{split}/{name}"] += write_all(lit, plan.out / split / name, "relit")
        birds = files_of(plan.flock / "images" / ("val" if split == "test" else "train"))
        drawn = draw_rejects(photos, birds, others, int(plan.made * SPLITS[split]), rng)
        rejects = (relit(one, rng) if rng.random() < 0.5 else one for one in drawn)
        counts[f"{split}/{REJECT}"] += write_all(rejects, plan.out / split / REJECT, "made")
    return dict(counts)


def split_photos(plan: DroppingsPlan, rng: np.random.Generator) -> dict[str, dict[str, list[Path]]]:
    """Give the files of every split and class."""
    splits: dict[str, dict[str, list[Path]]] = {split: {} for split in SPLITS}
    train_folder = plan.photos / "train"
    folders = sorted(item for item in train_folder.iterdir() if item.is_dir()) if train_folder.is_dir() else []
    if not folders:
        raise DatasetError(f"{train_folder} holds no picture: give train/<class> and val/<class> (docs/training.md)")
    for folder in folders:
        train, val = kept_apart(files_of(folder), plan.kept_aside, rng)
        splits["train"][folder.name], splits["val"][folder.name] = train, val
        splits["test"][folder.name] = files_of(plan.photos / "val" / folder.name)
    return splits


def kept_apart(files: Sequence[Path], share: float, rng: np.random.Generator) -> tuple[list[Path], list[Path]]:
    """Split files into (train, val) by whole blocks of BLOCK file numbers."""
    blocks: dict[str, list[Path]] = defaultdict(list)
    for file in files:
        blocks[block_of(file)].append(file)
    names = [str(name) for name in rng.permutation(sorted(blocks))]
    val: list[Path] = []
    while names and len(val) < share * len(files):
        val.extend(blocks[names.pop()])
    return sorted(file for name in names for file in blocks[name]), sorted(val)


def block_of(file: Path) -> str:
    """Name the block of a file called like `cocci.123.jpg`; a name without a number is a block of its own."""
    series, _, number = file.stem.rpartition(".")
    return f"{series}.{int(number) // BLOCK}" if number.isdecimal() else file.stem


def swap_some(
    files: Sequence[Path],
    photos: Sequence[np.ndarray],
    others: Sequence[np.ndarray],
    share: float,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Yield photos with another ground, under another lamp: `share` as many as there are files."""
    for file in drawn_again(files, share, rng):
        yield relit(swap_ground(read_picture(file), any_ground(photos, others, rng), rng), rng)


def drawn_again(files: Sequence[Path], times: float, rng: np.random.Generator) -> Iterator[Path]:
    """Yield `times` as many files as there are, none a second time before each was drawn once."""
    left = int(times * len(files))
    while left > 0:
        for index in rng.permutation(len(files))[:left]:
            yield files[int(index)]
        left -= len(files)


def draw_rejects(
    photos: Sequence[np.ndarray],
    birds: Sequence[Path],
    others: Sequence[np.ndarray],
    each: int,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Yield pictures without droppings: `each` of every kind, twice as many of birds and of other pictures."""
    for _ in range(each):
        yield corner_ground(pick(photos, rng), rng)
        yield draw_floor(rng, (SIDE_PX, SIDE_PX))
        yield draw_scene(rng, [], size_px=SIDE_PX).image
        middle = window(read_picture(pick(birds, rng)), rng) if rng.random() < 0.5 else any_ground([], others, rng)
        yield swap_ground(
            middle, any_ground(photos, others, rng), rng, smallest=0.35
        )  # a rim alone must not mean "dropping"
        for _ in range(2):
            yield window(read_picture(pick(birds, rng)), rng, smallest=0.4)
            if others:
                seen = window(pick(others, rng), rng, smallest=0.2)
                yield recoloured(seen, rng) if rng.random() < 0.3 else seen


def files_of(folder: Path) -> list[Path]:
    """List the pictures of a folder.

    Raises:
        DatasetError: the folder is missing or holds no picture.
    """
    files = picture_files(folder) if folder.is_dir() else []
    if not files:
        raise DatasetError(f"{folder} holds no picture: give a folder of photos per class (docs/training.md)")
    return files


def copy_all(files: Iterable[Path], folder: Path) -> int:
    """Copy files into a folder and return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    return len([shutil.copy(file, folder / file.name) for file in files])


def write_all(pictures: Iterable[np.ndarray], folder: Path, word: str) -> int:
    """Write pictures as `<word>_<number>.jpg` into a folder and return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 88]
    return len([cv2.imwrite(str(folder / f"{word}_{i:05d}.jpg"), one, quality) for i, one in enumerate(pictures)])
