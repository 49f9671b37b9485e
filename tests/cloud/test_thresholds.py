"""A house's limits over HTTP: read, tried on the past, changed by one at a time, and who did it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cloud.api.services import Services
from tests.cloud.watched import ZONE, WatchedHouse

ADDRESS = "/api/v1/houses/hill/house-2/thresholds"
STRICT = {"rules": {"too-warm": {"watch": 1, "warning": 2, "severe": 3, "hold_min": 5}}}


@pytest.fixture
async def house(app: FastAPI) -> WatchedHouse:
    services: Services = app.state.services
    watched = WatchedHouse(services.series, services.records, services.media, now=datetime.now(UTC))
    await asyncio.to_thread(watched.place, 10)
    return watched


def row(answer: httpx.Response, rule: str) -> dict[str, Any]:
    return next(dict(one) for one in answer.json()["rules"] if one["rule"] == rule)


async def test_limits_are_told_with_todays_target_and_where_they_come_from(mei: httpx.AsyncClient, house: WatchedHouse):
    answer = await mei.get(ADDRESS)
    assert answer.headers["etag"] == '"0"'
    warm = row(answer, "too-warm")
    assert (warm["limits"], warm["edited"], warm["from_target"]) == (
        {"watch": 4, "warning": 6, "severe": 9}, False, True,
    )  # fmt: skip
    assert 25 < warm["target"] < 28
    assert row(answer, "heat-stress")["asleep"]
    assert "2007/43" in row(answer, "ammonia")["source"]


async def test_the_standard_of_a_house_changes_its_limits_for_gases(mei: httpx.AsyncClient, house: WatchedHouse):
    answer = await mei.put(ADDRESS, json={"standard": "china"}, headers={"If-Match": '"0"'})
    ammonia = row(answer, "ammonia")
    assert (ammonia["limits"]["warning"], ammonia["edited"]) == (14.4, False)
    assert "NY/T 388" in ammonia["source"]


async def test_a_change_counts_is_remembered_and_can_be_taken_back(mei: httpx.AsyncClient, house: WatchedHouse):
    answer = await mei.put(ADDRESS, json=STRICT, headers={"If-Match": '"0"'})
    assert (answer.status_code, answer.headers["etag"], answer.json()["changed_by"]) == (200, '"1"', "mei")
    assert row(answer, "too-warm")["limits"] == {"watch": 1, "warning": 2, "severe": 3}
    await asyncio.to_thread(house.measure, 30, temperature_celsius=28.4)
    assert await asyncio.to_thread(house.judge) == [("too-warm", "opened", 2)]
    back = await mei.put(ADDRESS, json={}, headers={"If-Match": answer.headers["etag"]})
    assert row(back, "too-warm")["edited"] is False
    told = (await mei.get(f"{ADDRESS}/changes")).json()
    assert [(one["version"], one["by"]) for one in told] == [(2, "mei"), (1, "mei")]
    assert told[1]["settings"]["rules"]["too-warm"]["warning"] == 2


async def test_two_people_cannot_undo_each_other_unseen(mei: httpx.AsyncClient, house: WatchedHouse):
    assert (await mei.put(ADDRESS, json=STRICT)).json()["code"] == "which_version"
    assert (await mei.put(ADDRESS, json=STRICT, headers={"If-Match": "0"})).status_code == 200
    late = await mei.put(ADDRESS, json={}, headers={"If-Match": '"0"'})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert (await mei.get(ADDRESS)).json()["version"] == 1


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"rules": {"no-such-rule": {"watch": 1}}}, "is not a rule"),
        ({"rules": {"too-warm": {"watch": 9, "warning": 3}}}, "step by step"),
        ({"rules": {"too-cold": {"watch": -3, "warning": -1}}}, "step by step"),
        ({"rules": {"ammonia": {"watch": 5000}}}, "between 2 and 200 ppm"),
        ({"rules": {"ammonia": {}}}, "at least one limit"),
        ({"rules": {"ammonia": {"watch": 9, "hold_min": -1}}}, "hold_min"),
        ({"targets": [[7, 30], [7, 28]]}, "rise from row to row"),
        ({"targets": [[0, 99]]}, "between 0 and 45"),
        ({"standard": "mars"}, "standard"),
    ],
)
async def test_limits_that_cannot_be_are_refused_in_a_sentence(
    mei: httpx.AsyncClient, house: WatchedHouse, settings: dict[str, Any], word: str
):
    answer = await mei.put(ADDRESS, json=settings, headers={"If-Match": '"0"'})
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


async def test_a_change_is_tried_on_the_past_before_it_is_saved(mei: httpx.AsyncClient, house: WatchedHouse):
    # From noon there, so that the warm hours lie within days of one target each, whenever the test runs.
    house.now = datetime.now(ZONE).replace(hour=12, minute=0) - timedelta(days=6)
    for _ in range(3):
        await asyncio.to_thread(house.measure, 60 * 20, temperature_celsius=26.0, humidity_percent=60.0)
        await asyncio.to_thread(house.measure, 60 * 4, temperature_celsius=29.5, humidity_percent=60.0)
    await asyncio.to_thread(house.measure, 120, temperature_celsius=26.0, humidity_percent=60.0)
    asked = {"settings": STRICT, "rules": ["too-warm", "dead-suspect"]}
    strict = (await mei.post(f"{ADDRESS}/replay", json=asked)).json()
    assert strict["counts"] == {"too-warm": 3, "dead-suspect": 0}
    assert strict["not_replayed"] == ["dead-suspect"]
    assert [one["level"] for one in strict["rings"]] == ["warning"] * 3
    assert all(one["ended_at"] for one in strict["rings"])
    assert "29.5 °C" in strict["rings"][0]["en"]["what"]
    as_now = (await mei.post(f"{ADDRESS}/replay", json={"rules": ["too-warm"]})).json()
    assert as_now["counts"] == {"too-warm": 0}
    assert (await mei.get(ADDRESS)).json()["version"] == 0
