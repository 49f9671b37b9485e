"""What a meter counts becomes a day's feed and water, in the farm's own days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud.alerts.rules.meters import by_day, summed
from cloud.alerts.rules.signals import HOUR_MS, Columns

ZONE = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 6, 1, tzinfo=ZONE)
DAYS = [date(2026, 6, day) for day in range(1, 8)]


def hourly(amounts: list[float], *, shown: float = 500.0) -> Columns:
    """Return what a meter shows each hour; ``amounts`` is what runs through it in the hour before."""
    readings = [shown := shown + amount for amount in amounts]
    first_ms = int(FIRST.timestamp() * 1000)
    return Columns.of([first_ms + hour * HOUR_MS for hour in range(len(readings))], readings)


def test_each_whole_day_has_what_was_counted_on_it():
    counted = by_day(hourly([0.0] + [1.0] * 47 + [2.0] * 48), ZONE)
    # The 2.0 that are read at midnight ran in the hour before, and count to the day that ends.
    assert counted == {DAYS[1]: 25.0, DAYS[2]: 48.0}


def test_a_day_is_known_once_its_meter_was_read_at_midnight():
    assert by_day(hourly([1.0] * 73), ZONE) == {DAYS[1]: 24.0, DAYS[2]: 24.0}
    assert by_day(hourly([1.0] * 72), ZONE) == {DAYS[1]: 24.0}


def test_a_gap_that_ends_at_midnight_leaves_the_next_day_whole():
    whole = hourly([1.0] * 120)
    torn = whole.kept((whole.at_ms < whole.at_ms[41]) | (whole.at_ms >= whole.at_ms[48]))
    assert by_day(torn, ZONE) == {DAYS[2]: 24.0, DAYS[3]: 24.0}


def test_a_meter_that_begins_at_zero_again_loses_nothing():
    before, after = hourly([2.0] * 36), hourly([2.0] * 40, shown=0.0)
    readings = Columns.of(
        [*before.at_ms.tolist(), *(after.at_ms + 36 * HOUR_MS).tolist()],
        [*before.value.tolist(), *after.value.tolist()],
    )
    assert by_day(readings, ZONE)[DAYS[1]] == pytest.approx(48.0)


def test_a_day_with_a_long_gap_says_nothing():
    whole = hourly([1.0] * 120)
    torn = whole.kept((whole.at_ms < whole.at_ms[44]) | (whole.at_ms > whole.at_ms[51]))
    assert by_day(torn, ZONE).keys() == {DAYS[3]}
    assert by_day(whole, ZONE).keys() == {DAYS[1], DAYS[2], DAYS[3]}


@pytest.mark.parametrize("readings", [[], [1.0], [1.0, 2.0]])
def test_too_few_readings_say_nothing(readings: list[float]):
    assert by_day(hourly(readings), ZONE) == {}


def test_two_meters_of_a_house_are_added_up_where_both_know():
    assert summed([{DAYS[1]: 1.0, DAYS[2]: 2.0}, {DAYS[2]: 3.0}]) == {DAYS[2]: 5.0}
    assert summed([]) == {}


def test_the_day_of_a_changed_clock_is_whole():
    first = datetime(2026, 3, 28, tzinfo=ZONE)
    readings = Columns.of(
        [int(first.timestamp() * 1000) + hour * HOUR_MS for hour in range(80)], [float(hour) for hour in range(80)]
    )
    assert by_day(readings, ZONE)[first.date() + timedelta(days=1)] == 23.0
