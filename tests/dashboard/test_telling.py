"""A technician's day: a picture now, the doctor's report, and a new device let in by its code."""

from collections.abc import Iterator

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.conftest import PASSWORD, PLACE, Farm, Phone, phone, signed_in
from tests.dashboard.looking import axe_violations, complaints_of, small_targets, sticks_out

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("telling")]

CARD = f"[data-device='{PLACE.farm}/{PLACE.house}/{PLACE.device}']"


@pytest.fixture(scope="module")
def technician(farm: Farm, browser: Browser) -> Iterator[Phone]:
    """Somebody who was invited as a technician, on the house's page, of which there is one round of everything."""
    farm.edge.round()
    invited = farm.cloud.command("user", "invite", "--role", "technician")
    assert invited.returncode == 0, invited.stderr
    with phone(browser) as held:
        page = held.page
        page.goto(invited.stdout.strip())
        page.locator("input[autocomplete=username]").fill("gao")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        page.locator("[data-card=birds] [data-value]").wait_for()
        yield held


def assert_clean(held: Phone) -> None:
    for scheme in ("light", "dark"):
        held.page.emulate_media(color_scheme=scheme)
        assert axe_violations(held.page) == [], scheme
    assert small_targets(held.page) == []
    assert sticks_out(held.page) == []
    assert complaints_of(held.complaints) == []


def test_a_picture_is_asked_for_and_comes(farm: Farm, technician: Phone):
    page = technician.page
    page.goto(f"{farm.cloud.url}/houses/{PLACE.farm}/{PLACE.house}")
    picture = page.locator("[data-card=picture]")
    before = picture.locator("img").first.get_attribute("src")
    strip = page.locator("[data-card=day-pictures]")
    strip.scroll_into_view_if_needed()
    expect(strip.locator("li").first).to_be_visible()
    of_day = strip.locator("li").count()
    take = page.locator("[data-take=camera-1]")
    take.get_by_role("button", name="Take a picture now").click()
    expect(take.locator("[role=status]")).to_have_text("The picture is on its way.")
    expect(take.get_by_role("button")).to_be_disabled()
    command = farm.edge.told()
    assert (command.action, command.target, command.device) == ("snapshot", "camera-1", PLACE.device)
    farm.edge.carry_out(command)
    expect(picture.locator("img").first).not_to_have_attribute("src", str(before))
    expect(take.locator("[role=status]")).to_have_text("")
    expect(strip.locator("li")).to_have_count(of_day + 1)
    assert strip.locator("ul").evaluate("strip => strip.scrollLeft") == 0  # the newest is in sight
    # The next one finds a camera without a picture, and says what to do about it.
    take.get_by_role("button").click()
    farm.edge.carry_out(farm.edge.told(), code="no_picture")
    expect(take.locator("[role=status]")).to_contain_text("Check its cable and power")
    assert_clean(technician)


def test_the_doctors_report_comes_from_the_device(farm: Farm, technician: Phone):
    page = technician.page
    farm.edge.health(processor_temperature_celsius=61.0, disk_percent=34.0, clock_trusted_ratio=1.0)
    page.goto(f"{farm.cloud.url}/devices")
    card = page.locator(CARD)
    health = card.locator("[data-health]")
    health.locator("summary").click()
    expect(health).to_contain_text("Processor temperature")
    expect(health).to_contain_text("61 °C")
    expect(health).to_contain_text("34 %")
    card.locator("[data-tell] summary").click()
    card.get_by_role("button", name="Doctor's report").click()
    expect(card.locator("[data-command=pending]")).to_contain_text("on its way")
    command = farm.edge.told()
    assert (command.action, command.language) == ("doctor", "en")
    farm.edge.carry_out(command, report="well: memory 512 of 4096 MB")
    expect(card.locator("[data-command=pending]")).to_have_count(0)
    card.locator("li[data-command=done]").first.get_by_role("button", name="Show").click()
    expect(card.locator("pre")).to_have_text("well: memory 512 of 4096 MB")
    # What takes the device away is asked twice; one that refuses says why.
    card.get_by_role("button", name="Restart").click()
    card.get_by_role("button", name="Yes, do it: Restart").click()
    farm.edge.carry_out(farm.edge.told(), code="not_installed")
    refused = card.locator("[data-command=refused]", has_text="Restart")
    expect(refused).to_contain_text("not installed in a way that allows this")
    assert_clean(technician)


def test_a_configuration_and_a_version_are_sent(farm: Farm, technician: Phone):
    offered = farm.cloud.folder / "offered"
    offered.mkdir()
    for version in ("0.1.9", "0.1.10"):
        for ending in ("tar", "tar.sig"):
            (offered / f"henwise-{version}.{ending}").write_bytes(b"a bundle")
    page = technician.page
    page.goto(f"{farm.cloud.url}/devices")
    card = page.locator(CARD)
    card.locator("[data-tell] summary").click()
    card.get_by_role("button", name="New configuration").click()
    form = card.locator("form")
    form.get_by_label("The new edge.toml").fill('[place]\nfarm = "hillside"\n')
    form.get_by_role("button", name="Send").click()
    command = farm.edge.told()
    assert (command.action, command.text) == ("configure", '[place]\nfarm = "hillside"\n')
    farm.edge.carry_out(command, code="config_mistakes")
    refused = card.locator("[data-command=refused]", has_text="New configuration")
    expect(refused).to_contain_text("the old one stays")

    card.get_by_role("button", name="Update").click()
    expect(form.get_by_label("Version")).to_have_value("0.1.10")
    form.get_by_role("button", name="Send").click()
    command = farm.edge.told()
    assert (command.action, command.text) == ("update", "0.1.10")
    farm.edge.carry_out(command)
    expect(card.locator("[data-command=done]", has_text="Update")).to_have_count(1)
    assert_clean(technician)


def read_qr(page: Page) -> str:
    """Return what a camera reads in the code on the page."""
    code = page.locator("img[alt*=QR]")
    # Clear of the tabs, which lie over the end of the page.
    code.evaluate("async image => { await image.decode(); image.scrollIntoView({block: 'center'}) }")
    picture = cv2.imdecode(np.frombuffer(code.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    return str(cv2.QRCodeDetector().detectAndDecode(picture)[0])


def test_a_code_lets_a_new_device_in_once(farm: Farm, technician: Phone):
    page = technician.page
    page.goto(f"{farm.cloud.url}/devices")
    add = page.locator("[data-card=add-device]")
    add.get_by_label("House", exact=True).fill(PLACE.house)
    add.get_by_label("Name of the device").fill("edge-7")
    add.get_by_role("button", name="Make a code").click()
    code = add.locator("[data-code]").inner_text()
    command = add.locator("[data-enrol]").inner_text()
    assert command.endswith(f"#{code}")
    add.locator("img").wait_for()
    assert read_qr(page) == command
    assert_clean(technician)
    with httpx.Client(base_url=f"{farm.cloud.url}/api/v1") as device:
        member = device.post("/enrolment", json={"code": code})
        assert member.is_success, member.text
        assert {key: member.json()[key] for key in ("house", "device")} == {"house": PLACE.house, "device": "edge-7"}
        again = device.post("/enrolment", json={"code": code})
        assert again.json()["code"] == "no_such_code"


def test_an_owner_looks_at_a_report_and_takes_it_away(farm: Farm, browser: Browser):
    farm.edge.round()
    with phone(browser) as held:
        page = signed_in(held, farm)
        page.goto(f"{farm.cloud.url}/houses/{PLACE.farm}/{PLACE.house}/flock")
        page.locator("[data-flock] summary").click()
        report = page.locator("[data-report]")
        report.get_by_role("button", name="Look at it").click()
        preview = report.locator("[data-preview=flock]")
        expect(preview.locator("h3")).to_have_text("Growth report")
        expect(preview.locator("[data-figure=weight]")).to_contain_text("Mean weight")
        report.get_by_label("Language").select_option("zh")
        expect(preview).to_have_count(0)
        report.get_by_role("button", name="Look at it").click()
        expect(preview.locator("h3")).to_have_text("生长报告")
        assert_clean(held)
        for form, start in (("PDF", b"%PDF"), ("Excel (XLSX)", b"PK"), ("CSV", "\ufeff".encode())):
            with page.expect_download(timeout=90_000) as taken:
                report.get_by_role("button", name=f"Download {form}").click()
            assert taken.value.path().read_bytes().startswith(start)
            expect(report.locator("[role=status]")).to_contain_text(taken.value.suggested_filename)
        assert_clean(held)
