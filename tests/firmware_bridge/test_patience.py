from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.modbus.patience import APART_S, FULL_TRIES, LONGEST_REST_S, Patience

TIMEOUT_S = 0.3


def asked_at(patience: Patience, slave: int, times_s: list[float]) -> list[float]:
    """Ask a dead slave whenever it may be asked."""
    asked = []
    for now_s in times_s:
        if patience.tries(slave, now_s):
            asked.append(now_s)
            patience.silent(slave, now_s)
    return asked


def test_who_answers_has_all_tries():
    patience = Patience()
    assert patience.tries(1, 0) == FULL_TRIES
    patience.answered(1)
    assert patience.tries(1, 0.1) == FULL_TRIES


def test_a_dead_slave_is_asked_rarer_and_rarer_and_at_least_each_half_minute():
    asked = asked_at(Patience(), 1, [float(second) for second in range(200)])
    assert asked == [0, 2, 6, 14, 30, 60, 90, 120, 150, 180]


def test_a_resting_slave_gets_one_try_until_it_answers():
    patience = Patience()
    patience.silent(1, 0)
    assert patience.tries(1, 2.0) == 1
    patience.answered(1)
    assert patience.tries(1, 2.1) == FULL_TRIES


def test_two_dead_ones_are_not_asked_one_after_the_other():
    patience = Patience()
    patience.silent(1, 0)
    patience.silent(2, 0)
    assert (patience.tries(1, 5.0), patience.tries(2, 5.1), patience.tries(2, 5.1 + APART_S)) == (1, 0, 1)


def test_who_always_comes_just_after_another_is_put_off_only_once():
    patience = Patience()
    first, second = [], []
    for minute in range(10):
        first += asked_at(patience, 1, [60.0 * minute])
        second += asked_at(patience, 2, [60.0 * minute + 0.4])
    assert len(first) == 10
    assert len(second) >= 5


@given(
    dead=st.integers(1, 15),
    intervals_s=st.lists(st.floats(1, 60), min_size=15, max_size=15),
    phases_s=st.lists(st.floats(0, 60), min_size=15, max_size=15),
)
def test_each_dead_slave_is_asked_in_a_bounded_time_whatever_the_others_do(
    dead: int, intervals_s: list[float], phases_s: list[float]
):
    patience = Patience()
    moments = sorted(
        (phases_s[slave] + turn * intervals_s[slave], slave)
        for slave in range(dead)
        for turn in range(int(600 / intervals_s[slave]))
    )
    last_s: dict[int, float] = {}
    for now_s, slave in moments:
        if patience.tries(slave, now_s):
            patience.silent(slave, now_s)
            last_s[slave] = now_s
        assert now_s - last_s[slave] <= LONGEST_REST_S + 2 * intervals_s[slave]


def test_three_dead_slaves_take_little_of_the_line():
    patience = Patience()
    moments = sorted((10.0 * turn + slave, slave) for turn in range(360) for slave in (1, 2, 3))
    single_tries = sum(len(asked_at(patience, slave, [now_s])) for now_s, slave in moments)
    assert single_tries * TIMEOUT_S / 3600 < 0.035
