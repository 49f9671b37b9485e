"""The dashboard's pages on a phone, before a real service: right, legible, accessible, and honest about age."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.conftest import Farm, phone, signed_in
from tests.dashboard.looking import axe_violations, small_targets

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("pages")]


@pytest.fixture(autouse=True)
def _a_good_day(farm: Farm) -> None:
    farm.edge.round()


def draw_charts(page: Page) -> None:
    """Scroll to each chart, for none is drawn before it is nearly seen."""
    for card in ("weight-days", "climate-day"):
        page.locator(f"[data-card={card}] [role=img]").scroll_into_view_if_needed()
        page.locator(f"[data-card={card}] canvas").wait_for()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_house_is_accessible_in_each_language_and_theme(farm: Farm, browser: Browser, locale: str, scheme: str):
    with phone(browser, locale=locale, scheme=scheme) as held:
        held.page.goto(farm.cloud.url)
        held.page.locator("input[type=password]").wait_for()
        assert axe_violations(held.page) == []

        page = signed_in(held, farm)
        draw_charts(page)
        for fold in page.locator("summary").all():
            fold.click()
        assert axe_violations(page) == []
        assert small_targets(page) == []

        page.locator("[data-card=picture] button").first.click()
        page.locator("dialog").wait_for()
        assert axe_violations(page) == []
        # The one refusal is the question who is signed in; everything else would be a fault or the CSP speaking.
        assert [text for text in held.complaints if "401" not in text] == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_nothing_sticks_out_of_a_narrow_phone(farm: Farm, browser: Browser, locale: str, width: int):
    with phone(browser, locale=locale, width=width) as held:
        page = signed_in(held, farm)
        draw_charts(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_numbers_say_what_they_are_held_against(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        expect(page.locator("[role=status]").first).to_contain_text("All is well.")
        expect(page.locator("[data-card=birds]")).to_contain_text("24 to 29 in view")
        expect(page.locator("[data-card=weight]")).to_contain_text(re.compile(r"\d+ % (under|above) the curve"))
        expect(page.locator("[data-card=climate]")).to_contain_text("humidity 61 %")
        expect(page.locator("[data-card=heat]")).to_contain_text("stress above 78")


def test_a_new_value_appears_without_a_reload(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        farm.edge.round(celsius=26.7)
        expect(page.locator("[data-card=climate] [data-value]")).to_have_text("26.7", timeout=20_000)
        expect(page.locator("header")).to_contain_text("live")


def test_what_is_wrong_is_said_first(farm: Farm, browser: Browser):
    with phone(browser, locale="zh-CN") as held:
        page = signed_in(held, farm)
        head = page.locator("[role=status]").first
        farm.edge.status("online", problem="Check the cable of the scale.")
        expect(head).to_contain_text("1 号电子秤")
        expect(head.locator("q")).to_have_text("Check the cable of the scale.")
        farm.edge.status("offline")
        expect(head).to_contain_text("1 号边缘设备已离线")


def test_heat_stress_is_said_with_what_to_do(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        farm.edge.round(celsius=33.0, humidity=75.0)
        expect(page.locator("[role=status]").first).to_contain_text("Give more air")
        assert axe_violations(page) == []


def test_the_language_is_switched_and_remembered(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        page.get_by_role("link", name="More").click()
        page.get_by_role("button", name="中文").click()
        page.get_by_role("link", name="鸡舍").click()
        expect(page.locator("h1")).to_contain_text("2 号鸡舍")
        page.reload()
        expect(page.locator("h1")).to_contain_text("2 号鸡舍")
        assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_without_a_service_the_last_state_opens_dated(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        page.evaluate("navigator.serviceWorker.ready.then(() => caches.delete('henwise-shell-1'))")
        house = page.url
        page.reload()  # as after an update: the phone keeps the page as it comes for this house
        page.wait_for_function("caches.match('/').then(kept => kept !== undefined)")
        for aside in ("/healthz", "/files.json"):  # the phone must not keep these in the page's place
            page.goto(farm.cloud.url + aside)
        farm.cloud.stop()
        try:
            page.goto(house)
            expect(page.locator("[role=status]").first).to_contain_text("No connection. This is how it was at")
            expect(page.locator("[data-card=birds] [data-value]")).to_have_text("27")
            kept = page.evaluate("caches.match('/').then(answer => Object.fromEntries(answer.headers))")
            assert "content-security-policy" in kept
            assert "link" not in kept, "it names the house that was looked at, on the page of every other"
        finally:
            farm.cloud.start()
        expect(page.locator("[role=status]").first).to_contain_text("All is well.")


def test_it_can_be_installed(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        answer = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")
        # A browser under test keeps nothing, and installs nothing for that alone.
        assert [one["errorId"] for one in answer["installabilityErrors"]] == ["in-incognito"]


def test_a_picture_is_looked_at_from_near(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        page.locator("[data-card=picture] button").first.click()
        picture = page.locator("dialog img")
        expect(page.locator("dialog .room svg path")).to_have_count(2)  # the boxes, and their rims
        whole = picture.bounding_box()
        page.locator("dialog").get_by_role("button", name="Zoom in").click()
        near = picture.bounding_box()
        assert whole is not None
        assert near is not None
        assert near["width"] > 2 * whole["width"]
        page.locator("dialog").get_by_role("button", name="Close").click()
        expect(page.locator("dialog")).to_have_count(0)


def test_signing_out_leaves_nothing_of_the_farm_on_the_phone(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        page.get_by_role("link", name="More").click()
        page.evaluate("window.ofTheOneBefore = true")
        page.get_by_role("button", name="Sign out").click()
        page.locator("input[type=password]").wait_for()
        assert page.evaluate("window.ofTheOneBefore") is None, "what the page held of the person lives on"
        kept = page.evaluate("JSON.stringify(localStorage)")
        assert "hillside" not in kept
        page.goto(f"{farm.cloud.url}/houses/hillside/house-2")
        page.locator("input[type=password]").wait_for()


def test_old_readings_are_grey_and_say_so(farm: Farm, browser: Browser):
    with phone(browser) as held:
        farm.edge.status("online")
        page = signed_in(held, farm)
        page.clock.install()
        page.reload()
        page.locator("[data-card=birds] [data-value]").wait_for()
        # From here on the service is not heard: its clock would tell the phone that no seven minutes have passed.
        page.route("**/api/**", lambda _: None)
        page.clock.fast_forward("07:00")
        expect(page.locator("[data-card=climate]")).to_contain_text("no data for 7 min")
