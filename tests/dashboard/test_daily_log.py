"""The daily log on a phone: two minutes with a thumb, also where there is no line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cloud.sending import JPEG
from tests.dashboard.conftest import PLACE, Farm, phone, signed_in
from tests.dashboard.looking import axe_violations, small_targets, sticks_out

HOUSE = f"/houses/{PLACE.farm}/{PLACE.house}"
API = f"/api/v1{HOUSE}"
LOG = f"{HOUSE}/log"
LOG_IS_KEPT = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map(name => caches.open(name)));
  const kept = await Promise.all(caches_.map(cache => cache.keys()));
  return kept.flat().some(request => request.url.includes("/assets/log-"));
}"""
SHANGHAI = ZoneInfo("Asia/Shanghai")

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("daily_log")]


@pytest.fixture(autouse=True)
def _a_good_day(farm: Farm) -> None:
    farm.edge.round()


def kept(page: Page) -> list[dict[str, object]]:
    """Return every entry the service has, the corrected and the withdrawn too."""
    answer = page.request.get(page.url.split("/houses")[0] + f"{API}/log?days=30&replaced=true")
    return [entry for day in answer.json()["days"] for entry in day["entries"]]


def of_note(page: Page, note: str) -> list[dict[str, object]]:
    return [entry for entry in kept(page) if entry["note"] == note]


def opened(page: Page) -> None:
    """Go from the house's page to its log, as a thumb does."""
    page.get_by_role("link", name="Daily log").click()
    expect(page.get_by_role("heading", name="Daily log")).to_be_visible()


def test_two_minutes_with_a_thumb(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        expect(page.locator("[data-card=birds]")).to_contain_text("in house 480")
        opened(page)
        more = page.get_by_role("button", name="Dead: one more")
        more.click()
        more.click()
        page.get_by_role("button", name="heat", exact=True).click()
        page.get_by_label("Feed eaten").fill("51.5")
        page.get_by_label("Water", exact=True).fill("95")
        page.get_by_label("Note").fill("a drinker drips")
        page.locator("input[type=file]").set_input_files(
            files=[{"name": "drinker.jpg", "mimeType": "image/jpeg", "buffer": JPEG}]
        )
        page.get_by_role("button", name="Save").click()
        today = page.locator("[data-day]").first
        expect(today).to_contain_text("Dead 2 · heat")
        expect(today).to_contain_text("Feed eaten 51.5 kg")
        expect(today.locator("img")).to_be_visible()
        expect(page.locator("header")).to_contain_text("478 birds in the house")

        today.locator("li", has_text="Dead 2").get_by_role("button", name="Correct").click()
        page.get_by_role("button", name="Dead: one less").click()
        page.get_by_role("button", name="Save").click()
        expect(today).to_contain_text("Dead 1 · heat")
        expect(page.locator("header")).to_contain_text("479 birds in the house")
        today.locator("li", has_text="Dead 1").get_by_role("button", name="Take back").click()
        expect(today).not_to_contain_text("Dead")
        dead = [(entry["birds"], entry["withdrawn"]) for entry in kept(page) if entry["kind"] == "mortality"]
        assert sorted(dead) == [(1, True), (2, False)]
        page.get_by_role("link", name="House 2").click()
        expect(page.locator("[data-card=birds]")).to_contain_text("in house 480")
        assert [text for text in held.complaints if "401" not in text] == []


def test_what_is_written_without_a_line_arrives_once(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        page.reload()  # now the phone keeps all the page is made of
        expect(page.locator("[data-card=birds] [data-value]")).to_be_visible()
        opened(page)
        page.wait_for_function(LOG_IS_KEPT)
        page.context.set_offline(True)
        page.get_by_label("Note").fill("written in the dark")
        page.get_by_role("button", name="Save").click()
        waiting = page.locator("[data-card=waiting]")
        expect(waiting).to_contain_text("written in the dark")
        page.reload()
        expect(waiting).to_contain_text("Waiting to be sent: 1")
        expect(waiting).to_contain_text("written in the dark")
        page.get_by_label("Dead", exact=True).fill("900")
        page.get_by_role("button", name="Save").click()
        expect(waiting).to_contain_text("Waiting to be sent: 2")

        page.context.set_offline(False)
        expect(waiting).to_contain_text("only 480 are left")
        expect(page.locator("[data-day]").first).to_contain_text("written in the dark")
        assert len(of_note(page, "written in the dark")) == 1
        waiting.get_by_role("button", name="Correct").click()
        expect(page.get_by_label("Dead", exact=True)).to_have_value("900")
        expect(waiting).to_have_count(0)
        page.get_by_label("Dead", exact=True).fill("0")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("[data-day]").first).to_contain_text("Dead 0")


def test_an_answer_that_is_lost_makes_no_second_entry(farm: Farm, browser: Browser):
    with phone(browser) as held:
        page = signed_in(held, farm)
        opened(page)
        sent: list[str] = []

        def lose_first(route):  # noqa: ANN001, ANN202  # Playwright's own types
            sent.append(route.request.url)
            if len(sent) == 1:
                route.fetch()  # it arrives, but its answer does not
                route.abort()
            else:
                route.continue_()

        page.route("**/log/*", lose_first)
        page.get_by_label("Note").fill("said once")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("[data-card=waiting]")).to_contain_text("said once")
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-card=waiting]")).to_have_count(0)
        assert len(set(sent)) == 1
        assert len(sent) == 2
        assert len(of_note(page, "said once")) == 1


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize(("locale", "scheme"), [("en-US", "dark"), ("zh-CN", "light")])
def test_the_log_is_readable_for_all(
    farm: Farm, browser: Browser, tmp_path: Path, locale: str, scheme: str, width: int
):
    with phone(browser, locale=locale, scheme=scheme, width=width) as held:
        page = signed_in(held, farm)
        day = datetime.now(UTC).astimezone(SHANGHAI).date() - timedelta(days=1)
        told = {"kind": "medication", "day": str(day), "at": "2026-01-01T00:00:00Z", "name": "Amoxicillin"}
        answer = page.request.put(
            farm.cloud.url + f"{API}/log/m-{locale.lower()}-{width}",
            data=json.dumps({**told, "dose": "20 mg/kg", "withdrawal_days": 5}),
            headers={"content-type": "application/json"},
        )
        assert answer.ok, answer.text()
        page.goto(farm.cloud.url + LOG)
        expect(page.locator("[data-day]").first).to_be_visible()
        page.locator("summary").first.click()
        page.get_by_label({"en-US": "Dead: one more", "zh-CN": "死亡加一"}[locale]).click()
        page.context.set_offline(True)
        page.locator("form .save button").last.click()
        expect(page.locator("[data-card=waiting]")).to_be_visible()
        page.get_by_label({"en-US": "Dead: one more", "zh-CN": "死亡加一"}[locale]).click()
        assert sticks_out(page) == []
        page.screenshot(path=tmp_path / "log.png", full_page=True)
        assert axe_violations(page) == []
        assert small_targets(page) == []
