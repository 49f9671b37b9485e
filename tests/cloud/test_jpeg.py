"""What is kept as a picture: a whole JPEG of the size its message says."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.ingest.jpeg import MOST_PX, jpeg_problem


def jpeg(wide: int, high: int, *how: int) -> bytes:
    picture = np.random.default_rng(1).integers(0, 255, (high, wide, 3), np.uint8)
    return cv2.imencode(".jpg", picture, how)[1].tobytes()


PHOTO = jpeg(60, 40)


@pytest.mark.parametrize("how", [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)])
def test_real_pictures_pass(how: tuple[int, ...]):
    assert jpeg_problem(jpeg(60, 40, *how), (60, 40)) == ""
    assert jpeg_problem(jpeg(1, 1, *how), (1, 1)) == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no whole JPEG"),
        (b"\xff\xd8\xff\xd9", "says no size"),
        (b"\xff\xd8<svg onload=alert(1)>\xff\xd9", "says no size"),
        (PHOTO[:-2], "no whole JPEG"),
        (PHOTO[2:], "no whole JPEG"),
        (cv2.imencode(".png", np.zeros((40, 60, 3), np.uint8))[1].tobytes(), "no whole JPEG"),
        (jpeg(40, 60), "it is 40x60 pixels, size_wh says 60x40"),
    ],
)
def test_anything_else_is_refused_with_a_reason(content: bytes, reason: str):
    assert reason in jpeg_problem(content, (60, 40))


def test_a_picture_that_would_unfold_to_too_much_is_refused():
    assert jpeg_problem(jpeg(MOST_PX, 8), (MOST_PX, 8)) == ""
    assert "too many" in jpeg_problem(jpeg(MOST_PX + 1, 8), (MOST_PX + 1, 8))


def test_a_picture_of_thousands_of_scans_is_refused():
    """Thirty bytes each, a millisecond of a processor each at 4096 pixels a side: one of 300 kB takes eight seconds."""
    progressive = jpeg(60, 40, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    last = progressive.rindex(b"\xff\xda")
    for more, problem in ((20, ""), (2_000, "scans are too many")):
        content = progressive[:-2] + progressive[last:-2] * more + progressive[-2:]
        assert cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR).shape == (40, 60, 3)
        assert problem in jpeg_problem(content, (60, 40))
        assert (problem == "") == (jpeg_problem(content, (60, 40)) == "")


@given(st.binary(max_size=400), st.integers(0, len(PHOTO)))
def test_no_bytes_break_it(noise: bytes, start: int):
    for content in (noise, b"\xff\xd8" + noise + b"\xff\xd9", PHOTO[:start] + noise + PHOTO[start:]):
        assert isinstance(jpeg_problem(content, (60, 40)), str)
