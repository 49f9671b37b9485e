"""The API over ASGI, with real stores and a broker that is away."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from cloud.api.document import api_document
from cloud.api.services import Services
from cloud.app import create_app
from cloud.book.flocks import FlockBook
from cloud.book.moment import Writing
from cloud.config import CloudConfig
from cloud.store import people
from cloud.store.attempts import PER_NAME, WINDOW_MS
from cloud.store.flocks import FlockFacts
from tests.cloud.conftest import BASE, PASSWORD, settle
from tests.cloud.sending import JPEG, PI, count, readings, snapshot, status, weight


async def place_flock(app: FastAPI, placed_on: date) -> None:
    book = FlockBook(app.state.services.records, "hill")
    today = datetime.now(app.state.services.config.zone).date()
    facts = FlockFacts("house-2", "ross-308", placed_on, 480)
    await asyncio.to_thread(book.place, "f-1", facts, Writing("mei", 0, today))


def routes() -> list[tuple[str, str]]:
    document = api_document(create_app(CloudConfig()))
    return [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]


def test_the_routes_are_those_the_dashboard_was_promised():
    house = "/api/v1/houses/{farm}/{house}"
    assert set(routes()) >= {
        ("POST", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/api/v1/session"),
        ("GET", "/api/v1/houses"),
        ("GET", house),
        ("GET", f"{house}/weights"),
        ("GET", f"{house}/stock"),
        ("PUT", f"{house}/floor"),
        ("GET", f"{house}/flocks"),
        ("PUT", f"{house}/flocks/{{flock}}"),
        ("PUT", f"{house}/flocks/{{flock}}/events/{{event}}"),
        ("DELETE", f"{house}/flocks/{{flock}}/events/{{event}}"),
        ("GET", f"{house}/log"),
        ("PUT", f"{house}/log/{{entry}}"),
        ("DELETE", f"{house}/log/{{entry}}"),
        ("PUT", f"{house}/log/{{entry}}/photo"),
        ("GET", f"{house}/log/{{entry}}/photo.jpg"),
        ("GET", f"{house}/series"),
        ("GET", f"{house}/live"),
        ("GET", "/api/v1/farms/{farm}/devices"),
        ("PUT", "/api/v1/farms/{farm}/devices/{house}/{device}"),
        ("GET", f"{house}/thresholds"),
        ("PUT", f"{house}/thresholds"),
        ("GET", f"{house}/thresholds/changes"),
        ("POST", f"{house}/thresholds/replay"),
        ("GET", f"{house}/alerts"),
        ("GET", f"{house}/alerts/{{alert}}"),
        ("POST", f"{house}/alerts/{{alert}}/acknowledge"),
        ("POST", f"{house}/alerts/{{alert}}/snooze"),
        ("DELETE", f"{house}/alerts/{{alert}}/snooze"),
        ("PUT", f"{house}/alerts/{{alert}}/assignment"),
        ("GET", f"{house}/findings"),
        ("GET", f"{house}/findings/{{device}}/{{finding}}/{{at_ms}}.jpg"),
        ("POST", f"{house}/findings/{{device}}/{{finding}}/verdict"),
        ("POST", f"{house}/cameras/{{camera}}/count"),
        ("POST", f"{house}/cameras/{{camera}}/marks"),
        ("POST", f"{house}/hand-weighings"),
        ("DELETE", f"{house}/hand-weighings/{{weighing}}"),
        ("GET", "/api/v1/pictures/{farm}/{house}/{camera}/{at_ms}.jpg"),
    }


async def test_a_guessed_cookie_is_no_sign_in(stranger: httpx.AsyncClient):
    answer = await stranger.get("/api/v1/houses", headers={"cookie": "henwise_session=guessed"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: httpx.AsyncClient):
    answer = await stranger.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
    assert answer.json()["name"] == "mei"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


async def test_secure_cookies_when_configured(config: CloudConfig, dist: Path):
    secure = config.model_copy(update={"http": config.http.model_copy(update={"secure_cookies": True})})
    service = create_app(secure, dist)
    async with service.router.lifespan_context(service):
        services: Services = service.state.services
        people.add_user(services.records, services.passwords, "mei", PASSWORD, datetime.now(UTC))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="https://h.test") as client:
            answer = await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_signing_out_ends_the_session_in_the_store(mei: httpx.AsyncClient):
    token = mei.cookies["henwise_session"]
    assert (await mei.get("/api/v1/session")).json()["name"] == "mei"
    assert (await mei.delete("/api/v1/session")).status_code == 204
    mei.cookies.set("henwise_session", token)
    assert (await mei.get("/api/v1/session")).status_code == 401


async def test_wrong_passwords_are_counted_per_name(stranger: httpx.AsyncClient):
    async def attempt(name: str, password: str = PASSWORD.upper()) -> httpx.Response:
        return await stranger.post("/api/v1/session", json={"name": name, "password": password})

    codes = [(await attempt("mei")).status_code for _ in range(PER_NAME + 1)]
    assert codes == [401] * PER_NAME + [429]
    refused = await attempt("mei", PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["retry-after"]) <= WINDOW_MS / 1000 + 1
    assert (await attempt("li")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": BASE}, 200),
        ({"origin": BASE, "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": f"{BASE}.evil.test"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_other_sites_may_not_act_for_the_user(stranger: httpx.AsyncClient, headers: dict[str, str], status: int):
    body = {"name": "mei", "password": PASSWORD}
    answer = await stranger.post("/api/v1/session", json=body, headers=headers)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "foreign_origin"


async def test_endless_bodies_are_refused(stranger: httpx.AsyncClient):
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"

    for content in (b"x" * 70_000, pieces()):
        answer = await stranger.post("/api/v1/session", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_every_answer_carries_the_security_headers(mei: httpx.AsyncClient):
    for address in ("/", "/api/v1/houses", "/api/v1/nothing", "/assets/index-abc123.js"):
        headers = (await mei.get(address)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/v1/nothing", 404, "not_found"),
        ("/api/v1/houses/hill/house-9", 404, "no_such_house"),
        ("/api/v1/houses/hill/house-9/live", 404, "no_such_house"),
        ("/api/v1/houses/hill/house-2/series?quantity=visible_birds", 404, "no_such_series"),
        ("/api/v1/houses/hill/house-2/series?quantity=colour", 422, "bad_request"),
        ("/api/v1/houses/hill/house-2/series", 422, "bad_request"),
        (
            "/api/v1/houses/hill/house-2/series?quantity=temperature_celsius&from=2026-11-22T00:00:00",
            422,
            "bad_request",
        ),
        ("/api/v1/houses/hill/house-2/series?quantity=temperature_celsius&points=1000000", 422, "bad_request"),
        ("/api/v1/houses/hill/house-2/series?quantity=temperature_celsius&from=5000&to=4000", 422, "bad_request"),
        (
            "/api/v1/houses/hill/house-2/series?quantity=temperature_celsius&from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00.0004Z",
            422,
            "bad_request",
        ),
        ("/api/v1/houses/hill/HOUSE/weights", 422, "bad_request"),
        ("/api/v1/pictures/hill/house-2/cam-1/1.jpg", 404, "no_such_picture"),
        ("/api/v1/pictures/hill/house-2/cam-1/x.jpg", 422, "bad_request"),
    ],
)
async def test_refusals_are_problems_with_stable_codes(
    app: FastAPI, mei: httpx.AsyncClient, address: str, status: int, code: str
):
    await settle(app, readings(1))
    answer = await mei.get(address)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert answer.json()["detail"]


async def test_the_first_year_of_all_is_an_empty_series(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, readings(1))
    address = "/api/v1/houses/hill/house-2/series?quantity=temperature_celsius&to=0001-01-01T00:00:00Z"
    answer = await mei.get(address)
    assert (answer.status_code, answer.json()["at_ms"]) == (200, [])


async def test_half_a_character_in_a_password_is_refused(stranger: httpx.AsyncClient):
    typed = json.dumps({"name": "mei", "password": "\ud800"})
    answer = await stranger.post("/api/v1/session", content=typed, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")


async def test_a_house_at_a_glance(app: FastAPI, mei: httpx.AsyncClient):
    now = datetime.now(UTC).replace(microsecond=0)
    today = now.astimezone(app.state.services.config.zone).date()
    await place_flock(app, today - timedelta(days=28))
    await settle(
        app,
        readings(1, now, temperature_celsius=30.0, humidity_percent=50.0),
        weight(2, 1600.0, now - timedelta(seconds=2)),
        weight(3, 1640.0, now),
        count(4, 212.0, now),
        snapshot(5, now),
        status("online", now),
        readings(6, now, load_grams=1640.0).model_copy(update={"instrument": "scale-1"}),  # not climate
    )
    assert (await mei.get("/api/v1/houses")).json() == [{"farm": "hill", "house": "house-2", "name": None}]
    house = (await mei.get("/api/v1/houses/hill/house-2")).json()
    at = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert house["flock"] == {
        "flock": "f-1", "sex": "mixed", "breed": "ross-308",
        "placed_on": str(today - timedelta(days=28)), "placed_birds": 480, "age_days": 28,
    }  # fmt: skip
    assert (house["stock"]["birds"], house["stock"]["untold_days"]) == (480, 28)
    assert house["counts"] == [
        {
            "device": "pi-1", "camera": "cam-1", "at": at, "visible_birds": 212.0, "visible_low": 210.0,
            "visible_high": 214.0, "confidence": 0.8, "factor": 1.0, "share_birds": 212.0, "by_zone": {},
            "network": "henwise-n", "withheld": "", "by_hand": None,
        }
    ]  # fmt: skip
    [climate] = house["climate"]
    assert climate["heat_index"] == pytest.approx(78.3)
    assert climate["values"] == {"temperature_celsius": 30.0, "humidity_percent": 50.0}
    assert (house["weight"]["last_at"], house["weight"]["last_grams"]) == (at, 1640.0)
    assert house["weight"]["today"]["target_grams"] == 1616.0
    [picture] = house["pictures"]
    assert picture["boxes"] == [{"xyxy": [1.0, 2.0, 30.0, 40.0], "score": 0.9}]
    [device] = house["devices"]
    assert (device["state"], device["at"], device["version"]) == ("online", at, None)

    jpeg = await mei.get(picture["url"])
    assert jpeg.content == JPEG
    assert jpeg.headers["content-type"] == "image/jpeg"
    assert "immutable" in jpeg.headers["cache-control"]
    assert "private" in jpeg.headers["cache-control"]


async def test_weights_by_day_against_the_curve(app: FastAPI, mei: httpx.AsyncClient):
    zone = app.state.services.config.zone
    today = datetime.now(zone).date()
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=zone) - timedelta(days=3)
    await place_flock(app, today - timedelta(days=20))
    await settle(app, *(weight(n + 1, grams, noon + timedelta(seconds=n)) for n, grams in enumerate([790, 810, 830])))
    history = (await mei.get("/api/v1/houses/hill/house-2/weights")).json()
    [day] = history["days"]
    assert (day["day"], day["age_days"], day["weighings"], day["mean_grams"]) == (str(noon.date()), 17, 3, 810.0)
    # s = 20 g; birds come back, so three weighings are worth 3 / 2.7 = 1.11; 12.706 * 20 / sqrt(1.11) = 241.08
    assert day["interval_grams"] == [pytest.approx(568.92, abs=0.02), pytest.approx(1051.08, abs=0.02)]
    assert day["cv_percent"] == pytest.approx(2.469, abs=0.001)
    assert (history["breed"], history["curve"][0]) == ("ross-308", {"age_days": 0, "grams": 44.0})
    assert day["target_grams"] == next(point["grams"] for point in history["curve"] if point["age_days"] == 17)


async def test_a_series_raw_and_in_buckets_and_in_both_spellings_of_time(app: FastAPI, mei: httpx.AsyncClient):
    start = datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(hours=2)
    values = [20 + n / 10 for n in range(60)]
    await settle(
        app, *(readings(n + 1, start + timedelta(minutes=n), temperature_celsius=v) for n, v in enumerate(values))
    )
    address = "/api/v1/houses/hill/house-2/series?quantity=temperature_celsius"
    raw = (await mei.get(address)).json()
    assert (raw["device"], raw["source"], raw["unit"], raw["resolution"]) == ("pi-1", "thermo-1", "°C", "raw")
    assert raw["mean"] == raw["low"] == raw["high"] == values
    assert raw["at_ms"] == [int(start.timestamp() * 1000) + n * 60_000 for n in range(60)]

    end = start + timedelta(hours=3)
    thin = (
        await mei.get(
            "/api/v1/houses/hill/house-2/series",
            params={
                "quantity": "temperature_celsius",
                "from": start.isoformat(),
                "to": int(end.timestamp() * 1000),
                "points": 20,
            },
        )
    ).json()
    assert thin["resolution"] == "bucket"
    assert len(thin["at_ms"]) <= 20
    assert None in thin["mean"]  # the last two hours are a gap, not a line
    assert min(v for v in thin["low"] if v is not None) == 20.0
    assert max(v for v in thin["high"] if v is not None) == 25.9


async def test_without_a_source_the_one_that_spoke_last_answers(app: FastAPI, mei: httpx.AsyncClient):
    now = datetime.now(UTC)
    old = readings(1, now - timedelta(minutes=9))
    new = readings(2, now).model_copy(update={"instrument": "thermo-2"})
    await settle(app, old, new)
    address = "/api/v1/houses/hill/house-2/series?quantity=humidity_percent"
    assert (await mei.get(address)).json()["source"] == "thermo-2"
    assert (await mei.get(f"{address}&source=thermo-1&device={PI.device}")).json()["source"] == "thermo-1"


async def test_health_needs_no_sign_in_and_says_what_is_away(stranger: httpx.AsyncClient):
    answer = await stranger.get("/healthz")
    said = {"status": "degraded", "waiting_for": ["broker"], "broker_connected": False, "store_writable": True}
    assert answer.json() == said


async def test_what_a_page_sends_is_taken_only_from_the_person_it_means(mei: httpx.AsyncClient):
    entry = "/api/v1/houses/hill/house-2/log/entry-1"
    told = {"kind": "note", "text": "calm"}
    for meant, code in (("li", 401), ("%E7%8E%8B%E8%8A%B3", 401), ("mei", 200), ("%6dei", 200)):
        answer = await mei.get("/api/v1/session", headers={"Henwise-Person": meant})
        assert answer.status_code == code, meant
    refused = await mei.put(entry, json=told, headers={"Henwise-Person": "li"})
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert (await mei.get("/api/v1/session")).status_code == 200


def test_the_document_describes_what_the_stream_and_refusals_carry():
    document = api_document(create_app(CloudConfig()))
    schemas = document["components"]["schemas"]
    assert {"HousePatch", "Problem", "HouseNow", "WeightHistory"} <= set(schemas)
    text = str(document)
    assert "HTTPValidationError" not in text
    for name in {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schemas
