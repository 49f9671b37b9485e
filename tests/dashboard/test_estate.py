"""Pages about more than one house, before a real service: every page in every look, and what each role comes for."""

import csv
import io
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.dashboard.conftest import PASSWORD, Phone, phone
from tests.dashboard.estate import HILL, HOUSES, VALLEY, Estate, at, command, estate
from tests.dashboard.looking import axe_violations, complaints_of, overlapping, small_targets, sticks_out

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("estate")]

HOUSE = f"/houses/{HILL}/house-2"
PAGES = {
    "/": "[data-house]",
    "/alerts": "[data-alert]",
    "/logs": "main li a",
    "/flocks": "[data-row]",
    "/more": "[data-card=phone]",
    "/notifications": "[data-card=add-channel]",
    "/devices": "[data-device]",
    "/people": "[data-person]",
    "/curves": "[data-curve]",
    HOUSE: "[data-card=birds] [data-value]",
    f"{HOUSE}/log": "main form",
    f"{HOUSE}/flock": "[data-flock]",
    f"{HOUSE}/charts": "[data-card=chart] canvas",
    f"{HOUSE}/limits": "[data-rule]",
    f"{HOUSE}/droppings": "main h2, main .soft",
}
"""Page -> what is there once it stands."""
LOCALES = ("en-US", "zh-CN")
WIDTHS_PX = (390, 320)

DROPPINGS = Path(__file__).parents[1] / "fixtures" / "droppings"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("estate")) as running:
        running.edges[HILL, "house-2"].finding("dead-1", "dead_suspect", "lying_on_side")
        for name, role in (("fang", "farmer"), ("su", "agronomist")):
            command(running.cloud, "user", "add", name, "--role", role, "--password-stdin", stdin=PASSWORD + "\n")
        yield running


@pytest.fixture(scope="module", params=LOCALES)
def held(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Phone]:
    """One phone for all pages of a language: signing in again for each would be most of the time."""
    with phone(browser, locale=request.param) as one:
        yield one


@pytest.mark.parametrize("path", list(PAGES))
def test_every_page_is_for_everybody(here: Estate, held: Phone, path: str):
    page = at(held, here, path)
    page.locator(PAGES[path]).first.wait_for()
    for width in WIDTHS_PX:
        page.set_viewport_size({"width": width, "height": 844})
        assert sticks_out(page) == [], width
        assert overlapping(page) == [], width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe_violations(page) == [], scheme
    assert small_targets(page) == []
    assert complaints_of(held.complaints) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_large_text_still_fits_a_narrow_phone(here: Estate, browser: Browser, locale: str):
    with phone(browser, locale=locale, width=320) as held:
        page = at(held, here, "/more")
        page.locator("[data-card=phone] input[type=checkbox]").first.check()
        for path, there in PAGES.items():
            page.goto(here.cloud.url + path)
            page.locator(there).first.wait_for()
            assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
            assert sticks_out(page) == [], path
            assert overlapping(page) == [], path


def test_the_house_in_trouble_stands_first_and_the_others_are_quiet(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, "/")
        first = page.locator("[data-house]").first
        expect(first).to_have_attribute("data-house", f"{HILL}/house-2")
        expect(first).to_contain_text("Suspected dead bird")
        expect(first).to_contain_text("480")
        expect(first).to_contain_text("23.4 °C")
        expect(page.locator("[data-head]")).to_contain_text("1 of 3 need you")
        expect(page.locator("[data-level=good]")).to_have_count(2)
        first.click()
        expect(page.locator("h1")).to_contain_text("House 2")
        page.get_by_role("link", name="Log", exact=True).click()
        expect(page).to_have_url(f"{here.cloud.url}{HOUSE}/log")


def test_back_from_a_house_its_card_is_in_sight_again(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, "/")
        page.set_viewport_size({"width": 390, "height": 320})
        page.evaluate("history.scrollRestoration = 'manual'")  # else a list this short comes back by itself
        last = page.locator("[data-house]").last
        last.tap()
        page.locator("[data-card=birds]").wait_for()
        page.go_back()
        expect(last).to_be_in_viewport()
        page.locator("[data-house]").first.tap()
        page.locator("nav a[href='/']").tap()  # a step of one's own begins at the top
        expect(page.locator("h1")).to_be_in_viewport()


def test_an_alert_is_put_off_given_away_and_remembered(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, "/alerts", "fang")
        alert = page.locator("[data-alert]").first
        expect(alert).to_contain_text("What to do now")
        expect(alert.locator("img")).to_be_visible()
        expect(alert.locator("svg path[d^='M178 100']")).to_have_count(2)  # which of the birds it is
        alert.get_by_role("button", name="Later").click()
        alert.get_by_role("button", name="4 hours").click()
        expect(alert).to_contain_text("Put off until")
        alert.get_by_role("button", name="Remind me again now").click()
        expect(alert).not_to_contain_text("Put off until")
        alert.get_by_role("button", name="Ask somebody").click()
        alert.get_by_role("button", name="lin").click()
        expect(alert).to_contain_text("lin is asked to look after it.")
        alert.locator("summary").click()
        expect(alert.locator("ol")).to_contain_text("Began")
        expect(alert.locator("ol")).to_contain_text("Put off")


def test_the_charts_move_and_say_their_numbers(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, f"{HOUSE}/charts")
        chart = page.locator("[data-card=chart] [role=img]")
        page.locator("[data-card=chart] canvas").wait_for()
        day = chart.get_attribute("aria-label")
        page.get_by_role("button", name="1 h", exact=True).click()
        expect(page.get_by_role("button", name="1 h", exact=True)).to_have_attribute("aria-pressed", "true")
        assert chart.get_attribute("aria-label") != day
        expect(page.locator("[data-readout]")).to_contain_text("Lowest")
        page.get_by_role("button", name="Earlier").click()
        page.get_by_role("button", name="Flock", exact=True).click()
        expect(page.locator("[data-card=events]")).to_contain_text("480 birds placed")
        page.get_by_role("button", name="Weighings").click()
        expect(page.locator("[data-card=chart]")).to_contain_text("Dashed")
        page.locator("[data-card=chart] summary").click()
        expect(page.locator("[data-card=chart] tbody tr").first).to_be_visible()


def test_gates_and_what_is_not_believed_are_drawn_and_said_in_the_units_of_the_phone(here: Estate, browser: Browser):
    edge = here.edges[HILL, "house-1"]
    edge.through_the_gate(birds_out=30, birds_in=0, minutes_ago=40)
    edge.through_the_gate(birds_out=0, birds_in=12, minutes_ago=2)
    edge.stuck(minutes=20)
    # The page asks for a day's history when it opens: by then the service has it.
    series = f"/houses/{HILL}/house-1/series?quantity=temperature_celsius"
    here.until(lambda: bool(here.tell("GET", f"/houses/{HILL}/house-1/gates")["gates"]))
    here.until(lambda: bool(here.tell("GET", series)["doubtful"]))
    with phone(browser) as held:
        page = at(held, here, f"/houses/{HILL}/house-1")
        gates = page.locator("[data-card=gates]")
        gates.scroll_into_view_if_needed()
        gates.locator("canvas").wait_for()
        expect(gates.locator("[data-readout]")).to_contain_text("30 out · 12 in")
        gates.locator("summary").click()
        expect(gates.locator("tbody")).to_contain_text("30")
        climate = page.locator("[data-card=climate-day]")
        expect(climate.locator("[data-doubted]")).to_contain_text("sensor stuck")
        climate.locator("summary").click()
        expect(climate.locator("tbody")).to_contain_text("(sensor stuck)")
        page.goto(f"{here.cloud.url}/houses/{HILL}/house-1/charts")
        expect(page.locator("[data-card=chart] [data-doubted]")).to_contain_text("sensor stuck")
        page.locator("[data-card=gates]").scroll_into_view_if_needed()
        page.locator("[data-card=gates] canvas").wait_for()

        page.goto(f"{here.cloud.url}/more")
        page.get_by_role("button", name="°F").click()
        page.get_by_role("button", name="lb", exact=True).click()
        page.goto(f"{here.cloud.url}/houses/{HILL}/house-1")
        expect(page.locator("[data-card=climate]")).to_contain_text("°F")
        expect(page.locator("[data-card=weight]")).to_contain_text("lb")
        expect(climate.locator("summary")).to_contain_text("°F")
        assert "°C" not in page.locator("main").inner_text()


class Fingers:
    """Fingers on the page's chart, by how far they are from its middle."""

    def __init__(self, page: Page) -> None:
        chart = page.locator("[data-card=chart]")
        chart.locator("canvas").wait_for()
        chart.scroll_into_view_if_needed()
        box = chart.locator(".u-over").bounding_box()
        assert box is not None
        self._session = page.context.new_cdp_session(page)
        self._middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(self, kind: str, *beside_px: int) -> None:
        x, y = self._middle
        points = [{"x": x + beside, "y": y, "id": finger} for finger, beside in enumerate(beside_px)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinch(self, start: int, end: int) -> None:
        """Put two down, as far from the middle on either side, and move them."""
        self.touch("touchStart", -start, start)
        for beside in range(start, end, 4):
            self.touch("touchMove", -beside, beside)
        self.touch("touchEnd")

    def tap(self) -> None:
        self.touch("touchStart", 0)
        self.touch("touchEnd")


def test_a_finger_reads_two_zoom_and_two_taps_show_everything(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, f"{HOUSE}/charts")
        fingers = Fingers(page)
        readout, chart = page.locator("[data-readout]"), page.locator("[data-card=chart] [role=img]")
        expect(readout).to_contain_text("Lowest")
        fingers.touch("touchStart", 124)
        fingers.touch("touchMove", 120)
        expect(readout).to_have_text(re.compile(r"\d\d:\d\d · 2\d\.\d °C"))
        fingers.touch("touchEnd")
        expect(readout).to_contain_text("Lowest")

        day = str(chart.get_attribute("aria-label"))
        fingers.pinch(30, 120)
        expect(chart).not_to_have_attribute("aria-label", day, timeout=10_000)
        fingers.tap()
        fingers.tap()
        expect(page.get_by_role("button", name="Flock", exact=True)).to_have_attribute("aria-pressed", "true")


def test_the_chosen_curve_stands_whole_in_its_strip_and_the_page_stays_where_it_is(here: Estate, browser: Browser):
    in_sight = """() => {
        const {left, right} = document.querySelector("main > fieldset [aria-pressed=true]").getBoundingClientRect();
        return left >= 0 && right <= document.documentElement.clientWidth;
    }"""
    with phone(browser, width=320) as held:
        page = at(held, here, f"{HOUSE}/charts?of=visible_birds")
        strip = page.locator("main > fieldset")
        expect(strip.locator("[aria-pressed=true]")).to_have_text("Birds seen")
        page.wait_for_function(in_sight)
        strip.locator("button").first.click()
        page.wait_for_function(in_sight)
        assert page.evaluate("scrollY") == 0


def test_an_agronomist_compares_two_flocks_and_takes_the_table_away(here: Estate, browser: Browser):
    with phone(browser, width=1280) as held:
        page = at(held, here, "/flocks", "su")
        page.get_by_label("Search").fill("valley")
        expect(page.locator("[data-row]")).to_have_count(1)
        page.get_by_label("Search").fill("")
        page.get_by_role("button", name="Sort by Age, days").click()
        expect(page.locator("[data-row]").first).to_have_attribute("data-row", f"{HILL}/house-1")
        held_back: list[Route] = []

        def answer_the_first_after_the_second(asked: Route) -> None:
            if held_back:
                asked.continue_()
                held_back.pop().continue_()
            else:
                held_back.append(asked)

        page.route("**/weights*", answer_the_first_after_the_second, times=2)
        for house in ("house-1", "house-2"):
            page.locator(f"[data-row='{HILL}/{house}'] input").check()
        expect(page.locator("[data-card=compare] li")).to_have_count(2)
        page.locator("[data-card=compare] canvas").wait_for()
        page.locator("[data-card=compare] summary").click()
        expect(page.locator("[data-card=compare] tbody tr").first).to_contain_text("28")
        with page.expect_download() as taken:
            page.get_by_role("button", name="Table as CSV").click()
        rows = list(csv.reader(io.StringIO(Path(taken.value.path()).read_text("utf-8-sig"))))
        assert len(rows) == 1 + len(HOUSES)
        assert rows[0][0] == "House"
        report = page.locator("[data-report]")
        report.get_by_role("button", name="Look at it").click()
        expect(report.locator("[data-preview=comparison] h4")).to_have_count(2)
        assert axe_violations(page) == []
        with page.expect_download() as taken:
            report.get_by_role("button", name="Download CSV").click()
        assert len(Path(taken.value.path()).read_text("utf-8-sig").splitlines()) > 1


def test_a_flock_lives_through_the_page(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, f"/houses/{VALLEY}/house-1/flock")
        form = page.locator("[data-form=place]")
        form.get_by_label("Birds").fill("300")
        form.get_by_label("Hatchery").fill("Qingyuan")
        form.get_by_role("button", name="Save").click()
        card = page.locator("[data-flock]").first
        expect(card).to_contain_text("300")
        page.get_by_role("button", name="Thin", exact=True).click()
        page.get_by_label("Birds").fill("40")
        page.get_by_role("button", name="Save").click()
        expect(card.locator("[data-event=thinned]")).to_contain_text("40 birds")
        expect(card).to_contain_text("260")
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("button", name="Save").click()
        expect(page.locator("main")).to_contain_text("No flock lives here.")
        expect(page.locator("[data-event=closed]")).to_be_visible()


def test_an_own_curve_is_seen_kept_and_chosen_for_a_flock(here: Estate, browser: Browser, tmp_path: Path):
    with phone(browser) as held:
        page = at(held, here, "/curves")
        form = page.locator("[data-card=new-curve]")
        form.get_by_label("Breed, or another name").fill("Slow Yellow")
        file = tmp_path / "own.csv"
        for grams, says in (("abc", "Line 3: 'abc' is not a number."), ("800", "")):
            file.write_text(f"日龄,体重\n0,40\n28,{grams}\n84,1900\n", "gb18030")
            form.locator("input[type=file]").set_input_files(file)
            if says:
                expect(form.get_by_role("alert")).to_have_text(says)
        expect(form.locator("[data-preview]")).to_contain_text("day 84 · 1.90 kg")
        form.get_by_role("button", name="Keep the curve").click()
        own = page.locator("[data-card=own-curves] [data-curve=slow-yellow]")
        expect(own).to_contain_text("own table")

        form.get_by_role("button", name="Formula").click()
        form.get_by_label("Breed, or another name").fill("ross-308")
        form.get_by_label("Weight it grows towards").fill("5")
        form.get_by_label("Rate per day").fill("0.045")
        form.get_by_label("Age of fastest growth").fill("38")
        form.get_by_role("button", name="Keep the curve").click()
        expect(form.get_by_role("alert")).to_contain_text("100 to 50,000 g")
        form.get_by_label("Weight it grows towards").fill("5000")
        form.locator("[data-preview] canvas").wait_for()
        expect(form.locator("[data-preview]")).to_contain_text("Dashed")

        # Chosen for a flock, its weights are held against it on the house's page.
        page.goto(f"{here.cloud.url}{HOUSE}/flock")
        page.get_by_label("Held against").select_option("slow-yellow")
        expect(page.get_by_label("Held against")).to_be_enabled()
        page.goto(f"{here.cloud.url}{HOUSE}")
        expect(page.locator("[data-card=weight-days]")).to_contain_text("Curve: own table")
        expect(page.locator("[data-card=weight-days]")).to_contain_text("above the curve")
        page.goto(f"{here.cloud.url}{HOUSE}/flock")
        page.get_by_label("Held against").select_option("")
        expect(page.get_by_label("Held against")).to_be_enabled()


def test_a_limit_is_tried_on_the_past_before_it_is_saved(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, f"{HOUSE}/limits")
        row = page.locator("[data-rule=too-humid]")
        expect(row).to_contain_text("Watch above 75 %")
        row.get_by_role("button").click()
        editor = page.locator("[data-editor=too-humid]")
        editor.get_by_label("Watch").fill("70")
        editor.get_by_role("button", name="What would have rung?").click()
        expect(editor.locator("[data-replay]")).to_contain_text("In the last 30 days")
        editor.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("Watch above 70 %")
        expect(row).to_contain_text("set here")
        page.locator("[data-rule=camera-blind]").get_by_role("button").click()
        standing = page.locator("[data-editor=camera-blind]")
        expect(standing.locator("[data-replay]")).to_contain_text("can't be tried on past days")
        expect(standing.get_by_role("button", name="What would have rung?")).to_have_count(0)


def test_an_owner_invites_a_viewer_who_sees_one_farm_only(here: Estate, browser: Browser):
    with phone(browser) as held, phone(browser) as theirs:
        page = at(held, here, "/people")
        invite = page.locator("[data-card=invite]")
        invite.get_by_role("button", name="viewer").click()
        invite.get_by_label("Where").select_option(VALLEY)
        invite.get_by_role("button", name="Make the link").click()
        link = invite.locator("[data-link]").inner_text()

        page = theirs.page
        page.goto(link)
        page.locator("input[autocomplete=username]").fill("vera")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        # One house only: its page opens by itself, and nothing may be changed.
        expect(page.locator("h1")).to_contain_text("House 1")
        expect(page.locator("h1")).to_contain_text("Valley")
        page.goto(f"{here.cloud.url}{HOUSE}")
        expect(page.get_by_role("alert")).to_contain_text("not known here")
        page.goto(f"{here.cloud.url}/houses/{VALLEY}/house-1/flock")
        page.locator("main p, [data-flock]").first.wait_for()
        expect(page.locator("[data-card=do]")).to_have_count(0)

        # Made a technician of the other farm, it is that one she sees.
        held.page.goto(f"{here.cloud.url}/people")
        vera = held.page.locator("[data-person=vera]")
        expect(vera).to_contain_text("viewer, Valley")
        vera.get_by_role("button", name="Change").click()
        vera.get_by_role("button", name="technician").click()
        vera.get_by_label("Where").select_option(HILL)
        assert axe_violations(held.page) == []
        vera.get_by_role("button", name="Save").click()
        expect(vera).to_contain_text("technician, Hillside")
        page.goto(f"{here.cloud.url}{HOUSE}")
        expect(page.locator("h1")).to_contain_text("House 2")
        page.goto(f"{here.cloud.url}/houses/{VALLEY}/house-1")
        expect(page.get_by_role("alert")).to_contain_text("not known here")


def test_farms_and_houses_get_names_and_a_time_zone(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, "/people")
        form = page.locator(f"[data-farm={VALLEY}]")
        form.get_by_label("Time zone").fill("Europe/Nowhere")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("alert")).to_be_visible()
        form.get_by_label("Name", exact=True).fill("Lower meadow")
        form.get_by_label("Time zone").fill("Europe/Berlin")
        form.get_by_label("Name of House 1").fill("The old barn")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("button")).to_have_text("Saved.")
        page.goto(here.cloud.url)
        expect(page.locator(f"[data-house='{VALLEY}/house-1']")).to_contain_text("The old barn")
        [house] = [one for one in here.tell("GET", "/overview")["houses"] if one["farm"] == VALLEY]
        assert house["time_zone"] == "Europe/Berlin"
        form_again = {"name": None, "time_zone": None}
        here.tell("PUT", f"/farms/{VALLEY}", form_again)
        here.tell("PUT", f"/farms/{VALLEY}/houses/house-1", {"name": None})


def test_whoever_removes_an_owner_is_told_which_tokens_go_with_them(here: Estate, browser: Browser):
    command(here.cloud, "user", "add", "wang", "--role", "owner", "--password-stdin", stdin=PASSWORD + "\n")
    organisation = here.tell("GET", "/farms")[0]["organisation"]
    with httpx.Client(base_url=f"{here.cloud.url}/api/v1") as wang:
        wang.post("/session", json={"name": "wang", "password": PASSWORD}).raise_for_status()
        for name in ("ledger", "mill"):
            made = wang.post(f"/organisations/{organisation}/tokens", json={"name": name, "rights": ["read"]})
    key = {"Authorization": f"Bearer {made.json()['secret']}"}
    assert httpx.get(f"{here.cloud.url}/api/v1/farms", headers=key).status_code == HTTPStatus.OK
    with phone(browser) as held:
        row = at(held, here, "/people").locator("[data-person=wang]")
        expect(row.locator("[data-tokens]")).to_have_text("API tokens they made: mill and ledger")
        row.get_by_role("button", name="Remove").click()
        expect(row.get_by_role("alert")).to_contain_text("stop working then: mill and ledger")
        row.get_by_role("button", name="Yes, remove").click()
        expect(row).to_have_count(0)
    assert httpx.get(f"{here.cloud.url}/api/v1/farms", headers=key).status_code == HTTPStatus.UNAUTHORIZED


def test_droppings_are_looked_at_and_kept(here: Estate, browser: Browser):
    photo = min(DROPPINGS.glob("*.jpg"))
    with phone(browser) as held:
        page = at(held, here, f"{HOUSE}/droppings")
        page.locator("input[type=file]").set_input_files(photo)
        check = page.locator("[data-check]").first
        expect(check).to_contain_text("not a diagnosis")
        expect(check.locator("dd")).to_have_count(5)
        page.reload()
        expect(page.locator("[data-check]").first).to_be_visible()
        page.goto(f"{here.cloud.url}{HOUSE}/flock")
        kept = page.locator("[data-flock] [data-event=droppings]").first
        expect(kept).to_contain_text("no diagnosis")
        kept.get_by_role("link").click()
        expect(page).to_have_url(f"{here.cloud.url}{HOUSE}/droppings")


def test_a_device_is_let_in(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, "/devices")
        card = page.locator(f"[data-device='{HILL}/house-1/edge-1']")
        expect(card).to_contain_text("online")
        card.get_by_role("button", name="Let it speak no longer").click()
        card.get_by_role("button", name="Yes, shut it out").click()
        out = page.locator("[data-card=revoked]")
        expect(out).to_contain_text("Edge device 1")
        out.get_by_role("button", name="Let it in again").click()
        expect(out).to_have_count(0)


def test_nobody_signed_out_sees_a_thing(here: Estate, browser: Browser):
    with phone(browser) as held:
        page = at(held, here, "/more")
        page.get_by_role("button", name="Sign out").click()
        page.locator("input[type=password]").wait_for()
        assert HILL not in page.evaluate("JSON.stringify(localStorage)")
