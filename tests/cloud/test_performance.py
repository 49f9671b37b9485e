"""Gain, conversion and production factors against numbers that guides print, and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.flock import performance
from cloud.flock.growth import standard
from cloud.flock.reckoned import Reckoned, known, lacking

kilograms = st.floats(0.05, 6)
ratios = st.floats(0.8, 3)
percents = st.floats(50, 100)
ages = st.integers(1, 120)


def interval(grams: float, half: float) -> Reckoned:
    return known(grams, (grams - half, grams + half))


class TestPublishedExamples:
    def test_shane_s_flock_has_a_pef_of_212(self):
        """1.85 kg, 95 %, 44 days, FCR 1.88 (Simon Shane, "What's your PEF?", figure 1)."""
        assert performance.epef(95, known(1850), 44, known(1.88)).value == pytest.approx(212, abs=0.6)

    def test_the_index_of_61_g_a_day(self):
        """61 g/day, 96 %, FCR 1.62: 361.5 (poultryperformanceplus.com, European Broiler Index)."""
        assert performance.ebi(96, known(61), known(1.62)).value == pytest.approx(361.5, abs=0.05)

    def test_a_heavier_flock_is_corrected_from_1_46_to_1_38(self):
        """1700 g at 1.46, 4 points for 100 g, to 1500 g (poultryperformanceplus.com, Corrected FCR)."""
        corrected = performance.corrected_fcr(known(1.46), known(1700), reference_kg=1.5, points_per_100_g=4)
        assert corrected.value == pytest.approx(1.38)

    def test_two_points_at_two_and_a_half_kilograms(self):
        """Poultry World 2016: a bird 100 g above 2.5 kg is forgiven 0.02."""
        assert performance.corrected_fcr(known(1.60), known(2600)).value == pytest.approx(1.58)

    @pytest.mark.parametrize(("breed", "printed"), [("ross-308", 1.531), ("cobb-500", 1.555)])
    def test_breeders_print_feed_over_weight(self, breed: str, printed: float):
        curve = standard(breed)
        eaten, live = known((curve.feed_grams_at(42) or 0) / 1000), known((curve.grams_at(42) or 0) / 1000)
        assert performance.fcr(eaten, live).value == pytest.approx(printed, abs=0.002)
        assert curve.fcr_at(42) == pytest.approx(printed, abs=0.002)


class TestEdges:
    def test_day_zero_has_no_factor(self):
        assert performance.epef(100, known(44), 0, known(1.0)) == lacking("day_zero")

    def test_nothing_is_ever_zero_because_it_is_not_known(self):
        assert performance.fcr(lacking("no_feed"), known(100)).value is None
        assert performance.fcr(known(100), lacking("no_weight")) == lacking("no_weight")
        assert performance.epef(95, lacking("no_weight"), 42, known(1.6)) == lacking("no_weight")
        assert performance.ebi(None, known(60), known(1.6)) == lacking("no_birds")
        assert performance.gain(known(500), lacking("no_weight"), 7) == lacking("no_earlier_weight")

    def test_no_deaths_is_a_livability_of_100(self):
        assert performance.epef(100, known(2500), 42, known(1.6)).value == pytest.approx(372.0, abs=0.1)

    def test_thinning_counts_with_the_age_it_happened_at(self):
        """A third thinned at 30 days, the rest sold at 42."""
        assert performance.mean_age([(30, 5_000), (42, 10_000)]).value == pytest.approx(38)
        assert performance.mean_age([(30, 0)]) == lacking("no_birds")

    def test_birds_that_were_sold_are_live_weight_too(self):
        assert performance.live_kilograms(100, known(2000), sold_kg=50).value == pytest.approx(250)
        assert performance.live_kilograms(0, lacking("no_weight"), sold_kg=50).value == pytest.approx(50)
        assert performance.live_kilograms(0, known(2000)) == lacking("no_birds")

    def test_the_week_s_conversion_needs_a_gain(self):
        assert performance.fcr_between(known(70), known(150), known(100)).value == pytest.approx(1.4)
        assert performance.fcr_between(known(70), known(100), known(100)) == lacking("no_gain")


class TestProperties:
    @given(percents, kilograms, ages, ratios)
    def test_epef_rises_with_what_is_good_and_falls_with_what_is_not(self, l: float, w: float, a: int, f: float):  # noqa: E741
        here = performance.epef(l, known(1000 * w), a, known(f)).value or 0
        assert (performance.epef(l, known(1100 * w), a, known(f)).value or 0) > here
        assert (performance.epef(l, known(1000 * w), a + 1, known(f)).value or 0) < here
        assert (performance.epef(l, known(1000 * w), a, known(1.1 * f)).value or 0) < here
        assert (performance.epef(0.9 * l, known(1000 * w), a, known(f)).value or 0) < here

    @given(kilograms, ratios, st.floats(0.01, 0.2))
    def test_intervals_hold_the_value_and_lie_the_right_way_round(self, w: float, f: float, share: float):
        grams = interval(1000 * w, 1000 * w * share)
        live = performance.live_kilograms(1000, grams)
        ratio = performance.fcr(known(1000 * w * f), live)
        for one in (live, ratio, performance.corrected_fcr(ratio, grams), performance.epef(95, grams, 35, ratio)):
            assert one.interval is not None
            assert one.value is not None
            assert one.interval[0] <= one.value <= one.interval[1]

    @given(kilograms, ages, ratios, percents)
    def test_without_a_chick_s_weight_ebi_is_epef(self, w: float, a: int, f: float, l: float):  # noqa: E741
        """Both indexes are one formula in other units: g/day against kg and days."""
        epef = performance.epef(l, known(1000 * w), a, known(f)).value
        assert performance.ebi(l, known(1000 * w / a), known(f)).value == pytest.approx(epef)

    @given(kilograms, kilograms, st.integers(1, 30))
    def test_gain_turns_its_sign_with_the_weights(self, a: float, b: float, days: int):
        there = performance.gain(interval(a, a / 20), interval(b, b / 20), days)
        back = performance.gain(interval(b, b / 20), interval(a, a / 20), days)
        assert there.value == pytest.approx(-(back.value or 0))
        assert there.interval is not None
        assert there.interval[0] <= (there.value or 0) <= there.interval[1]
