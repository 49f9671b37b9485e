"""Thermal frames whose truth is known: floor, birds, a cold corner, a lamp, a dead pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.thermal import BadThermalFrame, look, warmth
from edge.vision.thermal_body import (
    FACE_MAXIMUM,
    CoreRegression,
    NoRelation,
    core,
    learned,
)

SHAPE = (24, 32)


def floor_at(celsius: float = 24.0, *, seed: int = 1, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    return celsius + np.random.default_rng(seed).normal(0, 0.4, shape)


def with_birds(frame: np.ndarray, places: list[tuple[int, int]], celsius: float = 33.0) -> np.ndarray:
    frame = frame.copy()
    for row, column in places:
        frame[row : row + 2, column : column + 2] = celsius + np.random.default_rng(row).normal(0, 0.3, (2, 2))
    return frame


SCATTERED = [(row, column) for row in range(2, 22, 5) for column in range(2, 30, 5)]
HUDDLE = [(row, column) for row in range(8, 16, 2) for column in range(10, 22, 2)]


def test_birds_are_told_from_the_floor():
    seen = look(with_birds(floor_at(), SCATTERED), air_celsius=23.0)
    assert seen.birds.sum() == 4 * len(SCATTERED)
    assert seen.floor_celsius == pytest.approx(24.0, abs=0.2)
    assert seen.bird_celsius == pytest.approx(33.0, abs=0.3)
    assert seen.above_air_celsius == pytest.approx(10.0, abs=0.3)
    assert seen.bird_share == pytest.approx(4 * len(SCATTERED) / (24 * 32))
    assert (seen.cold, seen.warm) == ((), ())


def test_a_huddle_is_told_from_scattered_birds():
    assert look(with_birds(floor_at(), SCATTERED)).huddle_ratio < 0.05
    assert look(with_birds(floor_at(), HUDDLE)).huddle_ratio > 0.5


def test_an_empty_floor_shows_no_birds():
    seen = look(floor_at())
    assert (seen.birds.any(), seen.bird_celsius, seen.above_air_celsius, seen.huddle_ratio) == (False, None, None, 0)


def test_a_cold_corner_and_a_lamp_are_found_where_they_are():
    frame = with_birds(floor_at(28.0), SCATTERED[:6], 36.0)
    frame[16:, 24:] = 22.0
    frame[:5, 26:] = 58.0
    seen = look(frame)
    [cold], [warm] = seen.cold, seen.warm
    assert cold.xyxy == (0.75, pytest.approx(16 / 24), 1.0, 1.0)
    assert cold.off_celsius == pytest.approx(-6, abs=0.3)
    assert warm.xyxy == (26 / 32, 0, 1, pytest.approx(5 / 24))
    assert not seen.birds[:5, 26:].any()


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8])
def test_birds_are_told_apart_in_sparse_and_in_dense_houses(share: float):
    rng = np.random.default_rng(5)
    truth = rng.random(SHAPE) < share
    seen = look(np.where(truth, rng.normal(33, 0.8, SHAPE), rng.normal(25, 0.5, SHAPE)))
    assert (seen.birds == truth).mean() > 0.99


def test_dead_pixels_are_mended_and_too_many_refused():
    frame = with_birds(floor_at(), SCATTERED)
    frame[0, 0] = frame[12, 12] = np.nan
    assert look(frame).floor_celsius == pytest.approx(24, abs=0.2)
    frame[:3] = np.nan
    with pytest.raises(BadThermalFrame, match="97 of 768"):
        look(frame)


@pytest.mark.parametrize(
    ("frame", "says"),
    [(np.zeros((4, 32)), "at least 8"), (np.zeros(768), "at least 8"), (np.full(SHAPE, 300.0), "no house")],
)
def test_what_is_no_frame_is_refused(frame: np.ndarray, says: str):
    with pytest.raises(BadThermalFrame, match=says):
        look(frame)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), high=st.integers(8, 40), wide=st.integers(8, 40), off=st.floats(-20, 20))
def test_any_frame_is_looked_at_and_an_offset_of_the_sensor_only_shifts_it(seed: int, high: int, wide: int, off: float):
    rng = np.random.default_rng(seed)
    frame = rng.uniform(10, 40, 1) + rng.choice([0, 0, 0, 6.0], (high, wide)) + rng.normal(0, 0.2, (high, wide))
    frame = np.minimum(frame, 20 + rng.uniform(0, 1))
    seen, shifted = look(frame), look(frame + off)
    assert shifted.floor_celsius == pytest.approx(seen.floor_celsius + off, abs=1e-6)
    assert 0 <= seen.huddle_ratio <= 1
    assert seen.bird_share == shifted.bird_share


CAMERA_PX = 20.0
TO_THERMAL = np.diag([1 / CAMERA_PX, 1 / CAMERA_PX, 1.0])


def boxes_of(places: list[tuple[int, int]]) -> np.ndarray:
    rows = [(column - 1, row - 1, column + 3, row + 3) for row, column in places]
    return (np.array(rows) * CAMERA_PX).astype(np.float32)


def test_the_cold_bird_of_a_flock_stands_out():
    frame = with_birds(with_birds(floor_at(), SCATTERED), SCATTERED[4:5], 27.0)
    said = warmth(frame, np.arange(len(SCATTERED)), boxes_of(SCATTERED), TO_THERMAL)
    assert len(said) == len(SCATTERED)
    assert said[4] < -8
    assert max(abs(value) for one, value in said.items() if one != 4) < 3


def test_birds_that_the_array_cannot_resolve_or_see_are_left_out():
    frame = with_birds(floor_at(), SCATTERED)
    boxes = boxes_of(SCATTERED)
    boxes[0] = (45, 45, 49, 49)
    boxes[1] += 10_000
    said = warmth(frame, np.arange(len(SCATTERED)), boxes, TO_THERMAL)
    assert set(range(len(SCATTERED))) - set(said) == {0, 1}
    assert warmth(frame, np.arange(5), boxes[:5], TO_THERMAL) == {}


def test_what_is_expected_is_only_said_where_it_was_found():
    assert FACE_MAXIMUM.deviation(37.79, air_celsius=28, age_days=20) == 0
    assert FACE_MAXIMUM.deviation(39.21, air_celsius=28, age_days=20) == pytest.approx(2)
    for air, age in ((20, 20), (28, 3)):
        with pytest.raises(NoRelation, match="it holds from"):
            FACE_MAXIMUM.deviation(37, air_celsius=air, age_days=age)


def test_a_farm_learns_its_own_relation():
    rng = np.random.default_rng(3)
    air = rng.uniform(18, 30, 200)
    samples = list(zip(air, 20 + 0.5 * air + rng.normal(0, 0.6, 200), strict=True))
    own = learned(samples, age_days=(7, 42), source="house-1")
    assert (own.slope, own.intercept, own.error_celsius) == (
        pytest.approx(0.5, abs=0.05),
        pytest.approx(20, abs=1),
        pytest.approx(0.6, abs=0.1),
    )
    with pytest.raises(NoRelation, match="too few"):
        learned(samples[:20], age_days=(7, 42), source="house-1")
    with pytest.raises(NoRelation, match="only"):
        learned([(25.0, 33.0)] * 60, age_days=(7, 42), source="house-1")


def test_a_body_temperature_needs_a_regression_with_its_error():
    with pytest.raises(NoRelation, match="no body temperature"):
        core(None, face_max_celsius=37.8, air_celsius=28)
    with pytest.raises(NoRelation, match="needs its error"):
        CoreRegression(20, 0.5, 0.1, 0.0, 15, (36, 40), (24, 32))
    own = CoreRegression(20, 0.5, 0.1, 0.27, 15, (36, 40), (24, 32))
    told = core(own, face_max_celsius=37.8, air_celsius=28)
    assert (told.celsius, told.error_celsius) == (pytest.approx(41.7), 0.27)
    with pytest.raises(NoRelation, match="outside"):
        core(own, face_max_celsius=34.0, air_celsius=28)
