"""The network as the cameras of one device share it: loaded once, one frame at a time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from edge.vision.inference_choice import open_as_chosen
from models.card import ModelCard
from models.runtime.closer import Gaze
from models.runtime.detections import Detections
from models.runtime.tiles import Tiles


class Detector(Protocol):
    """What finds birds in a frame; ``models.runtime.Detector`` is one."""

    @property
    def card(self) -> ModelCard:
        """What network it is."""
        ...

    def detect(
        self, frame_bgr: NDArray[np.uint8], /, *, tiles: Tiles | None = None, gaze: Gaze | None = None
    ) -> Detections:
        """Return the birds in an (height, width, 3) uint8 BGR frame, boxes in its pixels; see ``models.runtime``."""
        ...

    def close(self) -> None:
        """Let go of the network."""
        ...


WEAK_SCORE = 0.1
"""Boxes from this score on help to follow a bird; weaker ones are noise."""

OpenDetector = Callable[[Path | None], Detector]
"""Opens a network; None means the shipped one."""


@dataclass(frozen=True, slots=True)
class Network:
    """What finds the birds.

    Attributes:
        name: with its version, as messages say it.
        threshold: score from which on a box is a bird; weaker ones only help to follow a bird.
    """

    name: str
    threshold: float


class SharedDetector:
    """One network for several cameras, opened at its first use and kept."""

    def __init__(self, path: Path | None, open_detector: OpenDetector) -> None:
        self._path = path
        self._open_detector = open_detector
        self._one_at_a_time = threading.Lock()
        self._detector: Detector | None = None

    @classmethod
    def as_chosen(cls, path: Path | None, data_dir: Path) -> Self:
        """Use the back end that ``henwise-edge doctor --bench`` chose for this network on this device, if it did."""
        return cls(path, lambda network: open_as_chosen(data_dir, network, least_score=WEAK_SCORE))

    def open(self) -> Network:
        """Load the network if nobody has, and say what it is."""
        with self._one_at_a_time:
            if self._detector is None:
                self._detector = self._open_detector(self._path)
            card = self._detector.card
            return Network(f"{card.name} {card.version}"[:80], card.thresholds.score)

    def detect(
        self, frame_bgr: NDArray[np.uint8], *, tiles: Tiles | None = None, gaze: Gaze | None = None
    ) -> Detections:
        """Return the birds in a frame; ``open`` must have been called. ``tiles``, ``gaze``: of this camera."""
        with self._one_at_a_time:
            return self._opened().detect(frame_bgr, tiles=tiles, gaze=gaze)

    def close(self) -> None:
        """Let go of the network, once nobody uses it any more; ``open`` loads it anew."""
        with self._one_at_a_time:
            detector, self._detector = self._detector, None
            if detector is not None:
                detector.close()

    def _opened(self) -> Detector:
        if self._detector is None:
            raise RuntimeError("open() comes before detect()")
        return self._detector
