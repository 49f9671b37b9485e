"""An agronomist's way from the door to a comparison in the mailbox, on a phone: every touch is counted."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.cloud.mailbox import Mailbox, mail_server
from tests.cloud.service import CloudProcess, cloud_process
from tests.dashboard.conftest import PASSWORD, phone, running
from tests.dashboard.estate import HILL, VALLEY, command
from tests.dashboard.looking import axe_violations, complaints_of, small_targets, sticks_out
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("mailed")]

AGRONOMIST, ADDRESS = "su", "su@example.org"
MOST_TAPS = 6
WORDS = {
    "en-US": {"subject": "Comparison of flocks", "send": "To my e-mail", "sent": "On its way"},
    "zh-CN": {"subject": "批次对比", "send": "发到我的邮箱", "sent": "正在发到"},
}
COUNT = """
    const own = Number(sessionStorage.getItem("taps") ?? 0);
    sessionStorage.setItem("taps", String(own));
    addEventListener("pointerdown", (event) => {
        if (event.isTrusted) sessionStorage.setItem("taps", String(Number(sessionStorage.getItem("taps")) + 1));
    }, { capture: true });
"""


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with mail_server() as listening:
        yield listening


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, mailbox: tuple[Mailbox, int]) -> Iterator[CloudProcess]:
    """A service with two farms' flocks and an agronomist who has a mailbox."""
    folder: Path = tmp_path_factory.mktemp("mailed")
    environment = {
        "HENWISE_NOTIFY_SMTP": f"mailto://127.0.0.1:{mailbox[1]}?from=hens@example.org&mode=insecure&smtp=127.0.0.1",
        "HENWISE_HTTP_PUBLIC_URL": "https://hens.example.org",
    }
    with running(Mosquitto(folder)) as broker, cloud_process(folder, broker.port, **environment) as service:
        command(service, "user", "add", "lin", "--password-stdin", stdin=PASSWORD + "\n")
        for farm in (HILL, VALLEY):
            flock = ["--breed", "ross-308", "--placed-on", "2026-05-04", "--birds", "480"]
            command(service, "flock", "place", farm, "house-1", *flock)
        command(service, "user", "add", AGRONOMIST, "--role", "agronomist", "--password-stdin", stdin=PASSWORD + "\n")
        yield service


@pytest.mark.parametrize("locale", list(WORDS))
def test_from_the_door_to_a_mailed_comparison_in_six_taps(
    cloud: CloudProcess, browser: Browser, mailbox: tuple[Mailbox, int], locale: str
):
    words, before = WORDS[locale], len(mailbox[0].letters)
    with httpx.Client(base_url=f"{cloud.url}/api/v1") as api:
        api.post("/session", json={"name": AGRONOMIST, "password": PASSWORD}).raise_for_status()
        if not api.get("/me/channels").json()["channels"]:
            box = {"address": ADDRESS, "label": "mail", "language": locale[:2]}
            api.post("/me/channels", json=box).raise_for_status()
    with phone(browser, locale=locale) as held:
        page = held.page
        page.add_init_script(COUNT)
        page.goto(cloud.url)
        page.locator("input[autocomplete=username]").tap()
        page.keyboard.type(AGRONOMIST)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("nav a[href='/flocks']").tap()
        for farm in (HILL, VALLEY):
            page.locator(f"[data-row='{farm}/house-1'] input").tap()
        page.get_by_role("button", name=words["send"]).tap()
        expect(page.locator("[data-report] [role=status]")).to_contain_text(words["sent"])
        taps = int(page.evaluate("sessionStorage.getItem('taps')"))
        assert 1 < taps <= MOST_TAPS
        expect(page.locator("[data-card=benchmark]")).to_be_visible()
        assert axe_violations(page) == []
        assert small_targets(page) == []
        assert sticks_out(page) == []
        assert complaints_of(held.complaints) == []
        letter = mailbox[0].newest(before)
        assert letter["To"] == ADDRESS
        kinds = {str(part.get_filename()).rpartition(".")[2]: part.get_content() for part in letter.iter_attachments()}
        assert set(kinds) == {"pdf", "xlsx"}
        assert kinds["pdf"].startswith(b"%PDF-")
        body = letter.get_body(("plain",))
        assert body is not None
        link = next(line for line in body.get_content().splitlines() if "https://hens.example.org" in line)
        page.goto(cloud.url + link.rpartition("https://hens.example.org")[2])
        expect(page.locator("[data-card=flocks]")).to_be_visible()
