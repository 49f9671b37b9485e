"""The most urgent alert heads the house's page, and one tap says that somebody looks after it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.conftest import USER, Farm, phone, signed_in
from tests.dashboard.looking import axe_violations, small_targets

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("alerts")]

WORDS = {
    "en-US": {"head": "Suspected dead bird", "button": "Seen, I look after it", "care": f"{USER} looks after it."},
    "zh-CN": {"head": "疑似死鸡", "button": "确认，我来处理", "care": f"{USER} 正在处理。"},
}


@pytest.mark.parametrize("locale", list(WORDS))
def test_an_alert_heads_the_page_and_is_acknowledged_with_one_tap(farm: Farm, browser: Browser, locale: str):
    words = WORDS[locale]
    farm.edge.round()
    with phone(browser, locale=locale) as held, phone(browser, locale=locale) as other:
        page, elsewhere = signed_in(held, farm), signed_in(other, farm)
        farm.edge.finding(f"dead-{locale.lower()}", "dead_suspect", "lying_on_side")
        head = page.locator("[role=status]").first
        button = head.get_by_role("button", name=words["button"])
        expect(button).to_be_visible()
        expect(head).to_contain_text(words["head"])
        assert axe_violations(page) == []
        assert small_targets(page) == []
        button.click()
        expect(head).to_contain_text(words["care"])
        # A second phone hears it by the live stream.
        expect(elsewhere.locator("[role=status]").first).to_contain_text(words["care"])
        expect(head.get_by_role("button")).to_have_count(0)
        assert [text for text in held.complaints if "401" not in text] == []
        # Judged, it is over: the next one's alert begins anew.
        page.locator(f"[data-finding=dead-{locale.lower()}]").get_by_role("button").nth(1).click()
        expect(head).not_to_contain_text(words["care"])
