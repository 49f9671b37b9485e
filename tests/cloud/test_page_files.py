"""The dashboard's files as the service gives them, and what a page tells the browser to fetch beside them."""

import asyncio
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
from fastapi import FastAPI

from cloud.api.caller import COOKIE
from cloud.api.services import Services
from cloud.app import create_app
from cloud.config import CloudConfig
from cloud.rights import Role
from cloud.store import people
from contract.place import Place
from tests.cloud.conftest import BASE, PASSWORD, settle
from tests.cloud.sending import PI, at, readings, snapshot


async def test_pages_are_cached_by_their_kind_and_compressed(stranger: httpx.AsyncClient):
    for page in ("/", "/houses/hill/house-2"):
        answer = await stranger.get(page)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        assert "Henwise" in answer.text
    script = await stranger.get("/assets/index-abc123.js", headers={"accept-encoding": "gzip"})
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["vary"] == "Accept-Encoding"
    assert (await stranger.get("/assets/gone.js")).status_code == 404
    assert (await stranger.get("/..%2f..%2fdata/records.db")).text.startswith("<!doctype html>")


async def test_a_script_comes_as_the_build_compressed_it_to_a_browser_that_knows_brotli(
    stranger: httpx.AsyncClient, dist: Path
):
    address = "/assets/index-abc123.js"
    (dist / f"{address[1:]}.br").write_bytes(b"\x0b\x02\x80hello\x03")
    script = await stranger.get(address, headers={"accept-encoding": "gzip, deflate, br"})
    assert script.headers["content-encoding"] == "br"
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["vary"] == "Accept-Encoding"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-length"] == "9"
    other = await stranger.get(address, headers={"accept-encoding": "gzip"})
    assert other.headers["content-encoding"] == "gzip"
    assert other.text.startswith("console.log")
    assert (await stranger.get("/assets/gone.js", headers={"accept-encoding": "br"})).status_code == 404


async def _one_more(app: FastAPI, name: str, *, farm: str) -> None:
    """Let in somebody who may see one farm."""
    services: Services = app.state.services
    add = partial(people.add_user, role=Role.VIEWER, farm=farm)
    await asyncio.to_thread(add, services.records, services.passwords, name, PASSWORD, datetime.now(UTC))


async def test_a_page_names_what_it_will_ask_first_to_whoever_is_signed_in(
    app: FastAPI, mei: httpx.AsyncClient, stranger: httpx.AsyncClient
):
    def named(answer: httpx.Response) -> list[str]:
        return re.findall("<([^>]+)>", answer.headers.get("link", ""))

    session, of_house = "/api/v1/session", "/api/v1/houses/hill/house-2"
    ever = [session, "/api/v1/overview"]
    assert named(await mei.get("/")) == ever
    await settle(app, readings(1))
    assert named(await mei.get("/")) == [*ever, of_house]  # a single house: its page opens
    await settle(app, snapshot(2, at(2)), snapshot(3, at(3)))
    [shown] = (await mei.get(of_house)).json()["pictures"]
    picture = f"{shown['url']}?width=640"
    assert (await mei.get(picture)).status_code == 200
    assert named(await mei.get("/")) == [*ever, of_house, picture]
    assert named(await mei.get("/alerts")) == ever
    assert named(await mei.get("/houses/hill/house-2")) == [session, of_house, picture]
    assert named(await mei.get("/houses/hill/house-2/charts")) == [session]
    assert named(await mei.get("/houses/hill/house-2%0d%0aset-cookie:x")) == [session]
    await _one_more(app, "li", farm="hill")
    await stranger.post("/api/v1/session", json={"name": "li", "password": PASSWORD})
    await settle(app, snapshot(4), place=Place(farm="valley", house="house-1", device=PI.device))
    assert len(named(await mei.get("/houses/valley/house-1"))) == 3
    assert named(await stranger.get("/houses/valley/house-1")) == [session]  # nor when another's farm took a picture
    assert named(await stranger.get("/")) == [*ever, of_house, picture]
    stranger.cookies.clear()
    await settle(app, readings(5), place=Place(farm="hill", house="house-3", device="pi-1"))
    assert named(await mei.get("/")) == ever
    assert named(await mei.get("/assets/index-abc123.js")) == []
    assert named(await stranger.get("/houses/hill/house-2")) == []
    stranger.cookies.set(COOKIE, "of-a-session-that-is-over")
    assert named(await stranger.get("/")) == []


async def test_a_dashboard_that_is_not_built_says_so(config: CloudConfig, tmp_path: Path):
    service = create_app(config, tmp_path / "nowhere")
    async with (
        service.router.lifespan_context(service),
        httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url=BASE) as client,
    ):
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "npm run build" in answer.text
