"""Which pictures belong together: those of one scene must not be trained on and measured with.

Rules: `word`, the first word of the file name up to `_`; `folder`; `look`, pictures that look alike and those they are
alike to; anything else is a regular expression for the path, whose first group (or whole match) names the scene.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.errors import DatasetError
from models.training.data.dataset import Step
from models.training.data.looks import VIEWS, alike, clusters, hash_views
from models.training.data.pictures import read_picture

LOOK_DISTANCE = 12
"""Bits of 64 by which pictures of one scene differ at most."""


def scene_of_each(pictures: Sequence[Path], rule: str, *, step: Step = iter) -> list[str]:
    """Name the scene of each picture.

    Raises:
        DatasetError: the rule is no regular expression, does not fit a name, or a picture cannot be read.
    """
    if rule == "look":
        return _by_look(pictures, step)
    if rule == "word":
        return [picture.stem.split("_")[0] for picture in pictures]
    if rule == "folder":
        return [str(picture.parent) for picture in pictures]
    try:
        pattern = re.compile(rule)
    except re.error as error:
        raise DatasetError(f"{rule!r} is neither word, folder, look nor a regular expression: {error}") from error
    return [_by_pattern(picture, pattern) for picture in pictures]


def _by_pattern(picture: Path, pattern: re.Pattern[str]) -> str:
    match = pattern.search(picture.as_posix())
    if match is None:
        raise DatasetError(f"{picture} does not match {pattern.pattern!r}: every picture needs a scene")
    return (match.group(1) or "") if pattern.groups else match.group()


def _by_look(pictures: Sequence[Path], step: Step) -> list[str]:
    hashes = [hash_views(readable(picture)) for picture in step(pictures)]
    pairs = list(alike(np.array(hashes, np.uint64).reshape(-1, VIEWS), distance=LOOK_DISTANCE))
    return [str(lead) for lead in clusters(len(pictures), pairs)]


def readable(picture: Path) -> np.ndarray:
    """Read a picture that has to be readable.

    Raises:
        DatasetError: it is not.
    """
    frame = read_picture(picture)
    if frame is None:
        raise DatasetError(f"{picture} cannot be read as a picture: henwise-models check names all such files")
    return frame
