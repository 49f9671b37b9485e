"""Two farms, two clocks: every day of a farm is its own, also on the days when clocks are changed."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from cloud.alerts.delivery.notice import Alert, Transition
from cloud.alerts.delivery.planner import Planner
from cloud.alerts.delivery.policy import digest_hour_ms
from cloud.alerts.delivery.recipients import NIGHT
from cloud.alerts.rules.days import clock_ms, days_ended, end_ms
from cloud.alerts.rules.signals import DAY_MS, HOUR_MS, Columns, against_usual
from cloud.glance import Glance
from cloud.store import farms, houses
from cloud.store.embedded import EmbeddedSeries
from cloud.store.flocks import FlockFacts
from cloud.store.records import Records, add
from cloud.store.series import Point, SeriesKey
from cloud.store.tables import User
from cloud.store.zones import Zones
from cloud.weights import Weights
from tests.cloud.delivery.conftest import channel
from tests.cloud.delivery.farmyard import NOON, HandWritten
from tests.cloud.placing import place

EARLY, LATE = "kiritimati", "pago"
"""25 hours apart: it is never the same day on both."""
OWN = {EARLY: "Pacific/Kiritimati", LATE: "Pacific/Pago_Pago"}
SERVICE = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""When the clocks of Berlin are changed: a day of 23 hours, and one of 25."""


def make_farms(records: Records, **zones: str | None) -> None:
    with records.writing() as connection:
        organisation = farms.make_organisation(connection, "Two clocks", 0)
        for farm, zone in zones.items():
            farms.claim(connection, farm, organisation, 0)
            farms.describe(connection, farm, None, zone)
            houses.seen(connection, [(farm, "house-1")], 0)


def weigh_hourly(series: EmbeddedSeries, farm: str, first: datetime, hours: int) -> None:
    key = SeriesKey(farm, "house-1", "pi-1", "scale-1", "weight_grams")
    first_ms = int(first.timestamp() * 1000)
    series.append([Point(key, first_ms + hour * HOUR_MS, 1000.0 + hour) for hour in range(hours)])


def test_a_farm_without_a_zone_has_the_services_and_a_name_unknown_here_too(records: Records):
    make_farms(records, berlin="Europe/Berlin", plain=None, legacy="Mars/Olympus_Mons")
    zones = Zones(records, SERVICE)
    named = {farm: zones.of(farm).key for farm in ("berlin", "plain", "legacy", "nobodys")}
    assert named == dict.fromkeys(named, SERVICE.key) | {"berlin": BERLIN.key}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a_days_weights_are_those_of_the_farms_own_day(series: EmbeddedSeries, records: Records, day: date, hours: int):
    make_farms(records, berlin="Europe/Berlin", plain=None)
    began = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    for farm in ("berlin", "plain"):
        weigh_hourly(series, farm, began - timedelta(days=3), 7 * 24)
    weights = Weights(series, records, Zones(records, SERVICE))
    counted = {
        farm: {one.day: one.weighings for one in weights.history(farm, "house-1", day + timedelta(days=2)).days}
        for farm in ("berlin", "plain")
    }
    assert (counted["berlin"][day], counted["plain"][day]) == (hours, 24)
    assert weights.history("berlin", "house-1", day).time_zone == "Europe/Berlin"


def test_at_the_same_moment_a_flock_is_older_where_it_is_tomorrow_already(series: EmbeddedSeries, records: Records):
    make_farms(records, **OWN)
    now = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)  # 0:30 on the 23rd and 23:30 on the 21st
    for farm in OWN:
        place(records, FlockFacts("house-1", "ross-308", date(2026, 11, 1), 480), farm=farm)
    glance = Glance(series, records, Zones(records, SERVICE), lambda: now)
    shown = {farm: glance.house_now(farm, "house-1") for farm in OWN}
    assert {farm: house.time_zone for farm, house in shown.items()} == OWN
    ages = {farm: house.flock.age_days for farm, house in shown.items() if house.flock}
    assert ages == {EARLY: 22, LATE: 20}
    days = {farm: house.stock.today.day for farm, house in shown.items() if house.stock}
    assert days == {EARLY: date(2026, 11, 23), LATE: date(2026, 11, 21)}


async def test_what_is_written_down_must_have_happened_by_the_farms_own_calendar(app: FastAPI, mei: httpx.AsyncClient):
    await asyncio.to_thread(_heard, app.state.services.records)
    for farm, zone in OWN.items():
        assert (await mei.put(f"/api/v1/farms/{farm}", json={"name": None, "time_zone": zone})).status_code == 200
    today = datetime.now(ZoneInfo(OWN[EARLY])).date()
    flock = {"breed": "ross-308", "sex": "mixed", "placed_on": str(today), "placed_birds": 500}
    told = {"kind": "mortality", "day": str(today), "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}", "birds": 1}
    for farm in OWN:  # a placing may be told ahead
        assert (await mei.put(f"/api/v1/houses/{farm}/house-1/flocks/f-1", json=flock)).status_code == 201
    answers = {farm: await mei.put(f"/api/v1/houses/{farm}/house-1/log/e-1", json=told) for farm in OWN}
    assert {farm: answer.status_code for farm, answer in answers.items()} == {EARLY: 201, LATE: 422}
    weighed = {"day": str(today), "grams": 42.0, "birds": 60}
    answers = {farm: await mei.post(f"/api/v1/houses/{farm}/house-1/hand-weighings", json=weighed) for farm in OWN}
    assert {farm: answer.status_code for farm, answer in answers.items()} == {EARLY: 201, LATE: 422}
    assert answers[LATE].json()["code"] == "not_yet_weighed"
    stocks = {farm: (await mei.get(f"/api/v1/houses/{farm}/house-1/stock")).json() for farm in OWN}
    assert {farm: stock["time_zone"] for farm, stock in stocks.items()} == OWN


def _heard(records: Records) -> None:
    with records.writing() as connection:
        for farm in OWN:
            houses.seen(connection, [(farm, "house-1")], 0)
            farms.adopt_all(connection, [farm], 0)


def test_the_same_hour_of_the_days_before_goes_by_the_houses_clock():
    """Lights go on at six by the clock, before the change and after it: no bird has become lazy by an hour."""
    began = datetime(2026, 3, 24, tzinfo=BERLIN)
    hours = int(began.timestamp() * 1000) + HOUR_MS * np.arange(8 * 24, dtype=np.int64)
    lit = [6 <= datetime.fromtimestamp(at / 1000, BERLIN).hour < 22 for at in hours.tolist()]
    activity = Columns(hours, np.where(lit, 10.0, 1.0))
    percent = against_usual(activity, clock_ms(hours, BERLIN))
    assert set(percent.value.tolist()) == {100.0}
    by_utc = against_usual(activity, hours)
    assert set(by_utc.value.tolist()) == {10.0, 100.0, 1000.0}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_a_changed_day_ends_at_its_midnight(day: date, hours: int):
    lasted_ms = end_ms(day, BERLIN) - end_ms(day - timedelta(days=1), BERLIN)
    assert lasted_ms == hours * HOUR_MS
    from_ms = end_ms(day, BERLIN) - DAY_MS // 2
    assert days_ended(from_ms, from_ms + DAY_MS, BERLIN) == [day]


def test_quiet_hours_and_digests_of_a_changed_day_go_by_the_farms_clock():
    half_past_midnight = int(datetime(2026, 3, 29, 0, 30, tzinfo=BERLIN).timestamp() * 1000)
    five = int(datetime(2026, 3, 29, 5, tzinfo=BERLIN).timestamp() * 1000)
    assert NIGHT.end_ms(half_past_midnight, BERLIN) == five == half_past_midnight + 7 * HOUR_MS // 2
    noon = five + 7 * HOUR_MS
    assert digest_hour_ms(noon, 60, BERLIN) == int(datetime(2026, 3, 29, 1, tzinfo=BERLIN).timestamp() * 1000)


@pytest.mark.parametrize(("zone", "messages"), [(None, 1), ("America/New_York", 0)])
def test_who_is_told_at_noon_in_shanghai_is_left_alone_at_midnight_in_new_york(
    records: Records, zone: str | None, messages: int
):
    make_farms(records, hill=zone)
    with records.writing() as connection:
        add(connection, User, {"id": 1, "name": "mei", "password_hash": "-", "created_ms": NOON})
    channel(records, "json://a")
    warned = Alert("a-1", "hill", "house-1", "too-warm", "warning", True, (Transition(1, NOON, "opened", "warning"),))
    farm = HandWritten({"a-1": warned})
    planner = Planner(records, farm, farm, Zones(records, SERVICE))
    assert planner.plan(datetime.fromtimestamp(NOON / 1000 + 120, UTC)) == messages
