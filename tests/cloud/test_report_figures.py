"""Figures of a report worked by hand: thinned flocks, missing days, sums of several days, flocks that are over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cloud.flock.economics import Cost, Prices
from cloud.flock.reckoned import known, lacking
from cloud.flock.stock import Totals
from cloud.report.build import comparison_report, day_report, flock_report, week_report
from cloud.report.facts import Day, DayWeight, FlockFacts, Sold
from cloud.report.model import Figure, Report
from tests.cloud.whole_flock import PLACED_ON

PRICES = Prices("CNY", chick=3.0, feed_kg=4.0, live_kg=10.0, others=(Cost("labour", 100, "day"),))


def a_day(age: int, **told: object) -> Day:
    day = Day(PLACED_ON + timedelta(days=age), age, 1000, 1000, 0, 0, 0.0, None, None, None, None)
    return replace(day, **told)  # type: ignore[arg-type]


def weighed(grams: float) -> DayWeight:
    return DayWeight(160, known(grams, (0.99 * grams, 1.01 * grams)), 0.005, 10.0, 68.0, corrected=False)


def flock(days: list[Day], *, thinned: int = 0, **told: object) -> FlockFacts:
    """Return a flock of 1000 birds of which none died."""
    sums = Totals(started=1000, arrived=0, dead=0, culled=0, thinned=thinned, harvested=0, left=0)
    facts = FlockFacts(
        "hill", "house-2", "f-1", "ross-308", PLACED_ON, 1000, None, sums, None, tuple(days), prices=PRICES
    )
    return replace(facts, **told)  # type: ignore[arg-type]


def grown(fed_kg: list[float | None], **told: object) -> list[Day]:
    """Return days on each of which birds weigh 100 g more, with what was written down of feed."""
    return [a_day(age, weight=weighed(100.0 * age + 100), feed_kg=kg, **told) for age, kg in enumerate(fed_kg)]


def figures(model: Report) -> dict[str, Figure]:
    return {one.key: one for group in model.groups for one in group.figures}


def test_a_thinned_flock_is_judged_by_all_its_birds():
    """500 sold on day 30 at 1.5 kg and 500 at 2.5 kg on day 40: of all, 2.0 kg at 35 days; 3000 kg of feed, FCR 1.5.

    100 % x 2.0 kg / (35 x 1.5) x 100 = 381; 1.5 + 5 x 0.02 = 1.6 at 2.5 kg. With those that are left alone it were 476.
    """
    days = [a_day(0, weight=weighed(40))] + [a_day(age) for age in range(1, 40)]
    days.append(a_day(40, weight=weighed(2500), feed_kg=3000.0))
    facts = flock(days, thinned=500, sold=(Sold(days[30].day, 500, 750.0),))
    found = figures(flock_report(facts))
    assert found["fcr"].reckoned.value == pytest.approx(1.5)
    assert found["epef"].reckoned.value == pytest.approx(100 * 2.0 / (35 * 1.5) * 100)
    assert found["fcr_corrected"].reckoned.value == pytest.approx(1.6)
    assert found["ebi"].reckoned.value == pytest.approx((2000 - 40) / 35 * 100 / 15), "56 g a day, a chick's 40 g less"
    assert figures(comparison_report([facts, flock(days)]))["age"].reckoned.value == pytest.approx(40)
    assert figures(comparison_report([facts]))["age"].reckoned.value == pytest.approx(35)
    low, high = found["epef"].reckoned.interval or (0, 0)
    assert low < 381 < high
    assert found["weight"].reckoned.value == pytest.approx(2500), "those that are there"


def test_birds_that_were_sold_unweighed_leave_no_conversion():
    facts = flock(grown([100.0] * 15), thinned=300, sold=(Sold(PLACED_ON + timedelta(days=12), 300, None),))
    found = figures(week_report(facts))
    for key in ("fcr", "fcr_week", "fcr_corrected", "epef", "ebi"):
        assert found[key].reckoned == lacking("no_weight"), key


def test_without_a_word_about_deaths_there_is_no_factor_that_counts_on_survivors():
    told, untold = (flock(grown([100.0] * 10, dead=dead, culled=None)) for dead in (0, None))
    assert {"epef", "ebi"} <= {key for key, one in figures(flock_report(told)).items() if one.reckoned.value}
    for key in ("epef", "ebi", "livability"):
        assert figures(flock_report(untold))[key].reckoned == lacking("nobody_wrote"), key


@pytest.mark.parametrize("fed", [[None] * 6 + [700.0], [None] * 6 + [700.0, None], [100.0] * 5 + [None, 200.0]])
def test_a_sum_of_several_days_is_no_day_s_feed(fed: list[float | None]):
    found = figures(flock_report(flock(grown(fed, delivered_kg=200.0))))
    for key in ("feed_a_bird", "bin_days", "late_day", "cold_degree"):
        assert found[key].reckoned == lacking("feed_days_missing"), key
    assert found["feed"].reckoned.value == pytest.approx(sum(kg or 0 for kg in fed))


def test_days_of_feed_make_a_day_s_money():
    """1000 birds gain 100 g at 10.00 and eat 100 kg at 4.00, and a day costs 100: 500; 1 % of the feed is 4."""
    found = figures(flock_report(flock(grown([100.0] * 10))))
    assert found["feed_a_bird"].reckoned.value == pytest.approx(100)
    assert found["late_day"].reckoned.value == pytest.approx(500)
    assert found["cold_degree"].reckoned.value == pytest.approx(4)


def test_feed_lasts_from_the_report_s_day_on():
    """500 kg were left at 100 a day; a day later, of which nobody has written yet, it is four days, not five."""
    days = grown([100.0] * 10)
    days[0] = replace(days[0], delivered_kg=1500.0)
    later = [*days, a_day(10)]
    assert figures(day_report(flock(days)))["bin_days"].reckoned.value == pytest.approx(5)
    assert figures(day_report(flock(later)))["bin_days"].reckoned.value == pytest.approx(4)


def test_a_gain_of_long_ago_is_none_of_last_week():
    days = [*grown([100.0] * 10), *(a_day(age, feed_kg=100.0) for age in range(10, 14))]
    found = figures(flock_report(flock(days)))
    for key in ("gain", "gain_whole", "late_day"):
        assert found[key].reckoned == lacking("no_weight"), key


def test_what_the_birds_will_be_worth_has_the_forecast_s_interval():
    found = figures(flock_report(flock(grown([100.0] * 20))))
    coming, worth = found["forecast"].reckoned, found["sale_value_week"].reckoned
    assert coming.value is not None
    assert coming.interval is not None
    assert worth.value == pytest.approx(10 * coming.value)
    assert worth.interval == pytest.approx(tuple(10 * end for end in coming.interval))


def test_a_flock_that_was_sold_has_no_day_to_come():
    facts = flock(grown([100.0] * 10), thinned=1000, sold=(Sold(PLACED_ON + timedelta(days=9), 1000, 1000.0),))
    found = figures(flock_report(facts))
    for key in ("sale_value", "late_day", "cold_degree", "bin_days"):
        assert found[key].reckoned.value is None, key
    assert found["margin"].reckoned.value == pytest.approx(1000 * 10 - 3000 - 4000 - 900)
