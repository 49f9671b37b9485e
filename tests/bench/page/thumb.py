"""How long a tap waits for the next picture of the page, with fifty houses and forty days of data.

Chromium with a processor four times slower; the browser's own event timing (what "interaction to next paint" is made
of), which rounds to 8 ms and tells nothing under 16.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.page.estate import CHROMIUM, DAYS, all_places, at, fifty_houses
from tests.conftest import FLAGS
from tests.dashboard.conftest import phone

SLOWER = 4
USUAL_S = 0.4
"""What a loop of five million squares takes on the machine the limits are meant for: a slower host is told of, and
throttled by so much less that the page stands on a processor four times slower than a usual one."""
LISTEN = """() => {
  window.taps = {};
  new PerformanceObserver(list => {
    for (const entry of list.getEntries())
      if (entry.interactionId) taps[entry.interactionId] = Math.max(taps[entry.interactionId] ?? 0, entry.duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
}"""


def table() -> str:
    """Tap through the pages as farmers and agronomists do."""
    with (
        tempfile.TemporaryDirectory() as name,
        fifty_houses(Path(name)) as (cloud, points),
        sync_playwright() as player,
    ):
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with phone(browser) as held:
            page = at(held, cloud.url, "/")
            page.locator("[data-house]").nth(len(all_places()) - 1).wait_for(timeout=60_000)
            browsing = page.context.new_cdp_session(page)
            page.evaluate(LISTEN)
            slow = slowness()
            rows = []
            for rate in sorted({float(SLOWER), max(1.0, round(SLOWER / slow, 1))}):
                browsing.send("Emulation.setCPUThrottlingRate", {"rate": rate})
                rows += [row(page, f"{rate:g}", title, act) for title, act in JOURNEYS]
        browser.close()
    head = (
        f"### From the tap to the next picture: {len(all_places())} houses, {DAYS} days, {points:,} points\n\n"
        f"This host is {slow:.1f} times slower than usual (a loop of 5 million: {slow * USUAL_S:.2f} s).\n\n"
        "| slowed down by | what | taps | longest ms (limit 200) |\n| --- | --- | --- | --- |"
    )
    return "\n".join([head, *rows])


def slowness() -> float:
    """Return how many times slower than usual this host is now; at least 1."""
    began_s, total = time.perf_counter(), 0
    for number in range(5_000_000):
        total += number * number
    return max(1.0, (time.perf_counter() - began_s) / USUAL_S)


def row(page: Page, rate: str, title: str, act: Any) -> str:
    """Do it, and say how long its longest tap took."""
    page.evaluate("window.taps = {}")
    taps = act(page)
    page.wait_for_timeout(500)
    longest = max(page.evaluate("Object.values(taps)"), default=0)
    said = f"| {rate} | {title} | {taps} | {f'{longest:.0f}' if longest else 'under 16'} |"
    print(said, file=sys.stderr, flush=True)  # a later journey may fail
    return said


def houses(page: Page) -> int:
    """Open five houses from the overview, and come back."""
    for number in range(5):
        page.locator("[data-house]").nth(number).tap()
        page.locator("[data-card=climate] [data-value]").wait_for(timeout=60_000)
        page.wait_for_timeout(800)
        page.locator("header a[href='/'], main a[href='/'], nav a[href='/']").first.tap()
        page.locator("[data-house]").first.wait_for(timeout=60_000)
    return 10


def charts(page: Page) -> int:
    """Look at a house's charts over several spans."""
    page.locator("[data-house]").first.tap()
    page.get_by_role("link", name="Charts").tap()
    page.locator("[data-card=chart] canvas").wait_for(timeout=60_000)
    taps = 2
    for name in ("Humidity", "Temperature"):
        page.get_by_role("button", name=name, exact=True).tap()
        for span in ("24 h", "7 days", "Flock"):
            page.locator("[data-card=chart]").get_by_role("button", name=span, exact=True).tap()
            page.wait_for_timeout(1_000)
            taps += 1
        taps += 1
    return taps


def flocks(page: Page) -> int:
    """Sort, search and compare in the table of all flocks."""
    page.locator("nav a[href='/flocks'], nav a[href='/more']").first.tap()
    if page.locator("main a[href='/flocks']").count():
        page.locator("main a[href='/flocks']").tap()
    page.locator("[data-row]").nth(len(all_places()) - 1).wait_for(timeout=60_000)
    heads = page.locator("thead button")
    for number in range(heads.count()):
        heads.nth(number).tap()
    page.get_by_role("searchbox").fill("farm")
    for number in range(2):
        page.locator("[data-row] input").nth(number).tap()
    page.locator("[data-card=compare] canvas").wait_for(timeout=60_000)
    return heads.count() + 3


def alerts(page: Page) -> int:
    """Look at the alerts."""
    page.locator("nav a[href='/alerts']").tap()
    page.wait_for_timeout(1_500)
    page.locator("nav a[href='/']").tap()
    page.locator("[data-house]").first.wait_for(timeout=60_000)
    return 2


JOURNEYS = (
    ("overview: open a house, go back, 5 houses", houses),
    ("charts: quantity, 24 h, 7 days, flock", charts),
    ("flocks: sort by each column, search, tick two", flocks),
    ("alerts and back", alerts),
)
