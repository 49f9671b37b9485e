"""A short version of the bench's soak: a leak of a handle or of a frame per loop shows in some minutes of footage."""

import pytest

from tests.bench.soak import FPS, soak


@pytest.mark.timeout(900)
def test_watching_for_long_leaks_nothing_and_counts_the_same():
    told = soak(hours=0.2)
    assert told.frames == 0.2 * 3600 * FPS
    assert told.handles[0] == told.handles[-1]
    # A kept frame of the clip is 1.5 MB, and there are 1,440 of them; caches fill in the first quarter.
    assert told.resident_mb[-1] - max(told.resident_mb[:8]) < 60
    assert told.drift() == 0
    assert len(told.windows) == 28
    assert told.unfit == 0
