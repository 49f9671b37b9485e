"""Invitations, posts, tokens, sessions and the audit log, over ASGI with real stores."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI, Request

from cloud.alerts.delivery.members import Members
from cloud.api.caller import resolve
from cloud.app import create_app
from cloud.config import CloudConfig
from cloud.rights import Right, Role
from cloud.store import enrolments, farms, houses, invitations, people, tokens
from cloud.store.records import Records
from contract.place import Place
from tests.cloud.conftest import BASE, PASSWORD, settle
from tests.cloud.sending import readings

LI = {"name": "李梅", "password": "a long phrase"}


@asynccontextmanager
async def browser(app: FastAPI, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("10.1.2.3", 5))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield client


@pytest.fixture
async def li(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


@pytest.fixture
async def home(app: FastAPI, mei: httpx.AsyncClient) -> str:
    """The address of mei's organisation, whose farm is hill."""
    await settle(app, readings(1))
    [post] = (await mei.get("/api/v1/session")).json()["posts"]
    return f"/api/v1/organisations/{post['organisation']}"


async def invited(mei: httpx.AsyncClient, home: str, **wanted: Any) -> str:
    answer = await mei.post(f"{home}/invitations", json={"role": "viewer", **wanted})
    assert answer.status_code == 201, answer.text
    path = str(answer.json()["path"])
    assert path.startswith("/join#")
    return path.removeprefix("/join#")


async def joined(li: httpx.AsyncClient, mei: httpx.AsyncClient, home: str, **wanted: Any) -> dict[str, Any]:
    token = await invited(mei, home, **wanted)
    answer = await li.post("/api/v1/invitations/accept", json={"token": token, **LI})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestInvitations:
    async def test_a_link_makes_an_account_once(self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str):
        token = await invited(mei, home, role="agronomist", farm="hill")
        seen = (await li.post("/api/v1/invitations/look", json={"token": token})).json()
        assert (seen["organisation"], seen["role"], seen["farm"], seen["by"]) == (
            "Henwise",
            "agronomist",
            "hill",
            "mei",
        )
        user = (await li.post("/api/v1/invitations/accept", json={"token": token, **LI})).json()
        assert [(post["role"], post["farm"]) for post in user["posts"]] == [("agronomist", "hill")]
        assert (await li.get("/api/v1/houses/hill/house-2")).status_code == 200
        for what in ("look", "accept"):
            again = await li.post(
                f"/api/v1/invitations/{what}", json={"token": token, **(LI if what == "accept" else {})}
            )
            assert code(again) == (404, "no_such_invitation")

    async def test_who_is_signed_in_joins_without_a_new_account(
        self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str
    ):
        await joined(li, mei, home, role="viewer", farm="hill")
        token = await invited(mei, home, role="technician")
        seen = await li.post("/api/v1/invitations/look", json={"token": token})
        assert seen.json()["signed_in_as"] == LI["name"]
        user = (await li.post("/api/v1/invitations/accept", json={"token": token})).json()
        assert {(post["role"], post["farm"]) for post in user["posts"]} == {("viewer", "hill"), ("technician", None)}

    async def test_an_owner_who_tries_a_link_stays_an_owner(self, mei: httpx.AsyncClient, home: str):
        token = await invited(mei, home, role="viewer")
        user = (await mei.post("/api/v1/invitations/accept", json={"token": token})).json()
        assert [post["role"] for post in user["posts"]] == ["owner"]

    async def test_links_that_do_not_hold(self, app: FastAPI, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str):
        withdrawn = await invited(mei, home)
        [open_one] = (await mei.get(f"{home}/invitations")).json()
        assert (await mei.delete(f"{home}/invitations/{open_one['id']}")).status_code == 204
        records: Records = app.state.services.records
        actor = people.Actor("mei", int((datetime.now(UTC) - timedelta(days=8)).timestamp() * 1000))
        organisation = int(home.rsplit("/", 1)[1])
        _, over = await asyncio.to_thread(
            invitations.invite, records, organisation, invitations.Post(Role.VIEWER), actor
        )
        for token in (withdrawn, over, "guessed"):
            answer = await li.post("/api/v1/invitations/accept", json={"token": token, **LI})
            assert code(answer) == (404, "no_such_invitation")
        assert (await mei.get(f"{home}/invitations")).json() == []

    async def test_a_name_that_is_taken_leaves_the_link_as_it_was(
        self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str
    ):
        token = await invited(mei, home)
        taken = await li.post("/api/v1/invitations/accept", json={"token": token, **LI, "name": "mei"})
        assert code(taken) == (409, "name_taken")
        assert (await li.post("/api/v1/invitations/accept", json={"token": token, **LI})).status_code == 200

    @pytest.mark.parametrize("wanted", [{"role": "owner", "farm": "hill"}, {"role": "viewer", "farm": "valley"}])
    async def test_posts_that_cannot_be_given(self, mei: httpx.AsyncClient, home: str, wanted: dict[str, str]):
        assert code(await mei.post(f"{home}/invitations", json=wanted)) == (422, "bad_post")

    async def test_the_token_is_not_on_the_disk(self, app: FastAPI, mei: httpx.AsyncClient, home: str):
        token = await invited(mei, home)
        folder = app.state.services.config.data_dir
        assert all(token.encode() not in file.read_bytes() for file in folder.glob("records.db*"))


class TestPeople:
    async def test_posts_change_at_once_and_a_person_leaves(
        self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str
    ):
        await joined(li, mei, home, role="viewer")
        everybody = (await mei.get(f"{home}/people")).json()
        assert [person["name"] for person in everybody] == ["mei", LI["name"]]
        someone = f"{home}/people/{everybody[1]['id']}"
        draw = "/api/v1/houses/hill/house-2/cameras/cam-1/marks"
        assert code(await li.post(draw, json={})) == (403, "not_allowed")
        posts = [{"role": "technician", "farm": "hill"}]
        assert (await mei.put(someone, json={"posts": posts})).json()["posts"] == posts
        assert code(await li.post(draw, json={}))[0] == 422
        assert (await mei.delete(someone)).status_code == 204
        assert code(await li.get("/api/v1/houses/hill/house-2")) == (404, "no_such_house")
        assert (await li.get("/api/v1/houses")).json() == []
        assert code(await mei.delete(someone)) == (404, "no_such_person")

    async def test_the_last_owner_cannot_go(self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str):
        [me] = (await mei.get(f"{home}/people")).json()
        mine = f"{home}/people/{me['id']}"
        assert code(await mei.delete(mine)) == (409, "last_owner")
        assert code(await mei.put(mine, json={"posts": [{"role": "farmer"}]})) == (409, "last_owner")
        await joined(li, mei, home, role="owner")
        assert (await mei.put(mine, json={"posts": [{"role": "farmer"}]})).status_code == 200
        assert code(await mei.get(f"{home}/people")) == (403, "not_allowed")

    @pytest.mark.parametrize("left", [[], [{"role": "farmer"}]], ids=["removed", "no owner any more"])
    async def test_links_of_whoever_no_longer_owns_are_void(
        self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str, left: list[dict[str, str]]
    ):
        await joined(li, mei, home, role="owner")
        back, other = await invited(li, home, role="owner"), await invited(mei, home, role="viewer")
        someone = f"{home}/people/{(await mei.get(f'{home}/people')).json()[1]['id']}"
        same = await mei.put(someone, json={"posts": [{"role": "owner"}]})
        assert (same.status_code, len((await mei.get(f"{home}/invitations")).json())) == (200, 2)
        gone = await (mei.put(someone, json={"posts": left}) if left else mei.delete(someone))
        assert gone.is_success, gone.text
        assert code(await li.post("/api/v1/invitations/accept", json={"token": back})) == (404, "no_such_invitation")
        [open_one] = (await mei.get(f"{home}/invitations")).json()
        assert open_one["by"] == "mei"
        assert (await li.post("/api/v1/invitations/look", json={"token": other})).status_code == 200
        log = [(row["who"], row["about"]) for row in await told(mei, home) if row["action"] == "invitation-withdrawn"]
        assert log == [("mei", f"a link, by {LI['name']}")]

    @pytest.mark.parametrize("left", [[], [{"role": "viewer"}]], ids=["removed", "no owner any more"])
    async def test_tokens_of_whoever_no_longer_owns_are_void(
        self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str, left: list[dict[str, str]]
    ):
        await joined(li, mei, home, role="owner")
        wanted = {"name": "office", "rights": ["read"]}
        [theirs, mine] = [(await one.post(f"{home}/tokens", json=wanted)).json()["secret"] for one in (li, mei)]

        async def read_with(secret: str) -> int:
            return (await mei.get("/api/v1/farms", headers={"Authorization": f"Bearer {secret}"})).status_code

        someone = f"{home}/people/{(await mei.get(f'{home}/people')).json()[1]['id']}"
        assert (await mei.put(someone, json={"posts": [{"role": "owner"}]})).status_code == 200
        assert await read_with(theirs) == 200
        gone = await (mei.put(someone, json={"posts": left}) if left else mei.delete(someone))
        assert gone.is_success, gone.text
        assert (await read_with(theirs), await read_with(mine)) == (401, 200)
        assert [token["by"] for token in (await mei.get(f"{home}/tokens")).json()] == ["mei"]
        log = [(row["who"], row["about"]) for row in await told(mei, home) if row["action"] == "token-revoked"]
        assert log == [("mei", f"office, by {LI['name']}")]

    async def test_farms_are_added_named_and_unique(self, mei: httpx.AsyncClient, home: str):
        made = await mei.post(
            f"{home}/farms", json={"farm": "valley", "name": "山谷养殖场", "time_zone": "Asia/Urumqi"}
        )
        assert made.status_code == 201
        assert code(await mei.post(f"{home}/farms", json={"farm": "valley"})) == (409, "farm_taken")
        assert code(await mei.post(f"{home}/farms", json={"farm": "brook", "time_zone": "Mars"})) == (
            422,
            "bad_request",
        )
        assert (await mei.put("/api/v1/farms/valley/houses/house-1", json={"name": "一号鸡舍"})).status_code == 200
        listed = (await mei.get("/api/v1/farms")).json()
        assert [(farm["farm"], farm["name"], farm["time_zone"]) for farm in listed] == [
            ("hill", None, None), ("valley", "山谷养殖场", "Asia/Urumqi"),
        ]  # fmt: skip
        assert "people" in listed[0]["rights"]
        names = {(house["farm"], house["house"]): house["name"] for house in (await mei.get("/api/v1/houses")).json()}
        assert names == {("hill", "house-2"): None, ("valley", "house-1"): "一号鸡舍"}

    async def test_farms_that_devices_speak_for_are_not_for_the_taking(
        self, app: FastAPI, mei: httpx.AsyncClient, home: str
    ):
        def heard(records: Records) -> None:
            with records.writing() as connection:
                farms.make_organisation(connection, "another", 0)
                houses.seen(connection, [("stray", "house-1")], 0)

        await asyncio.to_thread(heard, app.state.services.records)
        assert code(await mei.post(f"{home}/farms", json={"farm": "stray"})) == (409, "farm_taken")
        assert code(await mei.get("/api/v1/houses/stray/house-1")) == (404, "no_such_house")

    async def test_nor_are_those_that_devices_wait_to_speak_for(self, app: FastAPI, mei: httpx.AsyncClient, home: str):
        def waits(records: Records) -> None:
            enrolments.note_waiting(records, {Place(farm=farm, house="h", device="d"): 1 for farm in ("own", "of")}, 0)

        def another(records: Records) -> None:
            with records.writing() as connection:
                farms.make_organisation(connection, "another", 0)

        records = app.state.services.records
        await asyncio.to_thread(waits, records)
        alone = await mei.post(f"{home}/farms", json={"farm": "own"})
        assert alone.status_code == 201, "the only organisation's own device waits for this"
        await asyncio.to_thread(another, records)
        assert code(await mei.post(f"{home}/farms", json={"farm": "of"})) == (409, "farm_taken")


class TestTokens:
    async def test_a_token_does_what_it_was_made_for_and_nothing_else(
        self, app: FastAPI, mei: httpx.AsyncClient, home: str
    ):
        made = (await mei.post(f"{home}/tokens", json={"name": "office", "rights": ["read"], "farms": ["hill"]})).json()
        async with browser(app, authorization=f"Bearer {made['secret']}", origin="http://other.test") as machine:
            assert (await machine.get("/api/v1/houses/hill/house-2")).status_code == 200
            assert [house["farm"] for house in (await machine.get("/api/v1/houses")).json()] == ["hill"]
            count = "/api/v1/houses/hill/house-2/cameras/cam-1/count"
            assert code(await machine.post(count, json={})) == (403, "not_allowed")
            assert code(await machine.get(f"{home}/people")) == (404, "no_such_organisation")
            assert code(await machine.get("/api/v1/session")) == (403, "not_allowed")
            [listed] = (await mei.get(f"{home}/tokens")).json()
            assert (listed["name"], listed["rights"], listed["farms"]) == ("office", ["read"], ["hill"])
            assert listed["used_at"] is not None
            assert (await mei.delete(f"{home}/tokens/{made['id']}")).status_code == 204
            void = await machine.get("/api/v1/houses", headers={"accept-language": "zh"})
            assert code(void) == (401, "token_void")
            assert "新建一个令牌" in void.json()["detail"]
            assert void.headers["www-authenticate"] == 'Bearer error="invalid_token"'
            plain = await machine.get("/api/v1/houses", headers={"authorization": "Basic bWVpOng="})
            assert code(plain) == (401, "not_signed_in"), "a proxy's password is no token"
        assert code(await mei.delete(f"{home}/tokens/{made['id']}")) == (404, "no_such_token")
        folder = app.state.services.config.data_dir
        assert all(made["secret"].encode() not in file.read_bytes() for file in folder.glob("records.db*"))

    async def test_a_token_for_all_farms_reads_those_to_come_and_ends_in_time(
        self, app: FastAPI, mei: httpx.AsyncClient, home: str
    ):
        wanted = {"name": "archive", "rights": ["read", "export"], "days": 1}
        made = (await mei.post(f"{home}/tokens", json=wanted)).json()
        await mei.post(f"{home}/farms", json={"farm": "valley"})
        async with browser(app, authorization=f"Bearer {made['secret']}") as machine:
            assert [farm["farm"] for farm in (await machine.get("/api/v1/farms")).json()] == ["hill", "valley"]
        tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=1)
        assert await asyncio.to_thread(tokens.bearer, app.state.services.records, made["secret"], tomorrow) is None

    async def test_tokens_of_one_name_are_two_callers(self, app: FastAPI, mei: httpx.AsyncClient, home: str):
        wanted = {"name": "office", "rights": ["read"], "farms": ["hill"]}
        keys = set()
        for _ in range(2):
            made = (await mei.post(f"{home}/tokens", json=wanted)).json()
            headers = [(b"authorization", f"Bearer {made['secret']}".encode())]
            request = Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""})
            caller = await asyncio.to_thread(resolve, app.state.services, request)
            assert caller is not None
            keys.add(caller.key)
        assert len(keys) == 2

    @pytest.mark.parametrize(
        "wanted", [{"rights": ["people"]}, {"rights": ["read", "people"]}, {"rights": ["read"], "farms": ["valley"]}]
    )
    async def test_no_token_makes_people_or_reads_foreign_farms(
        self, mei: httpx.AsyncClient, home: str, wanted: dict[str, Any]
    ):
        assert code(await mei.post(f"{home}/tokens", json={"name": "x", **wanted})) == (422, "bad_post")


async def test_who_is_told_is_asked_for_the_right_anew(
    app: FastAPI, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str
):
    joined = await li.post(
        "/api/v1/invitations/accept", json={"token": await invited(mei, home, role="agronomist"), **LI}
    )
    assert joined.status_code == 200, joined.text
    [member] = [one for one in (await mei.get(f"{home}/people")).json() if one["name"] == LI["name"]]
    people_of = Members(app.state.services.records, "en")

    async def may(right: Right, *named: str) -> bool:
        return await asyncio.to_thread(people_of.may, member["id"], right, named)

    assert [await may(Right.EXPORT, "hill"), await may(Right.ANSWER, "hill")] == [True, False]
    assert not await may(Right.READ, "hill", "valley")
    await mei.delete(f"{home}/people/{member['id']}")
    assert not await may(Right.READ, "hill")


class TestAccount:
    async def test_browsers_are_listed_and_signed_out_one_by_one_or_all(self, app: FastAPI, mei: httpx.AsyncClient):
        async with browser(app, **{"user-agent": "Phone/1"}) as phone:
            await phone.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
            listed = (await mei.get("/api/v1/sessions")).json()
            by_browser = {one["browser"].split("/")[0]: one for one in listed}
            assert (by_browser["Phone"]["address"], by_browser["Phone"]["current"]) == ("10.1.2.3", False)
            assert by_browser["python-httpx"]["current"] is True
            assert (await mei.delete(f"/api/v1/sessions/{by_browser['Phone']['id']}")).status_code == 204
            assert code(await phone.get("/api/v1/session")) == (401, "not_signed_in")
            await phone.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
            assert (await mei.delete("/api/v1/sessions")).status_code == 204
            for client in (mei, phone):
                assert code(await client.get("/api/v1/session")) == (401, "not_signed_in")

    async def test_a_new_password_signs_the_others_out(self, app: FastAPI, mei: httpx.AsyncClient):
        change = {"old": PASSWORD, "new": "another long one"}
        async with browser(app) as phone:
            await phone.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
            wrong = await mei.put("/api/v1/session/password", json={**change, "old": "guessed"})
            assert code(wrong) == (401, "wrong_password")
            assert (await mei.put("/api/v1/session/password", json=change)).status_code == 204
            assert (await mei.get("/api/v1/session")).status_code == 200
            assert code(await phone.get("/api/v1/session")) == (401, "not_signed_in")
            old = await phone.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
            assert code(old) == (401, "wrong_password")
            new = await phone.post("/api/v1/session", json={"name": "mei", "password": change["new"]})
            assert new.status_code == 200

    async def test_a_person_is_written_to_in_their_language(self, mei: httpx.AsyncClient):
        assert (await mei.patch("/api/v1/session", json={"language": "zh"})).json()["language"] == "zh"
        assert (await mei.patch("/api/v1/session", json={"language": "tlh"})).status_code == 422


async def told(mei: httpx.AsyncClient, home: str, **asked: Any) -> list[dict[str, Any]]:
    """Return the audit log, newest first, read three rows at a time."""
    rows: list[dict[str, Any]] = []
    address: str | None = str(httpx.URL(f"{home}/audit", params={"limit": 3, **asked}))
    while address is not None:
        answer = await mei.get(address)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["rows"]
        address = answer.links["next"]["url"] if "next" in answer.links else None
    return rows


class TestAudit:
    async def test_what_people_do_is_in_the_log_page_by_page(
        self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str
    ):
        await joined(li, mei, home, role="viewer")
        await mei.post(f"{home}/tokens", json={"name": "office", "rights": ["read"]})
        rows = await told(mei, home)
        assert [(row["who"], row["action"]) for row in rows] == [
            ("mei", "token-made"), (LI["name"], "signed-in"), (LI["name"], "invitation-accepted"),
            ("mei", "person-invited"), ("mei", "signed-in"),
        ]  # fmt: skip
        assert rows[1]["address"] == "10.1.2.3"

    async def test_sign_ins_good_and_refused_and_the_end_of_all_sessions(
        self, mei: httpx.AsyncClient, li: httpx.AsyncClient, home: str
    ):
        await joined(li, mei, home, role="viewer")
        for wrong in ({"name": LI["name"], "password": "not it"}, {"name": "correct horse", "password": "not it"}):
            assert (await li.post("/api/v1/session", json=wrong)).status_code == 401
        assert (await li.delete("/api/v1/sessions")).status_code == 204
        assert (await li.post("/api/v1/session", json=LI)).status_code == 200
        rows = await told(mei, home, action="sign-in") + await told(mei, home, action="signed")
        said = [(row["action"], row["who"]) for row in rows if row["who"] != "mei"]
        assert said == [
            ("sign-in-refused", LI["name"]),
            ("signed-in", LI["name"]), ("signed-out-everywhere", LI["name"]), ("signed-in", LI["name"]),
        ]  # fmt: skip
        assert "correct horse" not in str(rows)

    async def test_flocks_limits_devices_channels_and_weighings_are_told_with_who_and_where(
        self, mei: httpx.AsyncClient, home: str
    ):
        house, today = "/api/v1/houses/hill/house-2", str(datetime.now(ZoneInfo("Asia/Shanghai")).date())
        placing = {"breed": "ross-308", "placed_on": today, "placed_birds": 500}
        event = {"kind": "thinned", "day": today, "at": "2026-11-22T18:05:00.000Z", "birds": 5}
        channel = {"address": "mailto://u:p@mail.example.org?to=mei@example.org", "label": "Mail"}
        limits = {"rules": {"ammonia": {"warning": 22}}}
        deeds: list[tuple[str, str, Any, dict[str, str]]] = [
            ("PUT", f"{house}/flocks/f-1", placing, {}),
            ("PUT", f"{house}/flocks/f-1", {**placing, "placed_birds": 510}, {"If-Match": '"1"'}),
            ("PUT", f"{house}/flocks/f-1/events/e-1", event, {}),
            ("DELETE", f"{house}/flocks/f-1/events/e-1", None, {}),
            ("POST", f"{house}/hand-weighings", {"day": today, "grams": 42.0, "birds": 60}, {}),
            ("PUT", f"{house}/thresholds", limits, {"If-Match": '"0"'}),
            ("PUT", "/api/v1/farms/hill/devices/house-2/pi-9", {"state": "approved"}, {}),
            ("PUT", "/api/v1/farms/hill/devices/house-2/pi-9", {"state": "revoked"}, {}),
            ("POST", "/api/v1/farms/hill/channels", channel, {}),
            (
                "PUT",
                "/api/v1/farms/hill/escalation",
                {"severe_minutes": 15, "warning_minutes": 60, "cap_per_hour": 9, "order": ["mei"]},
                {},
            ),
        ]
        for method, address, body, headers in deeds:
            answer = await mei.request(method, address, json=body, headers=headers)
            assert answer.is_success, (address, answer.text)
        rows = await told(mei, home, farm="hill")
        assert [row["action"] for row in reversed(rows)] == [
            "flock-placed", "flock-corrected", "flock-thinned", "flock-thinned-withdrawn", "weighing-told",
            "limits-changed", "device-approved", "device-revoked", "channel-added", "escalation-changed",
        ]  # fmt: skip
        assert {(row["who"], row["farm"], row["address"]) for row in rows} == {("mei", "hill", "127.0.0.1")}
        assert "u:p" not in str(rows)
        flocks = await told(mei, home, action="flock")
        assert len(flocks) == 4


async def test_the_first_owner_is_made_by_a_link_that_works_once(config: CloudConfig, dist: Any):
    service = create_app(config, dist)
    async with service.router.lifespan_context(service), browser(service) as client:
        records: Records = service.state.services.records
        assert (await client.get("/api/v1/session/ways")).json() == {"set_up": False, "provider": None}
        void, token = [await asyncio.to_thread(invitations.set_up_link, records, datetime.now(UTC)) for _ in range(2)]
        old = await client.post("/api/v1/invitations/look", json={"token": void})
        assert code(old) == (404, "no_such_invitation")
        seen = (await client.post("/api/v1/invitations/look", json={"token": token})).json()
        assert (seen["organisation"], seen["role"]) == (None, "owner")
        user = await client.post("/api/v1/invitations/accept", json={"token": token, **LI, "organisation": "青山养殖"})
        assert user.json()["posts"][0]["organisation_name"] == "青山养殖"
        assert user.json()["posts"][0]["role"] == "owner"
        again = await client.post("/api/v1/invitations/accept", json={"token": token, **LI, "name": "evil"})
        assert code(again) == (404, "no_such_invitation")
        assert await asyncio.to_thread(invitations.set_up_link, records, datetime.now(UTC)) is None
        assert (await client.get("/api/v1/session/ways")).json()["set_up"] is True
