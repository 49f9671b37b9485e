"""Who went out through the gates and came back: sums by steps, and who is outside since midnight."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from cloud.api.services import Services
from cloud.passages import DAY_S, HALF_HOUR_S, HOUR_S, passages
from cloud.store import houses
from cloud.store.embedded import EmbeddedSeries
from cloud.store.retention import Retention
from cloud.store.series import Point, SeriesKey

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 20, 6, tzinfo=ZONE)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def crossed(at: datetime, birds_in: float, birds_out: float, gate: str = "south") -> list[Point]:
    """A gate's minute that ends at a time."""
    told = {"gate_in_birds": birds_in, "gate_out_birds": birds_out}
    return [Point(SeriesKey("hill", "house-2", "pi-1", gate, key), ms(at), value) for key, value in told.items()]


def at(hours: float) -> datetime:
    return MORNING + timedelta(hours=hours)


def told(
    series: EmbeddedSeries, first: datetime, last: datetime, zone: ZoneInfo = ZONE
) -> dict[datetime, tuple[float, float, float]]:
    found = passages(series, "hill", "house-2", zone, (ms(first), ms(last)), ms(at(400 * 24)))
    rows = zip(found.birds_in, found.birds_out, found.outside, strict=True)
    return {
        datetime.fromtimestamp(begins / 1000, zone): (float(row[0]), float(row[1]), float(row[2]))
        for begins, row in zip(found.at_ms.tolist(), rows, strict=True)
        if not np.isnan(row[0])
    }


def test_half_hours_add_up_all_gates_and_hold_who_is_outside(series: EmbeddedSeries):
    series.append(crossed(at(1.2), 0, 30) + crossed(at(1.2), 2, 10, "north") + crossed(at(1.4), 1, 0))
    # A minute that ends with the half hour belongs to it.
    series.append(crossed(at(1.5), 3, 0) + crossed(at(5), 45, 0) + crossed(at(6.1), 0, 5))
    rows = told(series, at(-1), at(10))
    assert rows == {
        at(1): (6, 40, 34),
        at(4.5): (45, 0, 0),  # 45 came in of 34 that were known to be out: 11 were missed
        at(6): (0, 5, 5),
    }
    assert passages(series, "hill", "house-2", ZONE, (ms(at(0)), ms(at(3))), ms(at(9))).step_s == HALF_HOUR_S


def test_a_view_that_begins_at_noon_knows_who_went_out_in_the_morning(series: EmbeddedSeries):
    series.append(crossed(at(1.2), 0, 30) + crossed(at(8.2), 10, 0))
    assert told(series, at(6), at(10)) == {at(8): (10, 0, 20)}


def test_midnight_begins_anew_and_longer_spans_have_longer_steps(series: EmbeddedSeries):
    series.append(crossed(at(1.2), 0, 30) + crossed(at(25.2), 0, 7) + crossed(at(25.4), 2, 0))
    week = passages(series, "hill", "house-2", ZONE, (ms(at(-24)), ms(at(6 * 24))), ms(at(400 * 24)))
    assert week.step_s == HOUR_S
    assert told(series, at(-24), at(6 * 24)) == {at(1): (0, 30, 30), at(25): (2, 7, 5)}
    month = passages(series, "hill", "house-2", ZONE, (ms(at(-24)), ms(at(29 * 24))), ms(at(400 * 24)))
    assert month.step_s == DAY_S
    assert [float(one) for one in month.birds_out if not np.isnan(one)] == [30, 7]
    assert np.isnan(month.outside).all()
    assert datetime.fromtimestamp(int(month.at_ms[1]) / 1000, ZONE) == MORNING.replace(hour=0)


@pytest.mark.parametrize("place", ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "Asia/Shanghai"])
def test_steps_are_those_of_the_farms_clock_in_every_zone(series: EmbeddedSeries, place: str):
    zone = ZoneInfo(place)
    day = [datetime(2026, 6, 10 + n, tzinfo=zone) for n in range(21)]
    minutes = {
        day[0] + timedelta(minutes=10): 1.0,
        day[0] + timedelta(hours=7, minutes=10): 2.0,
        day[0] + timedelta(hours=8): 4.0,  # the end of the minute before eight
        day[1]: 8.0,  # 24:00
        day[1] + timedelta(minutes=10): 16.0,
        day[2] - timedelta(minutes=10): 32.0,
    }
    series.append([point for moment, birds in minutes.items() for point in crossed(moment, 0, birds)])
    by_hour = {begins: row[1] for begins, row in told(series, day[0], day[10], zone).items()}
    assert by_hour == {
        day[0]: 1,
        day[0] + timedelta(hours=7): 6,
        day[0] + timedelta(hours=23): 8,
        day[1]: 16,
        day[1] + timedelta(hours=23): 32,
    }
    assert {begins: row[1] for begins, row in told(series, day[0], day[20], zone).items()} == {day[0]: 15, day[1]: 48}
    assert {begins: row[1] for begins, row in told(series, day[1], day[20], zone).items()} == {day[1]: 48}


def test_hours_whose_points_are_gone_still_count(tmp_path: Path):
    def opened(days: int) -> EmbeddedSeries:
        store = EmbeddedSeries(tmp_path / "series.db", retention=Retention(days))
        store.open()
        return store

    morning = datetime.now(ZONE).replace(hour=6, minute=0, second=0, microsecond=0) - timedelta(days=60)
    night = morning - timedelta(hours=5, minutes=30)
    with closing(opened(400)) as store:
        store.append(crossed(morning + timedelta(minutes=10), 1, 5) + crossed(night, 0, 3))
        store.seal()
    with closing(opened(30)) as store:
        assert store.forget()
        assert not len(store.points(store.keys("hill", "house-2")[0], 0, ms(morning + timedelta(days=2))).at_ms)
        midnight = morning.replace(hour=0)
        week = told(store, midnight, midnight + timedelta(days=7))
        assert week == {midnight: (0, 3, 3), morning: (1, 5, 7)}
        month = told(store, midnight, midnight + timedelta(days=20))
        assert {begins: row[:2] for begins, row in month.items()} == {midnight: (1, 8)}


@pytest.mark.parametrize(
    ("place", "change"),
    [("Africa/Cairo", datetime(2026, 4, 24)), ("America/Havana", datetime(2026, 11, 1))],  # noqa: DTZ001  # zone below
)
def test_a_day_begins_anew_once_where_the_clocks_change_at_midnight(
    series: EmbeddedSeries, place: str, change: datetime
):
    zone = ZoneInfo(place)
    evening, morning = (change.replace(tzinfo=zone) + timedelta(hours=one) for one in (-8, 7))
    midnight_ms = ms(change.replace(tzinfo=zone))
    in_the_night = datetime.fromtimestamp(midnight_ms / 1000 + 600, zone)  # Havana: 00:10 comes twice
    series.append(crossed(evening, 0, 5) + crossed(in_the_night, 0, 2) + crossed(morning, 0, 3))
    for days in (1, 5):
        rows = told(series, evening - timedelta(hours=4), evening + timedelta(days=days), zone)
        assert [row[2] for row in rows.values()] == [5, 2, 5]


@pytest.mark.parametrize("hours", [(500, 501), (-10, -9)])
def test_nothing_is_told_of_what_has_not_come_or_was_not_counted(series: EmbeddedSeries, hours: tuple[int, int]):
    found = passages(series, "hill", "house-2", ZONE, (ms(at(hours[0])), ms(at(hours[1]))), ms(at(24)))
    assert np.isnan(found.outside).all()


async def test_over_the_interface(app: FastAPI, mei: httpx.AsyncClient):
    services: Services = app.state.services
    now = datetime.now(UTC)
    with services.records.writing() as connection:
        houses.seen(connection, [("hill", "house-2")], ms(now))
    address = "/api/v1/houses/hill/house-2/gates"
    assert (await mei.get(address)).json()["gates"] == []
    services.series.append(crossed(now - timedelta(minutes=5), 4, 6))
    answer = (await mei.get(address)).json()
    assert (answer["gates"], answer["step_s"]) == (["pi-1/south"], 1800)
    assert sum(one or 0 for one in answer["birds_out"]) == 6
    early = await mei.get(address, params={"from": "2026-11-20T00:00:00Z", "to": "2026-11-19T00:00:00Z"})
    assert early.status_code == 422
    for year in ("0001", "9999"):
        asked = {"from": f"{year}-01-01T00:00:00Z", "to": f"{year}-01-02T00:00:00Z"}
        assert (await mei.get(address, params=asked)).json()["at_ms"] == []
