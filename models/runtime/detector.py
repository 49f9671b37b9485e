"""Find birds in a frame."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.card import ModelCard, load_weights
from models.runtime.backends import Backend, Network, open_backend
from models.runtime.boxes import decode
from models.runtime.detections import Detections
from models.runtime.letterbox import STRIDE, Canvases, fit
from models.runtime.seams import Seen, join
from models.runtime.tiles import MAX_RUNS, Grid, SizeWH, Tile, Tiles, choose_grid, cut

SHIPPED = Path(__file__).parent.parent / "weights" / "chicken-v3.onnx"
"""The network that comes with Henwise."""

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Tiling:
    """How a frame is looked at.

    Attributes:
        tiles: "off": the whole frame only; (columns, rows): the whole and so many tiles; "auto": chosen for each frame
            from its size and from how large the birds in the whole of it are.
        max_runs: with "auto", runs of the network per frame at most.
    """

    tiles: Tiles = "off"
    max_runs: int = MAX_RUNS

    def __post_init__(self) -> None:
        """Refuse what is no tiling."""
        known = self.tiles in {"auto", "off"} if isinstance(self.tiles, str) else min(self.tiles) >= 1
        if not known:
            raise ValueError(f"tiles are auto, off or (columns, rows) of at least 1, not {self.tiles}")
        if self.max_runs < 2:  # noqa: PLR2004  # the whole frame and one more
            raise ValueError(f"tiles need max_runs of at least 2, not {self.max_runs}")

    def grid(self, frame_wh: SizeWH, input_wh: SizeWH, whole: Detections) -> Grid:
        """Return columns and rows for a frame in the whole of which this was found; (1, 1) for no tiles."""
        if self.tiles == "off":
            return (1, 1)
        if self.tiles == "auto":
            return choose_grid(frame_wh, input_wh, whole, max_runs=self.max_runs)
        return self.tiles


class Detector:
    """A network with its card, ready for frames; for one thread at a time.

    Args:
        card: classes, thresholds and input size of the network.
        backend: what runs it.
        tiling: how a frame is looked at.
        least_score: boxes are given from this score on; default: the card's threshold. A tracker can make use of boxes
            that are too weak to be counted.
    """

    def __init__(
        self, card: ModelCard, backend: Backend, tiling: Tiling | None = None, *, least_score: float | None = None
    ) -> None:
        self.card = card
        self._backend = backend
        self._limits = card.thresholds if least_score is None else card.thresholds.from_score(least_score)
        self._tiling = tiling or Tiling()
        self._canvases = Canvases()

    @classmethod
    def open(
        cls,
        path: Path | None = None,
        *,
        threads: int = 2,
        backend: str = "onnx",
        input_px: int | None = None,
        tiles: Tiles = "off",
        max_runs: int = MAX_RUNS,
        least_score: float | None = None,
    ) -> Self:
        """Load a network (the shipped one by default) after checking it against its card.

        Args:
            path: the .onnx, with its card beside it.
            threads: processor threads.
            backend: a name of ``models.runtime.backends.LIBRARIES``.
            input_px: longest side of the input, a multiple of 32; default: the card's.
            tiles: see ``Tiling``.
            max_runs: see ``Tiling``.
            least_score: see the class.

        Raises:
            WeightsError: the network or its card is missing, damaged, or they don't belong together; or the back end
                needs a converted form that is not there.
            RuntimeMissing: the library of the back end is not installed.
            ValueError: a size or a grid that can't be.
        """
        tiling = Tiling(tiles, max_runs)
        card, content = load_weights(path or SHIPPED)
        if input_px is not None:
            card = card.model_copy(update={"input_size_wh": checked_size(input_px)})
        network = Network(path or SHIPPED, card, content, card.input_size_wh, threads)
        return cls(card, open_backend(backend, network), tiling, least_score=least_score)

    def detect(self, frame_bgr: Frame, *, tiles: Tiles | None = None) -> Detections:
        """Find birds in a frame (h, w, 3) uint8, blue-green-red; boxes are in pixels of this frame.

        Args:
            frame_bgr: the frame.
            tiles: for this frame, instead of what ``open`` was told: cameras that share a network differ in this.

        Raises:
            ValueError: the frame has another shape or type, or the tiles can't be.
        """
        if frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or frame_bgr.dtype != np.uint8:  # noqa: PLR2004  # three axes
            raise ValueError(f"a frame is (h, w, 3) uint8, not {frame_bgr.shape} {frame_bgr.dtype}")
        frame_wh = (frame_bgr.shape[1], frame_bgr.shape[0])
        whole = self._look(frame_bgr)
        tiling = self._tiling if tiles is None else Tiling(tiles, self._tiling.max_runs)
        grid = tiling.grid(frame_wh, self._input_wh, whole)
        if grid == (1, 1):
            return whole
        seen = [Seen(tile, self._look_at(frame_bgr, tile)) for tile in cut(frame_wh, grid)]
        return join(frame_wh, whole, seen, self._limits)

    def close(self) -> None:
        """Let go of the network."""
        self._backend.close()

    @property
    def _input_wh(self) -> SizeWH:
        return self._backend.input_wh or self.card.input_size_wh

    def _look(self, picture: Frame) -> Detections:
        size_wh = (picture.shape[1], picture.shape[0])
        letterbox = fit(size_wh, self._input_wh, exact=self._backend.input_wh is not None)
        blob = self._canvases.of(letterbox).fill(picture)
        return decode(self._backend.run(blob), letterbox, self._limits)

    def _look_at(self, frame: Frame, tile: Tile) -> Detections:
        found = self._look(frame[tile.top : tile.bottom, tile.left : tile.right])
        moved = found.xyxy + np.array([tile.left, tile.top] * 2, np.float32)
        return Detections(moved, found.scores, found.class_ids, capped=found.capped)


def checked_size(input_px: int) -> SizeWH:
    """Return a square input size.

    Raises:
        ValueError: it is not a multiple of 32 from 32 to 4096.
    """
    if input_px % STRIDE or not STRIDE <= input_px <= 4096:  # noqa: PLR2004  # as on the card
        raise ValueError(f"input_px is a multiple of {STRIDE} from {STRIDE} to 4096, not {input_px}")
    return input_px, input_px
