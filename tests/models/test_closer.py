"""Small birds are looked at again, larger."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.card import Thresholds, load_weights
from models.runtime import SHIPPED, Detections, Detector, Gaze
from models.runtime.closer import PATIENCE, WHOLE, Look, choose
from models.runtime.detector import Tiling
from models.runtime.onnx import OnnxBackend
from models.runtime.tiles import Tiles
from models.training.measure.metrics import overlap
from tests.models.flocks import Picture, flock

INPUT = (640, 640)
HALF_AGAIN, TWICE = Look(zoom=1.5), Look(zoom=2.0)


class Counted:
    """A back end that counts its runs."""

    input_wh = None

    def __init__(self, backend: OnnxBackend) -> None:
        self._backend = backend
        self.runs = 0

    def run(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network."""
        self.runs += 1
        return self._backend.run(blob)

    def close(self) -> None:
        """Free what it holds."""
        self._backend.close()


def birds_of(side: float, count: int = 20) -> Detections:
    """Birds of a size in frame pixels."""
    boxes = np.tile(np.array([0, 0, side, side * 1.2], np.float32), (count, 1))
    return Detections(boxes, np.full(count, 0.9, np.float32), np.zeros(count, np.int64))


@pytest.fixture(scope="module")
def small_birds() -> tuple[Picture, np.ndarray]:
    """400 birds of some 5 input pixels on 960 x 720."""
    centres = [(x, y) for y in range(30, 700, 30) for x in range(30, 940, 30)]
    return flock((960, 720), centres[:400], scale=0.13)


# --- which look ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame_wh", "side", "look"),
    [
        ((640, 480), 30, WHOLE),
        ((640, 480), 21, WHOLE),
        ((640, 480), 19, HALF_AGAIN),
        ((640, 480), 6, HALF_AGAIN),  # more would only enlarge the frame
        ((1280, 720), 60, WHOLE),
        ((960, 720), 28, HALF_AGAIN),
        ((960, 720), 6, TWICE),
        ((1280, 720), 38, TWICE),
        ((1920, 1080), 36, TWICE),
    ],
)
def test_the_smaller_the_birds_the_closer_the_look(frame_wh: tuple[int, int], side: float, look: Look):
    assert choose(frame_wh, INPUT, birds_of(side)) == look


def test_very_small_birds_in_a_large_frame_are_looked_at_in_tiles():
    look = choose((3840, 2160), INPUT, birds_of(44))
    assert look.zoom == 1
    assert look.grid == (4, 2)


def test_a_back_end_of_one_input_size_gets_tiles():
    assert choose((1280, 720), INPUT, birds_of(24), fixed=True).grid == (3, 2)


def test_a_wide_view_without_a_bird_is_looked_at_again_and_a_small_one_is_not():
    assert choose((1920, 1080), INPUT, Detections.none()) == HALF_AGAIN
    assert choose((640, 480), INPUT, Detections.none()) == WHOLE


SIDES = st.integers(32, 8000)


@given(SIDES, SIDES, st.floats(1, 2000), st.integers(0, 9), st.integers(2, 40), st.booleans())
def test_what_a_frame_costs_is_bounded(wide: int, high: int, side: float, count: int, max_runs: int, fixed: bool):
    look = choose((wide, high), INPUT, birds_of(side, count), fixed=fixed, max_runs=max_runs)
    columns, rows = look.grid
    assert look == WHOLE or look.one_run != (columns * rows > 1)
    assert columns * rows == 1 or columns * rows + 1 <= max_runs
    assert look.zoom <= 1.5 or look.zoom**2 < max_runs
    assert not (fixed and look.one_run)


# --- in a stream -----------------------------------------------------------------------------------------------------


def test_a_stream_changes_its_look_only_when_many_frames_in_a_row_ask_for_it():
    gaze = Gaze()
    assert gaze.settle(HALF_AGAIN) == HALF_AGAIN
    for _ in range(5):
        assert {gaze.settle(WHOLE) for _ in range(PATIENCE - 1)} == {HALF_AGAIN}
        assert gaze.settle(HALF_AGAIN) == HALF_AGAIN
    assert [gaze.settle(WHOLE) for _ in range(PATIENCE)][-1] == WHOLE


def test_birds_between_two_sizes_do_not_make_a_stream_waver():
    assert choose((640, 480), INPUT, birds_of(22)) == WHOLE
    assert choose((640, 480), INPUT, birds_of(22), now=HALF_AGAIN) == HALF_AGAIN
    assert choose((640, 480), INPUT, birds_of(27), now=HALF_AGAIN) == WHOLE


def test_a_stream_that_is_looked_at_closer_pays_for_one_run_only(small_birds: tuple[Picture, np.ndarray]):
    picture, _ = small_birds
    card, content = load_weights(SHIPPED)
    backend, gaze = Counted(OnnxBackend.open(content, threads=2)), Gaze()
    detector = Detector(card, backend, Tiling("auto"))
    first = detector.detect(picture, gaze=gaze)
    assert (gaze.look, backend.runs) == (TWICE, 2)
    second = detector.detect(picture, gaze=gaze)
    assert (gaze.look, backend.runs) == (TWICE, 3)
    assert second.xyxy.tolist() == first.xyxy.tolist()


# --- what comes of it ------------------------------------------------------------------------------------------------


def test_more_of_the_small_birds_are_found(small_birds: tuple[Picture, np.ndarray]):
    picture, truth = small_birds

    def found(tiles: Tiles) -> int:
        boxes = Detector.open(tiles=tiles).detect(picture).xyxy
        return int((overlap(boxes, truth).max(axis=0) > 0.5).sum())

    assert found("auto") == found("close") == len(truth)
    assert found("off") < 0.95 * len(truth)


@pytest.mark.parametrize("tiles", ["close", (3, 2)])
def test_boxes_too_weak_to_count_change_nothing(tiles: Tiles, small_birds: tuple[Picture, np.ndarray]):
    picture, _ = small_birds
    alone = Detector.open(tiles=tiles).detect(picture)
    among = Detector.open(tiles=tiles, least_score=0.02).detect(picture)
    assert len(among) > len(alone)
    sure = among.at_least(Detector.open().card.thresholds.score)
    assert sorted(sure.xyxy.tolist()) == sorted(alone.xyxy.tolist())


def test_scores_of_a_closer_look_are_lifted_onto_the_scale_of_the_first():
    thresholds = Thresholds(score=0.26, closer_score=0.21, nms_iou=0.5, max_boxes=3000)
    assert 0.21**thresholds.lift == pytest.approx(0.26)
    assert thresholds.model_copy(update={"closer_score": None}).lift == 1
