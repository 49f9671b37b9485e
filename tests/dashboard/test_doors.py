"""What stands before the farm: setting up, accepting an invitation, signing in through an OpenID provider."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cloud.service import CloudProcess
from tests.dashboard.conftest import phone
from tests.dashboard.looking import axe_violations, small_targets, sticks_out
from tests.openid_provider import SECRET, OpenIdProvider, openid_provider
from tests.servers import free_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("doors")]

PASSWORD = "a long phrase"
PATIENCE_MS = 60_000


def expect_signed_in(page: Page, name: str) -> None:
    page.locator("nav a[href='/more']").click()
    expect(page.get_by_text(re.compile(f"(Signed in as |当前用户：){re.escape(name)}"))).to_be_visible(
        timeout=PATIENCE_MS
    )


@dataclass
class Doors:
    cloud: CloudProcess
    provider: OpenIdProvider

    def invitation(self, *more: str) -> str:
        made = self.cloud.command("user", "invite", *more)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """A service that nobody has set up yet, beside an OpenID provider."""
    with openid_provider() as provider:
        cloud = CloudProcess(tmp_path_factory.mktemp("doors"), free_port())
        provider.redirect_uri = f"{cloud.url}/api/v1/session/oidc/callback"
        cloud.environment = {
            "HENWISE_OIDC_ISSUER": provider.issuer,
            "HENWISE_OIDC_CLIENT_SECRET": SECRET,
            "HENWISE_OIDC_NAME": "FarmID",
        }
        cloud.start()
        yield Doors(cloud, provider)
        cloud.stop()


@pytest.fixture(scope="module")
def doors(fresh: Doors, browser: Browser) -> Doors:
    """The service, set up by its first owner on a phone."""
    fresh.cloud.wait_until_logged("/setup#", 1)
    [link] = re.findall(r"http\S+/setup#\S+", fresh.cloud.log)
    with phone(browser) as held:
        page = held.page
        page.goto(fresh.cloud.url)
        expect(page.get_by_text("Nobody may sign in yet")).to_be_visible()
        page.goto(link)
        page.get_by_label("Farm or company").fill("Green Hill")
        assert_clean(page)
        page.get_by_label("User name").fill("mei")
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Set up").click()
        expect_signed_in(page, "mei")
        assert "#" not in page.url
    return fresh


def assert_clean(page: Page) -> None:
    assert axe_violations(page) == []
    assert small_targets(page) == []
    assert sticks_out(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_invitation_makes_an_account_in_chinese(doors: Doors, browser: Browser, scheme: str, tmp_path: Path):
    link = doors.invitation("--role", "agronomist")
    with phone(browser, locale="zh-CN", scheme=scheme) as held:
        page = held.page
        page.goto(link)
        expect(page.get_by_text("角色：养殖技术员")).to_be_visible()
        assert_clean(page)
        page.get_by_label("用户名").fill("mei")
        page.get_by_label("新密码").fill(PASSWORD)
        page.get_by_role("button", name="加入").click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("已被使用"))
        page.get_by_label("用户名").fill(f"李梅 {scheme}")
        page.get_by_role("button", name="加入").click()
        expect_signed_in(page, f"李梅 {scheme}")

        page.goto("about:blank")
        page.goto(link)
        expect(page.get_by_role("alert")).to_have_text(re.compile("请索取新的链接"))


def test_whoever_is_signed_in_joins_with_one_touch(doors: Doors, browser: Browser):
    with phone(browser) as held:
        page = held.page
        page.goto(doors.invitation("--role", "viewer"))
        page.get_by_label("User name").fill("zhao")
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Join").click()
        expect_signed_in(page, "zhao")
        page.goto(doors.invitation("--role", "technician"))
        assert_clean(page)
        page.get_by_role("button", name="Join as zhao").click()
        expect_signed_in(page, "zhao")


def test_the_provider_lets_in_who_was_invited_and_tells_the_others(doors: Doors, browser: Browser):
    doors.provider.claims = {"sub": "s-1", "email": "wang@farm.example", "email_verified": True, "name": "Wang"}
    with phone(browser) as held:
        page = held.page
        page.goto(doors.cloud.url)
        page.get_by_role("button", name="Sign in with FarmID").click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("Nobody has invited this account"))
        assert_clean(page)
        page.goto(doors.invitation("--role", "farmer"))
        page.get_by_role("button", name="Sign in with FarmID").click()
        expect_signed_in(page, "Wang")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with FarmID").click()
        expect_signed_in(page, "Wang")


def test_another_page_of_the_browser_makes_way_for_who_is_signed_in_now(doors: Doors, browser: Browser):
    with phone(browser) as held:
        first = held.page
        first.goto(doors.invitation("--role", "viewer"))
        first.get_by_label("User name").fill("qian")
        first.get_by_label("New password").fill(PASSWORD)
        first.get_by_role("button", name="Join").click()
        expect_signed_in(first, "qian")
        second = first.context.new_page()
        second.goto(doors.cloud.url)
        expect_signed_in(second, "qian")
        second.get_by_role("button", name="Sign out").click()
        for page in (second, first):
            expect(page.get_by_label("User name")).to_be_visible(timeout=PATIENCE_MS)
            expect(page.get_by_text("qian")).to_have_count(0, timeout=PATIENCE_MS)

        first.get_by_label("User name").fill("qian")
        first.get_by_label("Password").fill(PASSWORD)
        first.get_by_role("button", name="Sign in", exact=True).click()
        expect_signed_in(first, "qian")
        # The session ends without a word, and the next person signs in on the other page.
        first.context.clear_cookies()
        second.reload()
        second.get_by_label("User name").fill("mei")
        second.get_by_label("Password").fill(PASSWORD)
        second.get_by_role("button", name="Sign in", exact=True).click()
        expect_signed_in(second, "mei")
        expect(first.get_by_text("qian")).to_have_count(0, timeout=PATIENCE_MS)
        expect_signed_in(first, "mei")
