"""Hours in bands, doses and the comfort score, worked by hand and as properties; and the feed in the bin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.flock.climate_hours import (
    AMMONIA_STEPS,
    HOUR_MS,
    THI_STEPS,
    Band,
    Span,
    comfort_score,
    dose,
    hours_in,
    time_mean,
)
from cloud.flock.comfort import heat_index, thvi, wet_bulb
from cloud.flock.feed_bin import daily_use, days_left, in_bin
from cloud.flock.growth import standard
from cloud.flock.reckoned import known, lacking

DAY = Span(0, 24 * HOUR_MS)
TEN_MIN = np.arange(0, 24 * HOUR_MS, 600_000, dtype=np.int64)


def all_day(value: float) -> np.ndarray:
    return np.full(len(TEN_MIN), value)


def test_a_day_at_the_eu_s_limit_is_480_ppm_hours():
    """20 ppm x 24 h (EU 2007/43 annex II)."""
    assert dose(TEN_MIN, all_day(20), DAY).value == pytest.approx(480)
    assert hours_in(TEN_MIN, all_day(20), AMMONIA_STEPS, DAY).at_least(2).value == pytest.approx(24)
    assert time_mean(TEN_MIN, all_day(20), DAY).value == pytest.approx(20)


def test_six_hot_hours_of_a_day():
    """35 °C and 50 % is THI 84.8 by hand, 95 - 0.275 x 37; the rest of the day is cool."""
    celsius = np.where((TEN_MIN >= 12 * HOUR_MS) & (TEN_MIN < 18 * HOUR_MS), 35.0, 22.0)
    thi = heat_index(celsius, all_day(50))
    assert thi.max() == pytest.approx(95 - 0.275 * 37)
    hours = hours_in(TEN_MIN, thi, THI_STEPS, DAY)
    assert hours.bands == pytest.approx((18, 0, 0, 6))
    assert [hours.at_least(band).value for band in (1, 2, 3)] == pytest.approx([6, 6, 6])


def test_moving_air_takes_hours_off():
    """Tao and Xin's formula at 35 °C and 60 % (28.3 °C wet bulb), by hand: 34.0 °C x V^-0.058, 37.3 and 33.6 °C."""
    still, windy = (thvi(all_day(35), all_day(60), all_day(speed))[0] for speed in (0.2, 1.2))
    assert (still, windy) == (pytest.approx(37.3, abs=0.1), pytest.approx(33.6, abs=0.1))
    assert windy == pytest.approx(still * 6**-0.058)


def test_the_wet_bulb_is_the_one_that_stull_works_out():
    """20 °C and 50 % make 13.7 °C (Stull 2011, J. Appl. Meteorol. Climatol. 50, the example below his equation 1)."""
    assert wet_bulb(np.array([20.0]), np.array([50.0]))[0] == pytest.approx(13.7, abs=0.05)


def test_what_was_not_measured_is_not_stretched_to_a_day():
    morning = TEN_MIN < 13 * HOUR_MS
    known_hours = hours_in(TEN_MIN[morning], all_day(30)[morning], AMMONIA_STEPS, DAY)
    assert known_hours.measured == pytest.approx(13, abs=0.2)
    assert dose(TEN_MIN[morning], all_day(30)[morning], DAY).value == pytest.approx(30 * known_hours.measured)
    dawn = TEN_MIN < 6 * HOUR_MS
    assert dose(TEN_MIN[dawn], all_day(30)[dawn], DAY) == lacking("too_few_hours")
    assert dose(TEN_MIN[:0], all_day(30)[:0], DAY) == lacking("not_measured")


def test_comfort_is_the_share_of_time_in_which_all_was_well():
    """Half of the day too cold, another quarter too humid: a quarter is left."""
    celsius = np.where(TEN_MIN < 12 * HOUR_MS, 18.0, 22.0)
    humidity = np.where(TEN_MIN >= 18 * HOUR_MS, 90.0, 60.0)
    bands = [(celsius, Band(20, 24)), (humidity, Band(45, 70))]
    assert comfort_score(TEN_MIN, bands, DAY).value == pytest.approx(25)
    assert comfort_score(TEN_MIN, [], DAY) == lacking("not_measured")


def test_an_instrument_that_is_silent_is_not_held_against_the_house():
    ammonia = np.full(len(TEN_MIN), np.nan)
    bands = [(all_day(22), Band(20, 24)), (ammonia, Band(0, 20))]
    assert comfort_score(TEN_MIN, bands, DAY).value == pytest.approx(100)


@given(st.lists(st.floats(0, 100) | st.just(float("nan")), min_size=144, max_size=144))
def test_hours_never_add_up_to_more_than_the_day_and_doses_not_to_more_than_the_peak(ppm: list[float]):
    values = np.array(ppm)
    hours = hours_in(TEN_MIN, values, AMMONIA_STEPS, DAY)
    assert hours.measured == pytest.approx(sum(hours.bands))
    assert hours.measured <= 24 + 1e-9
    total = dose(TEN_MIN, values, DAY)
    if total.value is not None:
        assert 0 <= total.value <= np.nanmax(values) * hours.measured + 1e-9
        lower = [hours.at_least(band).value or 0 for band in range(4)]
        assert lower == sorted(lower, reverse=True)


class TestFeedBin:
    def test_what_came_less_what_was_eaten(self):
        assert in_bin(4000, 2500).value == pytest.approx(1500)
        assert in_bin(None, 2500) == lacking("no_deliveries")
        assert in_bin(4000, None) == lacking("no_feed")
        assert in_bin(1000, 2500) == lacking("more_eaten_than_delivered")

    def test_three_told_days_make_a_daily_use_and_a_week_s_sum_does_not(self):
        assert daily_use([900, 1000, 1100]).value == pytest.approx(1000)
        assert daily_use([None, None, 7000]) == lacking("feed_days_missing")
        assert daily_use([]) == lacking("no_feed")

    def test_without_a_table_the_use_stays(self):
        left = days_left(known(2500), known(1000), 20, None)
        assert (left.days.value, left.grows) == (pytest.approx(2.5), False)

    def test_growing_birds_empty_a_bin_sooner(self):
        growing = days_left(known(10_000), known(1000), 20, standard("ross-308"))
        assert growing.grows
        assert 7 < (growing.days.value or 0) < 10

    @given(st.floats(0, 1e5), st.floats(1, 1e4), st.integers(3, 50))
    def test_more_feed_lasts_longer(self, stock: float, use: float, age: int):
        some = days_left(known(stock), known(use), age, standard("ross-308")).days.value
        more = days_left(known(stock * 1.5), known(use), age, standard("ross-308")).days.value
        assert some is not None
        assert more is not None
        assert 0 <= some <= more
