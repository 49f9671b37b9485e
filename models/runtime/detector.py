"""Find birds in a frame."""

from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.card import ModelCard, load_weights
from models.runtime.boxes import decode
from models.runtime.detections import Detections
from models.runtime.letterbox import fit
from models.runtime.onnx import OnnxBackend

SHIPPED = Path(__file__).parent.parent / "weights" / "chicken-v1.onnx"
"""The network that comes with Henwise."""


class Backend(Protocol):
    """What runs a network: (1, 3, h, w) float32 RGB 0..1 in, raw (1, 4 + classes, anchors) float32 out."""

    def run(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network once."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class Detector:
    """A network with its card, ready for frames.

    Args:
        card: classes and thresholds of the network.
        backend: what runs it.
    """

    def __init__(self, card: ModelCard, backend: Backend) -> None:
        self.card = card
        self._backend = backend

    @classmethod
    def open(cls, path: Path | None = None, *, threads: int = 2) -> Self:
        """Load a network (the shipped one by default) after checking it against its card.

        Raises:
            WeightsError: the network or its card is missing, damaged, or they don't belong together.
            RuntimeMissing: onnxruntime is not installed.
        """
        card, content = load_weights(path or SHIPPED)
        return cls(card, OnnxBackend.open(content, threads=threads))

    def detect(self, frame_bgr: NDArray[np.uint8]) -> Detections:
        """Find birds in a frame (h, w, 3) uint8, blue-green-red; boxes are in pixels of this frame.

        Raises:
            ValueError: the frame has another shape or type.
        """
        if frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or frame_bgr.dtype != np.uint8:  # noqa: PLR2004  # three axes
            raise ValueError(f"a frame is (h, w, 3) uint8, not {frame_bgr.shape} {frame_bgr.dtype}")
        letterbox = fit((frame_bgr.shape[1], frame_bgr.shape[0]), self.card.input_size_wh)
        return decode(self._backend.run(letterbox.fill(frame_bgr)), letterbox, self.card.thresholds)

    def close(self) -> None:
        """Let go of the network."""
        self._backend.close()
