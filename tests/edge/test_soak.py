"""A short version of the bench's soak: a leak of a handle or of a frame per loop shows in some minutes of footage."""

import pytest

from tests.bench.soak import FPS, KEPT_MB, soak


@pytest.mark.timeout(900)
def test_watching_for_long_leaks_nothing_and_counts_the_same():
    told = soak(hours=0.1, input_px=320)  # a quarter of the processor time; all else is as an agent has it
    assert told.frames == 0.1 * 3600 * FPS
    assert told.handles[0] == told.handles[-1]
    # A kept frame of the clip is 1.5 MB, and there are 720 of them; caches fill in the first quarter.
    assert told.resident_mb[-1] - max(told.resident_mb[:4]) < 60
    assert 0.5 * KEPT_MB < max(told.kept_mb) <= KEPT_MB
    assert told.drift() == 0
    assert len(told.counts) == 13
    assert told.told.keys() == {"count", "finding", "gate", "rollcall", "snapshot", "wellness"}
    assert (told.gaps, told.dropped) == (0, 0)
    assert told.troubles == {""}
