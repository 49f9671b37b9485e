"""A small slice of the weighing benchmark, with tight limits: three flocks' days through an indicator's bytes."""

from collections.abc import Sequence
from statistics import mean, median

import pytest

from tests.bench.avoidance import WAYS, flock
from tests.bench.weighing import (
    Played,
    clean,
    figures,
    hand_rows,
    hand_weighing,
    interval_rows,
    matched,
    play,
    report,
    told,
)
from tests.bench.weighing_scenes import day, scene

SLICE = ((3, 0), (1, 2), (2, 1))
"""(seed, which of the flock's days): broilers' first weeks, broilers late, native ones; of the seeds tuned with."""


@pytest.fixture(scope="module")
def played() -> Sequence[Played]:
    return [play(day(one, one.ages[number], seed)) for seed, number, one in ((s, n, scene(s)) for s, n in SLICE)]


@pytest.mark.timeout(600)
def test_days_are_within_a_percent_few_weighings_false_and_nearly_all_clean_steps_caught(played: Sequence[Played]):
    told = figures(played)
    assert told["visits"] > 400
    assert told["error_p95"] < 0.012
    assert told["error_median"] < 0.008
    assert told["false"] < 0.01
    assert told["caught"] > 0.95
    assert told["naive_median"] > 5 * told["error_median"]


def test_the_benchmark_tells_a_double_count_and_a_wrong_weight(played: Sequence[Played]):
    one = played[0]
    first = one.found[0]
    assert len(matched([first, first], one.visits, one.scene.display_grams)) == 1
    wrong = [type(first)(each.at_s, each.grams * 1.5, each.spread_grams, each.settled_s) for each in one.found]
    assert len(matched(wrong, one.visits, one.scene.display_grams)) < 0.1 * len(wrong)


def test_clean_steps_are_most_but_not_all(played: Sequence[Played]):
    for one in played:
        assert 0.3 * len(one.visits) < len(clean(one.visits)) < len(one.visits)


def test_the_tables_can_be_written(played: Sequence[Played]):
    assert report(played).count("\n") > 8
    assert interval_rows(played)
    assert hand_rows(played) == []  # no day of a hand weighing among them


@pytest.mark.timeout(600)
def test_a_hand_weighing_in_week_6_tells_that_days_flock():
    broilers = scene(4)
    one = play(day(broilers, broilers.ages[1], 4))
    truth = broilers.flock_grams(one.age_days)
    flock = told([one], hand_weighing(one, 4), 4)
    assert abs(flock.grams / truth - 1) < 0.015
    assert flock.interval[0] < truth < flock.interval[1]


def test_avoidance_is_corrected_on_later_days():
    rows = {name: [flock(seed, WAYS[name])[1] for seed in range(20)] for name in list(WAYS)[:2]}
    for name, later in rows.items():
        raw, corrected = (median(abs(getattr(one, of)) for one in later) for of in ("raw", "corrected"))
        assert corrected < 0.015, name
        assert corrected < 0.6 * raw
        assert mean(one.held for one in later) > 0.8
