import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.runtime import cut_crops

FRAME = np.arange(40 * 60, dtype=np.uint8).reshape(40, 60, 1).repeat(3, axis=2)


def test_a_crop_is_the_square_around_the_box():
    (crop,) = cut_crops(FRAME, np.array([[20, 10, 30, 30]], np.float32), margin=0.0)
    assert np.array_equal(crop, FRAME[10:30, 15:35])


def test_the_margin_is_a_share_of_the_longer_side():
    (crop,) = cut_crops(FRAME, np.array([[20, 15, 30, 25]], np.float32), margin=0.2)
    assert np.array_equal(crop, FRAME[13:27, 18:32])


def test_beyond_the_frame_its_rim_is_repeated():
    (crop,) = cut_crops(FRAME, np.array([[0, 0, 10, 20]], np.float32), margin=0.0)
    assert crop.shape == (20, 20, 3)
    assert np.array_equal(crop[:, 5:], FRAME[:20, :15])
    assert (crop[:, :5] == FRAME[:20, :1]).all()


COORDINATE = st.floats(-200, 300, width=32)


@given(st.tuples(COORDINATE, COORDINATE, COORDINATE, COORDINATE), st.floats(0, 2))
def test_any_box_gives_a_square_picture(corners: tuple[float, float, float, float], margin: float):
    x0, x1 = sorted(corners[:2])
    y0, y1 = sorted(corners[2:])
    (crop,) = cut_crops(FRAME, np.array([[x0, y0, x1, y1]], np.float32), margin=margin)
    assert crop.shape[0] == crop.shape[1] >= 2
    assert crop.dtype == np.uint8


def test_no_box_gives_no_crop():
    assert cut_crops(FRAME, np.empty((0, 4), np.float32), margin=0.2) == []
