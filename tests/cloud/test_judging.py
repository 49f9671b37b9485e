"""One rule over one subject: holding, coming back, hovering, silence."""

from hypothesis import given
from hypothesis import strategies as st

from cloud.alerts.rules.judging import OFF, Bounds, Change, Memory, Timing, ended, judge, silence

MINUTE = 60_000
HOT = Bounds(above=True, limits=(30.0, 32.0, 35.0), hysteresis=1.0)
COLD = Bounds(above=False, limits=(20.0, 18.0, None), hysteresis=1.0)
SOON = Timing(hold_ms=10 * MINUTE, gap_ms=30 * MINUTE)
AT_ONCE = Timing(hold_ms=0, gap_ms=None)


def run(
    values: list[float | None], bounds: Bounds = HOT, timing: Timing = SOON, memory: Memory | None = None
) -> list[tuple[int, str, int]]:
    """Judge a value a minute (None: none came) and return minute, kind and level of each change."""
    memory = Memory() if memory is None else memory
    changes: list[Change] = []
    for minute, value in enumerate(values, 1):
        at_ms = minute * MINUTE
        changes += (
            silence(memory, at_ms, bounds, timing) if value is None else judge(memory, at_ms, value, bounds, timing)
        )
    return [(change.at_ms // MINUTE, change.kind, change.level) for change in changes]


def test_a_limit_must_be_broken_for_the_hold_time():
    assert run([31] * 10) == []
    assert run([31] * 11) == [(11, "opened", 1)]
    assert run([31] * 9 + [29] + [31] * 9) == []


def test_it_opens_at_the_level_that_was_held_and_worsens_step_by_step():
    assert run([31, 33] + [33] * 9) == [(11, "opened", 1)]
    assert run([31] * 11 + [33] * 11 + [40] * 11) == [(11, "opened", 1), (22, "worsened", 2), (33, "worsened", 3)]
    assert run([40] * 11) == [(11, "opened", 3)]


def test_it_is_taken_back_after_the_hold_time_within_the_hysteresis():
    assert run([31] * 11 + [29.5] * 30) == [(11, "opened", 1)]
    assert run([31] * 11 + [28.9] * 11) == [(11, "opened", 1), (22, "resolved", 0)]
    assert run([33] * 11 + [30.5] * 11 + [20] * 11) == [(11, "opened", 2), (22, "eased", 1), (33, "resolved", 0)]


def test_it_eases_to_the_worst_that_was_held_meanwhile():
    assert run([40] * 11 + [33] * 2 + [20] * 9) == [(11, "opened", 3), (22, "eased", 2)]


def test_a_value_that_hovers_at_the_limit_makes_one_alert():
    told = run([31] * 11 + [29.8, 30.2] * 300)
    assert told == [(11, "opened", 1)]


@given(st.lists(st.floats(29.01, 40), min_size=20, max_size=200))
def test_nothing_that_stays_above_the_release_ever_resolves(values: list[float]):
    assert "resolved" not in [kind for _, kind, _ in run([31] * 11 + values)]


@given(st.lists(st.one_of(st.none(), st.floats(20, 40)), max_size=300))
def test_transitions_follow_each_other_as_they_must(values: list[float | None]):
    level, is_open = 0, False
    for _, kind, now in run(values):
        assert is_open == (kind != "opened")
        assert {"opened": now > 0, "worsened": now > level, "eased": 0 < now < level, "resolved": now == 0}.get(
            kind, now == level
        )
        level, is_open = now, kind != "resolved"


def test_no_data_is_a_state_of_its_own_and_data_come_back():
    told = run([31] * 11 + [None] * 60 + [31] * 2 + [25] * 11)
    assert told == [(11, "opened", 1), (41, "no_data", 1), (72, "data_back", 1), (84, "resolved", 0)]


def test_silence_without_an_alert_says_nothing_but_begins_the_hold_time_anew():
    assert run([31] * 9 + [None] * 60 + [31] * 10) == []
    assert run([31] * 9 + [None] * 60 + [31] * 11) == [(80, "opened", 1)]


def test_a_gap_is_noticed_by_the_value_that_ends_it_too():
    memory = Memory()
    run([31] * 11, memory=memory)
    changes = judge(memory, 100 * MINUTE, 31, HOT, SOON)
    assert [(change.at_ms // MINUTE, change.kind) for change in changes] == [(41, "no_data"), (100, "data_back")]


def test_what_stands_is_never_silent():
    assert run([31] + [None] * 600 + [20], timing=AT_ONCE) == [(1, "opened", 1), (602, "resolved", 0)]


def test_below_works_like_above():
    assert run([19] * 11 + [20.5] * 20 + [22] * 11, COLD) == [(11, "opened", 1), (42, "resolved", 0)]


def test_a_rule_that_is_off_opens_nothing_and_ends_what_was_open():
    assert run([99] * 60, OFF) == []
    memory = Memory()
    run([31] * 11, memory=memory)
    assert [change.kind for change in ended(memory, 12 * MINUTE)] == ["resolved"]
    assert ended(memory, 13 * MINUTE) == []
    assert memory.asleep
