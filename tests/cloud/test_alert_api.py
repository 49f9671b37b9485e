"""Alerts over HTTP: listed, read, acknowledged, put off, assigned; and on the house's own answer."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from cloud.api.services import Services
from tests.cloud.conftest import settle
from tests.cloud.sending import finding
from tests.cloud.watched import WatchedHouse

HOUSE = "/api/v1/houses/hill/house-2"


@pytest.fixture
async def house(app: FastAPI) -> WatchedHouse:
    services: Services = app.state.services
    watched = WatchedHouse(services.series, services.records, services.media, now=datetime.now(UTC))
    await asyncio.to_thread(watched.place, 10)
    return watched


async def found(app: FastAPI, house: WatchedHouse, *names: str) -> list[str]:
    """Let a camera find something under each name, newest last; return the alerts' ids, newest first."""
    for number, name in enumerate(names):
        when = datetime.now(UTC) - timedelta(minutes=len(names) - number)
        await settle(app, finding(number + 1, name, when, kind="dead_suspect", camera=name))
    await asyncio.to_thread(house.judge)
    return [one.alert for one in await asyncio.to_thread(house.open)]


async def test_an_open_alert_is_on_the_house_with_words_and_its_picture(
    app: FastAPI, mei: httpx.AsyncClient, house: WatchedHouse
):
    [alert] = await found(app, house, "camera-1")
    [row] = (await mei.get(HOUSE)).json()["alerts"]
    assert (row["alert"], row["rule"], row["level"], row["state"]) == (alert, "dead-suspect", "warning", "open")
    assert row["en"]["what"] == "Camera 1: 1 suspected dead."
    assert row["zh"]["what"] == "1 号摄像头：疑似死鸡 1 只。"
    assert (await mei.get(row["picture"])).headers["content-type"] == "image/jpeg"


async def test_past_alerts_come_in_pages(app: FastAPI, mei: httpx.AsyncClient, house: WatchedHouse):
    alerts = await found(app, house, *[f"camera-{number}" for number in range(5)])
    pages, after = [], ""
    while True:
        answer = (await mei.get(f"{HOUSE}/alerts?limit=2{after}")).json()
        pages.append([one["alert"] for one in answer["alerts"]])
        if answer["next"] is None:
            break
        after = f"&cursor={answer['next']}"
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(one for page in pages for one in page) == sorted(alerts)
    assert (await mei.get(f"{HOUSE}/alerts?state=resolved")).json() == {"alerts": [], "next": None}


async def test_what_people_do_is_told_once_and_stays_in_the_history(
    app: FastAPI, mei: httpx.AsyncClient, house: WatchedHouse
):
    [alert] = await found(app, house, "camera-1")
    address = f"{HOUSE}/alerts/{alert}"
    for _ in range(2):
        answer = await mei.post(f"{address}/acknowledge")
        assert (answer.status_code, answer.json()["acknowledged_by"]) == (200, "mei")
    until = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
    assert (await mei.post(f"{address}/snooze", json={"until": until.isoformat()})).json()["snoozed_until"]
    assert (await mei.delete(f"{address}/snooze")).json()["snoozed_until"] is None
    assert (await mei.put(f"{address}/assignment", json={"to": "li"})).json()["assigned_to"] == "li"
    told = (await mei.get(address)).json()
    kinds = [(one["kind"], one["by"]) for one in told["happened"]]
    mine = [(kind, "mei") for kind in ("acknowledged", "snoozed", "unsnoozed", "assigned")]
    assert kinds == [("opened", None), *mine]
    assert [one["n"] for one in told["happened"]] == [1, 2, 3, 4, 5]


async def test_what_cannot_be_is_refused(app: FastAPI, mei: httpx.AsyncClient, house: WatchedHouse):
    [alert] = await found(app, house, "camera-1")
    long_after = (datetime.now(UTC) + timedelta(days=8)).isoformat()
    answer = await mei.post(f"{HOUSE}/alerts/{alert}/snooze", json={"until": long_after})
    assert (answer.status_code, answer.json()["code"]) == (422, "snooze_out_of_range")
    answer = await mei.get(f"{HOUSE}/alerts/a-{'0' * 20}")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_alert")
    house.now += timedelta(days=2)
    await asyncio.to_thread(house.judge)
    answer = await mei.post(f"{HOUSE}/alerts/{alert}/acknowledge")
    assert (answer.status_code, answer.json()["code"]) == (409, "alert_over")


async def test_a_verdict_ends_the_alert_without_a_wait(app: FastAPI, mei: httpx.AsyncClient, house: WatchedHouse):
    [alert] = await found(app, house, "camera-1")
    await mei.post(f"{HOUSE}/findings/pi-1/camera-1/verdict", json={"answer": "false_alarm"})
    async with asyncio.timeout(90):
        while (await mei.get(f"{HOUSE}/alerts/{alert}")).json()["alert"]["state"] == "open":
            await asyncio.sleep(0.05)


async def test_strangers_see_and_do_nothing(app: FastAPI, stranger: httpx.AsyncClient, house: WatchedHouse):
    [alert] = await found(app, house, "camera-1")
    address = f"{HOUSE}/alerts/{alert}"
    answers = [
        await stranger.get(f"{HOUSE}/alerts"),
        await stranger.get(address),
        await stranger.post(f"{address}/acknowledge"),
        await stranger.put(f"{address}/assignment", json={"to": None}),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
