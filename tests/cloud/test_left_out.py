"""What a device does not believe is left out of a report's figures, and the report says so."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cloud.report.build import comparison_report, day_report, flock_report
from cloud.report.gather import Gatherer
from cloud.report.printed import printed
from cloud.store import doubtful
from cloud.store.embedded import EmbeddedSeries
from cloud.store.records import Records
from cloud.store.retention import Retention
from cloud.store.series import Point, SeriesKey
from cloud.store.zones import Zones
from contract.messages import Doubt, Readings
from contract.place import Place
from tests.cloud.whole_flock import EVERY_S, PLACED_ON, ZONE, Where, fill

DAYS = 4
DAY = PLACED_ON + timedelta(days=1)
NOON = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=ZONE)
STEP = timedelta(seconds=EVERY_S)
HILL = Place(farm="hill", house="house-2", device="pi-1")


@pytest.fixture
def gatherer(tmp_path: Path) -> Iterator[Gatherer]:
    """A flock of four days; on the second its humidity stands at 99 % for 3 h, and its thermometer says 70 °C once."""
    records = Records(tmp_path / "records.db")
    series = EmbeddedSeries(tmp_path / "series.db", retention=Retention(36_500))
    records.open()
    series.open()
    fill(records, series, Where(), days=DAYS)
    stuck = [(NOON + number * STEP, 99.0) for number in range(18)]
    for quantity, told in (("humidity_percent", stuck), ("temperature_celsius", [(NOON, 70.0)])):
        key = SeriesKey("hill", "house-2", "pi-1", "climate-1", quantity)
        series.append([Point(key, int(at.timestamp() * 1000), value) for at, value in told])
    yield Gatherer(series, records, Zones(records, ZONE))
    series.close()
    records.close()


def mark(gatherer: Gatherer, quantity: str, why: Doubt, first: datetime, last: datetime) -> None:
    """Have the device mark every value from one to another."""
    told = []
    at = first
    while at <= last:
        values, doubts = {quantity: 80.0}, {quantity: why}
        told.append(
            Readings(device="pi-1", boot="0" * 16, seq=1, at=at, instrument="climate-1", values=values, doubts=doubts)
        )
        at += STEP
    with gatherer.records.writing() as connection:
        doubtful.arrived(connection, [(HILL, one) for one in told])


def test_what_is_doubtful_is_in_no_figure_and_the_report_says_how_much_that_was(gatherer: Gatherer):
    last = PLACED_ON + timedelta(days=DAYS - 1)
    before = gatherer.flock("hill", "f-1", last).days[1].climate
    assert before.celsius_high == pytest.approx(70)
    # It is found out an hour late, so it begins with the first value that stood still.
    mark(gatherer, "humidity_percent", "stuck", NOON + timedelta(hours=1), NOON + 17 * STEP)
    mark(gatherer, "temperature_celsius", "jump", NOON, NOON)
    facts = gatherer.flock("hill", "f-1", last)
    climate, others = facts.days[1].climate, [day.climate for number, day in enumerate(facts.days) if number != 1]
    assert climate.humidity.value is not None
    assert before.humidity.value is not None
    assert before.humidity.value - climate.humidity.value == pytest.approx(3 / 24 * (99 - 55), abs=1.5)
    assert max(one.humidity.value or 100 for one in others) < 65
    assert climate.celsius_high is not None
    assert climate.celsius_high < 40
    assert climate.comfort.value is not None
    flock = printed(flock_report(facts))
    assert flock.notes == ("Left out as doubtful: 2.8 h of humidity (sensor stuck); jumps of temperature: 1",)
    assert printed(flock_report(facts), "zh").notes == ("已剔除可疑数据：湿度 2.8 小时（传感器卡死）；温度跳变 1 次",)
    assert printed(day_report(facts)).notes == (), "that was on another day"
    assert printed(comparison_report([facts, facts])).notes


def test_a_sensor_that_is_stuck_all_day_leaves_the_day_without_figures(gatherer: Gatherer):
    begins = NOON - timedelta(hours=12)
    mark(gatherer, "humidity_percent", "stuck", begins + timedelta(hours=1), begins + timedelta(hours=24))
    facts = gatherer.flock("hill", "f-1", PLACED_ON + timedelta(days=DAYS - 1))
    assert facts.days[1].climate.humidity.value is None
    assert facts.days[2].climate.humidity.value is not None
    of_day = [one for one in facts.left_out if one.day == DAY]
    assert [round(one.hours) for one in of_day] == [24]
