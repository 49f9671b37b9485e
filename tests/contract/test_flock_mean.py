"""The flock's mean by weighings by hand: what is corrected, by how much, how surely."""

from math import exp

import pytest

from contract.flock_mean import ByHand, FlockMean, ScaleDay, flock_means, risen


def days(first: int, last: int, *, weighings: int = 500, low: float = 0.0) -> list[ScaleDay]:
    """Return a flock that grows, and a scale that is low by ``low`` once all heavy birds stay away."""
    return [ScaleDay(age, grams(age) * exp(-low * risen(age)), weighings, 10.0) for age in range(first, last + 1)]


def grams(age: float) -> float:
    return 6400 * exp(-exp(-0.043 * (age - 35)))


def at(means: list[FlockMean], age: int) -> FlockMean:
    return next(mean for mean in means if mean.age_days == age)


def test_nothing_is_corrected_without_a_hand_weighing_that_teaches():
    scale = days(20, 60)
    assert flock_means(scale, []) == []
    assert flock_means(scale, [ByHand(20, 900, 100)]) == []
    assert flock_means([], [ByHand(40, 2500, 100)]) == []
    assert flock_means(days(45, 50), [ByHand(40, 2500, 100)]) == []  # before the scale was there


def test_days_are_corrected_from_week_5_until_five_weeks_after_the_last_hand_weighing():
    ages = [one.age_days for one in flock_means(days(20, 90), [ByHand(40, grams(40), 100)])]
    assert ages == list(range(29, 76))


@pytest.mark.parametrize("low", [0.0, 0.03, 0.08])
def test_a_large_hand_weighing_finds_the_flock_then_before_and_later(low: float):
    means = flock_means(days(20, 56, low=low, weighings=5000), [ByHand(40, grams(40), 5000)])
    for age in (32, 40, 48, 56):
        told = at(means, age)
        assert told.grams == pytest.approx(grams(age), rel=0.006)
        assert told.interval[0] < grams(age) < told.interval[1]
        assert told.away_percent == pytest.approx(100 * (exp(low * risen(age)) - 1), abs=0.7)


def test_a_hundred_birds_say_less_than_three_thousand():
    few, many = (at(flock_means(days(20, 56), [ByHand(40, grams(40) * 1.05, n)]), 50) for n in (100, 3000))
    width = [one.interval[1] - one.interval[0] for one in (few, many)]
    assert width[0] > width[1]
    assert few.away_percent < many.away_percent


def test_a_second_hand_weighing_makes_it_surer_and_counts():
    one, two = (flock_means(days(20, 56), [ByHand(age, grams(age), 100) for age in ages]) for ages in ((40,), (40, 47)))
    assert at(two, 50).interval[1] - at(two, 50).interval[0] < at(one, 50).interval[1] - at(one, 50).interval[0]
    assert [at(two, age).hand_weighings for age in (35, 40, 46, 47, 50)] == [1, 1, 1, 2, 2]


def test_a_day_is_told_from_what_was_known_by_then():
    by_hand = [ByHand(40, grams(40), 100)]
    assert at(flock_means(days(20, 45), by_hand), 44) == at(flock_means(days(20, 56), by_hand), 44)


def test_a_lucky_day_moves_the_flock_by_less_than_its_luck():
    def last(lucky: float) -> float:
        scale = [ScaleDay(age, grams(age) * (lucky if age == 50 else 1), 185, 10.0) for age in range(20, 51)]
        return at(flock_means(scale, [ByHand(40, grams(40), 1000)]), 50).grams

    assert 1 < last(1.03) / last(1.0) < 1.02


def test_no_correction_is_wild_and_silent_days_are_no_matter():
    scale = [one for one in days(20, 60) if one.age_days not in range(38, 47)]
    for apart in (-0.3, 0.3):
        means = flock_means(scale, [ByHand(40, grams(40) * (1 + apart), 10_000)])
        assert all(-14 <= one.away_percent <= 16.2 for one in means)
    assert len(flock_means([ScaleDay(40, 2000, 1, None)], [ByHand(40, 2100, 10)])) == 1
