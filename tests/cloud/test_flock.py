from datetime import date
from math import gamma, pi, sqrt
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.flock.comfort import HEAT_STRESS_THI, heat_index
from cloud.flock.growth import age_days, standard, standards
from cloud.flock.statistics import spread, t_975
from contract.errors import BadInput


@pytest.mark.parametrize(
    ("celsius", "humidity_percent", "thi"),
    [
        (30.0, 50.0, 78.3),  # 86 - 0.275 * 28
        (25.0, 60.0, 72.82),  # 77 - 0.22 * 19
        (35.0, 100.0, 95.0),  # at saturation the temperature itself, in degrees Fahrenheit
        (14.444444, 0.0, 58.0),  # the humidity's weight vanishes at 58 degrees Fahrenheit
    ],
)
def test_heat_index_against_numbers_worked_by_hand(celsius: float, humidity_percent: float, thi: float):
    assert heat_index(celsius, humidity_percent) == pytest.approx(thi, abs=1e-3)


def test_a_hot_humid_house_is_beyond_the_onset_of_stress():
    assert heat_index(32, 80) > HEAT_STRESS_THI > heat_index(22, 60)


@pytest.mark.parametrize(
    ("breed", "age", "grams"),
    [
        ("ross-308", 0, 44),
        ("ross-308", 7, 213),
        ("ross-308", 42, 2998),
        ("cobb-500", 35, 2521),
        ("hyline-brown", 126, 1725),
        ("hyline-brown", 3.5, 51.5),  # halfway from 38 g to 65 g
        ("ross-308", 27.5, 1570.5),
    ],
)
def test_standards_at_published_ages_and_between(breed: str, age: float, grams: float):
    assert standard(breed).grams_at(age) == pytest.approx(grams, abs=1.5)


@pytest.mark.parametrize("age", [-1, 56.1, 400])
def test_outside_the_table_there_is_no_standard(age: float):
    assert standard("ross-308").grams_at(age) is None


def test_every_shipped_standard_rises_and_names_its_source():
    assert set(standards()) == {"arbor-acres-plus", "cobb-500", "hyline-brown", "ross-308"}
    for breed in standards().values():
        assert breed.source
        assert list(breed.age_days) == sorted(set(breed.age_days))
        assert all(a < b for a, b in zip(breed.grams, breed.grams[1:], strict=False))


def test_an_unknown_breed_lists_the_known():
    with pytest.raises(BadInput, match="ross-308"):
        standard("dodo")


def test_age_is_zero_on_the_day_of_placement():
    assert age_days(date(2026, 11, 1), date(2026, 11, 1)) == 0
    assert age_days(date(2026, 10, 25), date(2026, 11, 22)) == 28


def student_below(t: float, degrees: int, steps: int = 4000) -> float:
    """Integrate Student's density from 0 to t by Simpson's rule and add the half below 0."""
    scale = gamma((degrees + 1) / 2) / (sqrt(degrees * pi) * gamma(degrees / 2))
    ys = [scale * (1 + (i * t / steps) ** 2 / degrees) ** (-(degrees + 1) / 2) for i in range(steps + 1)]
    return 0.5 + t / steps / 3 * (ys[0] + ys[-1] + 4 * sum(ys[1:-1:2]) + 2 * sum(ys[2:-1:2]))


@pytest.mark.parametrize("degrees", [*range(1, 41), 60, 100, 300])
def test_t_leaves_two_and_a_half_percent_above_it(degrees: int):
    assert student_below(t_975(degrees), degrees) == pytest.approx(0.975, abs=1e-4)


@given(st.lists(st.floats(min_value=20, max_value=5000), min_size=2, max_size=200))
def test_spread_agrees_with_the_textbook(grams: list[float]):
    lies = spread(len(grams), sum(grams), sum(value * value for value in grams))
    assert lies.mean == pytest.approx(mean(grams))
    assert lies.cv_percent == pytest.approx(100 * stdev(grams) / mean(grams), abs=1e-3)
    assert lies.interval is not None
    half = t_975(len(grams) - 1) * stdev(grams) / sqrt(len(grams))
    assert (lies.interval[1] - lies.interval[0]) / 2 == pytest.approx(half, abs=0.02, rel=1e-3)


def test_one_weighing_has_a_mean_and_nothing_else():
    lies = spread(1, 1420.0, 1420.0**2)
    assert (lies.mean, lies.interval, lies.cv_percent) == (1420.0, None, None)
