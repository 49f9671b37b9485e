"""A contact sheet: many labelled pictures on one, with their boxes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.card import card_path, read_card
from models.errors import DatasetError
from models.runtime import SHIPPED
from models.training.data.annotated import RIGHT, draw_boxes, mark
from models.training.data.dataset import Step
from models.training.data.grouping import readable
from models.training.data.layout import Layout, split_pictures
from models.training.measure.evaluate import open_unfiltered, take
from models.training.measure.looking import LeftOut, Looked, Truth, find_label, truths_of

CELL_WH = (360, 300)
CAPTION = 20
"""Rows of a cell that hold its name, pixels."""

Picture = NDArray[np.uint8]


def mistakes(looked: Looked, *, score: float) -> int:
    """Count missed birds and false boxes of a picture at a threshold."""
    judged = looked.judged
    taken = judged.scores >= score
    return int((~judged.found(score=score)).sum() + (taken & ~judged.hits[:, 0]).sum())


def labelled_cell(truth: Truth) -> Picture:
    """Draw one picture with its true boxes, name and number of birds."""
    small, scale = shrunk(truth.frame)
    draw_boxes(small, truth.xyxy * scale, RIGHT)
    return cell(small, f"{len(truth.xyxy)}  {truth.picture.stem}")


def judged_cell(frame: Picture, looked: Looked, *, score: float) -> Picture:
    """Draw one picture with right, false and missed boxes at a threshold, and what is wrong in words."""
    small, scale = shrunk(frame)
    _, false, missed = mark(small, replace(looked, found=looked.found * scale, truth=looked.truth * scale), score=score)
    return cell(small, f"{missed} missed  {false} false  {looked.picture.stem}")


def shrunk(frame: Picture) -> tuple[Picture, float]:
    """Return a copy of a picture that fits into a cell, and its scale."""
    high, wide = frame.shape[:2]
    scale = min(CELL_WH[0] / wide, (CELL_WH[1] - CAPTION) / high)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, size, interpolation=how), np.uint8), scale


def cell(picture: Picture, words: str) -> Picture:
    """Lay a picture that fits into a cell, with words above it."""
    drawn = np.full((CELL_WH[1], CELL_WH[0], 3), 30, np.uint8)
    high, wide = picture.shape[:2]
    left = (CELL_WH[0] - wide) // 2
    drawn[CAPTION : CAPTION + high, left : left + wide] = picture
    plain = words.encode("ascii", "replace").decode()
    cv2.putText(drawn, plain[:52], (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (230, 230, 230), 1, cv2.LINE_AA)
    return drawn


def sheet(cells: Sequence[Picture], *, columns: int) -> Picture:
    """Lay cells in rows.

    Raises:
        ValueError: there is none.
    """
    if not cells:
        raise ValueError("a sheet needs a cell")
    columns = min(columns, len(cells))
    blank = np.full_like(cells[0], 30)
    filled = [*cells, *[blank] * (-len(cells) % columns)]
    rows = [np.hstack(filled[at : at + columns]) for at in range(0, len(filled), columns)]
    return np.asarray(np.vstack(rows), np.uint8)


def random_cells(layout: Layout, split: str, *, count: int, seed: int) -> list[Picture]:
    """Draw some labelled pictures of a split, chosen by the seed, in the order of their names.

    Raises:
        DatasetError: the split is not there, or none of its pictures has a label that can be read.
    """
    pictures = [one for one in split_pictures(layout.split(split), layout.roots) if find_label(one).is_file()]
    chosen = np.random.default_rng(seed).permutation(len(pictures))[:count]
    left_out = LeftOut()
    found = truths_of([pictures[at] for at in sorted(chosen.tolist())], left_out)
    cells = [labelled_cell(truth) for truth in found]
    if not cells:
        why = f": {left_out.problems[0]}" if left_out.problems else ""
        raise DatasetError(f"{layout.file}: {split} holds no picture with a label file{why}")
    return cells


def worst_cells(
    layout: Layout, split: str, network: Path | None, *, count: int, threads: int, step: Step = iter
) -> list[Picture]:
    """Draw the pictures of a split with the most missed and false boxes at the card's threshold, worst first.

    Raises:
        DatasetError: the split is not there, or none of its pictures can be judged.
        WeightsError: the network cannot be used.
    """
    weights = network or SHIPPED
    score = read_card(card_path(weights)).thresholds.score
    detector = open_unfiltered(weights, threads=threads)
    looked = take(detector, layout, split, step=step).looked
    detector.close()
    worst = sorted(looked, key=lambda item: -mistakes(item, score=score))[:count]
    return [judged_cell(readable(item.picture), item, score=score) for item in worst]
