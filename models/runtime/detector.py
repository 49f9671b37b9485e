"""Find birds in a frame."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.card import ModelCard, load_weights
from models.runtime.backends import Backend, Network, open_backend
from models.runtime.boxes import decode
from models.runtime.closer import MAX_RUNS, WHOLE, ZOOMS, Gaze, Look, choose
from models.runtime.detections import Detections
from models.runtime.letterbox import STRIDE, Canvases, fit
from models.runtime.seams import Seen, join
from models.runtime.tiles import SizeWH, Tile, Tiles, cut, parted

SHIPPED = Path(__file__).parent.parent / "weights" / "chicken-v3.onnx"
"""The network that comes with Henwise."""

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Tiling:
    """How frames are looked at.

    Attributes:
        tiles: "auto": the whole frame, and once more, larger, where its birds are small; "off": the whole frame only;
            "close": in one run on an input half as large again; (columns, rows): the whole and so many tiles.
        max_runs: what a frame may cost at most with "auto", in runs at the card's input size.
    """

    tiles: Tiles = "auto"
    max_runs: int = MAX_RUNS

    def __post_init__(self) -> None:
        """Refuse what is no tiling."""
        known = self.tiles in {"auto", "off", "close"} if isinstance(self.tiles, str) else min(self.tiles) >= 1
        if not known:
            raise ValueError(f"tiles are auto, off, close or (columns, rows) of at least 1, not {self.tiles}")
        if self.max_runs < 2:  # noqa: PLR2004  # the whole frame and one more
            raise ValueError(f"tiles need max_runs of at least 2, not {self.max_runs}")


class Detector:
    """A network with its card, ready for frames; for one thread at a time.

    Args:
        card: classes, thresholds and input size of the network.
        backend: what runs it.
        tiling: how a frame is looked at.
        least_score: boxes are given from this score on; default: ``sure_score``. A tracker can make use of boxes
            that are too weak to be counted.
        sure_score: from this score on a box is a bird; default: the card's threshold. Weaker boxes never change which
            of the others are given.
    """

    def __init__(
        self,
        card: ModelCard,
        backend: Backend,
        tiling: Tiling | None = None,
        *,
        least_score: float | None = None,
        sure_score: float | None = None,
    ) -> None:
        self.card = card
        self._backend = backend
        self._sure_score = card.thresholds.score if sure_score is None else sure_score
        self._limits = card.thresholds.from_score(self._sure_score if least_score is None else least_score)
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
        tiles: Tiles = "auto",
        max_runs: int = MAX_RUNS,
        least_score: float | None = None,
        sure_score: float | None = None,
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
            sure_score: see the class.

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
        return cls(card, open_backend(backend, network), tiling, least_score=least_score, sure_score=sure_score)

    def detect(self, frame_bgr: Frame, *, tiles: Tiles | None = None, gaze: Gaze | None = None) -> Detections:
        """Find birds in a frame (h, w, 3) uint8, blue-green-red; boxes are in pixels of this frame.

        Args:
            frame_bgr: the frame.
            tiles: for this frame, instead of what ``open`` was told: cameras that share a network differ in this.
            gaze: of the stream the frame belongs to, for "auto"; None: it belongs to none.

        Raises:
            ValueError: the frame has another shape or type, or the tiles can't be.
        """
        if frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or frame_bgr.dtype != np.uint8:  # noqa: PLR2004  # three axes
            raise ValueError(f"a frame is (h, w, 3) uint8, not {frame_bgr.shape} {frame_bgr.dtype}")
        tiling = self._tiling if tiles is None else Tiling(tiles, self._tiling.max_runs)
        if tiling.tiles == "off":
            return self._look(frame_bgr)
        if tiling.tiles == "close":
            return self._look_closer(frame_bgr, self._enlarging(frame_bgr))
        if tiling.tiles != "auto":
            return self._look_closer(frame_bgr, Look(grid=tiling.tiles))
        return self._look_as_needed(frame_bgr, gaze or Gaze(), tiling.max_runs)

    def close(self) -> None:
        """Let go of the network."""
        self._backend.close()

    @property
    def _input_wh(self) -> SizeWH:
        return self._backend.input_wh or self.card.input_size_wh

    def _look_as_needed(self, frame: Frame, gaze: Gaze, max_runs: int) -> Detections:
        def wanted(found: Detections) -> Look:
            sure = found.at_least(self._sure_score)
            fixed = self._backend.input_wh is not None
            return choose(_size_of(frame), self._input_wh, sure, now=gaze.look, fixed=fixed, max_runs=max_runs)

        if gaze.look and gaze.look.one_run and self._backend.input_wh is None:
            found = self._look_closer(frame, gaze.look)
            gaze.settle(wanted(found))
            return found
        whole = self._look(frame)
        look = gaze.settle(wanted(whole))
        return whole if look == WHOLE else self._look_closer(frame, look, whole)

    def _look_closer(self, frame: Frame, look: Look, whole: Detections | None = None) -> Detections:
        if look.one_run:
            return self._look(frame, zoom=look.zoom)
        frame_wh = _size_of(frame)
        seen = [Seen(tile, self._look_at(frame, tile)) for tile in cut(frame_wh, look.grid)]
        whole = self._look(frame) if whole is None else whole
        return join(frame_wh, whole, seen, self._limits, sure_score=self._sure_score)

    def _enlarging(self, frame: Frame) -> Look:
        """Return the look that shows a frame half as large again: in tiles where the input has one size only."""
        if self._backend.input_wh is None:
            return Look(zoom=ZOOMS[0])
        scale = ZOOMS[0] * fit(_size_of(frame), self._input_wh).scale
        return Look(grid=parted(_size_of(frame), self._input_wh, scale, max_runs=MAX_RUNS))

    def _look(self, picture: Frame, *, zoom: float = 1.0) -> Detections:
        """Look at a picture once; a look that is meant to be closer has its scores lifted to the scale of the first."""
        wide, high = (_rounded(side * zoom) for side in self._input_wh)
        letterbox = fit(_size_of(picture), (wide, high), exact=self._backend.input_wh is not None)
        blob = self._canvases.of(letterbox).fill(picture)
        lift = self.card.thresholds.lift if zoom > 1 else 1.0
        limits = self._limits.from_score(self._limits.score ** (1 / lift))
        found = decode(self._backend.run(blob), letterbox, limits)
        return Detections(found.xyxy, found.scores**lift, found.class_ids, capped=found.capped) if lift != 1 else found

    def _look_at(self, frame: Frame, tile: Tile) -> Detections:
        found = self._look(frame[tile.top : tile.bottom, tile.left : tile.right])
        moved = found.xyxy + np.array([tile.left, tile.top] * 2, np.float32)
        return Detections(moved, found.scores, found.class_ids, capped=found.capped)


def _size_of(picture: Frame) -> SizeWH:
    return picture.shape[1], picture.shape[0]


def _rounded(side: float) -> int:
    return max(STRIDE, round(side / STRIDE) * STRIDE)


def checked_size(input_px: int) -> SizeWH:
    """Return a square input size.

    Raises:
        ValueError: it is not a multiple of 32 from 32 to 4096.
    """
    if input_px % STRIDE or not STRIDE <= input_px <= 4096:  # noqa: PLR2004  # as on the card
        raise ValueError(f"input_px is a multiple of {STRIDE} from {STRIDE} to 4096, not {input_px}")
    return input_px, input_px
