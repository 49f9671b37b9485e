import itertools
import logging

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.card import Thresholds
from models.runtime import Detections, Detector
from models.runtime.detector import Tiling
from models.runtime.seams import Seen, join
from models.runtime.tiles import OVERLAP, Tile, cut, parted
from models.training.measure.metrics import overlap
from tests.models.flocks import flock

FOUR_K = (3840, 2160)
LIMITS = Thresholds(score=0.25, nms_iou=0.5, max_boxes=3000)


def assert_each_bird_once(found: Detections, truth: np.ndarray) -> None:
    """As many boxes as birds, and a box for each bird."""
    assert len(found) == len(truth)
    assert (overlap(found.xyxy, truth).max(axis=0) > 0.4).all()


def test_a_thousand_birds_in_one_4k_frame_are_a_thousand():
    centres = [(x, y) for y in range(60, 2110, 84) for x in range(60, 3790, 76)][:1000]
    picture, truth = flock(FOUR_K, centres, scale=0.7)
    found = Detector.open(tiles="auto", max_runs=30).detect(picture)
    assert_each_bird_once(found, truth)
    assert not found.capped
    # without tiles they are too small for the network
    assert len(Detector.open(tiles="off").detect(picture)) < 900


def test_birds_standing_on_seams_are_counted_once_as_without_seams():
    size_wh, grid = (1440, 960), (3, 2)
    tiles = cut(size_wh, grid)
    edges_x = sorted({edge for tile in tiles for edge in (tile.left, tile.right)} - {0, 1440})
    edges_y = sorted({edge for tile in tiles for edge in (tile.top, tile.bottom)} - {0, 960})
    on_upright = [(x, y) for x in edges_x for y in range(70, 900, 120)]
    on_level = [(x, y) for y in edges_y for x in (70, 200, 660, 790, 1250, 1380)]
    centres = [at for at in on_upright if min(abs(at[1] - y) for y in edges_y) > 120] + on_level
    picture, truth = flock(size_wh, centres)
    seamless = Detector.open(input_px=1440).detect(picture)
    assert_each_bird_once(seamless, truth)
    assert_each_bird_once(Detector.open(tiles=grid).detect(picture), truth)


@pytest.mark.parametrize("shift", list(itertools.product((-40, 0, 40), repeat=2)))
def test_a_bird_larger_than_the_overlap_is_one_bird(shift: tuple[int, int]):
    size_wh = (1280, 960)
    across, down = shift
    picture, truth = flock(size_wh, [(480 + across, 360 + down), (960 + across, 480 + down)], scale=4.0)
    assert (truth[:, 2:] - truth[:, :2]).max() > OVERLAP * 1280
    assert_each_bird_once(Detector.open(tiles=(3, 2)).detect(picture), truth)


# --- the rules of the seams, with a perfect detector ---------------------------------------------------------------


@st.composite
def flocks(draw: st.DrawFn) -> tuple[tuple[int, int], tuple[int, int], np.ndarray]:
    """A frame, a grid, and birds that don't overlap and are smaller than what neighbouring tiles share."""
    grid = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    frame_wh = draw(st.integers(600, 4000)), draw(st.integers(600, 3000))
    shared = min(side for tile in cut(frame_wh, grid)[:1] for side in tile.size_wh) * OVERLAP
    # A bird in the middle of what two tiles share still needs floor on both sides to be seen free of both seams.
    side = draw(st.floats(max(12.0, shared / 8), shared * 0.8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    cells = [
        (x, y)
        for y in np.arange(0, frame_wh[1] - side, side * 1.3)
        for x in np.arange(0, frame_wh[0] - side, side * 1.3)
    ]
    chosen = rng.choice(len(cells), size=min(len(cells), 150), replace=False)
    corner = np.array(cells)[chosen] + rng.uniform(0, 0.2 * side, (len(chosen), 2))
    birds = np.hstack([corner, corner + side * rng.uniform(0.6, 1, (len(chosen), 2))])
    return frame_wh, grid, np.minimum(birds, np.array([*frame_wh, *frame_wh])).astype(np.float32)


def as_seen(birds: np.ndarray, tile: Tile) -> Detections:
    """What a perfect detector finds in a tile: birds and parts of birds, down to slivers of 2 pixels."""
    edges = np.array([tile.left, tile.top, tile.right, tile.bottom], np.float32)
    parts = np.hstack([np.maximum(birds[:, :2], edges[:2]), np.minimum(birds[:, 2:], edges[2:])])
    parts = parts[(parts[:, 2:] - parts[:, :2] >= 2).all(axis=1)]
    scores = np.linspace(0.9, 0.3, len(parts), dtype=np.float32)
    return Detections(parts.astype(np.float32), scores, np.zeros(len(parts), np.int64))


@settings(deadline=None, max_examples=60)
@given(flocks(), st.floats(0, 1))
def test_each_bird_is_counted_once_wherever_the_seams_run(flock_: tuple, share_seen_from_afar: float):
    frame_wh, grid, birds = flock_
    far = birds[: int(share_seen_from_afar * len(birds))]
    whole = as_seen(far, Tile(0, 0, *frame_wh))
    joined = join(frame_wh, whole, [Seen(tile, as_seen(birds, tile)) for tile in cut(frame_wh, grid)], LIMITS)
    assert len(joined) == len(birds)
    assert (overlap(joined.xyxy, birds).max(axis=0) > 0.9).all()
    assert (np.diff(joined.scores) <= 0).all()


@given(st.integers(50, 5000), st.integers(50, 5000), st.integers(1, 8), st.integers(1, 8))
def test_tiles_cover_the_frame_and_share_their_sides(wide: int, high: int, columns: int, rows: int):
    tiles = cut((wide, high), (columns, rows))
    assert len(tiles) == columns * rows
    assert len({tile.size_wh for tile in tiles}) == 1
    covered = np.zeros((high, wide), np.bool_) if wide * high < 10**6 else None
    for tile in tiles:
        assert 0 <= tile.left < tile.right <= wide
        assert 0 <= tile.top < tile.bottom <= high
        if covered is not None:
            covered[tile.top : tile.bottom, tile.left : tile.right] = True
    assert covered is None or covered.all()
    lefts = sorted({tile.left for tile in tiles})
    for left, right in itertools.pairwise(lefts):
        assert left + tiles[0].size_wh[0] - right >= OVERLAP * tiles[0].size_wh[0] - 2


@pytest.mark.parametrize(("contained", "boxes"), [(None, 2), (0.8, 1)])
def test_a_leg_that_only_the_next_tile_saw_is_no_bird_either(contained: float | None, boxes: int):
    frame_wh, tiles = (1000, 500), cut((1000, 500), (2, 1))
    rows = np.array([[300, 50, 540, 450], [480, 300, 510, 380]], np.float32)  # each lies free in its tile
    seen = [
        Seen(tile, Detections(row[None], np.array([score], np.float32), np.zeros(1, np.int64)))
        for tile, row, score in zip(tiles, rows, (0.9, 0.5), strict=True)
    ]
    joined = join(frame_wh, Detections.none(), seen, LIMITS.model_copy(update={"contained": contained}))
    assert joined.xyxy.tolist() == rows[:boxes].tolist()


# --- how many tiles --------------------------------------------------------------------------------------------------


@given(st.integers(32, 8000), st.integers(32, 8000), st.floats(0.01, 2), st.integers(2, 40))
def test_the_runs_per_frame_are_bounded(wide: int, high: int, scale: float, max_runs: int):
    columns, rows = parted((wide, high), (640, 640), scale, max_runs=max_runs)
    assert columns * rows == 1 or columns * rows + 1 <= max_runs


def test_the_larger_the_birds_shall_be_the_more_tiles():
    grids = [parted(FOUR_K, (640, 640), scale, max_runs=100) for scale in (1 / 6, 0.3, 0.6, 1.0)]
    counts = [columns * rows for columns, rows in grids]
    assert counts == sorted(counts)
    assert (grids[0], grids[-1]) == ((1, 1), (8, 4))


@pytest.mark.parametrize(("tiles", "max_runs"), [((0, 2), 10), ("auto", 1), ("some", 10)])
def test_tiles_that_cannot_be_are_refused(tiles: object, max_runs: int):
    with pytest.raises(ValueError, match="tiles"):
        Tiling(tiles, max_runs)  # type: ignore[arg-type]  # that is what is tried


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_limit_that_bites_over_all_tiles_is_said_and_flagged(caplog: pytest.LogCaptureFixture):
    limits = LIMITS.model_copy(update={"max_boxes": 1000})
    frame_wh = (3000, 1500)
    corners = np.array([(x, y) for x in range(0, 2990, 40) for y in range(0, 1490, 40)], np.float32)
    birds = np.hstack([corners, corners + 30])
    seen = [Seen(tile, as_seen(birds, tile)) for tile in cut(frame_wh, (4, 2))]
    with caplog.at_level(logging.WARNING):
        joined = join(frame_wh, Detections.none(), seen, limits)
    assert len(joined) == 1000
    assert joined.capped
    assert f"{len(birds)} boxes found" in caplog.text


def test_a_single_row_of_tiles_on_a_small_frame_changes_nothing_for_large_birds():
    picture, truth = flock((640, 360), [(150, 180), (450, 180)], scale=1.5)
    assert cv2.countNonZero(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    assert_each_bird_once(Detector.open(tiles=(2, 1)).detect(picture), truth)
