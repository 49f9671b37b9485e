from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.gate import Crossings
from edge.vision.rollcall import RollRules, RollState, passed, roll

RULES = RollRules(opens=time(6, 30), closes=time(20, 30), flock_birds=480)
MORNING = datetime(2026, 11, 22, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
EVENING = MORNING.replace(hour=20, minute=10)


def day(*crossings: tuple[int, int], rules: RollRules = RULES) -> RollState:
    state = RollState()
    for n, (birds_in, birds_out) in enumerate(crossings):
        state = passed(state, rules, MORNING + timedelta(minutes=n), Crossings(birds_in, birds_out))
    return state


def test_31_of_480_are_not_back_20_min_before_the_door_closes():
    called = roll(day((0, 300), (120, 150), (299, 0)), RULES, EVENING)
    assert (called.outside_birds, called.flock_birds, called.drift_birds) == (31, 480, 0)
    assert called.closes_at == MORNING.replace(hour=20, minute=30)
    assert called.closing_in_s == 1200
    assert called.alarm


@pytest.mark.parametrize(("hour", "alarm"), [(19, False), (20, False), (21, True), (23, True)])
def test_the_alarm_waits_for_the_evening(hour: int, alarm: bool):
    called = roll(day((0, 10)), RULES, EVENING.replace(hour=hour, minute=0) - timedelta(seconds=1))
    assert called.alarm is alarm


def test_nobody_outside_is_no_alarm_nor_are_as_many_as_are_tolerated():
    assert not roll(day((0, 10), (10, 0)), RULES, EVENING).alarm
    tolerant = replace(RULES, tolerated_birds=2)
    assert not roll(day((0, 2)), tolerant, EVENING).alarm
    assert roll(day((0, 3)), tolerant, EVENING).alarm


def test_more_in_than_out_is_held_at_none_and_told_as_drift():
    state = day((0, 10), (13, 0), (0, 5))
    assert (state.outside_birds, state.drift_birds) == (5, 3)


def test_more_out_than_the_flock_is_held_at_the_flock_and_told_as_drift():
    state = day((0, 485))
    assert (state.outside_birds, state.drift_birds) == (480, 5)
    assert day((0, 485), rules=replace(RULES, flock_birds=None)).outside_birds == 485


def test_the_day_begins_anew_when_the_door_opens():
    state = day((0, 10), (13, 0), (0, 5))
    before = MORNING.replace(day=23, hour=6, minute=29)
    assert roll(state, RULES, before).outside_birds == 5
    assert roll(state, RULES, before).alarm
    after = roll(state, RULES, before + timedelta(minutes=1))
    assert (after.outside_birds, after.drift_birds, after.alarm) == (0, 0, False)
    assert passed(state, RULES, before + timedelta(minutes=2), Crossings(0, 1)).outside_birds == 1


def test_a_clock_that_is_set_back_over_the_opening_forgets_nothing():
    state = day((0, 10))
    assert passed(state, RULES, MORNING - timedelta(hours=1), Crossings(0, 1)).outside_birds == 11


def test_a_door_may_close_after_midnight():
    late = RollRules(opens=time(6), closes=time(0, 30))
    called = roll(day((0, 4), rules=late), late, EVENING.replace(hour=23, minute=50))
    assert called.closing_in_s == 2400
    assert not called.alarm
    assert roll(day((0, 4), rules=late), late, EVENING + timedelta(hours=4)).alarm


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=30))
def test_outside_is_never_impossible_and_drift_never_shrinks(crossings: list[tuple[int, int]]):
    state, drift = RollState(), 0
    for n, (birds_in, birds_out) in enumerate(crossings):
        state = passed(state, RULES, MORNING + timedelta(minutes=n), Crossings(birds_in, birds_out))
        assert 0 <= state.outside_birds <= 480
        assert state.drift_birds >= drift
        drift = state.drift_birds
