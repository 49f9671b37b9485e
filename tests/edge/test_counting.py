import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera_config import CameraConfig
from edge.vision.counting import CountWindow, FrameCount, WindowCount, percentile, summary
from edge.vision.view import View, frame_count

THRESHOLD = 0.25


def seen(birds: int, *, score: float = 0.9, own: int | None = None, **zones: int) -> FrameCount:
    return FrameCount(birds, birds if own is None else own, zones, [score] * birds)


def window_of(*frames: FrameCount | None) -> WindowCount | None:
    window = CountWindow(len(frames) - 1, THRESHOLD)
    return [window.add(second, frame) for second, frame in enumerate(frames)][-1]


def test_a_window_is_summed_up_when_it_is_over():
    window = CountWindow(10, THRESHOLD)
    birds = [5, 7, 6, 90, 6, 5]
    counts = [window.add(second, seen(many)) for second, many in zip(range(0, 12, 2), birds, strict=True)]
    assert counts[:5] == [None] * 5
    counted = counts[5]
    assert counted is not None
    assert (counted.window_s, counted.frames) == (10, 6)
    assert (counted.visible_birds, counted.visible_low, counted.visible_high) == (6, 5, 48.5)
    assert window.add(12, seen(3)) is None


def test_one_frame_is_enough():
    counted = summary([seen(4)], 10, threshold=THRESHOLD)
    assert (counted.frames, counted.visible_birds, counted.visible_low, counted.visible_high) == (1, 4, 4, 4)
    assert counted.confidence == 1


def test_what_was_seen_before_the_camera_was_away_is_forgotten():
    window = CountWindow(10, THRESHOLD)
    window.add(0, seen(50))
    assert window.add(3600, seen(7)) is None
    counted = window.add(3610, seen(7))
    assert counted is not None
    assert (counted.frames, counted.window_s, counted.visible_birds) == (2, 10, 7)


def test_own_birds_and_zones_have_their_own_medians():
    frames = [
        seen(9, own=4, feeder=1, drinker=0),
        seen(9, own=2, feeder=3, drinker=0),
        seen(3, own=3, feeder=2, drinker=1),
    ]
    counted = window_of(*frames)
    assert counted is not None
    assert counted.visible_birds == 9
    assert counted.own_birds == 3
    assert counted.by_zone == {"feeder": 2, "drinker": 0}


def test_withheld_frames_are_not_counted_and_lower_the_confidence():
    counted = window_of(seen(8), None, seen(8), None, seen(8))
    assert counted is not None
    assert (counted.frames, counted.visible_birds) == (3, 8)
    assert counted.confidence == pytest.approx(3 / 5)


@pytest.mark.parametrize("frames", [[seen(8), None, None], [None, None]])
def test_a_window_of_mostly_unfit_pictures_is_no_count(frames: list[FrameCount | None]):
    assert window_of(*frames) is None


def test_after_a_withheld_window_comes_a_fresh_one():
    window = CountWindow(2, THRESHOLD)
    assert [window.add(second, None) for second in range(3)] == [None] * 3
    counted = [window.add(second, seen(5)) for second in (3, 4)][-1]
    assert counted is not None
    assert (counted.frames, counted.window_s, counted.confidence) == (2, 2, 1)


def confidence(*frames: FrameCount) -> float:
    return summary(frames, 10, threshold=THRESHOLD).confidence


def test_confidence_falls_with_doubtful_boxes():
    assert confidence(seen(10, score=0.9)) == 1
    assert confidence(seen(10, score=0.4)) == pytest.approx(0.5)
    assert confidence(seen(10, score=THRESHOLD)) == 0


def test_confidence_falls_when_the_count_wavers():
    steady = confidence(*[seen(birds) for birds in (100, 101, 99, 100)])
    restless = confidence(*[seen(birds) for birds in (100, 140, 60, 100)])
    assert steady > 0.95
    assert restless < 0.7


def test_one_bird_that_comes_and_goes_is_no_alarm():
    assert confidence(seen(1), seen(0), seen(1), seen(1)) > 0.7


def test_an_empty_picture_is_half_believed():
    assert confidence(seen(0), seen(0)) == 0.5


@given(
    st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1)), min_size=1, max_size=30),
    st.integers(0, 30),
    st.floats(0, 1),
)
def test_confidence_is_a_share(frames: list[tuple[int, float]], withheld: int, threshold: float):
    counted = summary([seen(n, score=score) for n, score in frames], 10, withheld=withheld, threshold=threshold)
    assert 0 <= counted.confidence <= 1
    assert counted.visible_low <= counted.visible_birds <= counted.visible_high


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60), st.sampled_from([10, 50, 90]))
def test_percentiles_are_numpys(birds: list[int], percent: int):
    assert np.isclose(percentile(sorted(birds), percent), np.percentile(birds, percent))


def test_a_frame_is_counted_where_its_birds_stand():
    half = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
    config = {"slug": "c", "source": "demo", "floor": half, "zones": [{"slug": "feeder", "polygon": half}]}
    view = View(CameraConfig.model_validate(config))
    boxes = np.array([[0, 0, 10, 10], [80, 0, 90, 10], [20, 20, 30, 30]], np.float32)
    counted = frame_count(view.place(boxes, (100, 100)), np.array([0.9, 0.8, 0.5], np.float32))
    assert counted == FrameCount(2, 2, {"feeder": 2}, [pytest.approx(0.9), pytest.approx(0.5)])
