"""What is usual at an hour, and when the flock as a whole is told."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.groups import GroupFinding, GroupWatch
from edge.vision.observers.flock import restored
from edge.vision.rhythm import DAYS_KEPT, DayRhythm, Usual
from edge.vision.wellness import Wellness

NOON = datetime(2026, 6, 1, 12, 5, tzinfo=UTC)
CALM = Wellness(300, 40, 200, 3.0, 0.9, 0.1, 1.0, 0.1, None)
BOX = np.array([1, 2, 30, 40], np.float32)


def learned(days: int, *, hours: tuple[int, ...] = (12,), huddles: tuple[float, ...] = (0.1,)) -> DayRhythm:
    rhythm = DayRhythm()
    for day in range(days):
        for hour in hours:
            for window in range(12):
                at = (NOON + timedelta(days=day)).replace(hour=hour, minute=5 * window)
                rhythm.add(at, replace(CALM, huddle_ratio=huddles[day % len(huddles)]))
    return rhythm


def test_nothing_is_usual_before_the_third_day():
    assert learned(2).usual(NOON + timedelta(days=2), "huddle_ratio") is None
    usual = learned(3, huddles=(0.1, 0.2, 0.3)).usual(NOON + timedelta(days=3), "huddle_ratio")
    assert usual is not None
    assert (round(usual.median, 3), usual.days) == (0.2, 3)
    assert usual.deviation(0.2) == pytest.approx(0)
    assert usual.deviation(0.9) > 4


def test_an_hour_knows_only_itself_and_today_is_not_its_own_measure():
    rhythm = learned(5)
    tomorrow = NOON + timedelta(days=5)
    assert rhythm.usual(tomorrow.replace(hour=3), "huddle_ratio") is None
    rhythm.add(tomorrow, replace(CALM, huddle_ratio=1.0))
    usual = rhythm.usual(tomorrow, "huddle_ratio")
    assert usual is not None
    assert (usual.median, usual.days) == (pytest.approx(0.1), 5)


def test_a_season_stays_small_and_follows_the_flock():
    rhythm = learned(60, hours=tuple(range(24)), huddles=(0.1,))
    assert len(json.dumps(rhythm.state())) < 25_000
    usual = rhythm.usual(NOON + timedelta(days=60), "activity_lengths_per_min")
    assert usual is not None
    assert usual.days == DAYS_KEPT


def test_empty_windows_teach_nothing():
    rhythm = DayRhythm()
    rhythm.add(NOON, replace(CALM, birds=0))
    assert rhythm.state() == {}


def test_what_was_learned_survives_a_restart():
    rhythm = learned(4, huddles=(0.1, 0.2, 0.15, 0.3))
    again = DayRhythm.restore(json.loads(json.dumps(rhythm.state())))
    at = NOON + timedelta(days=4)
    before, after = rhythm.usual(at, "huddle_ratio"), again.usual(at, "huddle_ratio")
    assert before is not None
    assert after is not None
    assert (after.median, after.spread, after.days) == pytest.approx((before.median, before.spread, before.days))


json_like = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, min_size=4, max_size=4)
        | st.dictionaries(st.text(max_size=5) | st.just("12"), inner, max_size=4)
    ),
)


@given(state=json_like)
def test_a_damaged_state_is_refused_with_one_kind_of_error(state: Any):
    try:
        DayRhythm.restore(state).usual(NOON, "huddle_ratio")
    except ValueError as refusal:
        assert str(refusal)


def told(windows: list[Wellness], usual: Usual | None = None, **how: bool) -> list[GroupFinding]:
    watch = GroupWatch()
    found = [watch.judge(300.0 * n, window, usual, **how) for n, window in enumerate(windows, 1)]
    return [one for one in found if one]


HUDDLED = replace(CALM, huddle_ratio=0.8, packed_xyxy=BOX)


def test_a_huddle_is_told_after_it_lasted_and_only_once():
    [finding] = told([CALM] * 3 + [HUDDLED] * 6)
    assert (finding.kind, finding.reasons, finding.since_s) == ("huddling", ("packed_together",), 900)
    assert finding.score == pytest.approx(0.8)
    assert finding.xyxy is BOX


def test_it_is_told_again_after_two_hours():
    assert len(told([HUDDLED] * 30)) == 2


def test_a_huddle_that_breaks_up_is_not_told():
    assert told([HUDDLED, HUDDLED, CALM] * 10) == []


def test_what_is_usual_at_this_hour_is_not_told():
    night = Usual(0.78, 0.08, 7)
    assert told([HUDDLED] * 10, night) == []
    assert told([HUDDLED] * 10, Usual(0.2, 0.08, 7)) != []


def test_birds_that_pack_in_the_dark_are_not_told_until_the_night_is_known():
    assert told([HUDDLED] * 10, dark=True) == []
    assert told([HUDDLED] * 10, Usual(0.2, 0.05, 7), dark=True) != []


def test_a_cold_floor_is_named_as_a_reason():
    [finding] = told([HUDDLED] * 4, cold=True)
    assert finding.reasons == ("packed_together", "cold_corner")


def test_birds_apart_at_walls_and_drinkers_are_told_as_crowding():
    hot = replace(CALM, apart_ratio=1.3, rim_ratio=0.7)
    [finding] = told([hot] * 4)
    assert (finding.kind, finding.reasons, finding.xyxy) == ("crowding", ("spread_from_heat",), None)
    lively = Usual(1.0, 0.2, 7)
    assert all(GroupWatch().judge(300.0 * n, hot, None, lively) is None for n in range(9))


def test_a_handful_of_birds_is_no_flock():
    assert told([replace(HUDDLED, birds=5)] * 10) == []


@pytest.mark.parametrize("content", ["{", "[]", '{"3": {"1": [1' + "0" * 400 + ", 0, 0, 0]}}", "[" * 9_000])
def test_a_damaged_rhythm_begins_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str):
    path = tmp_path / "rhythm-cam.json"
    path.write_text(content, encoding="utf-8")
    assert restored(path, DayRhythm.restore).state() == {}
    assert "what is usual is learned anew" in caplog.text
