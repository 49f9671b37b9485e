"""Let a network look at labelled pictures and keep what it found beside what is true."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import DatasetError
from models.runtime.detector import Detector
from models.runtime.letterbox import fit
from models.training.data.dataset import Labelled, Step, label_path, read_labels
from models.training.data.layout import Layout, split_pictures
from models.training.data.pictures import read_picture
from models.training.measure.metrics import Judged, judge, sides


@dataclass(frozen=True, eq=False)
class Truth:
    """A labelled picture.

    Args:
        picture: its file.
        frame: (h, w, 3) uint8 BGR.
        xyxy: (m, 4) float32 true boxes, pixels.
        class_ids: (m,) int64, class numbers of the data set.
    """

    picture: Path
    frame: NDArray[np.uint8]
    xyxy: NDArray[np.float32]
    class_ids: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Looked:
    """What a network found in a picture, beside what is true.

    Args:
        picture: its file.
        found: (n, 4) float32 detections, pixels.
        scores: (n,) float32.
        truth: (m, 4) float32 true boxes, pixels.
        class_ids: (m,) int64, class numbers of the data set.
        scale: pixels of the network's input per pixel of the picture, when the picture is fitted in whole.
    """

    picture: Path
    found: NDArray[np.float32]
    scores: NDArray[np.float32]
    truth: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    scale: float

    @cached_property
    def judged(self) -> Judged:
        """Hold all detections against all true boxes."""
        return judge(self.found, self.scores, self.truth)

    def judged_between(self, low_px: float, high_px: float) -> Judged:
        """Hold detections against the birds of a size at network input scale, low_px <= size < high_px."""
        true_px, found_px = sides(self.truth) * self.scale, sides(self.found) * self.scale
        counted = (true_px >= low_px) & (true_px < high_px)
        wanted = (found_px >= low_px) & (found_px < high_px)
        return judge(self.found, self.scores, self.truth, counted=counted, wanted=wanted)


@dataclass
class LeftOut:
    """Pictures that are not judged: without a label file, and unreadable ones with the sentence why."""

    unlabelled: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def bird_classes(layout: Layout, wanted: Sequence[str] | None) -> frozenset[int] | None:
    """Give the class numbers that count as birds; None: all of them.

    Raises:
        DatasetError: the data set has no class of that name.
    """
    if not wanted:
        return None
    unknown = [name for name in wanted if name not in layout.classes]
    if unknown:
        raise DatasetError(f"{layout.file} has no class {unknown[0]!r}; it has {', '.join(layout.classes)}")
    return frozenset(index for index, name in enumerate(layout.classes) if name in wanted)


def truths(
    layout: Layout, split: str, left_out: LeftOut, *, birds: frozenset[int] | None = None, step: Step = iter
) -> Iterator[Truth]:
    """Give the labelled pictures of a split; what is left out is noted in `left_out`.

    Raises:
        DatasetError: the split is not there.
    """
    pictures = split_pictures(layout.split(split), layout.roots)
    return truths_of(pictures, left_out, birds=birds, step=step)


def truths_of(
    pictures: Sequence[Path], left_out: LeftOut, *, birds: frozenset[int] | None = None, step: Step = iter
) -> Iterator[Truth]:
    """Yield those of the pictures that have labels; what is left out is noted in `left_out`."""
    for picture in step(pictures):
        label = find_label(picture)
        if not label.is_file():
            left_out.unlabelled.append(picture)
            continue
        try:
            rows = read_labels(label, lenient=True)
        except DatasetError as error:
            left_out.problems.append(str(error))
            continue
        frame = read_picture(picture)
        if frame is None:
            left_out.problems.append(f"{picture} cannot be read as a picture")
            continue
        if birds is not None:
            rows = rows[np.isin(rows[:, 0], list(birds))]
        boxes = Labelled(picture, rows).boxes_xyxy(size_wh=(frame.shape[1], frame.shape[0]))
        yield Truth(picture, frame, boxes.astype(np.float32), rows[:, 0].astype(np.int64))


def find_label(picture: Path) -> Path:
    """Give the label file of a picture; one lying beside it is taken if the usual place has none."""
    usual, beside = label_path(picture), picture.with_suffix(".txt")
    return beside if beside.is_file() and not usual.is_file() else usual


def look(detector: Detector, truth: Truth) -> Looked:
    """Let a network look at one picture."""
    found = detector.detect(truth.frame)
    scale = fit((truth.frame.shape[1], truth.frame.shape[0]), detector.card.input_size_wh).scale
    return Looked(truth.picture, found.xyxy, found.scores, truth.xyxy, truth.class_ids, scale)


def sources(pictures: Sequence[Path]) -> list[str]:
    """Name the source of each picture: the first word of its name (up to the first `_`), else its folder.

    Words name sources if there are several, none is a mere number, and they group the pictures at all (at most half
    as many words as pictures). Otherwise folders do; a single one is no source, and all names are empty then.
    """
    words = [picture.stem.split("_")[0] for picture in pictures]
    if _groups(words) and not any(word.isdigit() for word in words):
        return words
    above = os.path.commonpath([picture.parent.absolute() for picture in pictures]) if pictures else ""
    folders = [os.path.relpath(picture.parent.absolute(), above) for picture in pictures]
    return folders if _groups(folders) else [""] * len(pictures)


def _groups(names: Sequence[str]) -> bool:
    return 1 < len(Counter(names)) <= len(names) / 2
