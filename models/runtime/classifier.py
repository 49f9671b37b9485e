"""Say what a picture, or the crop of one bird, shows."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.card import AnswerRule, ClassifierCard, load_classifier
from models.runtime.backends import Backend
from models.runtime.classified import NOT_SURE, Classified
from models.runtime.onnx import OnnxBackend

WEIGHTS = Path(__file__).parent.parent / "weights"
DROPPINGS = WEIGHTS / "droppings-v2.onnx"
"""Photo of a dropping: healthy, coccidiosis, salmonella, newcastle or not_droppings. A hint, no diagnosis."""
POSTURE = WEIGHTS / "posture-v2.onnx"
"""Crop of one bird: standing, sitting or lying."""

AT_ONCE = 16
"""Pictures run together: a hundred crops must not need a hundred times the memory."""


class Classifier:
    """A network with its card, ready for pictures.

    Args:
        card: classes and answer rule of the network.
        backend: what runs it.
    """

    def __init__(self, card: ClassifierCard, backend: Backend) -> None:
        self.card = card
        self._backend = backend

    @classmethod
    def open(cls, path: Path, *, threads: int = 2) -> Self:
        """Load a network after checking it against its card.

        Raises:
            WeightsError: the network or its card is missing, damaged, or they don't belong together.
            RuntimeMissing: onnxruntime is not installed.
        """
        card, content = load_classifier(path)
        return cls(card, OnnxBackend.open(content, threads=threads))

    def classify(self, crops: Sequence[NDArray[np.uint8]]) -> Classified:
        """Say what each picture (h, w, 3) uint8, blue-green-red, of any size shows.

        Raises:
            ValueError: a picture has another shape or type, or no pixels.
        """
        rows = [self._run(crops[at : at + AT_ONCE]) for at in range(0, len(crops), AT_ONCE)]
        said = np.concatenate(rows) if rows else np.empty((0, len(self.card.classes)), np.float32)
        return answer(said, self.card.classes, self.card.answer)

    def _run(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        return self._backend.run(blob_of(crops, self.card.input_px))

    def close(self) -> None:
        """Let go of the network."""
        self._backend.close()


def blob_of(crops: Iterable[NDArray[np.uint8]], side_px: int) -> NDArray[np.float32]:
    """Turn pictures into the network's input: (n, 3, side, side) float32 RGB, 0..1."""
    squares = [central_square(crop, side_px) for crop in crops]
    return np.asarray(cv2.dnn.blobFromImages(squares, 1 / 255, swapRB=True), np.float32)


def central_square(picture: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """Cut the middle square out of a picture and bring it to `side_px`, as the training does.

    Large photos are averaged down, not sampled, so that one of 4,000 pixels looks like one of 400. What lies outside
    the middle square is not looked at: the subject belongs in the middle.

    Raises:
        ValueError: the picture has another shape or type, or no pixels.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:  # noqa: PLR2004  # three axes
        raise ValueError(f"a picture is (h, w, 3) uint8, not {picture.shape} {picture.dtype}")
    high, wide = picture.shape[:2]
    side = min(high, wide)
    top, left = (high - side) // 2, (wide - side) // 2
    way = cv2.INTER_AREA if side > side_px else cv2.INTER_LINEAR
    square = picture[top : top + side, left : left + side]
    return np.asarray(cv2.resize(square, (side_px, side_px), interpolation=way), np.uint8)


def answer(said: NDArray[np.float32], classes: tuple[str, ...], rule: AnswerRule) -> Classified:
    """Calibrate a network's probabilities (n, classes) and answer by the card's rule."""
    calibrated = tempered(said, rule.temperature)
    best = calibrated.argmax(axis=1)
    sure = calibrated.max(axis=1, initial=0) >= rule.not_sure_below
    answers = tuple(classes[at] if known else NOT_SURE for at, known in zip(best, sure, strict=True))
    return Classified(classes, calibrated, answers)


def tempered(said: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Divide the logits behind probabilities (n, classes) by a temperature.

    A softmax forgets only a constant of its logits, so their logarithms do as well (Guo and others, "On calibration of
    modern neural networks", 2017).
    """
    logits = np.log(np.clip(said, 1e-30, 1)) / temperature
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True), np.float32)
