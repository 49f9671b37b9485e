"""Economics and equipment: worked by hand, and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.flock import economics
from cloud.flock.economics import Cost, Prices, Produced
from cloud.flock.equipment import Effect, Part, calculate, reference_list, total
from cloud.flock.reckoned import known, lacking

OTHERS = (
    Cost("heating", 2000, "flock"),
    Cost("labour", 100, "day"),
    Cost("litter", 0.2, "bird"),
    Cost("catching", 0.05, "kilogram"),
)
PRICES = Prices("CNY", chick=3.0, feed_kg=3.5, live_kg=9.0, others=OTHERS)
MADE = Produced(placed_birds=10_000, birds=9_600, live_kg=known(24_000), feed_kg=known(38_400), days=42)


class TestSheet:
    def test_a_flock_by_hand(self):
        """Chicks 30,000; feed 134,400; heating 2,000; labour 4,200; litter 2,000; catching 1,200: 173,800 in all."""
        account = economics.sheet(PRICES, MADE)
        assert dict(account.lines)["feed"].value == pytest.approx(134_400)
        assert account.cost.value == pytest.approx(173_800)
        assert account.income.value == pytest.approx(216_000)
        assert account.margin.value == pytest.approx(42_200)
        assert account.per_bird.value == pytest.approx(173_800 / 9_600)
        assert account.per_kilogram.value == pytest.approx(173_800 / 24_000)

    def test_a_sheet_without_a_feed_price_has_no_cost_rather_than_a_low_one(self):
        account = economics.sheet(Prices("CNY", chick=3.0, live_kg=9.0), MADE)
        assert account.cost == lacking("no_price")
        assert account.margin == lacking("no_price")
        assert account.income.value == pytest.approx(216_000)

    def test_what_a_late_day_brings(self):
        """1000 birds gain 90 g at 9.00 (810), eat 200 kg at 3.50 (700), and a day costs 100: 10 are left."""
        assert economics.late_day(PRICES, 1000, known(90), known(200)).value == pytest.approx(10)
        assert economics.late_day(Prices("CNY"), 1000, known(90), known(200)) == lacking("no_price")
        assert economics.late_day(PRICES, 1000, lacking("no_weight"), known(200)) == lacking("no_weight")

    def test_what_a_degree_of_cold_costs(self):
        """1 % of 200 kg at 3.50; 1.5 % where somebody knows better."""
        assert economics.cold_degree(PRICES, known(200)).value == pytest.approx(7)
        dearer = Prices("CNY", feed_kg=3.5, feed_percent_per_degree=1.5)
        assert economics.cold_degree(dearer, known(200)).value == pytest.approx(10.5)

    def test_the_value_of_a_sale_has_the_weight_s_interval(self):
        value = economics.sale_value(1000, known(2500, (2400, 2600)), 9.0)
        assert (value.value, value.interval) == (pytest.approx(22_500), pytest.approx((21_600, 23_400)))

    @given(st.floats(0, 100), st.floats(0, 100), st.floats(1, 1e6))
    def test_margin_is_income_less_cost_whatever_the_prices(self, feed: float, live: float, kilograms: float):
        made = Produced(1000, 950, known(kilograms), known(kilograms * 1.6), 40)
        account = economics.sheet(Prices("x", chick=1.0, feed_kg=feed, live_kg=live), made)
        assert account.margin.value == pytest.approx((account.income.value or 0) - (account.cost.value or 0))


class TestEquipment:
    def test_the_one_published_ratio(self):
        """Aswan's unit: 76 USD where commercial meters cost 321 (PMC12391344): 76 % less."""
        ours, theirs = [Part("unit", "", "", 1, 76.0)], [Part("meters", "", "", 1, 321.0)]
        assert calculate(ours, theirs, Effect(None, 0, 0, 0)).cheaper_percent.value == pytest.approx(76.3, abs=0.1)

    def test_pay_back_by_hand(self):
        """10,000 paid; 20 % more of 100,000 and 2,000 saved, 1,000 to run it: 21,000 a year, 5.7 months."""
        answer = calculate([Part("a", "", "", 2, 5000.0)], [], Effect(100_000, 20, 2_000, 1_000))
        assert answer.gain_a_year.value == pytest.approx(21_000)
        assert answer.payback_months.value == pytest.approx(12 * 10_000 / 21_000)
        assert answer.cheaper_percent == lacking("no_price")

    def test_what_nobody_entered_is_no_claim(self):
        parts = [Part("a", "", "", 1, None)]
        answer = calculate(parts, [Part("b", "", "", 1, 100.0)], Effect(None, 20, 0, 0))
        assert answer.cheaper_percent == lacking("no_price")
        assert answer.gain_a_year == lacking("no_price")
        assert calculate([Part("a", "", "", 1, 1.0)], [], Effect(0, 0, 0, 5)).payback_months == lacking("not_reached")

    def test_the_shipped_list_has_a_price_and_says_what_is_not_verified(self):
        parts = reference_list()
        assert (total(parts).value or 0) > 0
        assert all(part.source and part.en and part.zh for part in parts)
        assert any(not part.verified for part in parts)
