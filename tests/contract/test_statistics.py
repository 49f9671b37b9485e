import random
from math import gamma, pi, sqrt
from statistics import mean, median, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.mixture import two_groups
from contract.statistics import VISITS_PER_BIRD, bars, day_of_weights, spread, t_975

WEIGHTS = st.lists(st.floats(min_value=20, max_value=5000), min_size=2, max_size=200)


def student_below(t: float, degrees: int, steps: int = 4000) -> float:
    """Integrate Student's density from 0 to t by Simpson's rule and add the half below 0."""
    scale = gamma((degrees + 1) / 2) / (sqrt(degrees * pi) * gamma(degrees / 2))
    ys = [scale * (1 + (i * t / steps) ** 2 / degrees) ** (-(degrees + 1) / 2) for i in range(steps + 1)]
    return 0.5 + t / steps / 3 * (ys[0] + ys[-1] + 4 * sum(ys[1:-1:2]) + 2 * sum(ys[2:-1:2]))


@pytest.mark.parametrize("degrees", [*range(1, 41), 60, 100, 300])
def test_t_leaves_two_and_a_half_percent_above_it(degrees: int):
    assert student_below(t_975(degrees), degrees) == pytest.approx(0.975, abs=1e-4)


@given(WEIGHTS)
def test_spread_of_birds_weighed_once_agrees_with_the_textbook(grams: list[float]):
    lies = spread(len(grams), sum(grams), sum(value * value for value in grams), visits_per_bird=1)
    assert lies.mean == pytest.approx(mean(grams))
    assert lies.cv_percent == pytest.approx(100 * stdev(grams) / mean(grams), abs=1e-3)
    assert lies.interval is not None
    half = t_975(len(grams) - 1) * stdev(grams) / sqrt(len(grams))
    assert (lies.interval[1] - lies.interval[0]) / 2 == pytest.approx(half, abs=0.02, rel=1e-3)


def test_one_weighing_has_a_mean_and_nothing_else():
    lies = spread(1, 1420.0, 1420.0**2)
    assert (lies.mean, lies.interval, lies.cv_percent) == (1420.0, None, None)


def test_the_interval_holds_for_birds_that_come_back():
    """Birds of a flock come geometrically often: 95 % of the intervals hold the flock's mean, by far not with v = 1."""
    rng, held, held_naively, rounds = random.Random(1), 0, 0, 1500
    for _ in range(rounds):
        grams: list[float] = []
        for _bird in range(70):
            weight = rng.gauss(2000, 200)
            grams.append(weight)
            while rng.random() > 1 / VISITS_PER_BIRD:
                grams.append(weight)
        for visits_per_bird in (VISITS_PER_BIRD, 1.0):
            low, high = spread(len(grams), sum(grams), sum(g * g for g in grams), visits_per_bird).interval or (0, 0)
            if visits_per_bird > 1:
                held += low < 2000 < high
            else:
                held_naively += low < 2000 < high
    assert 0.93 < held / rounds < 0.97
    assert held_naively / rounds < 0.85


@given(WEIGHTS)
def test_a_day_is_told_whole(grams: list[float]):
    day = day_of_weights(grams, before=(min(grams), 2), flock_birds=100)
    assert day.n == len(grams) == sum(bar.count for bar in day.bars)
    assert day.median == pytest.approx(median(grams))
    assert day.spread.mean == pytest.approx(mean(grams))
    assert day.gain == pytest.approx((mean(grams) - min(grams)) / 2, abs=1e-6)
    within = [value for value in grams if 0.9 * day.spread.mean <= value <= 1.1 * day.spread.mean]
    assert day.uniformity_percent == pytest.approx(100 * len(within) / len(grams))
    assert 1 <= day.birds <= len(grams)
    assert day.flock_percent is not None
    assert 0 < day.flock_percent <= 100


def test_uniformity_of_a_normal_flock_is_the_published_one():
    """CV 10 % -> 68 % within 10 % of the mean (field notes 2.5)."""
    rng = random.Random(2)
    day = day_of_weights([rng.gauss(2000, 200) for _ in range(5000)])
    assert day.uniformity_percent == pytest.approx(68, abs=1.5)
    assert day.spread.cv_percent == pytest.approx(10, abs=0.3)


def test_what_is_not_known_is_not_told():
    day = day_of_weights([1500.0])
    assert (day.gain, day.uniformity_percent, day.groups, day.flock_percent) == (None, None, None, None)
    assert day.birds == 1


def test_bars_are_side_by_side_and_the_last_takes_the_rest():
    told = bars([100.0, 104.0, 105.0, 119.0, 9000.0], 5.0)
    assert [(bar.low, bar.count) for bar in told[:4]] == [(100.0, 2), (105.0, 1), (110.0, 0), (115.0, 1)]
    assert told[-1].count == 1
    assert sum(bar.count for bar in told) == 5


def normal(count: int, grams: float, cv: float, rng: random.Random) -> list[float]:
    return [rng.gauss(grams, grams * cv) for _ in range(count)]


def test_two_sexes_are_found_where_they_are_apart():
    rng = random.Random(3)
    found = two_groups(sorted([*normal(200, 1800, 0.06, rng), *normal(200, 2300, 0.06, rng)]))
    assert found is not None
    assert found.lighter.mean == pytest.approx(1800, rel=0.02)
    assert found.heavier.mean == pytest.approx(2300, rel=0.02)
    assert found.lighter.share == pytest.approx(0.5, abs=0.06)
    assert found.heavier.cv_percent == pytest.approx(6, abs=1.2)


def test_one_population_stays_one():
    rng = random.Random(4)
    flocks = [two_groups(sorted(normal(250, 2000, rng.uniform(0.06, 0.15), rng))) for _ in range(60)]
    assert sum(found is not None for found in flocks) <= 2


@given(st.lists(st.floats(min_value=10, max_value=20_000), max_size=300))
def test_no_weights_break_the_split(grams: list[float]):
    found = two_groups(sorted(grams))
    if found is not None:
        assert found.lighter.mean < found.heavier.mean
        assert found.lighter.share + found.heavier.share == pytest.approx(1)
