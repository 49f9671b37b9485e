from datetime import date

import pytest

from cloud.flock.comfort import HEAT_STRESS_THI, heat_index
from cloud.flock.growth import age_days, standard, standards
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
