"""A weighing by hand, told on a phone: the flock is corrected openly, in both languages, and it can be taken back."""

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.conftest import Farm, phone, signed_in
from tests.dashboard.looking import axe_violations, small_targets

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("hand_weighings")]

WORDS = {
    "en-US": {"fold": "Weighed by hand", "send": "Send", "wrong": "at least 10 birds", "far": "too far from",
              "flock": "Whole flock", "corrected": "by your weighing of", "remove": "Remove", "head": "Flock"},
    "zh-CN": {"fold": "人工称重", "send": "提交", "wrong": "至少 10 只", "far": "相差太大",
              "flock": "全群均重", "corrected": "的人工称重校正", "remove": "删除", "head": "全群"},
}  # fmt: skip


@pytest.fixture(scope="module")
def flock_age_days() -> int:
    return 44


@pytest.mark.parametrize("locale", list(WORDS))
def test_a_weighing_by_hand_is_told_shown_and_taken_back(farm: Farm, browser: Browser, locale: str):
    words = WORDS[locale]
    farm.edge.round()
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        card = page.locator("[data-card=weight-days]")
        told = card.locator("[data-card=hand-weighings]")
        told.locator("summary").click()
        expect(told.locator("summary")).to_have_text(words["fold"])
        birds, grams = told.locator("input[inputmode=numeric]"), told.locator("input[inputmode=decimal]")
        send = told.get_by_role("button", name=words["send"])
        expect(card.locator("[data-flock]")).to_have_count(0)

        for typed, said in ((("7", "1560"), words["wrong"]), (("120", "9000"), words["far"])):
            birds.fill(typed[0])
            grams.fill(typed[1])
            send.click()
            expect(told.locator("[role=alert]")).to_contain_text(said)

        birds.fill("120")
        grams.fill("1560")
        send.click()
        line = card.locator("[data-flock]")
        expect(line).to_contain_text(words["flock"])
        expect(line).to_contain_text(words["corrected"])
        expect(told.locator("[role=alert]")).to_be_empty()
        expect(told.locator("li")).to_have_count(1)
        card.locator("summary").first.click()
        expect(card.locator("thead")).to_contain_text(words["head"])
        assert axe_violations(page) == []
        assert small_targets(page) == []

        told.get_by_role("button", name=words["remove"]).click()
        expect(line).to_have_count(0)
        expect(told.locator("li")).to_have_count(0)
        # The browser itself writes refusals into its console: before signing in, and that of the 9 kg.
        assert [one for one in held.complaints if not one.startswith("Failed to load resource")] == []
