"""Choose the birds of the demo clip."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.errors import DatasetError, TrainingError
from models.training.data.dataset import Labelled, labels_folder, picture_files, read_labels
from models.training.scenes.sprites import Sprite, cut_out


def read_cast(path: Path) -> dict[str, str]:
    """Read lines of `picture-stem left|right`; `#` starts a comment.

    Raises:
        TrainingError: the file is missing or a line is not of this form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise TrainingError(f"cannot read {path}: {error.strerror}") from error
    cast = {}
    for line in lines:
        words = line.split("#")[0].split()
        if len(words) == 2 and words[1] in {"left", "right"}:  # stem and side
            cast[words[0]] = words[1]
        elif words:
            raise TrainingError(f"{path}: {line!r} is not `picture-stem left` or `picture-stem right`")
    return cast


def cast_birds(pictures: Path, cast: dict[str, str]) -> list[Sprite]:
    """Cut the cast out of their pictures, all looking right.

    Raises:
        DatasetError: none of the pictures is there, or none gives a clean bird.
    """
    birds: list[Sprite] = []
    for picture in picture_files(pictures):
        side = cast.get(picture.stem)
        if side:
            labelled = Labelled(picture, read_labels(labels_folder(pictures) / f"{picture.stem}.txt"))
            birds.extend(bird if side == "right" else mirrored(bird) for bird in cut_out(labelled))
    if not birds:
        raise DatasetError(f"{pictures} holds none of the pictures of the cast")
    return birds


def mirrored(bird: Sprite) -> Sprite:
    """Turn a bird to look the other way."""
    return replace(bird, bgra=np.ascontiguousarray(bird.bgra[:, ::-1]))
