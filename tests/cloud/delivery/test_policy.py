"""Who is told what, when."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.alerts.delivery.notice import Kind, Level
from cloud.alerts.delivery.recipients import NIGHT, Quiet
from tests.cloud.delivery.farmyard import GROUP, HOUR, MEI, MINUTE, NOON, RULES, WANG, ZONE, Yard, brief, local

DAY = 24 * HOUR
ONLY_MEI = (replace(MEI, digest_minute=None),)
BOTH = (replace(MEI, digest_minute=None), replace(WANG, digest_minute=None))


def test_several_alerts_of_a_house_within_a_minute_are_one_message():
    yard = Yard(ONLY_MEI)
    yard.happens("a", "opened", NOON)
    yard.happens("b", "opened", NOON + 50_000, rule="ammonia")
    yard.happens("c", "opened", NOON + 20_000, house="house-3")
    assert yard.at(NOON + 59_000) == []
    first, second = yard.until(NOON + MINUTE, NOON + 10 * MINUTE, 10_000)
    assert [item.alert for item in first[1].items] == ["a", "b"]
    assert (second[1].house, [item.alert for item in second[1].items]) == ("house-3", ["c"])


def test_what_is_over_before_it_is_told_is_not_told():
    yard = Yard(BOTH)
    yard.happens("a", "opened", NOON)
    yard.happens("a", "resolved", NOON + 30_000)
    assert yard.until(NOON, NOON + 3 * HOUR) == []


def test_resolved_is_told_to_those_who_were_told_and_once():
    yard = Yard((*BOTH, GROUP))
    yard.happens("a", "opened", NOON)
    assert brief(yard.until(NOON, NOON + 10 * MINUTE)) == [(1, "user-1", "news"), (1, "farm", "news")]
    yard.happens("a", "resolved", NOON + 20 * MINUTE)
    over = brief(yard.until(NOON + 20 * MINUTE, NOON + DAY // 4))
    assert over == [(0, "user-1", "resolved"), (0, "farm", "resolved")]


def test_what_comes_and_goes_is_told_once_per_cooldown_of_rule_and_house():
    yard = Yard(ONLY_MEI)
    yard.happens("a", "opened", NOON)
    yard.at(NOON + MINUTE)
    for number in range(1, 10):
        yard.happens(f"a{number - 1}" if number > 1 else "a", "resolved", NOON + number * 5 * MINUTE)
        yard.happens(f"a{number}", "opened", NOON + number * 5 * MINUTE + MINUTE)
    told = brief(yard.until(NOON + 50 * MINUTE, NOON + 3 * HOUR))
    assert told == [(0, "user-1", "resolved"), (71, "user-1", "news")]
    yard.happens("b", "opened", NOON + 3 * HOUR, house="house-3")
    assert [message.house for message in yard.at(NOON + 3 * HOUR + MINUTE)] == ["house-3"]


def test_what_gets_worse_breaks_the_cooldown_and_an_earlier_acknowledgement():
    yard = Yard(ONLY_MEI)
    yard.happens("a", "opened", NOON)
    yard.at(NOON + MINUTE)
    yard.change("a", acknowledged_ms=NOON + 2 * MINUTE)
    assert yard.until(NOON + 2 * MINUTE, NOON + 12 * HOUR, HOUR) == []
    yard.happens("a", "worsened", NOON + 3 * MINUTE, "severe")
    [message] = yard.at(NOON + 4 * MINUTE)
    assert (message.items[0].purpose, message.items[0].level, message.urgent) == ("news", "severe", True)


def test_quiet_hours_hold_back_warnings_until_they_end_but_not_severe_alerts():
    yard = Yard(ONLY_MEI)
    night = local(28, 23)
    yard.happens("a", "opened", night)
    yard.happens("b", "opened", night + HOUR, rule="ammonia")
    assert yard.until(night, local(29, 4, 59)) == []
    [message] = yard.at(local(29, 5))
    assert [item.alert for item in message.items] == ["a", "b"]
    yard.happens("c", "opened", local(29, 23), "severe", rule="dead")
    assert brief(yard.until(local(29, 23), local(29, 23, 5))) == [(1, "user-1", "news")]


@pytest.mark.parametrize(
    ("quiet", "at", "end"),
    [
        (NIGHT, local(28, 21, 59), local(28, 21, 59)),
        (NIGHT, local(28, 22), local(29, 5)),
        (NIGHT, local(29, 4, 59), local(29, 5)),
        (NIGHT, local(29, 5), local(29, 5)),
        (Quiet(12 * 60, 14 * 60), local(28, 13), local(28, 14)),
        (Quiet(0, 0), local(28, 13), local(28, 13)),
    ],
)
def test_quiet_hours_may_go_over_midnight(quiet: Quiet, at: int, end: int):
    assert quiet.end_ms(at, ZONE) == end


def test_without_an_answer_the_next_person_is_told_and_with_one_nobody_is():
    yard = Yard(BOTH)
    yard.happens("a", "opened", NOON, "severe")
    told = brief(yard.until(NOON, NOON + 16 * MINUTE))
    assert told == [(1, "user-1", "news"), (16, "user-2", "escalated"), (16, "user-1", "repeat")]
    calm = Yard(BOTH)
    calm.happens("a", "opened", NOON, "severe")
    calm.until(NOON, NOON + 10 * MINUTE)
    calm.change("a", acknowledged_ms=NOON + 10 * MINUTE)
    assert calm.until(NOON + 10 * MINUTE, NOON + DAY // 4) == []


def test_who_wants_to_hear_of_severe_alerts_only_does_not_hold_up_the_next_person():
    yard = Yard((replace(BOTH[0], from_level="severe"), BOTH[1]))
    yard.happens("a", "opened", NOON)
    assert brief(yard.until(NOON, NOON + 5 * MINUTE)) == [(1, "user-2", "news")]


def test_repeats_grow_further_apart_until_somebody_answers():
    yard = Yard(ONLY_MEI)
    yard.happens("a", "opened", NOON, "severe")
    minutes = [minute for minute, _ in yard.until(NOON, NOON + 15 * HOUR)]
    assert minutes == [1, 16, 46, 106, 226, 466, 706]
    yard.change("a", acknowledged_ms=NOON + 15 * HOUR)
    assert yard.until(NOON + 15 * HOUR, NOON + 30 * HOUR, 10 * MINUTE) == []


def test_snoozed_alerts_are_silent_and_come_back_when_the_time_is_over():
    yard = Yard(BOTH)
    yard.happens("a", "opened", NOON, "severe")
    yard.at(NOON + MINUTE)
    yard.change("a", snoozed_ms=NOON + 5 * MINUTE, snoozed_until_ms=NOON + 65 * MINUTE)
    told = brief(yard.until(NOON + 5 * MINUTE, NOON + 80 * MINUTE))
    assert told == [(60, "user-1", "repeat"), (75, "user-2", "escalated")]
    worse = Yard(ONLY_MEI)
    worse.happens("a", "opened", NOON)
    worse.at(NOON + MINUTE)
    worse.change("a", snoozed_ms=NOON + 5 * MINUTE, snoozed_until_ms=NOON + 65 * MINUTE)
    worse.happens("a", "worsened", NOON + 10 * MINUTE, "severe")
    assert brief(worse.until(NOON + 10 * MINUTE, NOON + 12 * MINUTE)) == [(1, "user-1", "news")]


def test_an_assigned_alert_is_the_assignees_business_alone():
    yard = Yard((*BOTH, GROUP))
    yard.happens("a", "opened", NOON)
    yard.at(NOON + MINUTE)
    yard.happens("a", "assigned", NOON + 5 * MINUTE)
    yard.change("a", assigned_to="wang", acknowledged_ms=NOON + 4 * MINUTE)
    told = brief(yard.until(NOON + 5 * MINUTE, NOON + 7 * HOUR))
    assert told == [(1, "user-2", "assigned"), (361, "user-2", "repeat")]


def test_the_farms_cap_holds_back_what_is_not_new_and_severe():
    yard = Yard(ONLY_MEI, replace(RULES, cap_per_hour=3))
    for number in range(6):
        yard.happens(f"w{number}", "opened", NOON, house=f"house-{number}")
    assert len(yard.at(NOON + MINUTE)) == 3
    yard.happens("s", "opened", NOON + 2 * MINUTE, "severe", house="house-7")
    assert [message.house for message in yard.at(NOON + 3 * MINUTE)] == ["house-7"]
    assert len(yard.until(NOON + 4 * MINUTE, NOON + 62 * MINUTE)) == 2


def test_the_digest_comes_once_a_day_in_its_hour_and_only_with_something_to_say():
    yard = Yard((MEI,))
    assert yard.until(local(28, 6), local(28, 9)) == []
    yard.happens("a", "opened", local(28, 12), "watch")
    assert yard.until(local(28, 12), local(29, 6, 59), 10 * MINUTE) == []
    assert brief(yard.until(local(29, 6, 55), local(29, 9))) == [(5, "user-1", "digest")]
    yard.happens("a", "resolved", local(29, 9), "watch")
    assert brief(yard.until(local(29, 9), local(30, 9), 5 * MINUTE)) == [(22 * 60, "user-1", "digest")]
    assert yard.until(local(30, 10), local(30, 23), HOUR) == []


def test_a_normal_day_means_fewer_than_three_messages():
    """A warm afternoon at the limit, a weight a little low, a camera that was dark for an hour."""
    yard = Yard((MEI, WANG))
    yard.happens("heat", "opened", local(28, 13), "warning")
    yard.happens("heat", "eased", local(28, 14), "watch")
    yard.happens("weight", "opened", local(28, 6), "watch", rule="weight")
    yard.happens("camera", "opened", local(28, 15), "watch", rule="camera")
    messages = yard.until(local(28, 6), local(28, 16))
    yard.happens("heat", "resolved", local(28, 17), "watch")
    yard.happens("camera", "resolved", local(28, 16), "watch")
    messages += yard.until(local(28, 16), local(29, 6))
    for name in ("user-1", "user-2"):
        assert sum(message.to == name for _, message in messages) < 3


KINDS = st.sampled_from(["opened", "worsened", "eased", "no_data", "data_back", "resolved"])
LEVELS = st.sampled_from(["watch", "warning", "severe"])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 600), st.sampled_from("abc"), KINDS, LEVELS), max_size=25),
    st.integers(0, 23),
)
def test_nothing_is_said_twice_and_the_cap_holds(happenings: list[tuple[int, str, Kind, Level]], hour: int):
    yard = Yard((MEI, WANG, GROUP), replace(RULES, cap_per_hour=4))
    start = local(28, hour)
    waiting = sorted(happenings)
    for minute in range(0, 900, 3):
        now = start + minute * MINUTE
        while waiting and waiting[0][0] <= minute:
            _, rule, kind, level = waiting.pop(0)
            mine = [alert for alert in yard.alerts.values() if alert.rule == rule]
            goes_on = bool(mine) and mine[-1].open
            if goes_on != (kind == "opened"):  # an alert that is over stays over: the rule opens another
                yard.happens(mine[-1].id if goes_on else f"{rule}{len(mine)}", kind, now, level, rule=rule)
        yard.at(now)
    keys = [(told.to, told.item.alert, told.item.n, told.item.step) for told in yard.told]
    assert len(keys) == len(set(keys))
    plain = sorted({(told.at_ms, told.message) for told in yard.told
                    if not any(t.message == told.message and t.item.level == "severe" for t in yard.told)})  # fmt: skip
    for at_ms, _ in plain:
        assert sum(at_ms - HOUR < other <= at_ms for other, _ in plain) <= 4
