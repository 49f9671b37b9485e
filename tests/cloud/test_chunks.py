import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.store.columns import HOUR_MS, Columns, overlaid, settled
from cloud.store.embedded.chunks import pack, unpack

HOUR = 494_000

offsets = st.lists(st.integers(0, HOUR_MS - 1), min_size=1, max_size=200, unique=True).map(sorted)
tidy = st.decimals(min_value=-50, max_value=5000, places=2).map(float)
wild = st.floats(allow_nan=False, allow_infinity=False)


def columns(hour: int, offsets_ms: list[int], values: list[float]) -> Columns:
    return Columns(np.array(offsets_ms, np.int64) + hour * HOUR_MS, np.array(values, np.float64))


@given(offsets, st.data())
def test_packing_is_exact(offsets_ms: list[int], data: st.DataObject):
    values = data.draw(st.lists(st.one_of(tidy, wild), min_size=len(offsets_ms), max_size=len(offsets_ms)))
    before = columns(HOUR, offsets_ms, values)
    after = unpack(HOUR, pack(HOUR, before))
    assert after.at_ms.tolist() == before.at_ms.tolist()
    assert after.value.tolist() == values


def test_an_hour_of_tidy_readings_takes_about_a_byte_a_point():
    wave = np.round(27 + np.cumsum(np.random.default_rng(1).choice([-0.1, 0, 0, 0.1], 360)), 1)
    blob = pack(HOUR, columns(HOUR, list(range(0, HOUR_MS, 10_000)), wave.tolist()))
    assert len(blob) / 360 < 1.2


def test_a_chunk_of_a_newer_version_is_refused():
    blob = pack(HOUR, columns(HOUR, [1], [2.0]))
    with pytest.raises(ValueError, match="newer Henwise"):
        unpack(HOUR, b"\x63" + blob[1:])


def test_the_last_of_two_rows_with_the_same_time_wins():
    rows = settled(np.array([5, 3, 5, 3, 4]), np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert rows.at_ms.tolist() == [3, 4, 5]
    assert rows.value.tolist() == [4.0, 5.0, 3.0]


def test_what_is_laid_over_wins():
    joined = overlaid(columns(0, [1, 2], [1.0, 1.0]), columns(0, [2, 3], [9.0, 9.0]))
    assert (joined.at_ms.tolist(), joined.value.tolist()) == ([1, 2, 3], [1.0, 9.0, 9.0])
