"""The arithmetic of stock, stays and withdrawal times, against examples worked by hand and against a plain count."""

import itertools
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.api.problem_words import TITLES
from cloud.errors import Implausible
from cloud.flock.plausible import (
    check_bird_weight,
    check_day,
    check_feed_eaten,
    check_going,
    check_placing,
    check_treatment,
    check_water,
)
from cloud.flock.stays import Move, Placement, Stay, living_on, stay_on, stays
from cloud.flock.stock import (
    COMING,
    Change,
    birds_on,
    birds_per_m2,
    by_day,
    kilograms_per_m2,
    may_go_on,
    never_below_zero,
    totals,
    water_per_feed,
)
from cloud.flock.withdrawal import Treatment, free_from, not_known, running_on

START = date(2026, 11, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


WORKED = [
    Change(day(0), "started", 500),
    Change(day(1), "dead", 4),
    Change(day(1), "culled", 1),
    Change(day(2), "dead", 0),
    Change(day(4), "thinned", 95),
    Change(day(5), "dead", 2),
    Change(day(6), "left", 100),
    Change(day(7), "arrived", 20),
    Change(day(8), "harvested", 300),
]


def test_a_flock_worked_by_hand():
    days = by_day(WORKED, day(0), day(8))
    assert [one.opening for one in days] == [0, 500, 495, 495, 495, 400, 398, 298, 318]
    assert [one.closing for one in days] == [500, 495, 495, 495, 400, 398, 298, 318, 18]
    assert [one.losses for one in days] == [None, 5, 0, None, None, 2, None, None, None]
    assert days[1].losses_percent == pytest.approx(1.0)  # 5 of 500
    assert days[2].losses_percent == 0  # somebody looked and found none
    assert days[3].losses_percent is None  # nobody said
    sums = totals(WORKED)
    assert (sums.came, sums.birds) == (520, 18)
    assert sums.mortality_percent == pytest.approx(100 * 6 / 520)
    assert sums.culls_percent == pytest.approx(100 * 1 / 520)
    assert sums.losses_percent == pytest.approx(100 * 7 / 520)
    assert sums.livability_percent == pytest.approx(100 * 513 / 520)


def test_what_is_not_known_is_none_and_never_zero():
    empty = totals([])
    assert (empty.birds, empty.losses_percent, empty.livability_percent) == (0, None, None)
    assert by_day([Change(day(0), "dead", 0)], day(0), day(0))[0].losses_percent is None  # of no birds
    assert (birds_per_m2(480, None), birds_per_m2(480, 32)) == (None, 15)
    assert kilograms_per_m2(480, None, 32) is None
    assert kilograms_per_m2(480, 2000, None) is None
    assert kilograms_per_m2(480, 2200, 32) == pytest.approx(33.0)
    assert (water_per_feed(None, 50), water_per_feed(90, None), water_per_feed(90, 0)) == (None, None, None)
    assert water_per_feed(90, 50) == pytest.approx(1.8)


changes = st.lists(
    st.builds(
        Change,
        st.integers(0, 12).map(day),
        st.sampled_from(["started", "arrived", "dead", "culled", "thinned", "harvested", "left"]),
        st.integers(0, 50),
    ),
    max_size=30,
)


@given(changes)
def test_days_join_and_end_where_the_totals_do(told: list[Change]):
    days = by_day(told, day(-2), day(14))
    assert days[0].opening == 0
    assert all(a.closing == b.opening for a, b in itertools.pairwise(days))
    assert [one.closing for one in days] == [birds_on(told, one.day) for one in days]
    assert days[-1].closing == totals(told).birds
    assert totals(told).birds == sum(c.birds for c in told if c.kind in COMING) - sum(
        c.birds for c in told if c.kind not in COMING
    )


@given(changes, st.integers(0, 12))
def test_a_day_looked_at_alone_is_the_same_as_in_its_row(told: list[Change], number: int):
    assert by_day(told, day(number), day(number)) == by_day(told, day(0), day(12))[number : number + 1]


@given(changes, st.integers(0, 12))
def test_as_many_as_may_go_can_go_and_not_one_more(told: list[Change], number: int):
    most = may_go_on(told, day(number))
    after = [change for change in told if change.day >= day(number)]
    if most >= 0:
        gone = [*told, Change(day(number), "dead", most)]
        assert all(birds_on(gone, change.day) >= 0 for change in [*after, gone[-1]])
    too_many = [*told, Change(day(number), "dead", max(most, 0) + 1)]
    assert never_below_zero(too_many) is not None


@given(changes)
def test_losses_and_livability_are_a_whole(told: list[Change]):
    sums = totals(told)
    if sums.losses_percent is not None and sums.livability_percent is not None:
        assert sums.losses_percent + sums.livability_percent == pytest.approx(100)
        parts = (sums.mortality_percent or 0) + (sums.culls_percent or 0)
        assert parts == pytest.approx(sums.losses_percent)


class TestStays:
    FIRST = Placement("a", "house-1", day(0))

    def test_until_the_flock_is_closed_its_last_day_included(self):
        [stay] = stays("house-1", [self.FIRST], [], {"a": day(40)})
        assert stay == Stay("a", day(0), day(40), empty_after=True)
        assert stay_on([stay], day(40)) == stay
        assert living_on([stay], day(40)) is None
        assert living_on([stay], day(39)) == stay
        assert stay_on([stay], day(41)) is None

    def test_a_flock_nobody_closed_ends_when_the_next_comes(self):
        found = stays("house-1", [Placement("b", "house-1", day(50)), self.FIRST], [], {})
        assert found == [Stay("a", day(0), day(49)), Stay("b", day(50))]
        assert living_on(found, day(49)) == found[0]

    def test_birds_that_move_stay_in_both_houses_until_the_last_went(self):
        some = Move("a", day(21), "house-1", "house-2", empties=False)
        rest = Move("a", day(28), "house-1", "house-3", empties=True)
        assert stays("house-1", [self.FIRST], [some], {}) == [Stay("a", day(0))]
        assert stays("house-1", [self.FIRST], [some, rest], {}) == [Stay("a", day(0), day(28), empty_after=True)]
        assert stays("house-2", [self.FIRST], [some, rest], {}) == [Stay("a", day(21))]
        assert stays("house-2", [self.FIRST], [some, rest], {"a": day(42)})[0].last == day(42)

    def test_birds_that_join_their_own_flock_begin_no_new_stay(self):
        moves = [
            Move("a", day(21), "house-1", "house-2", empties=False),
            Move("a", day(23), "house-1", "house-2", empties=False),
        ]
        assert stays("house-2", [self.FIRST], moves, {}) == [Stay("a", day(21))]

    @given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abcd")), max_size=8))
    def test_one_flock_at_a_time(self, placed: list[tuple[int, str]]):
        found = stays("house-1", [Placement(flock, "house-1", day(number)) for number, flock in placed], [], {})
        for number in range(40):
            assert sum(stay.covers(day(number)) for stay in found) <= 1
        if placed:
            assert stay_on(found, day(39)) is not None


class TestWithdrawal:
    def test_the_days_are_counted_whole(self):
        """Last dose on the 10th, five days: the 11th to the 15th are inside, the 16th is free."""
        treatment = Treatment("amoxicillin", date(2026, 11, 10), 5)
        assert treatment.free_from == date(2026, 11, 16)
        assert running_on([treatment], date(2026, 11, 15)) == [treatment]
        assert running_on([treatment], date(2026, 11, 16)) == []

    def test_the_longest_counts_and_an_unknown_one_is_said(self):
        short, long = Treatment("a", day(0), 0), Treatment("b", day(1), 10)
        unknown = Treatment("c", day(3), None)
        assert free_from([short, long, unknown]) == day(12)
        assert free_from([unknown]) is None
        assert not_known([short, long, unknown]) == [unknown]
        assert running_on([unknown], day(3)) == [unknown]  # it is being given
        assert running_on([short], day(1)) == []


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (lambda: check_placing(day(-1_001), 10, 0, day(0)), "placed_on_far_away"),
        (lambda: check_placing(day(61), 10, 0, day(0)), "placed_on_far_away"),
        (lambda: check_placing(day(0), 10, 11, day(0)), "more_gone_than_there"),
        (lambda: check_day(day(1), day(0)), "day_not_come"),
        (lambda: check_day(day(-1_001), day(0)), "day_long_ago"),
        (lambda: check_going(11, 10, day(0)), "more_gone_than_there"),
        (lambda: check_feed_eaten(1_500_001 / 1000, 500), "feed_beyond_eating"),
        (lambda: check_water(5_001, 500), "water_beyond_drinking"),
        (lambda: check_bird_weight(1, 100), "bird_weight_impossible"),
        (lambda: check_bird_weight(2_000_000, 1_000), "bird_weight_impossible"),
        (lambda: check_treatment(day(3), day(2)), "treatment_days"),
        (lambda: check_treatment(day(3), day(400)), "treatment_days"),
    ],
)
def test_what_can_not_be_true_is_refused_with_a_code_and_a_sentence(check: Callable[[], None], code: str):
    with pytest.raises(Implausible) as caught:
        check()
    assert caught.value.code == code
    assert str(caught.value).endswith(".")
    assert caught.value.zh.endswith("。")
    assert caught.value.code in TITLES


def test_what_can_be_true_is_taken():
    check_placing(day(60), 10, 10, day(0))
    check_day(day(0), day(0))
    check_going(10, 10, day(0))
    check_feed_eaten(1_500, 500)
    check_water(5_000, 500)
    check_bird_weight(None, 100)
    check_bird_weight(250, 100)
    check_treatment(day(0), None)
    check_treatment(day(0), day(5))
