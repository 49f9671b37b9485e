"""The picture of a finding: light, with surroundings, its box where the bird is."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.evidence import MOST_BYTES, MOST_PX, evidence

RED = (0, 0, 255)


def frame_with(box: tuple[int, int, int, int], size_wh: tuple[int, int] = (1920, 1080)) -> np.ndarray:
    """Return a grey frame with a red patch in place of a bird."""
    frame = np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
    cv2.rectangle(frame, box[:2], box[2:], RED, -1)
    return frame


def red_in(jpeg: bytes) -> tuple[float, float, float, float]:
    """Return the box of what is red in a picture."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    rows, columns = np.nonzero((image[..., 2] > 170) & (image[..., 0] < 90))
    return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)


@pytest.mark.parametrize(
    "box", [(900, 500, 1000, 580), (0, 0, 60, 80), (1850, 1000, 1919, 1079), (100, 100, 1500, 900)]
)
def test_the_box_lies_on_the_bird(box: tuple[int, int, int, int]):
    shown = evidence(frame_with(box), np.array(box, np.float32), 0.7)
    assert shown.box.xyxy == pytest.approx(red_in(shown.jpeg), abs=5)
    assert shown.box.score == 0.7
    assert max(shown.size_wh) <= MOST_PX
    left, top, right, bottom = shown.box.xyxy
    assert (right - left) < 0.95 * shown.size_wh[0] or (bottom - top) < 0.95 * shown.size_wh[1]


@pytest.mark.parametrize("at", [(0, 0), (1840, 0), (900, 1020), (1840, 1020)])
def test_a_bird_at_the_edge_is_shown_with_as_much_around_it(at: tuple[int, int]):
    def shown(x: int, y: int) -> tuple[int, int]:
        box = (x, y, x + 80, y + 60)
        return evidence(frame_with(box), np.array(box, np.float32), 0.7).size_wh

    assert shown(*at) == shown(900, 500)


def test_the_whole_frame_when_it_is_about_the_whole_floor():
    shown = evidence(frame_with((0, 0, 1, 1)), None, 0.5)
    assert shown.size_wh == (800, 450)
    assert shown.box.xyxy == (0, 0, 800, 450)


def test_a_frame_full_of_noise_is_made_light_enough():
    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)
    shown = evidence(noise, np.array([200, 200, 1200, 900], np.float32), 0.9)
    assert len(shown.jpeg) <= MOST_BYTES
    image = cv2.imdecode(np.frombuffer(shown.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[1::-1] == shown.size_wh


coordinates = st.integers(-100, 740)


@settings(max_examples=60, deadline=None)
@given(x=coordinates, y=coordinates, wide=st.integers(0, 900), high=st.integers(0, 900))
def test_any_box_gives_a_picture_with_the_box_inside(x: int, y: int, wide: int, high: int):
    shown = evidence(frame_with((0, 0, 1, 1), (640, 480)), np.array([x, y, x + wide, y + high], np.float32), 1.0)
    left, top, right, bottom = shown.box.xyxy
    assert 0 <= left <= right <= shown.size_wh[0]
    assert 0 <= top <= bottom <= shown.size_wh[1]
    assert len(shown.jpeg) <= MOST_BYTES
