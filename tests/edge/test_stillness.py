import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.stillness import StillBird, StillBirds, StillRules
from edge.vision.tracking import Tracker
from tests.edge.boxes import tracks
from tests.edge.frozen import frozen, told_frozen
from tests.edge.hens import CROWD, RUNNERS, Noise, noisy, read_fixture

# A minute instead of twenty, so that a test of two minutes can show it.
QUICK = StillRules(still_s=60, dead_s=90, moved_s=60, hidden_s=40)


def play(
    seconds: int, *, moving: int = 3, night: bool = False, hidden: range = range(0), renamed_at: int | None = None
) -> list[tuple[int, list[StillBird]]]:
    """Show one bird that lies still among some that walk, at 2 Hz; 40 px long."""
    still, random, found = StillBirds(QUICK), np.random.default_rng(0), []
    for n in range(2 * seconds):
        at_s = n / 2
        birds = {bird: (100.0 * bird + 30 * np.sin(at_s / 5 + bird), 300.0) for bird in range(1, moving + 1)}
        birds |= {bird: (100.0 * bird, 500.0) for bird in range(moving + 1, 4)}
        if int(at_s) not in hidden:
            name = 50 if renamed_at is None or at_s < renamed_at else 51
            birds[name] = (100 + random.normal(0, 2), 100 + random.normal(0, 2))
        found.append((int(at_s), still.update(at_s, tracks(at_s, birds), night=night)))
    return found


def first(found: list[tuple[int, list[StillBird]]]) -> int | None:
    """Return the second in which a bird was first told."""
    return next((at_s for at_s, birds in found if birds), None)


def test_a_bird_that_lies_still_for_a_minute_while_the_others_walk_is_told():
    found = play(110)
    assert first(found) in range(60, 80)
    (bird,) = found[-1][1]
    assert (bird.bird, bird.since_s, bird.hidden) == (50, 0, False)
    assert bird.xyxy == pytest.approx([80, 80, 120, 120], abs=8)
    assert bird.dead_suspect == (bird.flock_moved_s >= 90)
    assert bird.dead_suspect


def test_nobody_is_told_while_all_rest_or_by_night_or_from_too_small_a_flock():
    assert first(play(110, moving=0)) is None
    assert first(play(110, night=True)) is None
    alone = StillBirds(QUICK)
    assert not any(alone.update(n, tracks(n, {1: (100.0, 100.0)})) for n in range(200))


def test_a_bird_hidden_for_half_a_minute_is_still_lying_there_also_under_another_id():
    assert first(play(110, hidden=range(30, 60))) in range(60, 85)
    renamed = play(110, hidden=range(30, 60), renamed_at=60)
    assert first(renamed) in range(60, 85)
    assert {bird.bird for _, birds in renamed for bird in birds} == {51}


def test_who_gets_up_is_told_no_longer():
    still, found = StillBirds(QUICK), []
    for n in range(300):
        walkers = {bird: (100.0 * bird + 30 * np.sin(n / 10 + bird), 300.0) for bird in (1, 2, 3)}
        place = (100.0, 100.0) if n < 200 else (200.0, 100.0)
        found.append(still.update(n / 2, tracks(n / 2, walkers | {50: place})))
    assert found[190]
    assert not any(found[230:])


def rests(*, lies_s: int, then: tuple[float, float] | None) -> list[float]:
    """Let a bird lie for so long, then be elsewhere, or out of sight; give the rests that were seen to end."""
    still, found = StillBirds(QUICK), []
    for n in range(2 * lies_s + 200):
        walkers = {bird: (100.0 * bird + 30 * np.sin(n / 10 + bird), 300.0) for bird in (1, 2, 3)}
        place = (100.0, 100.0) if n < 2 * lies_s else then
        still.update(n / 2, tracks(n / 2, walkers | ({50: place} if place else {})))
        found += still.rests_s
    return found


@pytest.mark.parametrize("then", [(108.0, 100.0), (200.0, 100.0)])
def test_the_rest_of_a_bird_that_turns_or_walks_off_was_a_healthy_one(then: tuple[float, float]):
    assert rests(lies_s=90, then=then) == [pytest.approx(90, abs=25)]


def test_a_bird_that_vanishes_may_have_been_carried_out_and_short_rests_are_none():
    assert rests(lies_s=90, then=None) == []
    assert rests(lies_s=30, then=(200.0, 100.0)) == []


def test_a_pause_of_the_camera_counts_for_nothing():
    still = StillBirds(QUICK)
    for n in range(60):
        birds = {bird: (100.0 * bird + 30 * np.sin(n / 10 + bird), 300.0) for bird in (1, 2, 3)} | {50: (100.0, 100.0)}
        still.update(n / 2, tracks(n / 2, birds))
    assert not still.update(29.5 + 39, tracks(29.5 + 39, birds))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.integers(1, 5), st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=5), max_size=40
    )
)
def test_whatever_comes_who_is_told_is_unique_and_has_been_still_long_enough(
    film: list[dict[int, tuple[float, float]]],
):
    still = StillBirds(StillRules(still_s=5, moved_s=5, fewest_birds=1, moving_share=0))
    for at_s, birds in enumerate(film):
        found = still.update(at_s, tracks(at_s, birds))
        assert len({bird.bird for bird in found}) == len(found)
        assert all(5 <= bird.flock_moved_s <= at_s - bird.since_s for bird in found)


@pytest.mark.parametrize("name", [CROWD, RUNNERS])
def test_a_real_hen_whose_track_is_frozen_is_told(name: str):
    hens = read_fixture(name)
    told = 0
    victims = np.unique(hens.ids)[:6].tolist()
    for victim in victims:
        film = frozen(hens, victim, from_s=20)
        told += told_frozen(film, victim, Tracker(), StillBirds(QUICK), noisy(film, Noise(), seed=victim))
    assert told >= len(victims) - 1
