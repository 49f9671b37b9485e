import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.doubts import PACES, Doubts

HOUR_S = 3600


def judged(doubts: Doubts, series: list[dict[str, float]], every_s: float = 60) -> list[dict[str, str]]:
    return [dict(doubts.judge(number * every_s, values)) for number, values in enumerate(series)]


def test_a_sensor_that_repeats_itself_for_an_hour_is_stuck_until_it_moves():
    still = {"temperature_celsius": 30.6, "humidity_percent": 68.1, "ammonia_ppm": 13.5}
    told = judged(Doubts(HOUR_S), [still] * 90 + [still | {"ammonia_ppm": 13.6}])
    assert told[:60] == [{}] * 60
    assert told[60:90] == [dict.fromkeys(still, "stuck")] * 30
    assert told[90] == {}


def test_one_value_that_moves_shows_that_the_instrument_lives():
    series = [{"temperature_celsius": 30.6, "humidity_percent": 60 + number % 2} for number in range(90)]
    assert judged(Doubts(HOUR_S), series) == [{}] * 90


@pytest.mark.parametrize(
    "values",
    [{"load_grams": 12.0}, {"ammonia_ppm": 0.0}, {"humidity_percent": 100.0}, {"light_lux": 0.0}],
)
def test_what_stands_still_by_nature_is_not_stuck(values: dict[str, float]):
    assert judged(Doubts(HOUR_S), [values] * 200) == [{}] * 200


def test_who_wants_no_stuck_alarm_has_none():
    assert judged(Doubts(0), [{"temperature_celsius": 30.0}] * 200) == [{}] * 200


def test_a_single_wild_value_is_a_jump_and_the_next_good_one_is_not():
    told = judged(Doubts(HOUR_S), [{"temperature_celsius": celsius} for celsius in (30, 30.1, 45, 30.2)], every_s=10)
    assert told == [{}, {}, {"temperature_celsius": "jump"}, {}]


def test_a_level_that_stays_is_believed():
    told = judged(Doubts(HOUR_S), [{"temperature_celsius": celsius} for celsius in (30, 12, 12.1, 12, 11.9)], 10)
    assert [bool(doubts) for doubts in told] == [False, True, True, False, False]


def test_wild_values_that_disagree_with_each_other_are_never_believed():
    wild = [30.0, 60, 10, 70, 5, 65, 0]
    told = judged(Doubts(HOUR_S), [{"temperature_celsius": celsius} for celsius in wild], every_s=10)
    assert [bool(doubts) for doubts in told] == [False] + [True] * 6


@given(st.sampled_from(sorted(PACES)), st.floats(0, 1), st.floats(1, 600))
def test_what_the_pace_allows_is_no_jump(key: str, share: float, every_s: float):
    pace = PACES[key]
    most = pace.at_once + pace.per_minute * every_s / 60
    assert judged(Doubts(0), [{key: 20.0}, {key: 20.0 + share * most * 0.999}], every_s) == [{}, {}]
    assert judged(Doubts(0), [{key: 20.0}, {key: 20.0 + most * 1.01}], every_s)[1] == {key: "jump"}


def test_after_a_long_silence_any_value_is_believed():
    doubts = Doubts(0)
    doubts.judge(0, {"temperature_celsius": 30})
    assert doubts.judge(HOUR_S, {"temperature_celsius": 5}) == {}
