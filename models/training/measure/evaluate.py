"""Measure a network as it will run: through the light runtime, on pictures with known boxes. Needs no torch."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np

from models.card import ModelCard, Score, load_weights
from models.errors import DatasetError
from models.runtime.backends import Network, open_backend
from models.runtime.detector import Detector, Tiling, checked_size
from models.training.data.dataset import Step
from models.training.data.grouping import scene_of_each
from models.training.data.layout import Layout
from models.training.measure import report
from models.training.measure.compare import DRAWS, Comparison, DatasetComparison, differences, tallies
from models.training.measure.looking import LeftOut, Looked, Truth, bird_classes, look, truths
from models.training.measure.metrics import Figures, Judged

FLOOR = 0.01
"""Score from which detections enter average precision; the card's threshold is applied afterwards."""
GRID = tuple(np.round(np.arange(0.05, 0.90, 0.01), 2).tolist())
"""Score thresholds tried."""

Seen = Callable[[Truth, Looked], None]
"""Is shown each picture that was judged."""


@dataclass(frozen=True)
class Taken:
    """A data set after a network looked at a split of it.

    Args:
        layout: the data set.
        split: the split looked at.
        classes: names of the classes that count as birds.
        looked: its labelled pictures.
        left_out: what could not be judged.
    """

    layout: Layout
    split: str
    classes: tuple[str, ...]
    looked: tuple[Looked, ...]
    left_out: LeftOut = field(default_factory=LeftOut)


@dataclass(frozen=True)
class View:
    """How a network is let look; the defaults are those of its card.

    Args:
        size_px: longest side of the input; None: the card's.
        nms_iou: overlap from which the weaker of two boxes is dropped; None: the card's.
        tiles: how pictures are looked at: small birds again, larger, as they need it; only once; or once, larger.
        backend: what runs it, a name of `models.runtime.LIBRARIES`.
    """

    size_px: int | None = None
    nms_iou: float | None = None
    tiles: Literal["auto", "off", "close"] = "auto"
    backend: str = "onnx"


AS_CARD = View()


def open_unfiltered(weights: Path, *, threads: int = 2, view: View = AS_CARD, score: float | None = None) -> Detector:
    """Open a network that reports everything from FLOOR up, and takes boxes from `score` (None: the card's) for birds.

    Raises:
        WeightsError: the network or its card cannot be used.
        RuntimeMissing: the library of the back end is not installed.
    """
    card, content = load_weights(weights)
    changes: dict[str, Any] = {"input_size_wh": checked_size(view.size_px)} if view.size_px else {}
    if view.nms_iou:
        changes["thresholds"] = card.thresholds.model_copy(update={"nms_iou": view.nms_iou})
    card = card.model_copy(update=changes)
    backend = open_backend(view.backend, Network(weights, card, content, card.input_size_wh, threads))
    return Detector(card, backend, Tiling(view.tiles), least_score=FLOOR, sure_score=score)


def take(
    detector: Detector,
    layout: Layout,
    split: str,
    *,
    classes: Sequence[str] | None = None,
    step: Step = iter,
    seen: Seen | None = None,
) -> Taken:
    """Let a network look at a split of a data set.

    Raises:
        DatasetError: the split or a class is not there, or no picture of it can be judged.
    """
    birds, left_out, looked = bird_classes(layout, classes), LeftOut(), []
    for truth in truths(layout, split, left_out, birds=birds, step=step):
        looked.append(look(detector, truth))
        if seen is not None:
            seen(truth, looked[-1])
    if not looked:
        raise DatasetError(f"{layout.file}: no picture of {split} can be measured: {_why(left_out)}")
    return Taken(layout, split, tuple(classes or layout.classes), tuple(looked), left_out)


def _why(left_out: LeftOut) -> str:
    if left_out.problems:
        return left_out.problems[0]
    if left_out.unlabelled:
        return f"{len(left_out.unlabelled)} without a label file, first {left_out.unlabelled[0]}"
    return "there is none"


def dataset_report(taken: Taken, *, score: float) -> report.DatasetReport:
    """Give all figures of one data set at a threshold."""
    return report.DatasetReport(
        dataset=taken.layout.file.stem,
        file=str(taken.layout.file),
        split=taken.split,
        classes=taken.classes,
        unlabelled=len(taken.left_out.unlabelled),
        problems=tuple(taken.left_out.problems),
        overall=report.overall(taken.looked, score=score),
        by_source=report.by_source(taken.looked, score=score),
        by_size=report.by_size(taken.looked, score=score),
        by_number=report.by_number(taken.looked, score=score),
        by_class=report.by_class(taken.looked, taken.layout.classes, score=score),
    )


def evaluation(
    network: Path, card: ModelCard, sets: Sequence[Taken], *, score: float | None, view: View = AS_CARD
) -> report.Evaluation:
    """Give the document of an evaluation, at the card's threshold if `score` is None."""
    limit = card.thresholds.score if score is None else score
    if view.size_px:
        card = card.model_copy(update={"input_size_wh": checked_size(view.size_px)})
    everything = [item for taken in sets for item in taken.looked]
    return report.Evaluation(
        measured=date.today(),  # noqa: DTZ011  # a day is enough
        network=network_part(network, card),
        score=limit,
        score_from="card" if score is None else "option",
        tiles=view.tiles,
        backend=view.backend,
        datasets=tuple(dataset_report(taken, score=limit) for taken in sets),
        pooled=report.overall(everything, score=limit) if len(sets) > 1 else None,
    )


def network_part(network: Path, card: ModelCard) -> report.NetworkPart:
    """Say which network was measured."""
    fields = card.model_dump(include=set(report.NetworkPart.model_fields))
    return report.NetworkPart(file=str(network), **fields)


def compare_sets(
    networks: Sequence[Path],
    cards: Sequence[ModelCard],
    limits: Sequence[float],
    both: Sequence[Sequence[Taken]],
    *,
    scene: str | None,
    seed: int = 0,
) -> Comparison:
    """Give the document of a comparison of two networks, each at its threshold.

    Raises:
        DatasetError: the rule for scenes does not fit the pictures.
    """
    return Comparison(
        measured=date.today(),  # noqa: DTZ011  # a day is enough
        a=network_part(networks[0], cards[0]),
        b=network_part(networks[1], cards[1]),
        score_a=limits[0],
        score_b=limits[1],
        draws=DRAWS,
        datasets=tuple(_compare(a, b, limits, scene, seed) for a, b in zip(both[0], both[1], strict=True)),
    )


def _compare(a: Taken, b: Taken, limits: Sequence[float], scene: str | None, seed: int) -> DatasetComparison:
    pictures = [item.picture for item in a.looked]
    scenes = scene_of_each(pictures, scene) if scene else [str(picture) for picture in pictures]
    return DatasetComparison(
        dataset=a.layout.file.stem,
        file=str(a.layout.file),
        split=a.split,
        pictures=len(pictures),
        scenes=len(set(scenes)),
        a=report.overall(a.looked, score=limits[0]),
        b=report.overall(b.looked, score=limits[1]),
        differences=differences(
            tallies(a.looked, score=limits[0]), tallies(b.looked, score=limits[1]), scenes, seed=seed
        ),
    )


def best_score(sets: Sequence[Sequence[Judged]]) -> float:
    """Choose the score threshold with the highest mean F1 over the sets, each set weighing the same."""

    def mean_f1(score: float) -> float:
        return float(np.mean([Figures.of(judged, score=score).f1 or 0.0 for judged in sets]))

    return float(max(GRID, key=mean_f1))


def scores_of(document: report.Evaluation) -> list[Score]:
    """Give the card's rows: all pictures of a data set first, then source by source."""
    rows = []
    for part in document.datasets:
        names = [(part.dataset, part.overall)] + [(f"{part.dataset}: {one.source}", one) for one in part.by_source]
        for name, figures in names:
            measured = figures.model_dump(exclude={"source"})
            rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in measured.items()}
            rows.append(Score(dataset=name, split=part.split, measured=document.measured, **rounded))
    return rows


def with_scores(card: ModelCard, rows: Iterable[Score]) -> ModelCard:
    """Return the card with these rows in place of older ones of the same data set and split."""
    fresh = {(row.dataset, row.split): row for row in rows}
    kept = [row for row in card.scores if (row.dataset, row.split) not in fresh]
    return card.model_copy(update={"scores": (*kept, *fresh.values())})
