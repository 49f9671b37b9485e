"""The page where alerts go, and the half of Web Push that runs in the browser: shown, pressed, answered."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, Worker, expect

from cloud.alerts.delivery.keys import load_keys
from cloud.alerts.delivery.links import Link, Signer
from contract.place import Place
from tests.cloud.delivery import conftest as delivery
from tests.cloud.delivery.conftest import Receiver
from tests.cloud.delivery.subscribed import Subscribed
from tests.cloud.service import CloudProcess, cloud_process, today
from tests.dashboard.conftest import PASSWORD, USER, phone, running
from tests.dashboard.looking import axe_violations, small_targets
from tests.dashboard.speaking import speaker
from tests.servers import Mosquitto

receiver = delivery.receiver
PLACE = Place(farm="hill", house="house-2", device="edge-1")

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("notifications")]

WORDS = {
    "en-US": {"title": "Notifications", "way": "Webhook", "add": "Add", "test": "Test My hook", "works": "works",
              "taken": "The service took it", "remove": "Remove My hook", "sure": "Yes, remove",
              "none": "No channel yet", "bad": "This address can't be used"},
    "zh-CN": {"title": "通知", "way": "Webhook", "add": "添加", "test": "测试My hook", "works": "正常",
              "taken": "对方服务已接收", "remove": "删除My hook", "sure": "确定删除", "none": "还没有渠道",
              "bad": "这个地址不能使用"},
}  # fmt: skip


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    folder = tmp_path_factory.mktemp("notifications")
    with (
        running(Mosquitto(folder)) as broker,
        cloud_process(folder, broker.port, HENWISE_NOTIFY_PRIVATE_HOSTS="true") as service,
    ):
        added = service.command("user", "add", USER, "--password-stdin", stdin=PASSWORD + "\n")
        assert added.returncode == 0, added.stderr
        placed_on = today().isoformat()
        flock = ["--breed", "ross-308", "--placed-on", placed_on, "--birds", "480"]
        placed = service.command("flock", "place", "hill", "house-2", *flock)
        assert placed.returncode == 0, placed.stderr
        yield service


def opened(page: Page, cloud: CloudProcess, user: str = USER) -> Page:
    page.goto(f"{cloud.url}/notifications")
    page.locator("input[autocomplete=username]").fill(user)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.locator("[data-card=add-channel]").wait_for()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", list(WORDS))
def test_a_way_is_added_tried_and_removed(
    cloud: CloudProcess, browser: Browser, receiver: Receiver, locale: str, scheme: str
):
    words = WORDS[locale]
    with phone(browser, locale=locale, scheme=scheme) as held:
        page = opened(held.page, cloud)
        expect(page.get_by_role("heading", level=1)).to_have_text(words["title"])
        expect(page.locator("[data-card=channels]")).to_contain_text(words["none"])
        page.locator("select").select_option("webhook")
        page.locator("#own-address").fill("no address")
        page.get_by_role("button", name=words["add"], exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text(words["bad"])
        page.locator("#own-address").fill(f"json://127.0.0.1:{receiver.port}/hook")
        page.locator("#own-label").fill("My hook")
        page.get_by_role("button", name=words["add"], exact=True).click()
        page.get_by_role("button", name=words["test"]).click()
        expect(page.locator("[data-test=delivered]")).to_contain_text(words["taken"])
        expect(page.locator("[data-card=channels]")).to_contain_text(words["works"])
        assert len(receiver.requests) == 1
        assert axe_violations(page) == []
        assert small_targets(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.get_by_role("button", name=words["remove"]).click()
        page.get_by_role("button", name=words["sure"]).click()
        expect(page.locator("[data-card=channels]")).to_contain_text(words["none"])


def test_two_quick_taps_are_both_kept(cloud: CloudProcess, browser: Browser):
    with phone(browser) as held:
        page = opened(held.page, cloud)
        card = page.locator("[data-card=wishes]")
        card.get_by_label("A summary of the day").wait_for()
        first: list[Route] = []

        def hold(asked: Route) -> None:
            first.append(asked)

        page.route("**/me/notifying", hold, times=1)
        with page.expect_request("**/me/notifying"):
            card.get_by_role("button", name="severe only").click()
        card.get_by_label("A summary of the day").uncheck()
        first[0].continue_()
        expect(card.get_by_role("status")).to_have_text("Saved.")
        kept = page.evaluate("fetch('/api/v1/me/notifying').then(answer => answer.json())")
        assert (kept["from_level"], kept["digest_at"]) == ("severe", None)


@dataclass
class Woken:
    """A page whose service worker is told things as a push service would."""

    page: Page
    worker: Worker
    origin: str
    registration: str

    def push(self, message: dict[str, Any]) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("ServiceWorker.enable")
        told = {"origin": self.origin, "registrationId": self.registration, "data": json.dumps(message)}
        session.send("ServiceWorker.deliverPushMessage", told)

    def shown(self) -> list[dict[str, Any]]:
        return list(
            self.page.evaluate(
                """async () => (await (await navigator.serviceWorker.ready).getNotifications())
                     .map(n => ({title: n.title, body: n.body, tag: n.tag, lang: n.lang,
                                 actions: n.actions.map(a => a.action)}))"""
            )
        )

    def wait_for(self, body: str) -> dict[str, Any]:
        deadline = time.monotonic() + 90
        while not (found := [one for one in self.shown() if one["body"] == body]):
            assert time.monotonic() < deadline, self.shown()
            time.sleep(0.05)
        return found[0]

    def press(self, action: str) -> None:
        """Press a button of the notification, as far as a worker can tell."""
        self.worker.evaluate(
            """async action => {
                 const [notification] = await self.registration.getNotifications();
                 self.dispatchEvent(new NotificationEvent("notificationclick", {notification, action}));
               }""",
            action,
        )


@contextmanager
def woken_by(user: str, cloud: CloudProcess, browser: Browser) -> Iterator[Woken]:
    context = browser.new_context(locale="zh-CN", permissions=["notifications"])
    page = context.new_page()
    session = context.new_cdp_session(page)
    known: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    opened(page, cloud, user)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    while not known or not context.service_workers:
        page.wait_for_timeout(50)
    yield Woken(page, context.service_workers[0], cloud.url, known[-1])
    context.close()


@pytest.fixture
def woken(cloud: CloudProcess, browser: Browser) -> Iterator[Woken]:
    with woken_by(USER, cloud, browser) as phone_at_hand:
        yield phone_at_hand


def test_a_farmer_answers_an_alarm_from_the_push_to_the_acknowledged_state(
    cloud: CloudProcess, browser: Browser, receiver: Receiver
):
    added = cloud.command("user", "add", "fang", "--role", "farmer", "--password-stdin", stdin=PASSWORD + "\n")
    assert added.returncode == 0, added.stderr
    receiver.status = HTTPStatus.CREATED  # as a push service
    half = Subscribed(f"{receiver.url}/send/fang")
    with woken_by("fang", cloud, browser) as woken, speaker(cloud.broker_port, PLACE) as edge:
        subscribed = woken.page.evaluate(
            """body => fetch("/api/v1/me/push", {method: "POST", headers: {"Content-Type": "application/json"}, body})
                 .then(answer => answer.status)""",
            json.dumps(json.loads(half.subscription) | {"label": "phone"}),
        )
        assert subscribed < HTTPStatus.BAD_REQUEST
        edge.round()
        edge.finding("dead-1", "dead_suspect", "lying_on_side")
        deadline = time.monotonic() + 90
        while not receiver.requests:
            assert time.monotonic() < deadline, "nothing was pushed"
            time.sleep(0.1)
        message = half.read(receiver.requests[0].body)
        woken.push(message)
        shown = woken.wait_for(message["body"])
        assert "疑似死鸡" in shown["title"] + shown["body"]
        woken.press("acknowledge")
        woken.wait_for(message["answers"][0]["done"])
        woken.page.goto(cloud.url + message["page"])
        expect(woken.page.locator("[role=status]").first).to_contain_text("fang 正在处理。")


def test_a_pushed_alert_is_shown_and_its_button_answers(cloud: CloudProcess, woken: Woken, receiver: Receiver):
    with httpx.Client(base_url=f"{cloud.url}/api/v1") as client:
        client.post("/session", json={"name": USER, "password": PASSWORD}).raise_for_status()
        new = {"address": f"json://127.0.0.1:{receiver.port}/x", "label": "x"}
        channel = client.post("/me/channels", json=new).json()["channel"]
        sent = client.post(f"/me/channels/{channel}/test").json()["notification"]
        client.delete(f"/me/channels/{channel}")
    signer = Signer(load_keys(Path(cloud.folder) / "data").links)
    token = signer.write(Link("acknowledge", sent, 1, int(time.time() * 1000) + 60_000))
    answers = [
        {"action": "acknowledge", "title": "确认", "done": "已确认。", "post": f"/api/v1/answers/{token}"},
        {"action": "snooze", "title": "稍后提醒", "done": "好的。", "post": "/api/v1/answers/s.forged.1.9.x"},
    ]
    message = {"id": sent, "title": "2 号鸡舍：温度偏高", "body": "现在 36 °C。", "lang": "zh-CN", "level": "severe",
               "page": "/houses/hill/house-2", "answers": answers, "failed": "没有送达。"}  # fmt: skip
    woken.push(message)
    shown = woken.wait_for("现在 36 °C。")
    assert (shown["title"], shown["tag"], shown["lang"]) == ("2 号鸡舍：温度偏高", sent, "zh-CN")
    assert shown["actions"] == ["acknowledge", "snooze"]
    woken.push(message)  # the same once more replaces itself
    woken.page.wait_for_timeout(300)
    assert len(woken.shown()) == 1

    woken.press("snooze")  # a link that is void: the alert stays in sight and says so
    woken.wait_for("没有送达。")
    woken.push(message)
    woken.wait_for("现在 36 °C。")
    woken.press("acknowledge")
    woken.wait_for("已确认。")


def test_signing_out_ends_push_to_the_phone(cloud: CloudProcess, browser: Browser, receiver: Receiver):
    with phone(browser) as held:
        page = opened(held.page, cloud)
        channel = page.evaluate(
            """async address => {
                 const headers = {"Content-Type": "application/json"}, body = JSON.stringify({address, label: "phone"});
                 const {channel} = await (await fetch("/api/v1/me/channels", {method: "POST", headers, body})).json();
                 localStorage.setItem("henwise.1.pushChannel", channel);  // no browser under test can be subscribed
                 return channel;
               }""",
            f"json://127.0.0.1:{receiver.port}/phone",
        )
        page.get_by_role("link", name="More").click()
        page.get_by_role("button", name="Sign out").click()
        page.locator("input[type=password]").wait_for()
    with httpx.Client(base_url=f"{cloud.url}/api/v1") as client:
        client.post("/session", json={"name": USER, "password": PASSWORD}).raise_for_status()
        left = [one["channel"] for one in client.get("/me/channels").json()["channels"]]
    assert channel not in left
