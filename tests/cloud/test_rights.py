"""Every route of the running app x every role x own and foreign farms: refused or let through, as the route declares.

A route that another room adds is found by itself; one that declares nobody fails here and at the service's start.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI

from cloud.api.caller import may, the_caller
from cloud.api.declared import Declared, declared
from cloud.api.services import Services
from cloud.app import create_app
from cloud.config import BrokerConfig, CloudConfig
from cloud.rights import RIGHTS, Right, Role
from cloud.store import farms, houses, memberships, people, records, sessions
from cloud.store.memberships import Post
from cloud.store.tables import Alert
from tests.cloud.conftest import BASE
from tests.servers import free_port

OWN, FOREIGN, NOWHERE = "hill", "valley", "nowhere"
LIFE = timedelta(days=1)
GONE = {"no_such_house", "no_such_farm", "no_such_organisation"}

NAMES = {
    "session": "0123456789abcdef",
    "house": "house-2",
    "camera": "cam-1",
    "device": "pi-1",
    "finding": "f-1",
    "at_ms": "1",
    "form": "csv",
}
"""Parts of addresses that lead somewhere; any other part becomes a number that leads nowhere."""
LEADS_NOWHERE = "999999"


def routes() -> list[Declared]:
    return declared(create_app(CloudConfig()))


@dataclass
class Where:
    farm: str
    organisation: int


@dataclass
class Answered:
    status: int
    code: str | None


async def ask(app: FastAPI, one: Declared, where: Where, user_id: int | None) -> Answered:
    """Send a request as this person, from a session of its own; a stream that begins is left at once."""
    services: Services = app.state.services
    names = {part.strip("{}"): LEADS_NOWHERE for part in one.path.split("/") if part.startswith("{")}
    address = one.path.replace("{at_ms}.jpg", NAMES["at_ms"] + ".jpg").format(
        **{**names, **NAMES, "farm": where.farm, "organisation": where.organisation}
    )
    headers = {}
    if user_id is not None:
        token = await asyncio.to_thread(sessions.begin, services.records, user_id, datetime.now(UTC), LIFE)
        headers = {"cookie": f"henwise_session={token}"}
    return await asyncio.wait_for(_answered(app, one.method, address, headers), 90)


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


@dataclass
class World:
    """Two organisations with a farm each; of each role somebody who is that in ours."""

    own: Where
    foreign: Where
    of_all: dict[Role, int]
    of_one: dict[Role, int]


def _world(services: Services) -> World:
    now = datetime.now(UTC)
    of_all, of_one = {}, {}
    with services.records.writing() as connection:
        ours = farms.make_organisation(connection, "ours", 0)
        farms.adopt_all(connection, [OWN], 0)
        theirs = farms.make_organisation(connection, "theirs", 0)
        farms.claim(connection, FOREIGN, theirs, 0)
        for farm in (OWN, FOREIGN):
            houses.seen(connection, [(farm, NAMES["house"])], 0)
        for role in Role:
            of_all[role] = people.insert(connection, role.value, "", now)
            memberships.join(connection, of_all[role], ours, Post(role))
        for role in set(Role) - {Role.OWNER}:
            of_one[role] = people.insert(connection, f"{role.value} of one", "", now)
            memberships.join(connection, of_one[role], ours, Post(role, OWN))
    return World(Where(OWN, ours), Where(FOREIGN, theirs), of_all, of_one)


@dataclass
class Service:
    app: FastAPI
    world: World


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """One for all routes: what somebody may do changes only their own farm, and each request has its own session."""
    folder = tmp_path_factory.mktemp("rights")
    app = create_app(CloudConfig(data_dir=folder / "data", broker=BrokerConfig(port=free_port())), folder)
    async with app.router.lifespan_context(app):
        yield Service(app, await asyncio.to_thread(_world, app.state.services))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("one", routes(), ids=lambda one: f"{one.method} {one.path}")
async def test_every_route_for_every_role_on_own_and_foreign_farms(service: Service, one: Declared):
    world = service.world
    stranger = await ask(service.app, one, world.own, None)
    assert (stranger.code == "not_signed_in") == (one.whom != "anybody"), stranger
    members = world.of_all if one.whom == "organisation" else world.of_one | {Role.OWNER: world.of_all[Role.OWNER]}
    for role, user_id in members.items():
        own = await ask(service.app, one, world.own, user_id)
        assert own.code not in {*GONE, "not_signed_in"}, (role, own)
        assert (own.code == "not_allowed") == (not one.rights <= RIGHTS[role]), (role, own)
        assert own.status != 500, (role, own)
        if one.whom in {"farm", "organisation"}:
            nowhere = Where(NOWHERE, 424_242)
            foreign, missing = [await ask(service.app, one, where, user_id) for where in (world.foreign, nowhere)]
            assert foreign == missing, role
            assert foreign.status == 404, role
            assert foreign.code in GONE, role


@pytest.mark.asyncio(loop_scope="module")
async def test_a_member_of_one_farm_gets_nowhere_in_the_organisation(service: Service):
    world = service.world
    for one in routes():
        if one.whom == "organisation":
            answer = await ask(service.app, one, world.own, world.of_one[Role.FARMER])
            assert answer == Answered(404, "no_such_organisation"), one


def test_the_routes_of_a_farm_need_a_right_and_nothing_else_is_open_to_anybody():
    found = routes()
    assert {(one.method, one.path) for one in found if one.whom == "anybody"} == {
        ("DELETE", "/api/v1/session"),
        ("GET", "/api/v1/answers/{token}"),
        ("GET", "/api/v1/answers/{token}/picture"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
        ("GET", "/readyz"),
        ("GET", "/api/v1/updates/{file}"),
        ("GET", "/api/v1/session/oidc/callback"),
        ("GET", "/api/v1/session/ways"),
        ("POST", "/api/v1/session/oidc"),
        ("POST", "/api/v1/invitations/accept"),
        ("POST", "/api/v1/invitations/look"),
        ("POST", "/api/v1/answers/{token}"),
        ("POST", "/api/v1/enrolment"),
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


@dataclass
class Theirs:
    """What the other organisation has; none of it may be reached by its name at an address of ours."""

    names: dict[str, str]
    owner: int
    login: dict[str, str]


async def signed_in(services: Services, user_id: int) -> dict[str, str]:
    token = await asyncio.to_thread(sessions.begin, services.records, user_id, datetime.now(UTC), LIFE)
    return {"cookie": f"henwise_session={token}"}


async def _theirs(client: httpx.AsyncClient, services: Services, organisation: int) -> Theirs:
    now = datetime.now(UTC)
    now_ms = int(now.timestamp() * 1000)

    def begun() -> int:
        with services.records.writing() as connection:
            owner = people.insert(connection, "their owner", "", now)
            memberships.join(connection, owner, organisation, Post(Role.OWNER))
            row = {
                "alert": ALERT, "farm": FOREIGN, "house": NAMES["house"], "rule": "too-warm", "device": "pi-1",
                "source": "t-1", "state": "open", "level": 3, "finding": "", "silent": False, "opened_ms": now_ms,
                "changed_ms": now_ms, "n": 1,
            }  # fmt: skip
            records.add(connection, Alert, row)
        return owner

    owner = await asyncio.to_thread(begun)
    login = await signed_in(services, owner)
    home, house = f"/api/v1/organisations/{organisation}", f"/api/v1/houses/{FOREIGN}/{NAMES['house']}"
    today = (now - timedelta(days=1)).date()  # begun in every zone
    entry = {"kind": "note", "day": today.isoformat(), "at": now.isoformat(), "note": "theirs"}
    placed = {"breed": "ross-308", "placed_on": (today - timedelta(days=9)).isoformat(), "placed_birds": 500}
    made = {}
    seen = await client.get(f"{house}/alerts/{ALERT}", headers=login)
    assert seen.is_success, seen.text
    for name, method, path, body in [
        ("flock", "PUT", f"{house}/flocks/theirs", placed),
        ("entry", "PUT", f"{house}/log/theirs", entry),
        ("channel", "POST", f"/api/v1/farms/{FOREIGN}/channels", {"address": "jsons://example.org/x", "label": "x"}),
        ("mine", "POST", "/api/v1/me/channels", {"address": "jsons://example.org/y", "label": "y"}),
        ("invitation", "POST", f"{home}/invitations", {"role": "viewer"}),
        ("token", "POST", f"{home}/tokens", {"name": "x", "rights": ["read"], "days": 1}),
        ("session", "GET", "/api/v1/sessions", None),
    ]:
        answer = await client.request(method, path, json=body, headers=login)
        assert answer.is_success, (name, answer.text)
        made[name] = answer.json()
    names = {
        "alert": ALERT, "flock": "theirs", "entry": "theirs", "channel": str(made["channel"]["channel"]),
        "mine": str(made["mine"]["channel"]), "invitation": str(made["invitation"]["id"]),
        "token": str(made["token"]["id"]), "person": str(owner), "session": made["session"][0]["id"],
    }  # fmt: skip
    return Theirs(names, owner, login)


ALERT = "a-" + "7" * 20
MISSING = {
    "alert": "a-" + "8" * 20, "flock": "nobodys", "entry": "nobodys", "channel": LEADS_NOWHERE, "mine": LEADS_NOWHERE,
    "invitation": LEADS_NOWHERE, "token": LEADS_NOWHERE, "person": LEADS_NOWHERE, "session": "0123456789abcdef",
}  # fmt: skip
AT_OURS = [
    ("GET", "{house}/alerts/{alert}", None),
    ("POST", "{house}/alerts/{alert}/acknowledge", None),
    ("POST", "{house}/alerts/{alert}/snooze", {"until": (datetime.now(UTC) + LIFE).isoformat()}),
    ("DELETE", "{house}/alerts/{alert}/snooze", None),
    ("PUT", "{house}/alerts/{alert}/assignment", {"to": "owner"}),
    ("DELETE", "{house}/log/{entry}", None),
    ("GET", "{house}/log/{entry}/photo.jpg", None),
    ("DELETE", "{house}/flocks/{flock}/events/x", None),
    ("GET", "{farm}/flocks/{flock}/report", None),
    ("GET", "{farm}/flocks/{flock}/report.csv", None),
    ("GET", "{farm}/flocks/{flock}/benchmark", None),
    ("POST", "{farm}/curves/fit", {"flocks": ["{flock}"]}),
    ("DELETE", "{farm}/channels/{channel}", None),
    ("POST", "{farm}/channels/{channel}/test", None),
    ("DELETE", "/api/v1/me/channels/{mine}", None),
    ("POST", "/api/v1/me/channels/{mine}/test", None),
    ("DELETE", "/api/v1/sessions/{session}", None),
    ("DELETE", "{home}/invitations/{invitation}", None),
    ("DELETE", "{home}/tokens/{token}", None),
    ("DELETE", "{home}/people/{person}", None),
    ("PUT", "{home}/people/{person}", {"posts": [{"role": "viewer"}]}),
]
"""Method, address and body, with an id in one of them."""


def told(answer: httpx.Response, name: str) -> tuple[int, str]:
    """Return an answer without the name that was asked for."""
    return answer.status_code, answer.text.replace(name, "...")


@pytest.mark.asyncio(loop_scope="module")
async def test_what_another_organisation_has_is_not_there_at_ones_own_addresses(service: Service):
    services: Services = service.app.state.services
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=BASE) as client:
        theirs = await _theirs(client, services, service.world.foreign.organisation)
        login = await signed_in(services, service.world.of_all[Role.OWNER])
        ours = {
            "house": f"/api/v1/houses/{OWN}/{NAMES['house']}", "farm": f"/api/v1/farms/{OWN}",
            "home": f"/api/v1/organisations/{service.world.own.organisation}",
        }  # fmt: skip
        for method, path, body in AT_OURS:
            [name] = [name for name in MISSING if f"{{{name}}}" in path + str(body)]
            answers = []
            for found in (theirs.names[name], MISSING[name]):
                sent = body and {key: [found] if key == "flocks" else value for key, value in body.items()}
                address = path.format(**ours, **{name: found})
                answer = await client.request(method, address, json=sent, headers=login)
                answers.append(told(answer, found))
            assert answers[0] == answers[1], (method, path)
            assert answers[0][0] == 404, (method, path, answers[0])
        both = f"/api/v1/comparison?flock={OWN}/x&flock={FOREIGN}/theirs"
        assert (await client.get(both, headers=login)).json()["code"] == "no_such_farm"
        home = f"/api/v1/organisations/{service.world.foreign.organisation}"
        for listed, count in (("invitations", 1), ("tokens", 1), ("people", 1)):
            answer = await client.get(f"{home}/{listed}", headers=theirs.login)
            assert len(answer.json()) == count, (listed, answer.text)
