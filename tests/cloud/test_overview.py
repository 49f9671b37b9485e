"""What the dashboard asks beside one house: all houses, a day's pictures, late stretches, flocks that are over."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from cloud.ingest.jpeg import jpeg_problem
from cloud.store import late
from cloud.store.embedded import EmbeddedSeries
from cloud.store.records import Records
from cloud.store.series import Point, SeriesKey
from cloud.trends import STEP_MS, STEPS, Trends
from contract.place import Place
from tests.cloud.conftest import settle
from tests.cloud.sending import JPEG, PI, count, readings, snapshot, status, weight
from tests.cloud.test_api import place_flock

HOUSE = "/api/v1/houses/hill/house-2"
FIXTURES = Path(__file__).parents[1] / "fixtures"


async def test_all_houses_in_short(app: FastAPI, mei: httpx.AsyncClient, stranger: httpx.AsyncClient):
    now = datetime.now(UTC)
    today = now.astimezone(app.state.services.config.zone).date()
    await place_flock(app, today - timedelta(days=28))
    hours = [now - timedelta(hours=n) for n in range(6)]
    await settle(app, *(count(n + 1, 200.0 + n, when) for n, when in enumerate(reversed(hours))), status("online", now))
    other = Place(farm="hill", house="house-3", device="pi-1")
    await settle(app, readings(20, now), place=other)

    assert (await stranger.get("/api/v1/overview")).status_code == 401
    overview = (await mei.get("/api/v1/overview")).json()
    first, second = overview["houses"]
    assert (first["house"], first["flock"]["age_days"], first["stock"]["birds"]) == ("house-2", 28, 480)
    assert first["house_count"]["birds"] == 205.0
    assert first["trend"]["quantity"] == "visible_birds"
    assert next(value for value in first["trend"]["mean"] if value is not None) == 200.0
    assert (second["house"], second["flock"], second["trend"]["quantity"]) == ("house-3", None, "temperature_celsius")


def test_a_trend_adds_cameras_up_and_leaves_gaps(series: EmbeddedSeries):
    end = datetime(2026, 11, 22, 12, 10, tzinfo=UTC)
    last_ms = int(end.timestamp() * 1000) // STEP_MS * STEP_MS - STEP_MS
    keys = [
        SeriesKey("hill", "house-2", "pi-1", camera, "visible_birds") for camera in ("cam-1", "cam-2", "cam-1.east")
    ]
    series.append([Point(key, last_ms + 1000, 100.0) for key in keys])
    series.append([Point(keys[0], last_ms - 2 * STEP_MS, 90.0)])
    trend = Trends(series, lambda: end).of("hill", "house-2")
    assert trend is not None
    assert trend.mean[-3:] == [90.0, None, 200.0]
    assert len(trend.mean) == STEPS
    assert Trends(series, lambda: end).of("hill", "house-9") is None


def test_a_camera_that_began_just_now_does_not_hide_the_days_warmth(series: EmbeddedSeries):
    end = datetime(2026, 11, 22, 12, 10, tzinfo=UTC)
    last_ms = int(end.timestamp() * 1000) // STEP_MS * STEP_MS - STEP_MS
    camera = SeriesKey("hill", "house-2", "pi-1", "cam-1", "visible_birds")
    thermometer = SeriesKey("hill", "house-2", "pi-1", "t-1", "temperature_celsius")
    series.append([Point(camera, last_ms + 1000, 100.0)])
    alone = Trends(series, lambda: end).of("hill", "house-2")
    series.append([Point(thermometer, last_ms - step * STEP_MS, 20.0) for step in range(2)])
    trend = Trends(series, lambda: end).of("hill", "house-2")
    assert alone is not None
    assert trend is not None
    assert (alone.quantity, trend.quantity) == ("visible_birds", "temperature_celsius")


async def test_the_pictures_of_a_day_are_spread_over_it(app: FastAPI, mei: httpx.AsyncClient):
    now = datetime.now(UTC).replace(microsecond=0)
    await settle(app, *(snapshot(n + 1, now - timedelta(hours=n)) for n in range(8)))
    taken = (await mei.get(f"{HOUSE}/pictures?at_most=4")).json()
    assert len(taken) == 4
    assert taken[0]["at"] == now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert taken[0]["birds"] == 1
    assert "boxes" not in taken[0]
    facts = (await mei.get(taken[0]["url"].removesuffix(".jpg"))).json()
    assert facts["boxes"] == [{"xyxy": [1.0, 2.0, 30.0, 40.0], "score": 0.9}]
    assert (await mei.get("/api/v1/pictures/hill/house-2/cam-1/1")).status_code == 404
    whole, narrow = (await mei.get(taken[0]["url"])).content, await mei.get(taken[0]["url"] + "?width=320")
    assert (whole, jpeg_problem(narrow.content, (320, 240))) == (JPEG, "")
    assert "immutable" in narrow.headers["cache-control"]
    assert (await mei.get(taken[0]["url"] + "?width=300")).status_code == 422
    earlier = (await mei.get(f"{HOUSE}/pictures", params={"to": (now - timedelta(hours=5)).isoformat()})).json()
    assert len(earlier) == 2
    assert (await mei.get(f"{HOUSE}/pictures", params={"to": "0001-01-01T00:00:00Z"})).json() == []


async def test_what_came_late_is_told_with_its_series(app: FastAPI, mei: httpx.AsyncClient):
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    late_ones = [readings(n + 1, start + timedelta(minutes=5 * n), delayed=True) for n in range(6)]
    await settle(app, *late_ones, readings(20, start + timedelta(hours=2)))
    answer = (await mei.get(f"{HOUSE}/series?quantity=temperature_celsius")).json()
    [[from_ms, to_ms]] = answer["late"]
    start_ms = int(start.timestamp() * 1000)
    assert from_ms <= start_ms < to_ms
    assert to_ms < start_ms + 3_600_000


def test_late_stretches_are_merged_and_forgotten(records: Records):
    step = late.STEP_MS
    with records.writing() as connection:
        late.note(connection, [(PI, 10 * step), (PI, 11 * step + 5), (PI, 20 * step)], 1)
        late.note(connection, [(PI, 11 * step)], 2)
    assert late.spans(records, ("hill", "house-2"), "pi-1", 0, 100 * step) == [
        (10 * step, 12 * step),
        (20 * step, 21 * step),
    ]
    assert late.spans(records, ("hill", "house-2"), "pi-2", 0, 100 * step) == []
    with records.writing() as connection:
        late.forget(connection, 15 * step)
    assert late.spans(records, ("hill", "house-2"), "pi-1", 0, 100 * step) == [(20 * step, 21 * step)]


async def test_weights_of_a_flock_by_its_name(app: FastAPI, mei: httpx.AsyncClient):
    zone = app.state.services.config.zone
    today = datetime.now(zone).date()
    await place_flock(app, today - timedelta(days=20))
    await settle(app, weight(1, 800.0, datetime.now(UTC)))
    assert (await mei.get(f"{HOUSE}/weights?flock=f-1")).json() == (await mei.get(f"{HOUSE}/weights")).json()
    refused = await mei.get(f"{HOUSE}/weights?flock=f-9")
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_flock")


@pytest.fixture
def photo() -> bytes:
    return min((FIXTURES / "droppings").glob("*.jpg")).read_bytes()


async def test_a_photo_of_droppings_is_looked_at_once_and_kept(app: FastAPI, mei: httpx.AsyncClient, photo: bytes):
    await settle(app, readings(1, datetime.now(UTC)))
    jpeg = {"Content-Type": "image/jpeg"}
    first = await mei.put(f"{HOUSE}/droppings/c-1", content=photo, headers=jpeg)
    assert first.status_code == 200, first.text
    check = first.json()
    assert sum(check["probabilities"].values()) == pytest.approx(1, abs=0.001)
    assert check["answer"] in {*check["probabilities"], "not_sure"}
    assert (await mei.put(f"{HOUSE}/droppings/c-1", content=photo, headers=jpeg)).json() == check
    other = await mei.put(f"{HOUSE}/droppings/c-1", content=JPEG, headers=jpeg)
    assert (other.status_code, other.json()["code"]) == (409, "photo_taken")
    assert (await mei.get(f"{HOUSE}/droppings")).json() == [check]
    await mei.put(f"{HOUSE}/droppings/c-2", content=photo, headers=jpeg)
    page = await mei.get(f"{HOUSE}/droppings?limit=1")
    following = await mei.get(page.links["next"]["url"])
    assert [one["check"] for one in page.json() + following.json()] == ["c-2", "c-1"]
    assert "next" not in following.links
    assert (await mei.get(f"{HOUSE}/droppings?flock=another")).json() == []
    assert (await mei.get(check["photo"])).content == photo


async def test_what_is_no_photo_is_refused(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, readings(1, datetime.now(UTC)))
    refused = await mei.put(f"{HOUSE}/droppings/c-2", content=b"\xff\xd8no", headers={"Content-Type": "image/jpeg"})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_jpeg")


async def test_without_the_libraries_the_page_is_told_what_to_install(
    app: FastAPI, mei: httpx.AsyncClient, photo: bytes, monkeypatch: pytest.MonkeyPatch
):
    await settle(app, readings(1, datetime.now(UTC)))
    monkeypatch.setitem(sys.modules, "models.runtime.photo", None)  # as when it can't be imported
    refused = await mei.put(f"{HOUSE}/droppings/c-3", content=photo, headers={"Content-Type": "image/jpeg"})
    assert (refused.status_code, refused.json()["code"]) == (501, "no_network")
    assert "henwise[droppings]" in refused.json()["detail"]
