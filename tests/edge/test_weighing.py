"""Hand-made series first, each with one thing in it; then a whole afternoon of the virtual plate, with known truth."""

import itertools
import random
from collections.abc import Iterable
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.config import WeighingConfig
from edge.weighing import Weighed, Weighing
from edge.weighing.acceptance import FIRST_CANDIDATES
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.plate import Plate
from firmware_bridge.simulated.visit import Visit

HZ = 10
Piece = tuple[float, float]
"""(load in g, length in s)"""


def weighed(pieces: Iterable[Piece], weighing: Weighing | None = None, noise_grams: float = 1.0) -> list[Weighed]:
    weighing = weighing or Weighing(WeighingConfig())
    rng = random.Random(1)
    loads = (grams for grams, length_s in pieces for _ in range(round(length_s * HZ)))
    found: list[Weighed] = []
    for number, grams in enumerate(loads):
        found += weighing.feed(number / HZ, grams + rng.gauss(0, noise_grams))
    return found


def visit(grams: float, base_grams: float = 0, stay_s: float = 4) -> list[Piece]:
    return [(base_grams, 3), (base_grams + grams, stay_s), (base_grams, 2)]


def visits(*grams: float) -> list[Piece]:
    return list(itertools.chain.from_iterable(visit(one) for one in grams))


def grams_of(found: list[Weighed]) -> list[float]:
    return [round(one.grams / 5) * 5 for one in found]


USUAL = visits(1500, 1450, 1550, 1500, 1500)


def test_a_bird_is_weighed_once_with_its_time_span_and_stay():
    found = weighed([*USUAL, *visit(1400, stay_s=6)])
    assert grams_of(found) == [1500, 1450, 1550, 1500, 1500, 1400]
    last = found[-1]
    assert last.at_s == pytest.approx(5 * 9 + 3, abs=0.2)
    assert last.settled_s == pytest.approx(6, abs=0.3)
    assert 0 < last.spread_grams < 10


def test_the_first_birds_are_held_back_and_then_judged_together():
    few = visits(*[1500.0] * (FIRST_CANDIDATES - 1))
    assert weighed(few) == []
    assert grams_of(weighed([*few, *visit(1500)])) == [1500] * FIRST_CANDIDATES


def test_a_stay_too_short_to_settle_gives_nothing():
    assert grams_of(weighed([*USUAL, *visit(1500, stay_s=0.7)])) == [1500, 1450, 1550, 1500, 1500]


def test_a_restless_bird_gives_nothing():
    restless = [(1300.0 + 300 * (number % 2), 0.3) for number in range(14)]
    assert grams_of(weighed([*USUAL, *restless, (0, 3)])) == [1500, 1450, 1550, 1500, 1500]


def test_two_birds_at_once_and_half_a_bird_are_refused():
    weighing = Weighing(WeighingConfig())
    assert len(weighed([*USUAL, *visit(3000), *visit(700)], weighing)) == 5
    assert weighing.refused == 2


def test_a_second_bird_is_weighed_on_top_of_the_first():
    pair = [(0.0, 3.0), (1500.0, 3.0), (3200.0, 3.0), (1700.0, 3.0), (0.0, 3.0)]
    assert grams_of(weighed([*USUAL, *pair])) == [1500, 1450, 1550, 1500, 1500, 1500, 1700]


def test_a_bird_that_shifts_its_feet_is_one_bird():
    shifting = [(0.0, 3.0), (1500.0, 2.0), (1600.0, 0.3), (1380.0, 0.3), (1501.0, 3.0), (0.0, 3.0)]
    assert grams_of(weighed([*USUAL, *shifting])) == [1500, 1450, 1550, 1500, 1500, 1500]


def test_litter_and_drift_do_not_enter():
    drifting = [piece for number in range(40) for piece in visit(1500, base_grams=number * 8)]
    found = weighed(drifting)
    assert [one.grams for one in found] == pytest.approx([1500] * 40, abs=4)
    slowly = [(number * 0.2, 0.1) for number in range(3000)]  # 2 g a second, for five minutes
    assert grams_of(weighed([*USUAL, *slowly, *visit(1500, base_grams=600)])) == [1500, 1450, 1550, 1500, 1500, 1500]


def test_a_hand_on_the_plate_and_a_pressed_tare_are_no_birds():
    pressed = [(0.0, 3.0), (20_000.0, 5.0), (300.0, 3.0), (-5_000.0, 5.0), (-5_000.0 + 1500, 4.0), (-5_000.0, 3.0)]
    assert grams_of(weighed([*USUAL, *pressed])) == [1500, 1450, 1550, 1500, 1500, 1500]


def test_a_new_flock_is_found_by_itself():
    weighing = Weighing(WeighingConfig())
    found = weighed([*visits(*[2500.0] * 40), *visits(*[100.0] * 40)], weighing)
    assert grams_of(found).count(2500) == 40
    assert grams_of(found).count(100) >= 20


def test_a_flock_that_grows_is_followed():
    growing = [50.0 * 1.02**number for number in range(200)]
    assert len(weighed(visits(*growing))) == 200


def test_day_old_chicks_are_weighed():
    assert [round(one.grams) for one in weighed(visits(*[42.0] * 8), noise_grams=0.3)] == [42] * 8


def test_a_bird_that_stands_there_at_the_start_is_not_taken_for_the_zero_but_weighed_when_it_leaves():
    assert grams_of(weighed([(1480.0, 5.0), *USUAL])) == [1480, 1500, 1450, 1550, 1500, 1500]


def test_after_a_silence_it_begins_anew():
    weighing = Weighing(WeighingConfig())
    weighed(USUAL, weighing)
    for second in range(3):
        weighing.feed(1000 + second, 2000.0)
    after = [one for number in range(40) for one in weighing.feed(1003 + number / HZ, 2000.0)]
    assert after == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-50_000, 500_000), max_size=200), st.lists(st.floats(0, 5), min_size=200, max_size=200))
def test_no_series_of_loads_breaks_it(loads: list[float], steps_s: list[float]):
    config = WeighingConfig()
    weighing, at_s = Weighing(config), 0.0
    for load, step_s in zip(loads, steps_s, strict=False):
        at_s += step_s
        for one in weighing.feed(at_s, load):
            assert config.least_grams * 0.5 < one.grams < config.most_grams * 1.5
            assert one.settled_s > 0
            assert one.spread_grams >= 0


@pytest.mark.parametrize(
    ("age_days", "hz", "resolution_grams"),
    [(1, 10, 1), (7, 10, 1), (14, 10, 2), (28, 10, 5), (28, 5, 5), (42, 20, 10)],
)
def test_an_afternoon_on_the_virtual_plate(age_days: int, hz: int, resolution_grams: float):
    plate = Plate(Flock(birds=480), Calendar(age_days=age_days), seed=age_days + hz)
    weighing = Weighing(WeighingConfig())
    found: list[Weighed] = []
    for number in range(3 * 3600 * hz):
        load = plate.load_grams(number / hz)
        found += weighing.feed(number / hz, round(load / resolution_grams) * resolution_grams)
    visits_made = list(plate.finished)
    truth = {one: match(one, visits_made) for one in found}
    false = [one for one, bird in truth.items() if bird is None]
    clean = clean_visits(visits_made)
    caught = {id(bird) for bird in truth.values() if bird is not None}
    assert mean(one.grams for one in found) == pytest.approx(mean(bird.grams for bird in visits_made), rel=0.02)
    assert sum(id(bird) in caught for bird in clean) >= 0.9 * len(clean)
    assert len(clean) > 300
    assert len(false) < 0.02 * len(found)
    assert len(found) <= len(visits_made)


def match(one: Weighed, visits_made: list[Visit]) -> Visit | None:
    """Return the bird that stood there and weighs what was said, within 3 % or 4 g."""
    for bird in visits_made:
        then = bird.start_s - 0.2 <= one.at_s <= bird.end_s
        if then and abs(bird.grams - one.grams) <= max(4, 0.03 * bird.grams):
            return bird
    return None


def clean_visits(visits_made: list[Visit]) -> list[Visit]:
    """Return visits during which no other bird came or went, with the plate empty for a second around them."""
    return [
        bird
        for bird in visits_made
        if not any(
            other is not bird and other.start_s < bird.end_s + 1.2 and other.end_s > bird.start_s - 1.2
            for other in visits_made
        )
    ]
