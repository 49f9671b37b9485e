"""The forecast: on what is known exactly, as properties, and its back-test on simulated flocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.flock.curves import Curve
from cloud.flock.forecast import Z_90, Weighed, forecast, past_errors, reached, simple, t_95
from cloud.flock.growth import standard
from tests.cloud.simulated_flocks import backtest, simulated

ROSS = standard("ross-308")


def on_curve(ages: range, factor: float = 1.0, error: float = 0.005) -> list[Weighed]:
    return [Weighed(age, factor * (ROSS.grams_at(age) or 0), error) for age in ages]


def test_a_flock_on_its_curve_stays_on_it():
    for one in forecast(on_curve(range(25)), ROSS, 14):
        assert one.grams == pytest.approx(ROSS.grams_at(one.age_days), rel=0.005)


def test_a_flock_five_percent_under_stays_about_so():
    week = forecast(on_curve(range(25), 0.95), ROSS, 7)[-1]
    assert week.grams == pytest.approx(0.95 * (ROSS.grams_at(31) or 0), rel=0.005)


def test_a_flock_that_falls_behind_falls_further_behind_but_not_for_ever():
    days = [Weighed(age, (ROSS.grams_at(age) or 0) * (1 - 0.004 * max(0, age - 15)), 0.004) for age in range(29)]
    said = forecast(days, ROSS, 7)[-1]
    behind = 1 - said.grams / (ROSS.grams_at(35) or 0)
    assert 0.055 < behind < 0.09


def test_without_a_curve_the_flock_s_own_growth_goes_on():
    truth = Curve("gompertz", 2100.0, 0.045, 40.0)
    days = [Weighed(age, truth.grams_at(float(age)), 0.005) for age in range(20, 60)]
    week = forecast(days, None, 7)[-1]
    assert week.grams == pytest.approx(truth.grams_at(66.0), rel=0.01)


@pytest.mark.parametrize("days", [[], on_curve(range(2))])
def test_two_days_are_no_basis(days: list[Weighed]):
    assert forecast(days, ROSS) == []
    assert past_errors(days, ROSS) == []


def test_beyond_the_curve_nothing_is_said():
    assert [one.age_days for one in forecast(on_curve(range(50)), ROSS, 28)] == list(range(50, 57))


def test_missing_days_make_it_less_sure():
    every = forecast(on_curve(range(29)), ROSS, 7)[-1]
    gap = forecast(on_curve(range(19)), ROSS, 17)[-1]
    assert gap.age_days == every.age_days
    assert gap.interval[1] - gap.interval[0] > every.interval[1] - every.interval[0]


@given(st.floats(0.8, 1.2), st.integers(4, 40), st.floats(0.001, 0.05))
def test_further_ahead_is_heavier_and_less_sure(factor: float, days: int, error: float):
    said = forecast(on_curve(range(days), factor, error), ROSS, 10)
    shares = [(one.interval[1] - one.interval[0]) / one.grams for one in said]
    assert shares == sorted(shares)
    assert [one.grams for one in said] == sorted(one.grams for one in said)
    assert all(one.interval[0] < one.grams < one.interval[1] for one in said)


@given(st.floats(1.5, 4.5))
def test_a_scale_in_pounds_gives_the_same_forecast_in_pounds(pound: float):
    """The model knows shares only, so units don't matter without a curve."""
    days = on_curve(range(30))
    plain, other = (
        forecast(days, None, 7),
        forecast([Weighed(d.age_days, d.grams / pound, d.error) for d in days], None, 7),
    )
    assert [one.grams for one in other] == pytest.approx([one.grams / pound for one in plain], rel=1e-6)


def test_when_a_weight_is_reached():
    said = forecast(on_curve(range(29)), ROSS, 14)
    when = reached(said, 2296)  # Ross 308's own weight on day 35
    assert when.age_days == pytest.approx(35, abs=1)
    assert when.earliest is not None
    assert when.latest is not None
    assert when.earliest <= 35 <= when.latest
    assert reached(said, 9_000).age_days is None


def test_yesterday_plus_the_curve_s_gain():
    assert simple(on_curve(range(29), 1.0), ROSS, 7) == pytest.approx(ROSS.grams_at(35))
    assert simple([], ROSS, 7) is None
    assert simple(on_curve(range(50)), ROSS, 14) is None


@pytest.mark.parametrize(("degrees", "point"), [(5, 2.01505), (6, 1.94318), (10, 1.81246), (30, 1.69726)])
def test_student_s_points_are_those_of_the_tables(degrees: float, point: float):
    assert t_95(degrees) == pytest.approx(point, abs=1e-3)


def test_an_interval_from_few_errors_is_wider_than_the_model_s_own():
    """The width is reckoned from data, so before a flock has errors of its own it is Student's, a fifth wider."""
    few = on_curve(range(8, 12), 1.0)
    [*_, said] = forecast(few, ROSS, 7)
    half = np.log(said.interval[1] / said.grams)
    assert t_95(5) / Z_90 == pytest.approx(1.225, abs=0.001)
    longer = on_curve(range(8, 36), 1.0)
    later = np.log(forecast(longer, ROSS, 7)[-1].interval[1] / forecast(longer, ROSS, 7)[-1].grams)
    assert later < half / 1.5, "a flock that keeps to the model exactly narrows its interval"


def test_the_interval_holds_on_simulated_flocks_and_the_forecast_beats_the_simple_one():
    """200 flocks; benchmarks.md has more of them and the real series."""
    tested = backtest([simulated(seed) for seed in range(200)], ROSS)
    assert 0.85 <= tested.coverage <= 0.95
    assert tested.mean_error_percent < tested.simple_error_percent
    assert np.isfinite(tested.bias_percent)
    assert abs(tested.bias_percent) < 1
