"""Weighings by hand: told on the page or beside a scale, and what the house's weights make of them."""

import asyncio
import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cloud.store.flocks import FlockFacts
from contract.messages import HandWeighing
from tests.cloud.conftest import settle
from tests.cloud.placing import place
from tests.cloud.sending import BOOT, PI, weight

HOUSE = "/api/v1/houses/hill/house-2"
AGE = 44


def grams(age: float) -> float:
    return 6400 * math.exp(-math.exp(-0.043 * (age - 35)))


def day_of_age(app: FastAPI, age: int) -> date:
    today = datetime.now(app.state.services.config.zone).date()
    return today - timedelta(days=AGE - age)


async def a_flock(app: FastAPI) -> None:
    """Place a flock of ``AGE`` days; its scale said 30 weights a day of the last ten, all 3 % low."""
    records, zone = app.state.services.records, app.state.services.config.zone
    await asyncio.to_thread(place, records, FlockFacts("house-2", "ross-308", day_of_age(app, 0), 480))
    seq = 0
    for age in range(AGE - 10, AGE + 1):
        day = day_of_age(app, age)
        # The test may run just after midnight: today's weighings stand at its first seconds.
        morning = datetime(day.year, day.month, day.day, tzinfo=zone)
        sent = []
        for number in range(30):
            seq += 1
            share = 0.97 * (1 + 0.1 * math.sin(number))
            sent.append(weight(seq, grams(age) * share, morning + timedelta(milliseconds=number)))
        await settle(app, *sent)


def by_hand(app: FastAPI, age: int = 40, **more: Any) -> dict[str, Any]:
    return {"day": str(day_of_age(app, age)), "grams": round(grams(age)), "birds": 400, **more}


async def test_a_weighing_told_on_the_page_corrects_the_flock_openly_and_can_be_taken_back(
    app: FastAPI, mei: httpx.AsyncClient
):
    await a_flock(app)
    before = (await mei.get(f"{HOUSE}/weights")).json()
    assert (before["hand_weighings"], {day["flock"] for day in before["days"]}) == ([], {None})

    told = await mei.post(f"{HOUSE}/hand-weighings", json=by_hand(app))
    assert told.status_code == 201
    weighing = told.json()
    assert (weighing["age_days"], weighing["by"], weighing["scale"], weighing["corrects"]) == (40, "mei", None, True)
    assert (await mei.post(f"{HOUSE}/hand-weighings", json=by_hand(app))).json() == weighing

    history = (await mei.get(f"{HOUSE}/weights")).json()
    assert history["hand_weighings"] == [weighing]
    last, was = history["days"][-1], before["days"][-1]
    assert {**last, "flock": None} == was  # what the scale said stays
    flock = last["flock"]
    assert 1.01 < flock["grams"] / last["mean_grams"] < 1.06
    assert flock["interval_grams"][0] < flock["grams"] < flock["interval_grams"][1]
    assert (flock["hand_weighings"], flock["weighed_on"]) == (1, str(day_of_age(app, 40)))
    assert 1 < flock["away_percent"] < 6
    house = (await mei.get(HOUSE)).json()
    assert house["weight"]["today"] == last

    assert (await mei.delete(f"{HOUSE}/hand-weighings/{weighing['weighing']}")).status_code == 204
    assert (await mei.get(f"{HOUSE}/weights")).json() == before
    gone = await mei.delete(f"{HOUSE}/hand-weighings/{weighing['weighing']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_such_weighing")


def from_device(app: FastAPI, seq: int, grams_by_hand: float) -> HandWeighing:
    return HandWeighing(
        device=PI.device, boot=BOOT, seq=seq, at=datetime.now(UTC), weighing="w-1", scale="scale-1",
        day=day_of_age(app, 41), age_days=41, grams=grams_by_hand, birds=120, cv_percent=9.0,
    )  # fmt: skip


async def test_a_weighing_told_beside_a_scale_arrives_once_and_stays_away_when_it_was_taken_back(
    app: FastAPI, mei: httpx.AsyncClient
):
    await a_flock(app)
    for seq in (900, 901):
        await settle(app, from_device(app, seq, grams(41)))
    history = (await mei.get(f"{HOUSE}/weights")).json()
    [weighing] = history["hand_weighings"]
    assert (weighing["scale"], weighing["by"], weighing["cv_percent"]) == ("scale-1", "", 9.0)
    assert history["days"][-1]["flock"]["weighed_on"] == weighing["day"]
    await mei.delete(f"{HOUSE}/hand-weighings/w-1")
    await settle(app, from_device(app, 902, grams(41)))
    assert (await mei.get(f"{HOUSE}/weights")).json()["hand_weighings"] == []


async def test_an_early_weighing_is_kept_and_corrects_nothing(app: FastAPI, mei: httpx.AsyncClient):
    await a_flock(app)
    weighing = (await mei.post(f"{HOUSE}/hand-weighings", json=by_hand(app, 21))).json()
    assert weighing["corrects"] is False
    history = (await mei.get(f"{HOUSE}/weights")).json()
    assert (len(history["hand_weighings"]), history["days"][-1]["flock"]) == (1, None)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"birds": 9}, "weighed_out_of_range"),
        ({"grams": 2}, "weighed_out_of_range"),
        ({"grams": 5_000}, "too_far_apart"),
        ({"day": "2999-01-01"}, "not_yet_weighed"),
        ({"birds": "100"}, "bad_request"),
        ({"cv_percent": -1}, "bad_request"),
        ({"surprise": 1}, "bad_request"),
    ],
)
async def test_what_can_not_be_is_refused_with_a_sentence(
    app: FastAPI, mei: httpx.AsyncClient, more: dict[str, Any], code: str
):
    await a_flock(app)
    refused = await mei.post(f"{HOUSE}/hand-weighings", json={**by_hand(app), **more})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert len(refused.json()["detail"]) > 10
    assert (await mei.get(f"{HOUSE}/weights")).json()["hand_weighings"] == []


async def test_a_house_without_a_flock_and_no_house_say_so(app: FastAPI, mei: httpx.AsyncClient):
    body = {"day": "2026-01-01", "grams": 2400, "birds": 100}
    assert (await mei.post(f"{HOUSE}/hand-weighings", json=body)).json()["code"] == "no_such_house"
    await settle(app, weight(1, 2000.0))
    refused = await mei.post(f"{HOUSE}/hand-weighings", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_flock")
