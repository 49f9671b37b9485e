"""What a camera found, on a phone: judged with one tap, and the word of it on the broker; hand counts; roll calls."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.dashboard.conftest import Farm, phone, signed_in
from tests.dashboard.looking import axe_violations, small_targets

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("findings")]

WORDS = {
    "en-US": {
        "kind": "Suspected dead bird", "why": "It seems to lie on its side", "step": "Check it now",
        "right": "Right", "false alarm": "False alarm", "pending": "It goes to the device",
        "done": "The device has taken it", "wrong": "Enter a whole number", "count": "Counted by hand: 31",
        "dark": "too dark to count", "head": "Suspected dead bird, Camera 1",
    },
    "zh-CN": {
        "kind": "疑似死鸡", "why": "像是侧躺", "step": "请马上去看", "right": "属实", "false alarm": "误报",
        "pending": "设备连上后就会收到", "done": "设备已收到", "wrong": "请填写整数", "count": "有 31 只",
        "dark": "画面太暗，无法计数", "head": "疑似死鸡：1 号摄像头",
    },
}  # fmt: skip
LOCALES = pytest.mark.parametrize("locale", list(WORDS))


@pytest.fixture(autouse=True)
def _a_good_day(farm: Farm) -> None:
    farm.edge.round()
    farm.edge.roll_call(0, alarm=False)


def fresh(stem: str) -> str:
    return f"{stem}-{datetime.now(UTC):%H%M%S%f}"


def row_of(page: Page, name: str) -> Locator:
    return page.locator(f"[data-finding={name}]")


@LOCALES
def test_a_finding_is_judged_with_one_tap_and_the_device_hears_it(farm: Farm, browser: Browser, locale: str):
    words, name = WORDS[locale], fresh("judged")
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        farm.edge.finding(name, "dead_suspect", "lying_on_side", "colder_than_flock")
        row = row_of(page, name)
        expect(row).to_contain_text(words["kind"])
        expect(row).to_contain_text(words["why"])
        expect(row).to_contain_text(words["step"])
        expect(page.locator("[role=status]").first).to_contain_text(words["head"])
        picture = row.locator("img")
        expect(picture).to_have_js_property("naturalWidth", 480)
        assert row.locator("svg path[d^='M178 100']").count() == 2  # the box, and its rim

        row.get_by_role("button", name=words["false alarm"]).click()
        expect(row.locator("[data-state]")).to_contain_text(words["pending"])
        verdict = farm.edge.heard()
        assert (verdict.finding, verdict.camera, verdict.answer) == (name, "camera-1", "false_alarm")
        farm.edge.answer(verdict)
        expect(row.locator("[data-state=done]")).to_contain_text(words["done"])
        expect(page.locator("[role=status]").first).not_to_contain_text(words["head"])
        # The one refusal is the question who is signed in.
        assert [text for text in held.complaints if "401" not in text] == []

        page.reload()
        expect(page.locator("[data-card=findings] summary")).to_be_visible()
        expect(row.get_by_role("button", name=words["right"])).to_have_count(0)


@LOCALES
def test_a_mind_may_be_changed(farm: Farm, browser: Browser, locale: str):
    words, name = WORDS[locale], fresh("changed")
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        farm.edge.finding(name, "still_bird", "still_while_flock_moves")
        row = row_of(page, name)
        row.get_by_role("button", name=words["right"]).click()
        first = farm.edge.heard()
        farm.edge.answer(first)
        row.locator("[data-state] button").click()
        row.get_by_role("button", name=words["false alarm"]).click()
        second = farm.edge.heard()
        farm.edge.answer(second)
        assert [(one.finding, one.answer) for one in (first, second)] == [(name, "right"), (name, "false_alarm")]


@LOCALES
def test_a_count_by_hand_reaches_the_device_with_its_pictures_time(farm: Farm, browser: Browser, locale: str):
    words = WORDS[locale]
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        card = page.locator("[data-card=counts]")
        field, send = card.locator("input"), card.locator("form button")
        expect(send).to_be_disabled()
        field.fill("many")
        send.click()
        expect(card.locator("[role=alert]")).to_contain_text(words["wrong"])
        field.fill("31")
        send.click()
        verdict = farm.edge.heard()
        assert (verdict.answer, verdict.birds, verdict.finding, verdict.camera) == ("count", 31, None, "camera-1")
        assert abs(verdict.about_at - datetime.now(UTC)) < timedelta(minutes=2)
        farm.edge.answer(verdict)
        expect(card.locator("[data-state=done]")).to_contain_text(words["count"])

        farm.edge.count(27, factor=1.15, share_birds=31.05, by_zone={"feeder": 12.0})
        expect(card).to_contain_text("1.15")
        expect(page.locator("[data-card=birds] [data-value]")).to_have_text("31")


@LOCALES
def test_a_withheld_count_is_a_cause_and_no_number(farm: Farm, browser: Browser, locale: str):
    words = WORDS[locale]
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        farm.edge.status("online", camera="picture_dark")
        card = page.locator("[data-card=counts]")
        expect(card).to_contain_text(words["dark"])
        expect(card).not_to_have_text(re.compile(r"(?<![\d:])27(?![\d:])"))  # the hour of a note may be 15:27
        expect(page.locator("[data-card=birds] [data-value]")).to_have_count(0)
        expect(page.locator("[role=status]").first).to_contain_text(words["dark"])
        farm.edge.status("online")
        expect(page.locator("[data-card=birds] [data-value]")).to_have_text("27")


@pytest.mark.parametrize(("locale", "text"), [("en-US", "31 of 480 not back"), ("zh-CN", "480 只中有 31 只未归舍")])
def test_who_is_not_back_is_the_first_word(farm: Farm, browser: Browser, locale: str, text: str):
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        farm.edge.roll_call(31)
        expect(page.locator("[role=status]").first).to_contain_text(text)
        expect(page.locator("[role=status] .bad")).to_contain_text(re.compile(rf"{text}.*\d\d:\d\d"))
        expect(page.locator("[data-card=roll-call]")).to_have_count(0)
        farm.edge.roll_call(0, alarm=False)
        expect(page.locator("[role=status]").first).not_to_contain_text(text)
        expect(page.locator("[data-card=roll-call]")).to_be_visible()


@LOCALES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_is_accessible(farm: Farm, browser: Browser, locale: str, scheme: str):
    farm.edge.finding(fresh("a"), "dead_suspect", "lying_on_side")
    farm.edge.finding(fresh("b"), "huddling", "packed_together", "cold_corner")
    farm.edge.a_day_of_wellness()
    farm.edge.roll_call(31)
    with phone(browser, locale=locale, scheme=scheme) as held:
        page = signed_in(held, farm)
        page.locator("[data-card=wellness] [role=img]").scroll_into_view_if_needed()
        page.locator("[data-card=wellness] canvas").wait_for()
        for fold in page.locator("summary").all():
            fold.click()
        assert axe_violations(page) == []
        assert small_targets(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.locator("[data-finding] button.picture").first.click()
        page.locator("dialog").wait_for()
        assert axe_violations(page) == []
