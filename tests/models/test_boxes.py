import logging

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.card import Thresholds
from models.runtime.boxes import decode
from models.runtime.detections import Detections
from models.runtime.letterbox import MOST_CANVASES, Canvas, Canvases, fit
from models.runtime.suppression import keep_best, uncontained

LIMITS = Thresholds(score=0.3, nms_iou=0.5, max_boxes=3000)


def raw_of(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Raw output of a one-class head with one anchor per box (n, 4) xywh, centres."""
    return np.hstack([boxes, scores[:, None]]).T[None].astype(np.float32)


def grid_of_birds(n: int, side: int = 40) -> np.ndarray:
    """n boxes of 15x15 pixels, 16 pixels apart, as centre, width, height."""
    at = np.arange(n)
    return np.stack([8 + 16.0 * (at % side), 8 + 16.0 * (at // side), np.full(n, 15.0), np.full(n, 15.0)], axis=1)


def test_a_thousand_birds_are_a_thousand_boxes():
    boxes = grid_of_birds(1000)
    found = decode(raw_of(boxes, np.full(1000, 0.9)), fit((640, 640), (640, 640)), LIMITS)
    assert len(found) == 1000
    centres = np.sort((found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2, axis=0)
    assert np.allclose(centres, np.sort(boxes[:, :2], axis=0), atol=0.01)


def test_a_thousand_birds_seen_by_four_anchors_each_are_still_a_thousand():
    boxes = np.repeat(grid_of_birds(1000), 4, axis=0) + np.random.default_rng(1).uniform(-1, 1, (4000, 4))
    scores = np.tile([0.9, 0.8, 0.7, 0.6], 1000)
    assert len(decode(raw_of(boxes, scores), fit((640, 640), (640, 640)), LIMITS)) == 1000


def test_three_thousand_rows_are_three_thousand_birds():
    boxes = np.stack(
        [8 + 10.0 * (np.arange(3000) % 64), 8 + 10.0 * (np.arange(3000) // 64), *np.full((2, 3000), 9.0)], 1
    )
    found = decode(raw_of(boxes, np.linspace(0.3, 0.9, 3000)), fit((640, 640), (640, 640)), LIMITS)
    assert len(found) == 3000
    assert not found.capped


@settings(deadline=None)
@given(
    st.integers(0, 2500),
    st.sampled_from([60, 600, 3000]),
    st.floats(0.2, 0.8),
    st.integers(1, 3),
    st.integers(0, 2**32),
)
def test_the_sweep_keeps_the_very_boxes_that_opencv_keeps(n: int, spread: int, limit: float, classes: int, seed: int):
    rng = np.random.default_rng(seed)
    corner, sides = rng.integers(0, spread, (n, 2)), rng.integers(1, 60, (n, 2))
    xyxy = np.hstack([corner, corner + sides]).astype(np.float32)
    scores = rng.permutation(np.linspace(0.3, 0.9, n)).astype(np.float32)
    groups = rng.integers(0, classes, n)
    xywh = np.hstack([corner, sides]).astype(float)
    expected = {
        row
        for group in range(classes)
        for rows in [np.flatnonzero(groups == group)]
        if len(rows)
        for row in rows[np.asarray(cv2.dnn.NMSBoxes(xywh[rows].tolist(), scores[rows].tolist(), 0.0, limit))]
    }
    kept = keep_best(xyxy, scores, groups, limit)
    assert set(kept.tolist()) == expected
    assert (np.diff(scores[kept]) <= 0).all()


def inside_share(box: np.ndarray, other: np.ndarray) -> float:
    """Share of a box that lies inside another, the slow way."""
    sides = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    return float(np.maximum(sides, 0).prod() / (box[2:] - box[:2]).prod())


@settings(deadline=None)
@given(st.integers(0, 120), st.sampled_from([60, 300]), st.integers(1, 3), st.integers(0, 2**32))
def test_a_box_goes_that_lies_in_a_stronger_one_that_stays(n: int, spread: int, classes: int, seed: int):
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, spread, (n, 2))
    xyxy = np.hstack([corner, corner + rng.integers(1, 60, (n, 2))]).astype(np.float32)
    groups = rng.integers(0, classes, n)
    stay: list[int] = []
    for row in range(n):
        if all(groups[row] != groups[one] or inside_share(xyxy[row], xyxy[one]) < 0.8 for one in stay):
            stay.append(row)
    assert np.flatnonzero(uncontained(xyxy, groups, 0.8)).tolist() == stay


NESTED = np.array([[100, 100, 80, 80], [100, 120, 10, 30], [140, 100, 20, 20]], np.float64)
"""A bird, its leg, and something half beside it."""


@pytest.mark.parametrize(
    ("contained", "scores", "stay"),
    [
        (None, [0.9, 0.5, 0.4], [0, 1, 2]),
        (0.8, [0.9, 0.5, 0.4], [0, 2]),
        (0.8, [0.4, 0.9, 0.5], [1, 2, 0]),  # the one around it is the weaker: both stay
    ],
)
def test_a_leg_is_no_bird_where_the_card_says_so(contained: float | None, scores: list[float], stay: list[int]):
    limits = LIMITS.model_copy(update={"contained": contained})
    found = decode(raw_of(NESTED, np.array(scores)), fit((640, 640), (640, 640)), limits)
    assert found.xyxy[:, 0].tolist() == [NESTED[row, 0] - NESTED[row, 2] / 2 for row in stay]


def test_a_thousand_birds_with_a_leg_each_are_a_thousand():
    birds = grid_of_birds(1000)
    legs = birds * (1, 1, 0.2, 0.4) + (0, 3, 0, 0)
    scores = np.repeat([0.9, 0.5], 1000)
    limits = LIMITS.model_copy(update={"contained": 0.8})
    found = decode(raw_of(np.vstack([birds, legs]), scores), fit((640, 640), (640, 640)), limits)
    assert len(found) == 1000
    assert found.scores.min() == pytest.approx(0.9)


def test_a_limit_that_bites_is_said_aloud(caplog: pytest.LogCaptureFixture):
    limits = LIMITS.model_copy(update={"max_boxes": 1000})
    with caplog.at_level(logging.WARNING):
        found = decode(raw_of(grid_of_birds(1200), np.full(1200, 0.9)), fit((640, 640), (640, 640)), limits)
    assert len(found) == 1000
    assert found.capped
    assert "1200 boxes found, only the best 1000 are kept" in caplog.text


def test_weak_boxes_are_dropped_and_the_rest_comes_best_first():
    found = decode(raw_of(grid_of_birds(3), np.array([0.5, 0.29, 0.8])), fit((640, 640), (640, 640)), LIMITS)
    assert found.scores.tolist() == pytest.approx([0.8, 0.5])


def test_of_two_boxes_on_one_bird_the_better_stays():
    boxes = np.array([[100, 100, 40, 40], [104, 100, 40, 40]], np.float64)
    found = decode(raw_of(boxes, np.array([0.6, 0.7])), fit((640, 640), (640, 640)), LIMITS)
    assert found.xyxy.tolist() == [[84, 80, 124, 120]]


def test_two_classes_on_one_spot_are_two_detections():
    raw = np.array([[[50, 50], [50, 50], [20, 20], [20, 20], [0.9, 0.1], [0.2, 0.8]]], np.float32)
    found = decode(raw, fit((640, 640), (640, 640)), LIMITS)
    assert found.class_ids.tolist() == [0, 1]


def test_nothing_found_is_an_empty_struct():
    found = decode(raw_of(grid_of_birds(5), np.zeros(5)), fit((640, 640), (640, 640)), LIMITS)
    assert len(found) == 0
    assert found.xyxy.shape == (0, 4)


def test_output_of_another_head_is_refused():
    with pytest.raises(ValueError, match="got \\(300, 6\\)"):
        decode(np.zeros((300, 6), np.float32), fit((640, 640), (640, 640)), LIMITS)


@given(wide=st.integers(1, 5000), high=st.integers(1, 5000), limit=st.integers(1, 40))
def test_any_frame_fits_and_its_corners_come_back(wide: int, high: int, limit: int):
    box = fit((wide, high), (limit * 32, limit * 32))
    assert box.input_wh[0] % 32 == box.input_wh[1] % 32 == 0
    assert max(box.input_wh) <= limit * 32
    inner = box.scaled_wh
    corners = np.array([[box.left, box.top, box.left + inner[0], box.top + inner[1]]], np.float32)
    back = box.to_frame(corners)[0]
    assert back[:2].tolist() == [0, 0]
    slack = 1 / box.scale  # scaled sides are whole pixels
    assert wide - slack <= back[2] <= wide
    assert high - slack <= back[3] <= high


def test_a_frame_is_scaled_padded_grey_and_turned_to_rgb():
    frame = np.zeros((540, 960, 3), np.uint8)
    frame[..., 0] = 255
    box = fit((960, 540), (640, 640))
    blob = Canvas(box).fill(frame)
    assert blob.shape == (1, 3, 384, 640)
    assert blob[0, :, 192, 320].tolist() == [0, 0, 1]
    assert np.allclose(blob[0, :, 0, 0], 114 / 255)


def test_a_canvas_keeps_nothing_of_the_frame_before():
    frames = np.random.default_rng(1).integers(0, 256, (3, 90, 120, 3), np.uint8)
    box = fit((120, 90), (160, 160))
    used = Canvas(box)
    for frame in frames:
        square = np.full((128, 160, 3), 114, np.uint8)
        square[4:124] = cv2.resize(frame, (160, 120))
        expected = square[..., ::-1].transpose(2, 0, 1)[None] / 255
        assert np.allclose(used.fill(frame), expected, atol=1e-6)


def test_frames_of_many_sizes_do_not_heap_up_canvases():
    canvases = Canvases()
    boxes = [fit((100 + side, 90), (160, 160)) for side in range(MOST_CANVASES + 1)]
    first = canvases.of(boxes[0])
    assert canvases.of(boxes[0]) is first
    for box in boxes:
        canvases.of(box)
    assert canvases.of(boxes[0]) is not first


@pytest.mark.parametrize(
    ("xyxy", "scores", "class_ids"),
    [
        (np.zeros((2, 4), np.float32), np.zeros(1, np.float32), np.zeros(1, np.int64)),
        (np.zeros((1, 4), np.float64), np.zeros(1, np.float32), np.zeros(1, np.int64)),
        (np.full((1, 4), np.nan, np.float32), np.zeros(1, np.float32), np.zeros(1, np.int64)),
        (np.array([[5, 0, 4, 1]], np.float32), np.zeros(1, np.float32), np.zeros(1, np.int64)),
    ],
)
def test_a_malformed_struct_is_refused(xyxy: np.ndarray, scores: np.ndarray, class_ids: np.ndarray):
    with pytest.raises(ValueError):
        Detections(xyxy, scores, class_ids)
