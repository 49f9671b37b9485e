"""Several birds on a platform, and what befalls it: hand-made series, each with one thing in it."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.config import WeighingConfig
from edge.weighing import Weighed, Weighing
from edge.weighing.crates import Crate, CrateWeighing

HZ = 10
Piece = tuple[float, float]
"""(load in g, length in s)"""

USUAL: list[Piece] = [piece for grams in (1500, 1450, 1550, 1500, 1500) for piece in ((0, 3), (grams, 4), (0, 2))]


def fed(weighing: Weighing, pieces: list[Piece], from_s: float = 0.0, noise_grams: float = 1.0) -> list[Weighed]:
    rng, at_s = random.Random(1), from_s
    found: list[Weighed] = []
    for grams, length_s in pieces:
        for _ in range(round(length_s * HZ)):
            found += weighing.feed(at_s, grams + rng.gauss(0, noise_grams))
            at_s += 1 / HZ
    return found


def after_the_usual(*pieces: Piece, config: WeighingConfig | None = None) -> tuple[list[float], Weighing]:
    """Return what is weighed after five usual birds."""
    weighing = Weighing(config or WeighingConfig())
    found = fed(weighing, [*USUAL, *pieces])
    return [one.grams for one in found[5:]], weighing


def test_two_that_come_together_and_leave_one_by_one_are_both_weighed_by_leaving():
    grams, _ = after_the_usual((0, 3), (3100, 4), (1650, 4), (0, 4))
    assert grams == pytest.approx([1450, 1650], abs=5)


def test_two_that_come_and_leave_together_are_refused():
    grams, weighing = after_the_usual((0, 3), (3100, 4), (0, 4))
    assert grams == []
    assert weighing.refusals["too_heavy"] == 1


def test_birds_that_leave_in_another_order_are_each_weighed_once():
    grams, _ = after_the_usual((0, 3), (1500, 3), (3100, 3), (4500, 3), (2900, 3), (1400, 3), (0, 3))
    assert grams == pytest.approx([1600, 1500, 1400], abs=5)


def test_a_bird_that_leaves_as_another_comes_makes_both_doubtful():
    grams, weighing = after_the_usual((0, 3), (1500, 4), (1720, 4), (0, 4))
    assert grams == []
    assert weighing.refusals["doubtful"] == 1


def test_after_a_doubt_the_next_bird_is_weighed():
    grams, _ = after_the_usual((0, 3), (1500, 4), (1720, 4), (0, 4), (1480, 4), (0, 3))
    assert grams == pytest.approx([1480], abs=5)


@pytest.mark.parametrize("grams", [45.0, 1500.0])
def test_a_display_that_never_flickers_is_weighed_from_the_first_bird_on(grams: float):
    found = fed(Weighing(WeighingConfig()), [(0, 3), (grams, 4), (0, 3)] * 4, noise_grams=0)
    assert [one.grams for one in found] == [grams] * 4


def test_one_foot_first_is_one_bird():
    grams, _ = after_the_usual((0, 3), (800, 1.3), (1520, 5), (0, 3))
    assert grams == pytest.approx([1520], abs=5)


def test_a_bird_that_sits_for_an_hour_is_weighed_when_it_goes_and_its_visitors_meanwhile():
    visitors = [piece for grams in (1400, 1600, 1450) for piece in ((1530.0, 600), (1530.0 + grams, 5))]
    grams, weighing = after_the_usual((0, 3), *visitors, (1530, 1800), (0, 3))
    assert grams == pytest.approx([1400, 1600, 1450, 1530], abs=6)
    assert weighing.refused == 0


def test_litter_and_droppings_during_a_long_sitting_do_not_enter():
    rising = [(1500.0 + second * 0.05, 1.0) for second in range(1200)]
    grams, _ = after_the_usual((0, 3), *rising, (60, 3))
    assert grams == pytest.approx([1500], abs=6)


def test_a_clump_of_litter_is_no_bird_and_does_not_spoil_the_next_ones():
    grams, _ = after_the_usual((0, 3), (400, 60), (1900, 4), (400, 4), (1850, 4), (400, 4))
    assert grams == pytest.approx([1500, 1450], abs=5)


def test_a_wiped_plate_is_found_again():
    grams, _ = after_the_usual((0, 2), (4000, 2), (9000, 2), (-80, 5), (1420, 4), (-80, 4))
    assert grams == pytest.approx([1500], abs=5)


def test_a_bird_that_flaps_is_weighed_by_its_quiet_time():
    flaps = [(1500.0 + (600 if number % 2 else -600), 0.2) for number in range(12)]
    grams, _ = after_the_usual((0, 3), (1500, 2.5), *flaps, (1500, 3), (0, 3))
    assert grams == pytest.approx([1500], abs=8)


def test_a_lively_bird_sways_and_is_weighed():
    sways = [(1500.0 + 35 * math.sin(2 * math.pi * 0.8 * number / 10), 0.1) for number in range(80)]
    grams, _ = after_the_usual((0, 3), *sways, (0, 3))
    assert grams == pytest.approx([1500], abs=20)


def test_a_tare_that_is_pressed_begins_anew():
    weighing = Weighing(WeighingConfig())
    fed(weighing, USUAL)
    assert weighing.begin_anew() == []
    found = fed(weighing, [(-300, 4), (1200, 4), (-300, 4)], from_s=1000)
    assert [one.grams for one in found] == pytest.approx([1500], abs=5)


def test_the_bird_that_stands_there_alone_is_told_when_it_begins_anew():
    weighing = Weighing(WeighingConfig())
    fed(weighing, [*USUAL, (0, 3), (1510, 5)])
    assert [one.grams for one in weighing.begin_anew()] == pytest.approx([1510], abs=5)


def test_few_birds_of_a_recording_are_not_kept_back():
    weighing = Weighing(WeighingConfig())
    assert fed(weighing, [(0, 3), (1500, 4), (0, 3)]) == []
    assert [one.grams for one in weighing.finish()] == pytest.approx([1500], abs=5)


@pytest.mark.parametrize("share", [0.5, 0.7, 1.4, 1.8])
def test_a_flock_far_from_the_last_one_is_taken_within_a_day(share: float):
    weighing = Weighing(WeighingConfig())
    rng = random.Random(3)
    first = [p for _ in range(60) for p in ((0.0, 2.0), (rng.gauss(1500, 150), 3.0), (0.0, 2.0))]
    fed(weighing, first)
    then = [p for _ in range(60) for p in ((0.0, 2.0), (rng.gauss(1500 * share, 150 * share), 3.0), (0.0, 2.0))]
    assert len(fed(weighing, then, from_s=10_000)) >= 35


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(1250, 1700), min_size=6, max_size=10), st.floats(-200, 200), st.integers(0, 5))
def test_birds_one_by_one_are_all_weighed_wherever_zero_is(birds: list[float], zero: float, seed: int):
    weighing = Weighing(WeighingConfig())
    pieces = [piece for grams in birds for piece in ((zero, 3.0), (zero + grams, 4.0), (zero, 2.0))]
    found = fed(weighing, pieces, noise_grams=1 + seed / 10)
    assert [one.grams for one in found] == pytest.approx(birds, abs=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1400.0, 1500.0, 1600.0, -1.0]), st.floats(2.5, 6)), max_size=14))
def test_no_more_birds_are_weighed_than_came(moves: list[tuple[float, float]]):
    """Birds come and go as they like, up to three at once; none is counted twice."""
    weighing, standing, came = Weighing(WeighingConfig()), [], 0
    pieces: list[Piece] = [(0.0, 3.0)]
    for grams, stay_s in moves:
        if grams < 0 and standing:
            standing.pop(0)
        elif grams > 0 and len(standing) < 3:
            standing.append(grams)
            came += 1
        pieces.append((sum(standing), stay_s))
    found = fed(weighing, [*USUAL, *pieces, (0.0, 3.0)]) + weighing.finish()
    assert len(found) <= 5 + came
    assert all(any(abs(one.grams - bird) < 60 for bird in (1400, 1500, 1600)) for one in found[5:])


def test_a_hanging_scale_weighs_what_leaves_however_it_swings_when_one_comes():
    def swings(to: float, by: float) -> list[Piece]:
        return [(to + by * (0.8**number) * (-1) ** number, 0.2) for number in range(40)]

    config = WeighingConfig(mode="hanging")
    pieces = [piece for grams in (1500.0, 1400.0, 1600.0) for piece in (*swings(grams, 500), *swings(0, 300))]
    weighing = Weighing(config)
    assert [one.grams for one in fed(weighing, [(0, 3), *pieces])] == pytest.approx([1500, 1400, 1600], abs=15)


def test_a_hanging_platform_full_of_birds_weighs_each_that_jumps_off():
    weighing = Weighing(WeighingConfig(mode="hanging"))
    found = fed(weighing, [(0, 3), (6200, 4), (4700, 4), (6400, 4), (4800, 4), (3300, 4), (1700, 4), (0, 4)])
    assert [one.grams for one in found] == pytest.approx([1500, 1600, 1500, 1600, 1700], abs=6)


def crates(grams: list[float], birds: int = 8) -> list[Crate]:
    scale, rng, at_s = CrateWeighing(WeighingConfig(), birds=birds, tare_grams=7500), random.Random(2), 0.0
    found: list[Crate] = []
    for load in grams:
        for level, length_s in ((0.0, 4), (load, 6), (0.0, 3)):
            for _ in range(length_s * HZ):
                found += scale.feed(at_s, level + rng.gauss(0, 8))
                at_s += 1 / HZ
    return found + scale.finish()


def test_crates_give_the_mean_bird_and_the_tare_follows_empty_ones():
    found = crates([7900, 8000, 7950, 7950 + 8 * 2500, 7950 + 8 * 2600, 7950 + 8 * 2550])
    assert [crate.mean_grams for crate in found] == pytest.approx([2500, 2600, 2550], abs=12)
    assert {crate.birds for crate in found} == {8}
    assert found[0].tare_grams == pytest.approx(7925, abs=60)


def test_a_crate_with_a_bird_too_few_is_told():
    found = crates([7500 + 8 * 2500 + step for step in (0, 300, -200, 100, 150)] + [7500 + 7 * 2500])
    assert [crate.miscounted for crate in found] == [False] * 5 + [True]
