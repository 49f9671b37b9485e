"""Measure a classifier as it will run: through the light runtime, on a folder of pictures per class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.card import AnswerRule, ClassifierCard, ClassScore, load_classifier
from models.errors import DatasetError
from models.runtime.classified import Classified
from models.runtime.classifier import Classifier, answer
from models.runtime.onnx import OnnxBackend
from models.runtime.photo import read_picture
from models.training.data.dataset import picture_files

BINS = 10
"""Bins of the calibration error."""
TEMPERATURES = np.round(np.geomspace(0.3, 5, 120), 3)
DAYLIGHT, WARM_LAMP = (1.0, 1.0, 1.0), (0.75, 1.0, 1.2)
"""Strength of blue, green and red; a warm lamp before a camera that is set for daylight."""
LIMITS = np.round(np.arange(0.3, 0.991, 0.01), 2)


@dataclass(frozen=True, eq=False)
class Said:
    """What a network said of pictures whose class is known.

    Args:
        probabilities: (n, classes) float32, as the network gives them: temperature 1.
        truth: (n,) int64, index of the true class.
    """

    probabilities: NDArray[np.float32]
    truth: NDArray[np.int64]


def listen(network: Path, folder: Path, *, threads: int = 2, lamp: Sequence[float] = DAYLIGHT) -> Said:
    """Ask a network about every picture of a folder of class folders; its card's own rule is left out.

    Args:
        network: the .onnx, with its card beside it.
        folder: holds a folder of pictures per class.
        threads: processor threads.
        lamp: how strong blue, green and red are under the lamp in which the pictures are shown.

    Raises:
        WeightsError: the network or its card cannot be used.
        DatasetError: a folder is not one of the network's classes, no picture is there, or one can't be read.
    """
    card, content = load_classifier(network)
    plain = card.model_copy(update={"answer": AnswerRule(temperature=1, not_sure_below=0)})
    classifier = Classifier(plain, OnnxBackend.open(content, threads=threads))
    rows: list[NDArray[np.float32]] = []
    truth: list[int] = []
    for file, name in labelled(folder):
        if name not in card.classes:
            raise DatasetError(f"{file.parent} is not a class of the network: it knows {', '.join(card.classes)}")
        rows.append(classifier.classify([under(read_picture(file), lamp)]).probabilities)
        truth.append(card.classes.index(name))
    classifier.close()
    return Said(np.concatenate(rows), np.array(truth, np.int64))


def under(picture: NDArray[np.uint8], lamp: Sequence[float]) -> NDArray[np.uint8]:
    """Show a picture (h, w, 3), blue first, under a lamp."""
    return np.asarray(np.clip(picture * np.array(lamp), 0, 255), np.uint8)


def labelled(folder: Path) -> list[tuple[Path, str]]:
    """List the pictures of a folder of class folders, each with the name of its class.

    Raises:
        DatasetError: there is none.
    """
    parts = sorted(item for item in folder.iterdir() if item.is_dir()) if folder.is_dir() else []
    found = [(file, part.name) for part in parts for file in picture_files(part)]
    if not found:
        raise DatasetError(f"{folder} must hold a folder of pictures for each class")
    return found


def best_temperature(said: Said) -> float:
    """Choose the temperature under which the true classes are most probable."""

    def loss(temperature: float) -> float:
        ruled = answered(said, AnswerRule(temperature=temperature, not_sure_below=0))
        true = ruled.probabilities[np.arange(len(said.truth)), said.truth]
        return float(-np.log(np.maximum(true, 1e-9)).mean())

    return float(min(TEMPERATURES, key=loss))


def best_limit(said: Said, temperature: float, *, accuracy: float) -> float:
    """Choose the lowest not_sure_below at which the sure answers reach an accuracy; the highest where none does."""
    for limit in LIMITS:
        ruled = answered(said, AnswerRule(temperature=temperature, not_sure_below=float(limit)))
        figures = figures_of(said, ruled, reject=None)
        if figures["sure_accuracy"] is not None and figures["sure_accuracy"] >= accuracy:
            return float(limit)
    return float(LIMITS[-1])


def answered(said: Said, rule: AnswerRule) -> Classified:
    """Answer by a rule; class names are numbers here."""
    names = tuple(str(number) for number in range(said.probabilities.shape[1]))
    return answer(said.probabilities, names, rule.model_copy(update={"reject": None}))


def figures_of(said: Said, ruled: Classified, *, reject: int | None) -> dict[str, float | None]:
    """Compute accuracy, calibration error, and what the sure answers are worth."""
    best = ruled.probabilities.argmax(axis=1)
    right = best == said.truth
    sure = np.array([one.isdecimal() for one in ruled.answers], bool)
    rejected = said.truth == reject
    return {
        "accuracy": float(right.mean()),
        "ece": calibration_error(ruled.probabilities.max(axis=1), right),
        "sure": float(sure.mean()),
        "sure_accuracy": float(right[sure].mean()) if sure.any() else None,
        "false_accept": float((sure & (best != reject))[rejected].mean()) if rejected.any() else None,
    }


def calibration_error(said: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error: |mean said - share right| per bin of probability, weighted by pictures."""
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    gaps = (abs(float(said[bins == b].mean()) - float(right[bins == b].mean())) * (bins == b).sum() for b in set(bins))
    return float(sum(gaps) / len(said))


def f1_of(best: NDArray[np.int64], truth: NDArray[np.int64], classes: Sequence[str]) -> dict[str, float]:
    """Return the F1 of every class that occurs in the truth."""
    scores = {}
    for number, name in enumerate(classes):
        true, called = truth == number, best == number
        if true.any():
            scores[name] = round(float(2 * (true & called).sum() / (true.sum() + called.sum())), 3)
    return scores


def score_row(said: Said, card: ClassifierCard, *, dataset: str, split: str) -> ClassScore:
    """Make the card's row for one folder."""
    ruled = answered(said, card.answer)
    reject = card.classes.index(card.answer.reject) if card.answer.reject else None
    figures = {
        name: value if value is None else round(value, 3)
        for name, value in figures_of(said, ruled, reject=reject).items()
    }
    f1 = f1_of(ruled.probabilities.argmax(axis=1), said.truth, card.classes)
    known = {"dataset": dataset, "split": split, "pictures": len(said.truth), "f1": f1}
    return ClassScore.model_validate({**known, **figures, "measured": date.today()})  # noqa: DTZ011  # a day is enough


def confusion_table(said: Said, classes: Sequence[str]) -> str:
    """Show how often each true class (rows) was called each class (columns, in the same order)."""
    size = len(classes)
    pairs = said.truth * size + said.probabilities.argmax(axis=1)
    counts = np.bincount(pairs, minlength=size * size).reshape(size, size)
    return "\n".join(f"  {name:16}" + "".join(f"{n:6}" for n in row) for name, row in zip(classes, counts, strict=True))


def with_rule(card: ClassifierCard, heard: Sequence[Said], *, accuracy: float) -> ClassifierCard:
    """Return the card with temperature and limit chosen on these pictures, all together."""
    pooled = Said(
        np.concatenate([said.probabilities for said in heard]), np.concatenate([said.truth for said in heard])
    )
    temperature = best_temperature(pooled)
    rule = {"temperature": temperature, "not_sure_below": best_limit(pooled, temperature, accuracy=accuracy)}
    return card.model_copy(update={"answer": card.answer.model_copy(update=rule)})


def with_class_scores(card: ClassifierCard, rows: Sequence[ClassScore]) -> ClassifierCard:
    """Return the card with these rows in place of older ones of the same data set and split."""
    fresh = {(row.dataset, row.split): row for row in rows}
    kept = [row for row in card.scores if (row.dataset, row.split) not in fresh]
    return card.model_copy(update={"scores": (*kept, *fresh.values())})
