"""The document of an evaluation (`henwise-models evaluate --json`): its shape is docs/evaluation.schema.json.

A figure is null where there is nothing to be judged by (recall without birds, a share of no birds).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from models.training.measure.looking import Looked, sources
from models.training.measure.metrics import Figures, Judged, average_precision

SIZES_PX = (0.0, 12.0, 24.0, 48.0, 96.0, float("inf"))
"""Edges of the sizes of birds, at network input scale."""
NUMBERS = ((0, 0), (1, 1), (2, 10), (11, 30), (31, 100), (101, 200), (201, None))
"""Numbers of birds in a picture, both ends included."""
DIGITS = 4


class Part(BaseModel):
    """Base of all parts of the document."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CountFigures(Part):
    """How well pictures are counted at the threshold."""

    pictures: int
    boxes: int = Field(description="true boxes")
    count_mae: float = Field(description="mean of |found - true| over pictures, birds")
    count_mape: float | None = Field(description="mean of |found - true| / true over pictures with birds")
    count_bias: float = Field(description="mean of found - true over pictures, birds: above 0 counts too many")
    count_bias_share: float | None = Field(description="all found / all true - 1")


class SetFigures(CountFigures):
    """All figures of a set of pictures."""

    precision: float | None = Field(description="share of detections that take a true box at IoU .5, at the threshold")
    recall: float | None = Field(description="share of true boxes taken at IoU .5, at the threshold")
    f1: float | None = Field(description="harmonic mean of precision and recall")
    map50: float | None = Field(description="average precision at IoU .5, over all thresholds")
    map50_95: float | None = Field(description="mean of the average precision at IoU .50, .55 ... .95")

    @classmethod
    def of(cls, judged: Sequence[Judged], *, score: float) -> Self:
        """Compute the figures."""
        return cls.model_validate(_rounded(vars(Figures.of(judged, score=score))))


class SourceFigures(SetFigures):
    """Figures of the pictures of one source: a first word of file names, or a folder."""

    source: str


class NumberFigures(CountFigures):
    """Figures of the pictures with a number of birds in a range, both ends included."""

    low: int
    high: int | None


class SizeFigures(Part):
    """Figures of birds of one size: the side in pixels of a square of the box's area, in the network's input.

    Birds of other sizes are ignored: neither finding nor missing them counts.
    """

    low_px: float
    high_px: float | None = Field(description="below this; null: no limit")
    boxes: int
    recall: float | None
    ap50: float | None
    ap50_95: float | None


class ClassFigures(Part):
    """How many of the boxes of one class of the data set are found (as birds: the classes are not told apart)."""

    name: str
    boxes: int
    recall: float | None


class DatasetReport(Part):
    """Figures of one data set."""

    dataset: str = Field(description="name of the YAML without its ending")
    file: str
    split: str
    classes: tuple[str, ...] = Field(description="classes that count as birds")
    unlabelled: int = Field(description="pictures without a label file: left out")
    problems: tuple[str, ...] = Field(description="pictures and label files that cannot be read: left out")
    overall: SetFigures
    by_source: tuple[SourceFigures, ...] = Field(description="empty if the names and folders tell no sources apart")
    by_size: tuple[SizeFigures, ...]
    by_number: tuple[NumberFigures, ...]
    by_class: tuple[ClassFigures, ...]


class NetworkPart(Part):
    """The network that was measured."""

    file: str
    name: str
    version: str
    sha256: str
    input_size_wh: tuple[int, int]


class Evaluation(Part):
    """What a network scores on data sets."""

    format: Literal["henwise-evaluation/1"] = "henwise-evaluation/1"
    measured: date
    network: NetworkPart
    score: float = Field(description="threshold of precision, recall, F1 and counts")
    score_from: Literal["card", "option"]
    tiles: Literal["auto", "off", "close"] = Field(description="how pictures are looked at (docs/inference.md)")
    backend: str
    datasets: tuple[DatasetReport, ...]
    pooled: SetFigures | None = Field(description="all pictures of several data sets together; null for a single one")


def schema() -> str:
    """Give the JSON Schema of the document, as docs/evaluation.schema.json holds it."""
    return json.dumps(Evaluation.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def overall(looked: Iterable[Looked], *, score: float) -> SetFigures:
    """Give the figures of all pictures together."""
    return SetFigures.of([item.judged for item in looked], score=score)


def by_source(looked: Sequence[Looked], *, score: float) -> tuple[SourceFigures, ...]:
    """Give the figures source by source; empty if sources cannot be told apart."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for name, item in zip(sources([item.picture for item in looked]), looked, strict=True):
        groups[name].append(item.judged)
    if len(groups) < 2:
        return ()
    measured = {name: SetFigures.of(judged, score=score) for name, judged in sorted(groups.items())}
    return tuple(SourceFigures(source=name, **figures.model_dump()) for name, figures in measured.items())


def by_size(looked: Sequence[Looked], *, score: float) -> tuple[SizeFigures, ...]:
    """Give recall and average precision by size of birds; sizes that do not occur are left out."""
    rows = []
    for low, high in pairwise(SIZES_PX):
        judged = [item.judged_between(low, high) for item in looked]
        areas = average_precision(judged)
        if areas is not None:
            figures = Figures.of(judged, score=score)
            row = {"boxes": figures.boxes, "recall": figures.recall, "ap50": areas[0], "ap50_95": areas.mean()}
            rows.append(SizeFigures(low_px=low, high_px=None if np.isinf(high) else high, **_rounded(row)))
    return tuple(rows)


def by_number(looked: Sequence[Looked], *, score: float) -> tuple[NumberFigures, ...]:
    """Give count figures by the true number of birds in a picture; ranges that do not occur are left out."""
    rows = []
    for low, high in NUMBERS:
        judged = [
            item.judged for item in looked if low <= len(item.truth) <= (len(item.truth) if high is None else high)
        ]
        if judged:
            figures = _rounded(vars(Figures.of(judged, score=score)))
            fields = {name: figures[name] for name in CountFigures.model_fields}
            rows.append(NumberFigures(low=low, high=high, **fields))
    return tuple(rows)


def by_class(looked: Sequence[Looked], classes: Sequence[str], *, score: float) -> tuple[ClassFigures, ...]:
    """Give the share found of each class of the data set."""
    found = [item.judged.found(score=score) for item in looked]
    taken = np.concatenate([*found, np.empty(0, np.bool_)])
    numbers = np.concatenate([*(item.class_ids for item in looked), np.empty(0, np.int64)])
    rows = []
    for number in np.unique(numbers):
        of_class = taken[numbers == number]
        name = classes[number] if number < len(classes) else f"class {number}"
        rows.append(ClassFigures(name=name, boxes=len(of_class), recall=round(float(of_class.mean()), DIGITS)))
    return tuple(rows)


def _rounded(figures: dict[str, float | int | None]) -> dict[str, float | int | None]:
    return {name: round(float(value), DIGITS) if isinstance(value, float) else value for name, value in figures.items()}
