import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.counting import CountWindow, WindowCount, percentile, summary


def test_a_window_is_summed_up_when_it_is_over():
    window = CountWindow(10)
    counts = [window.add(second, birds) for second, birds in zip(range(0, 12, 2), [5, 7, 6, 90, 6, 5], strict=True)]
    assert counts[:5] == [None] * 5
    assert counts[5] == WindowCount(window_s=10, frames=6, visible_birds=6.0, visible_low=5.0, visible_high=48.5)
    assert window.add(12, 3) is None


def test_one_frame_is_enough():
    assert summary([4], 10) == WindowCount(10, 1, 4, 4, 4)


def test_what_was_seen_before_the_camera_was_away_is_forgotten():
    window = CountWindow(10)
    window.add(0, 50)
    assert window.add(3600, 7) is None
    counted = window.add(3610, 7)
    assert counted is not None
    assert (counted.frames, counted.window_s, counted.visible_birds) == (2, 10, 7)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60), st.sampled_from([10, 50, 90]))
def test_percentiles_are_numpys(birds: list[int], percent: int):
    assert np.isclose(percentile(sorted(birds), percent), np.percentile(birds, percent))
