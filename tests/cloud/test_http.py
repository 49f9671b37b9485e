"""What holds for every answer: language, entity tags, other sites, health, counters."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

import cloud
from cloud.api.document import api_document
from cloud.api.examples import EXAMPLES
from cloud.api.language import LANGUAGES, language_of
from cloud.api.problem_words import TITLES
from cloud.app import create_app
from cloud.config import CloudConfig
from cloud.live import Hub
from tests.cloud.conftest import BASE, PASSWORD, settle
from tests.cloud.sending import count, readings

GLANCE = "/api/v1/houses/hill/house-2"


def codes_in_use() -> Iterator[str]:
    for path in Path(cloud.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"Refusal": 1, "not_found": 0}.get(node.func.id)
                code = node.args[place] if place is not None and len(node.args) > place else None
                if isinstance(code, ast.Constant):
                    yield str(code.value)


async def test_whoever_writes_a_program_is_given_the_document(stranger: httpx.AsyncClient):
    answer = await stranger.get("/api/v1/openapi.json")
    told = answer.json()
    assert "Authorization: Bearer" in told["info"]["description"]
    assert told["paths"]["/api/v1/houses/{farm}/{house}"]["get"]
    again = await stranger.get("/api/v1/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_every_code_has_a_sentence_in_both_languages():
    assert set(codes_in_use()) <= set(TITLES)
    for code, titles in TITLES.items():
        assert set(titles) == set(LANGUAGES), code
        assert any("一" <= character <= "鿿" for character in titles["zh"]), code


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de-DE,de;q=0.9,zh;q=0.4,en;q=0.5", "en"),
        ("zh;q=0", "en"),
        ("EN-gb", "en"),
        ("zh;q=many, en;q=0.1", "en"),
    ],
)
def test_the_language_that_is_asked_for(header: str, language: str):
    assert language_of(Headers({"accept-language": header})) == language


@given(st.text(st.characters(codec="latin-1")))
def test_any_header_has_a_language(header: str):
    assert language_of(Headers({"accept-language": header})) in LANGUAGES


async def test_refusals_speak_the_language_of_the_request(mei: httpx.AsyncClient):
    answer = await mei.get("/api/v1/houses/hill/house-9", headers={"accept-language": "zh-CN"})
    assert answer.headers["content-language"] == "zh"
    problem = answer.json()
    assert (problem["code"], problem["title"], problem["detail"]) == (
        "no_such_house",
        "没有这栋鸡舍。",
        "没有鸡舍 hill/house-9。",
    )
    answer = await mei.post("/api/v1/session", json={}, headers={"accept-language": "zh"})
    assert answer.json()["detail"] == "name：缺少该项"


LIMITS = f"{GLANCE}/thresholds"
UPSIDE_DOWN = {"rules": {"too-warm": {"watch": 9, "warning": 3}}}


@pytest.mark.parametrize(
    ("method", "address", "body", "said"),
    [
        ("GET", "/api/v1/houses?limit=many", None, "limit：应为整数"),
        ("GET", f"{GLANCE}/series?quantity=light_lux&from=yesterday", None, "from：应为时间，如 2026-11-29T08:00:00Z"),
        ("GET", f"{GLANCE}/series?quantity=light_lux&source=Lamp", None, "source：格式不对"),
        ("GET", f"{GLANCE}/series?quantity=light_lux&from=2026-11-29T08:00:00", None, "from：时间须注明时区"),
        ("PUT", LIMITS, UPSIDE_DOWN, "too-warm：留意、警告、严重三级须逐级加重"),
        ("PUT", LIMITS, {"rules": {"ammonia": {"watch": 5000}}}, "ammonia：限值须在 2 至 200 ppm 之间"),
        ("PUT", LIMITS, {"rules": {"ammonia": {"watch": "much"}}}, "rules.ammonia.watch：应为数字"),
        ("PUT", LIMITS, {"targets": [[7, 30], [7, 28]]}, "targets：日龄须逐行增大，0 至 1000 天"),
        ("PUT", "/api/v1/session/password", {"old": "x", "new": "short"}, "new：太短或项数太少"),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_in_chinese(
    app: FastAPI, mei: httpx.AsyncClient, method: str, address: str, body: object, said: str
):
    await settle(app, readings(1))
    answer = await mei.request(method, address, json=body, headers={"accept-language": "zh", "if-match": '"0"'})
    assert (answer.status_code, answer.json()["detail"]) == (422, said)


class TestEntityTags:
    async def test_what_is_known_is_not_sent_again(self, mei: httpx.AsyncClient, app: FastAPI):
        await settle(app, readings(1))
        first = await mei.get("/api/v1/houses")
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        again = await mei.get("/api/v1/houses", headers={"if-none-match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert (await mei.get("/api/v1/houses", headers={"if-none-match": '"other"'})).json() == first.json()

    async def test_a_change_is_sent(self, mei: httpx.AsyncClient, app: FastAPI):
        empty = await mei.get("/api/v1/houses")
        await settle(app, readings(1))
        answer = await mei.get("/api/v1/houses", headers={"if-none-match": empty.headers["etag"]})
        assert answer.status_code == 200

    async def test_large_answers_are_tagged_and_compressed(self, mei: httpx.AsyncClient, app: FastAPI):
        await settle(app, *(count(seq, 212.0, camera=f"cam-{seq}") for seq in range(1, 6)))
        first = await mei.get(GLANCE)
        assert first.headers["content-encoding"] == "gzip"
        assert first.headers["etag"].startswith('W/"')

    async def test_refusals_and_writes_have_none(self, mei: httpx.AsyncClient):
        assert "etag" not in (await mei.get("/api/v1/houses/hill/house-9")).headers
        assert "etag" not in (await mei.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})).headers


class TestOtherSites:
    ORIGIN = "https://agronomist.example"
    ASKING = {  # noqa: RUF012  # headers of a question before the question
        "origin": ORIGIN,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
    }

    async def test_browsers_of_other_sites_are_refused_unless_invited(self, stranger: httpx.AsyncClient):
        answer = await stranger.options("/api/v1/houses", headers=self.ASKING)
        assert "access-control-allow-origin" not in answer.headers
        assert (
            "access-control-allow-origin"
            not in (await stranger.get("/healthz", headers={"origin": self.ORIGIN})).headers
        )

    async def test_an_invited_site_may_ask_but_never_with_the_cookie(self, config: CloudConfig, dist: Path):
        invited = config.model_copy(update={"http": config.http.model_copy(update={"allowed_origins": [self.ORIGIN]})})
        service = create_app(invited, dist)
        async with (
            service.router.lifespan_context(service),
            httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url=BASE) as client,
        ):
            answer = await client.options("/api/v1/houses", headers=self.ASKING)
            assert answer.headers["access-control-allow-origin"] == self.ORIGIN
            assert "access-control-allow-credentials" not in answer.headers
            body = {"name": "mei", "password": "wrong password"}
            headers = {"origin": self.ORIGIN, "sec-fetch-site": "cross-site"}
            answer = await client.post("/api/v1/session", json=body, headers=headers)
            assert answer.json()["code"] == "wrong_password"
            answer = await client.post("/api/v1/session", json=body, headers=headers | {"cookie": "henwise_session=x"})
            assert answer.json()["code"] == "foreign_origin"
            answer = await client.post("/api/v1/session", json=body, headers=headers | {"origin": "https://evil.test"})
            assert answer.json()["code"] == "foreign_origin"


async def test_a_service_without_its_broker_is_healthy_but_not_ready(stranger: httpx.AsyncClient):
    assert (await stranger.get("/healthz")).status_code == 200
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    said = {"status": "degraded", "waiting_for": ["broker"], "broker_connected": False, "store_writable": True}
    assert answer.json() == said


async def test_counters_name_routes_and_never_farms(mei: httpx.AsyncClient, app: FastAPI):
    await settle(app, readings(1))
    app.state.services.vitals.points = 2
    await mei.get(GLANCE)
    await mei.get("/some/page")
    await mei.get("/api/v1/nothing/hill")
    for invented in range(3):
        await mei.request(f"MADE-UP-{invented}", "/api/v1/session")
    text = (await mei.get("/metrics")).text
    assert "MADE-UP" not in text
    assert 'method="other"' in text
    assert "henwise_points_total 2.0" in text
    assert "henwise_broker_connected 0.0" in text
    pattern = 'method="GET",route="/houses/{farm}/{house}",status="200"'
    assert f"henwise_http_request_seconds_count{{{pattern}}} 1.0" in text
    assert "hill" not in text


async def test_nobody_holds_live_streams_without_end(
    mei: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
):
    await settle(app, readings(1))
    monkeypatch.setattr("cloud.api.live.STREAMS_MOST", 1)
    hub = app.state.services.hub
    with hub.attach("hill", "house-2", "somebody else"):
        [reader] = await readers_while_open(mei, hub)
    with hub.attach("hill", "house-2", reader):
        answer = await mei.get(f"{GLANCE}/live")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")


async def readers_while_open(client: httpx.AsyncClient, hub: Hub) -> set[str]:
    """Open a stream, and return who reads one meanwhile; closing the hub is what ends it here."""
    before = set(hub.readers())
    asking = asyncio.create_task(client.get(f"{GLANCE}/live"))
    async with asyncio.timeout(90):
        while not (found := set(hub.readers()) - before):
            await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait([asking])
    return found


def bodies(document: dict[str, Any]) -> Iterator[str]:
    """Name the schemas of all JSON that can be sent."""
    for methods in document["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for one in content.get("oneOf", [content]):
                if "$ref" in one:
                    yield one["$ref"].rpartition("/")[2]


def test_everything_that_can_be_sent_has_an_example_that_fits():
    document = api_document(create_app(CloudConfig()))
    schemas = document["components"]["schemas"]
    assert set(bodies(document)) <= set(EXAMPLES)
    for name, example in EXAMPLES.items():
        assert schemas[name]["examples"] == [example]
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(example, schema)


async def test_a_wrong_method_is_told_from_a_wrong_address(mei: httpx.AsyncClient):
    answer = await mei.put("/api/v1/houses")
    assert (answer.status_code, answer.headers["allow"], answer.json()["code"]) == (405, "GET", "method_not_allowed")
    assert (await mei.get("/api/v1/nothing")).json()["code"] == "not_found"
    assert (await mei.delete("/some/page")).status_code == 405
