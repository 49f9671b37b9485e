"""Every route of the running app x every role x own and foreign farms: refused or let through, as the route declares.

A route that another room adds is found by itself; one that declares nobody fails here and at the service's start.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI

from cloud.api.caller import may, the_caller
from cloud.api.declared import Declared, declared
from cloud.api.services import Services
from cloud.app import create_app
from cloud.config import CloudConfig
from cloud.rights import RIGHTS, Right, Role
from cloud.store import farms, houses, memberships, people, sessions
from tests.cloud.conftest import BASE

OWN, FOREIGN, NOWHERE = "hill", "valley", "nowhere"
LIFE = timedelta(days=1)
GONE = {"no_such_house", "no_such_farm", "no_such_organisation"}

NAMES = {"house": "house-2", "camera": "cam-1", "device": "pi-1", "finding": "f-1", "at_ms": "1"}
"""Parts of addresses that lead somewhere; any other part becomes a number that leads nowhere."""
LEADS_NOWHERE = "999999"


def routes() -> list[Declared]:
    return declared(create_app(CloudConfig()))


@dataclass
class Answered:
    status: int
    code: str | None


async def ask(app: FastAPI, one: Declared, farm: str, user_id: int | None) -> Answered:
    """Send a request as this person, from a session of its own; a stream that begins is left at once."""
    services: Services = app.state.services
    names = {part.strip("{}"): LEADS_NOWHERE for part in one.path.split("/") if part.startswith("{")}
    address = one.path.replace("{at_ms}.jpg", NAMES["at_ms"] + ".jpg").format(**{**names, **NAMES, "farm": farm})
    headers = {}
    if user_id is not None:
        token = await asyncio.to_thread(sessions.begin, services.records, user_id, datetime.now(UTC), LIFE)
        headers = {"cookie": f"henwise_session={token}"}
    return await asyncio.wait_for(_answered(app, one.method, address, headers), 20)


async def _answered(app: FastAPI, method: str, address: str, headers: dict[str, str]) -> Answered:
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    body = bytearray()
    left = asyncio.Event()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            begun.set_result(message["status"])
        else:
            body.extend(message.get("body", b""))

    request = httpx.Request(method, BASE + address, headers=headers)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": request.url.path, "raw_path": request.url.raw_path, "query_string": b"", "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw], "client": ("10.0.0.9", 1),
        "server": ("henwise.test", 80), "state": {},
    }  # fmt: skip
    served = asyncio.create_task(app(scope, receive, send))
    done, _ = await asyncio.wait({served, begun}, return_when=asyncio.FIRST_COMPLETED)
    if begun not in done:
        served.result()
    status = await begun
    if status >= 400:
        await served
        return Answered(status, httpx.Response(status, content=bytes(body)).json().get("code"))
    left.set()
    served.cancel()
    await asyncio.wait({served})
    return Answered(status, None)


def _members(services: Services) -> dict[Role, int]:
    """Let two organisations have a farm each; return, of each role, a person who is that on our farm alone."""
    now, ids = datetime.now(UTC), {}
    with services.records.writing() as connection:
        ours = farms.make_organisation(connection, "ours", 0)
        farms.adopt(connection, OWN, 0)
        theirs = farms.make_organisation(connection, "theirs", 0)
        farms.claim(connection, FOREIGN, theirs, 0)
        for farm in (OWN, FOREIGN):
            houses.seen(connection, [(farm, NAMES["house"])], 0)
        for role in Role:
            ids[role] = people.insert(connection, role.value, "", now)
            memberships.join(connection, ids[role], ours, role, OWN)
    return ids


@pytest.fixture
async def service(config: CloudConfig, dist: Path) -> AsyncIterator[FastAPI]:
    app = create_app(config, dist)
    async with app.router.lifespan_context(app):
        yield app


@pytest.mark.parametrize("one", routes(), ids=lambda one: f"{one.method} {one.path}")
async def test_every_route_for_every_role_on_own_and_foreign_farms(service: FastAPI, one: Declared):
    people_by_role = await asyncio.to_thread(_members, service.state.services)
    stranger = await ask(service, one, OWN, None)
    assert (stranger.code == "not_signed_in") == (one.whom != "anybody"), stranger
    for role, user_id in people_by_role.items():
        own = await ask(service, one, OWN, user_id)
        allowed = one.rights <= RIGHTS[role]
        assert own.code not in {*GONE, "not_signed_in"}, (role, own)
        assert (own.code == "not_allowed") == (not allowed), (role, own)
        assert own.status != 500, (role, own)
        if one.whom == "farm":
            foreign, nowhere = [await ask(service, one, farm, user_id) for farm in (FOREIGN, NOWHERE)]
            assert foreign == nowhere, role
            assert foreign.status == 404, role
            assert foreign.code in GONE, role


def test_the_routes_of_a_farm_need_a_right_and_nothing_else_is_open_to_anybody():
    found = routes()
    assert {(one.method, one.path) for one in found if one.whom == "anybody"} == {
        ("DELETE", "/api/v1/session"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
        ("GET", "/readyz"),
        ("POST", "/api/v1/session"),
    }
    assert all(one.rights for one in found if "{farm}" in one.path)


@pytest.mark.parametrize(
    ("path", "dependency"), [("/x", None), ("/{farm}/x", None), ("/{farm}/x", the_caller), ("/x", may(Right.READ))]
)
def test_a_route_that_declares_nobody_or_too_little_is_found(path: str, dependency: Any):
    router = APIRouter(dependencies=[Depends(dependency)] if dependency else [])
    router.get(path)(lambda: None)
    app = FastAPI()
    app.include_router(router)
    with pytest.raises(TypeError, match="declares"):
        declared(app)
