"""Pictures for a slow line: narrower, of the same shape, and never a reason to show none."""

import cv2
import numpy as np
import pytest

from cloud.ingest.jpeg import jpeg_problem
from cloud.narrowed import Width, narrowed


def jpeg(width: int, height: int, *how: int) -> bytes:
    """Return a picture, red on the left and blue on the right, with the grain of a camera."""
    picture = np.full((height, width, 3), (30, 30, 200), np.uint8)
    picture[:, width // 2 :] = (200, 30, 30)
    grain = np.random.default_rng(3).integers(0, 25, picture.shape, np.uint8)
    return cv2.imencode(".jpg", picture + grain, how)[1].tobytes()


@pytest.mark.parametrize("how", [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)])
@pytest.mark.parametrize("width", Width)
def test_it_has_the_same_shape_and_colours_and_is_smaller(width: Width, how: tuple[int, ...]):
    before = jpeg(960, 540, *how)
    after = narrowed(before, width)
    assert jpeg_problem(after, (width, width * 9 // 16)) == ""
    seen = cv2.imdecode(np.frombuffer(after, np.uint8), cv2.IMREAD_COLOR)
    left, right = seen[:, : width // 2 - 8].mean((0, 1)), seen[:, width // 2 + 8 :].mean((0, 1))
    assert left == pytest.approx((42, 42, 212), abs=4)
    assert right == pytest.approx((212, 42, 42), abs=4)
    assert len(after) < len(before) * (0.6 if width == Width.GLANCE else 0.2)


def test_grey_pictures_and_tall_ones_and_one_line_of_pixels():
    grey = cv2.imencode(".jpg", np.full((600, 900), 90, np.uint8))[1].tobytes()
    assert jpeg_problem(narrowed(grey, Width.STRIP), (320, 213)) == ""
    assert jpeg_problem(narrowed(jpeg(700, 2100), Width.STRIP), (320, 960)) == ""
    assert jpeg_problem(narrowed(jpeg(4000, 1), Width.STRIP), (320, 1)) == ""


def test_what_is_no_wider_or_can_not_be_read_comes_as_it_is():
    small = jpeg(320, 240)
    assert narrowed(small, Width.STRIP) is small
    for broken in (b"", b"\xff\xd8\xff\xd9", jpeg(960, 540)[:2000], b"GIF89a" + bytes(100)):
        assert narrowed(broken, Width.STRIP) == broken
