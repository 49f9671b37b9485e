"""Channels, answers and wishes over the API; an alert that goes all the way to a webhook and back by its link."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, update

from cloud.alerts.delivery import compose
from cloud.alerts.delivery.desk import TESTS_A_MINUTE
from cloud.alerts.delivery.links import PICTURE_MS, Link
from cloud.alerts.rules.judging import Change, Memory
from cloud.api.services import Services
from cloud.config import BrokerConfig, CloudConfig, HttpConfig, NotifyConfig, SeriesConfig
from cloud.store import alert_book, alerts, notifications, people
from cloud.store.alerts import Judged, Kept
from cloud.store.named import Named
from cloud.store.notifications import Letter
from cloud.store.tables import Membership, Session
from tests.cloud.conftest import BASE, PASSWORD, settle
from tests.cloud.delivery.conftest import Receiver
from tests.cloud.delivery.subscribed import Subscribed
from tests.cloud.sending import readings
from tests.servers import free_port

ME = "/api/v1/me"
SECRET = "0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d"
HTML = {"accept": "text/html"}
PUBLIC = "https://farm.example"


@pytest.fixture
def config(tmp_path: Path) -> CloudConfig:
    return CloudConfig(
        data_dir=tmp_path / "data",
        broker=BrokerConfig(port=free_port()),
        series=SeriesConfig(retention_days={"default": 36_500}),
        http=HttpConfig(public_url=PUBLIC),
        notify=NotifyConfig(private_hosts=True),
    )


async def until(happens: Callable[[], Any], timeout_s: float = 90) -> Any:
    deadline = time.monotonic() + timeout_s
    while not (found := happens()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return found


async def added(mei: httpx.AsyncClient, address: str, path: str = f"{ME}/channels") -> dict[str, Any]:
    answer = await mei.post(path, json={"address": address, "label": "My way"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def everybody_leaves(app: FastAPI) -> None:
    with app.state.services.records.writing() as connection:
        connection.execute(delete(Membership))


async def no_digest(mei: httpx.AsyncClient) -> None:
    """At some hours of the day a digest would come in between."""
    await mei.put(f"{ME}/notifying", json={"from_level": "warning", "quiet": None, "digest_at": None})


async def raise_alert(app: FastAPI, kind: str = "opened", minutes_ago: float = 2) -> str:
    """Let a rule find the house too warm, written down a while ago so that no company is waited for."""
    services: Services = app.state.services
    await settle(app, readings(1))
    now_ms = int((time.time() - minutes_ago * 60) * 1000)

    def keep() -> str:
        change = Change("opened", now_ms, 3, 36.0, 34.0)
        judged = Judged(("too-warm", "", ""), Kept(Memory(level=3, last_ms=now_ms, value=36.0)), (change,), target=27.0)
        [told] = alerts.keep(services.records, "hill", "house-2", [judged], now_ms)
        return told.alert

    return await asyncio.to_thread(keep)


def links(body: str) -> list[str]:
    return [link.removeprefix(PUBLIC) for link in re.findall(rf"{PUBLIC}\S+", body)]


async def test_a_channel_is_added_tested_shown_without_its_address_and_removed(
    app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver
):
    channel = await added(mei, f"json://127.0.0.1:{receiver.port}/{SECRET}")
    assert (channel["kind"], channel["shown"], channel["state"]) == ("webhook", "127.0.0.1", "new")
    again = await added(mei, f"json://127.0.0.1:{receiver.port}/{SECRET}")
    assert again["channel"] == channel["channel"]

    tested = await mei.post(f"{ME}/channels/{channel['channel']}/test", headers={"accept-language": "zh-CN"})
    assert (tested.status_code, tested.json()["subject"]) == (202, "测试：告警会发到这里")
    await until(lambda: receiver.requests)
    said = json.loads(receiver.requests[0].body)
    assert said["title"] == "Test: alerts arrive here"  # the channel's own language
    assert receiver.requests[0].headers["x-henwise-message"] == tested.json()["notification"]

    async def delivered() -> bool:
        [message] = (await mei.get(f"{ME}/notifications")).json()
        return bool(message["deliveries"][0]["state"] == "delivered")

    while not await delivered():
        await asyncio.sleep(0.05)
    listed = await mei.get(f"{ME}/channels")
    assert SECRET not in listed.text
    assert (listed.json()["channels"][0]["state"], len(listed.json()["push_key"])) == ("working", 87)
    assert (await mei.delete(f"{ME}/channels/{channel['channel']}")).status_code == 204
    assert (await mei.delete(f"{ME}/channels/{channel['channel']}")).json()["code"] == "no_such_channel"
    assert (await mei.post(f"{ME}/channels/{channel['channel']}/test")).json()["code"] == "no_such_channel"


async def test_a_channel_is_not_tried_for_ever(app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver):
    for number in range(TESTS_A_MINUTE):
        channel = (await added(mei, f"json://127.0.0.1:{receiver.port}/{number % 2}"))["channel"]
        assert (await mei.post(f"{ME}/channels/{channel}/test")).status_code == 202
        if number % 2:  # a channel that was taken away and added anew is no new allowance
            await mei.delete(f"{ME}/channels/{channel}")
    channel = (await added(mei, f"json://127.0.0.1:{receiver.port}/last"))["channel"]
    refused = await mei.post(f"{ME}/channels/{channel}/test", headers={"accept-language": "zh-CN"})
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
        429,
        "too_many_tests",
        "60",
    )


async def test_messengers_come_first_in_mainland_china_and_push_says_why(app: FastAPI, mei: httpx.AsyncClient):
    kinds = (await mei.get(f"{ME}/channels")).json()["kinds"]
    assert [kind["kind"] for kind in kinds][:3] == ["wecom", "dingtalk", "feishu"]
    assert {kind["kind"]: kind["note"] for kind in kinds}["push"] == "push_seldom_arrives"


async def test_elsewhere_push_comes_first(config: CloudConfig, dist: Path):
    from cloud.api.telling import kinds_now

    kinds = kinds_now(mainland=False, group=False)
    assert (kinds[0].kind, {kind.note for kind in kinds}) == ("push", {""})
    assert "push" not in {kind.kind for kind in kinds_now(mainland=False, group=True)}


@pytest.mark.parametrize(
    ("address", "code"),
    [("not an address", "bad_address"), ("syslog://", "bad_address"), ("mei@example.org", "no_mail_server")],
)
async def test_what_can_not_be_used_is_refused(app: FastAPI, mei: httpx.AsyncClient, address: str, code: str):
    answer = await mei.post(f"{ME}/channels", json={"address": address, "label": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("label", ["a\r\nBcc: li@example.org", "a\u0000b", " "])
async def test_a_label_is_one_line(app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver, label: str):
    address = f"json://127.0.0.1:{receiver.port}/x"
    answer = await mei.post(f"{ME}/channels", json={"address": address, "label": label})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")


async def test_private_hosts_are_refused_unless_the_operator_allows_them(tmp_path: Path, dist: Path):
    config = CloudConfig(data_dir=tmp_path / "hosted", broker=BrokerConfig(port=free_port()))
    from cloud.alerts.delivery.desk import Setting

    config.data_dir.mkdir()
    assert Setting.of(config).egress.private is False


async def test_a_browser_is_added_once_and_follows_who_is_signed_in(
    app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver
):
    browser = Subscribed(f"{receiver.url}/push/1")
    body = {**json.loads(browser.subscription), "expirationTime": None, "label": "Chrome, Android"}
    first = await mei.post(f"{ME}/push", json=body)
    assert (first.status_code, first.json()["kind"], first.json()["shown"]) == (201, "push", "127.0.0.1")
    assert (await mei.post(f"{ME}/push", json=body)).json()["channel"] == first.json()["channel"]
    receiver.status = 201
    await mei.post(f"{ME}/channels/{first.json()['channel']}/test")
    await until(lambda: receiver.requests)
    assert browser.read(receiver.requests[0].body)["title"] == "Test: alerts arrive here"
    assert (await mei.post(f"{ME}/push", json={**body, "endpoint": "ftp://x/y"})).status_code == 422


async def test_a_browser_whose_sign_in_is_over_still_rings_but_is_told_nothing_of_the_farm(
    app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver
):
    services: Services = app.state.services
    await no_digest(mei)
    browser = Subscribed(f"{receiver.url}/push/1")
    receiver.status = 201
    channel = (await mei.post(f"{ME}/push", json={**json.loads(browser.subscription), "label": "Chrome"})).json()

    def over() -> None:
        with services.records.writing() as connection:
            connection.execute(update(Session).values(expires_ms=0))

    await asyncio.to_thread(over)
    await raise_alert(app)
    await until(lambda: receiver.requests)
    told = browser.read(receiver.requests[0].body)
    assert (told["title"], told["level"], told["page"]) == ("News from your farm: sign in to read it", "severe", "/")
    assert not {"answers", "picture"} & set(told)
    assert "house" not in json.dumps(told).lower()

    # The same person signs in again in the same browser: it is theirs as before.
    await mei.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
    await mei.post(f"{ME}/channels/{channel['channel']}/test")
    await until(lambda: len(receiver.requests) > 1)
    assert browser.read(receiver.requests[1].body)["title"] == "Test: alerts arrive here"


async def test_push_to_a_browser_ends_when_somebody_else_signs_in_there_or_its_person_signs_it_out(
    app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver
):
    services: Services = app.state.services
    await asyncio.to_thread(people.add_user, services.records, services.passwords, "li", PASSWORD, datetime.now(UTC))

    async def sign_in(client: httpx.AsyncClient, name: str) -> None:
        answer = await client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200

    async def switch_on(client: httpx.AsyncClient, path: str) -> None:
        subscription = json.loads(Subscribed(f"{receiver.url}/{path}").subscription)
        assert (await client.post(f"{ME}/push", json={**subscription, "label": path})).status_code == 201

    async def labels(client: httpx.AsyncClient) -> list[str]:
        return [one["label"] for one in (await client.get(f"{ME}/channels")).json()["channels"]]

    desk = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)
    await sign_in(desk, "mei")
    await switch_on(mei, "phone")
    await switch_on(desk, "desk")
    assert await labels(desk) == ["phone", "desk"]
    await sign_in(mei, "li")
    assert (await labels(desk), await labels(mei)) == (["desk"], [])
    await sign_in(mei, "mei")
    await switch_on(mei, "phone")
    [here, there] = sorted((await desk.get("/api/v1/sessions")).json(), key=lambda one: not one["current"])
    assert (await desk.delete(f"/api/v1/sessions/{there['id']}")).status_code == 204
    assert await labels(desk) == ["desk"]
    assert here["current"]
    await desk.delete("/api/v1/session")
    await sign_in(desk, "mei")
    assert await labels(desk) == []
    await desk.aclose()


async def test_an_alert_reaches_a_webhook_and_is_acknowledged_by_its_link(
    app: FastAPI, mei: httpx.AsyncClient, stranger: httpx.AsyncClient, receiver: Receiver
):
    await no_digest(mei)
    await added(mei, f"json://127.0.0.1:{receiver.port}/x")
    alert = await raise_alert(app)
    await until(lambda: receiver.requests)
    said = json.loads(receiver.requests[0].body)
    assert said["title"] == "Act now: House 2, Too warm for the age"
    assert "36.0 °C" in said["message"]
    acknowledge, snooze, page = links(said["message"])
    assert page == "/houses/hill/house-2"
    records = app.state.services.records

    def state() -> tuple[str | None, int | None]:
        raised = alert_book.find(records, alert)
        assert raised is not None
        return raised.acknowledged_by, raised.snoozed_until_ms

    asked = await stranger.get(acknowledge, headers={**HTML, "accept-language": "zh-CN"})
    assert (asked.status_code, "text/html" in asked.headers["content-type"]) == (200, True)
    assert '<form method="post"><button>确认</button></form>' in asked.text
    await stranger.head(acknowledge)
    assert state() == (None, None)  # a preview answers nothing

    assert (await stranger.post(snooze, headers={"accept": "application/json"})).json()["done"].startswith("You are")
    by, until_ms = state()
    assert by is None
    assert until_ms is not None
    assert abs(until_ms / 1000 - time.time() - 3600) < 60
    done = await stranger.post(acknowledge, headers=HTML)
    assert (done.status_code, state()) == (200, ("mei", None))
    assert (await stranger.post(acknowledge, headers=HTML)).status_code == 200  # the same again changes nothing
    forged = acknowledge[:-1] + ("A" if acknowledge[-1] != "A" else "B")
    assert (await stranger.post(forged)).json()["code"] == "link_void"
    assert (await stranger.get(forged, headers=HTML)).status_code == 410
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert (await stranger.post(acknowledge, headers=foreign)).status_code == 403


async def test_who_has_left_the_farm_can_not_answer_any_more(
    app: FastAPI, mei: httpx.AsyncClient, stranger: httpx.AsyncClient, receiver: Receiver
):
    await no_digest(mei)
    await added(mei, f"json://127.0.0.1:{receiver.port}/x")
    await raise_alert(app)
    await until(lambda: receiver.requests)
    acknowledge, *_ = links(json.loads(receiver.requests[0].body)["message"])
    everybody_leaves(app)
    assert (await stranger.post(acknowledge)).json()["code"] == "link_void"


async def test_a_group_chat_of_the_farm_hears_of_alerts(app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver):
    await settle(app, readings(1))
    group = await added(mei, f"json://127.0.0.1:{receiver.port}/group", "/api/v1/farms/hill/channels")
    await raise_alert(app)
    await until(lambda: receiver.requests)
    [message] = (await mei.get("/api/v1/farms/hill/notifications")).json()
    assert (message["to"], message["purpose"], message["deliveries"][0]["channel"]) == ("", "news", group["channel"])
    tested = await mei.post(f"/api/v1/farms/hill/channels/{group['channel']}/test")
    assert tested.status_code == 202
    assert (await mei.delete(f"/api/v1/farms/hill/channels/{group['channel']}")).status_code == 204
    assert (await mei.get("/api/v1/farms/hill/channels")).json()["channels"] == []


async def test_people_say_how_they_want_to_be_told(app: FastAPI, mei: httpx.AsyncClient):
    usual = {"from_level": "warning", "quiet": {"begins": "22:00", "ends": "05:00"}, "digest_at": "07:00"}
    assert (await mei.get(f"{ME}/notifying")).json() == usual
    own = {"from_level": "severe", "quiet": None, "digest_at": None}
    assert (await mei.put(f"{ME}/notifying", json=own)).json() == own
    assert (await mei.get(f"{ME}/notifying")).json() == own
    assert (await mei.put(f"{ME}/notifying", json={**own, "digest_at": "25:00"})).status_code == 422


async def test_a_farm_says_who_is_told_after_whom(app: FastAPI, mei: httpx.AsyncClient, receiver: Receiver):
    await settle(app, readings(1))
    path = "/api/v1/farms/hill/escalation"
    now = (await mei.get(path)).json()
    assert (now["severe_minutes"], now["people"]) == (15, [{"name": "mei", "channels": 0, "reachable": False}])
    await added(mei, f"json://127.0.0.1:{receiver.port}/x")
    wanted = {"severe_minutes": 5, "warning_minutes": 30, "cap_per_hour": 20, "order": ["mei"]}
    set_ = (await mei.put(path, json=wanted)).json()
    assert (set_["severe_minutes"], set_["people"][0]["reachable"]) == (5, True)
    assert (await mei.put(path, json={**wanted, "order": ["nobody"]})).json()["code"] == "bad_request"
    assert (await mei.put(path, json={**wanted, "order": ["mei", "mei"]})).status_code == 422


async def test_a_picture_of_a_message_is_shown_to_its_link_only(app: FastAPI, stranger: httpx.AsyncClient):
    assert (await stranger.get("/api/v1/answers/p.x.1.2.zz/picture")).json()["code"] == "no_such_picture"


async def test_who_has_left_the_farm_sees_no_picture_of_a_message_any_more(
    app: FastAPI, mei: httpx.AsyncClient, stranger: httpx.AsyncClient
):
    await settle(app, readings(1))
    services: Services = app.state.services
    [post] = (await mei.get("/api/v1/session")).json()["posts"]
    [me] = (await mei.get(f"/api/v1/organisations/{post['organisation']}/people")).json()
    content = compose.trial("x").model_copy(update={"picture": "hill/found.jpg"})
    letter = Letter("0" * 24, "hill", None, f"user-{me['id']}", me["id"], "news", content, ())
    now_ms = int(time.time() * 1000)

    def sent() -> str:
        services.media.write([(Named(PurePath("hill/found.jpg")), b"jpeg")])
        notifications.post(services.records, letter, now_ms)
        link = Link("picture", letter.id, me["id"], now_ms + PICTURE_MS)
        return f"/api/v1/answers/{services.notifications.signer.write(link)}/picture"

    picture = await asyncio.to_thread(sent)
    shown = await stranger.get(picture)
    assert (shown.status_code, shown.content) == (200, b"jpeg")
    assert shown.headers["cache-control"].startswith("private")
    await asyncio.to_thread(everybody_leaves, app)
    assert (await stranger.get(picture)).json()["code"] == "no_such_picture"
