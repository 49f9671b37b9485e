import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BadPlan
from edge.vision.plan import Plan
from tests.edge.house_floor import Ceiling

SQUARE = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
FLOOR = [(0.0, 0.0), (8.0, 0.0), (8.0, 4.0), (0.0, 4.0)]


def test_four_corners_place_every_point():
    plan = Plan.fitted(SQUARE, FLOOR)
    assert np.allclose(plan.metres(np.array([[0.5, 0.5], [0.1, 0.9]])), [[4, 2], [0, 4]])
    assert np.allclose(plan.shares(np.array([[4.0, 2.0], [8.0, 0.0]])), [[0.5, 0.5], [0.9, 0.1]])


def test_a_square_metre_takes_its_share_of_the_picture():
    plan = Plan.fitted(SQUARE, FLOOR)
    assert plan.magnification(np.array([[0.5, 0.5]])) == pytest.approx([0.64 / 32])


def test_what_stands_nearer_is_seen_larger_and_the_sky_nowhere():
    camera = Ceiling(at=(5.0, 0.0, 3.0), look_at=(5.0, 6.0))
    plan = camera.plan()
    near, far = camera.shares(np.array([[5.0, 4.0], [5.0, 12.0]]))
    assert plan.magnification(np.array([near]))[0] > 3 * plan.magnification(np.array([far]))[0]
    above_horizon = np.array([[0.5, -2.0]])
    assert np.isnan(plan.metres(above_horizon)).all()
    assert plan.magnification(above_horizon) == [0]
    assert np.isnan(plan.shares(np.array([[5.0, -9.0]]))).all()


@given(
    st.tuples(st.floats(0, 20), st.floats(-2, 12), st.floats(2, 8)),
    st.tuples(st.floats(0, 20), st.floats(0, 10)),
    st.lists(st.tuples(st.floats(-1, 21), st.floats(-1, 11)), min_size=1, max_size=20),
)
def test_there_and_back_is_the_same_place(
    at: tuple[float, float, float], look_at: tuple[float, float], spots: list[tuple[float, float]]
):
    camera = Ceiling(at=at, look_at=look_at)
    plan, metres = camera.plan(), np.array(spots)
    shares = plan.shares(metres)
    seen = ((shares >= 0) & (shares <= 1)).all(axis=1)
    assert np.allclose(plan.metres(shares[seen]), metres[seen], atol=1e-5)
    assert np.allclose(shares[seen], camera.shares(metres)[seen], atol=1e-6)


def test_more_points_even_out_errors_of_measuring():
    rng = np.random.default_rng(5)
    camera = Ceiling(at=(10.0, 5.0, 4.0), look_at=(10.0, 5.5))
    few, many = [], []
    for _try in range(30):
        metres = np.column_stack([rng.uniform(7.5, 12.5, 30), rng.uniform(3.5, 6.5, 30)])
        metres[:4] = [[7.5, 3.5], [12.5, 3.5], [12.5, 6.5], [7.5, 6.5]]
        shares, measured = camera.shares(metres), metres + rng.normal(0, 0.05, metres.shape)
        for count, misses in ((4, few), (30, many)):
            plan = Plan.fitted(shares[:count], measured[:count])
            misses.append(np.linalg.norm(plan.metres(shares[4:]) - metres[4:], axis=1).mean())
    assert np.mean(many) < 0.6 * np.mean(few) < 0.06


@pytest.mark.parametrize(
    ("picture", "metres", "told"),
    [
        ([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.4, 0.4)], FLOOR, "picture: the points lie on a line"),
        ([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.9, 0.1)], FLOOR, "picture: the points lie on a line"),
        (SQUARE, [(0, 0), (1, 0), (2, 0), (3, 0)], "metres: the points lie on a line"),
        (SQUARE, [(1, 1)] * 4, "metres: the points lie on a line"),
        (SQUARE, [FLOOR[0], FLOOR[2], FLOOR[1], FLOOR[3]], "the same points in the same order"),
        ([*SQUARE, (0.5, 0.5)], [*FLOOR, (7.0, 3.0)], "don't fit each other: point"),
    ],
)
def test_points_that_cannot_be_right_are_refused(
    picture: list[tuple[float, float]], metres: list[tuple[float, float]], told: str
):
    with pytest.raises(BadPlan, match=told):
        Plan.fitted(picture, metres)
