"""How long a tap waits for the next picture of the page, with fifty houses and forty days of data.

Chromium with a processor four times slower; the browser's own event timing (what "interaction to next paint" is made
of), which rounds to 8 ms and tells nothing under 16.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.bench.page.estate import CHROMIUM, DAYS, all_places, at, fifty_houses
from tests.conftest import FLAGS
from tests.dashboard.conftest import phone

SLOWER = 4
TOLD = 5
"""How many of a journey's longest taps are told while it runs."""
USUAL_S = 0.4
"""What a loop of five million squares takes on the machine the limits are meant for: a slower host is told of, and
throttled by so much less that the page stands on a processor four times slower than a usual one."""
LISTEN = """() => {
  window.taps = {};
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      const { interactionId, duration, startTime, processingStart: began, processingEnd: ended } = entry;
      if (!interactionId || taps[interactionId]?.ms >= duration) continue;
      taps[interactionId] = { ms: duration, waits: began - startTime, works: ended - began };
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
}"""
SETTLED_MS = 400
"""After a tap: long enough for its picture, and for the browser to say when that was there."""


class Thumb:
    """Taps, and keeps what each tap was and how long its picture took."""

    def __init__(self, page: Page) -> None:
        """Tap on that page."""
        self.page = page
        self.done: list[tuple[float, str]] = []

    def tap(self, what: str, target: Locator) -> None:
        """Tap it and wait until the browser has told how long that took."""
        self.page.evaluate("window.taps = {}")
        target.tap()
        self.page.wait_for_timeout(SETTLED_MS)
        parts = max(self.page.evaluate("Object.values(taps)"), key=lambda tap: tap["ms"], default=None)
        if parts is None:
            self.done.append((0.0, what))
            return
        waits, works = round(parts["waits"]), round(parts["works"])
        shows = round(parts["ms"] - parts["waits"] - parts["works"])
        self.done.append((parts["ms"], f"{what} (waits {waits}, works {works}, shows {shows})"))


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
        "| slowed down by | what | taps | longest ms (limit 200) | which |\n| --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *rows])


def slowness() -> float:
    """Return how many times slower than usual this host is now; at least 1."""
    began_s, total = time.perf_counter(), 0
    for number in range(5_000_000):
        total += number * number
    return max(1.0, (time.perf_counter() - began_s) / USUAL_S)


def row(page: Page, rate: str, title: str, act: Callable[[Thumb], None]) -> str:
    """Do it, and say how long its longest tap took and which that was."""
    thumb = Thumb(page)
    act(thumb)
    for longest_ms, what in sorted(thumb.done, reverse=True)[:TOLD]:
        print(f"    {longest_ms:.0f} ms: {what}", file=sys.stderr)
    longest_ms, what = max(thumb.done)
    longest = f"{longest_ms:.0f}" if longest_ms else "under 16"
    said = f"| {rate} | {title} | {len(thumb.done)} | {longest} | {what} |"
    print(said, file=sys.stderr, flush=True)  # a later journey may fail
    return said


def houses(thumb: Thumb) -> None:
    """Open five houses from the overview, and come back."""
    page = thumb.page
    for number in range(5):
        thumb.tap("a house", page.locator("[data-house]").nth(number))
        page.locator("[data-card=climate] [data-value]").wait_for(timeout=60_000)
        page.wait_for_timeout(800)
        thumb.tap("back to all houses", page.locator("header a[href='/'], main a[href='/'], nav a[href='/']").first)
        page.locator("[data-house]").first.wait_for(timeout=60_000)


def charts(thumb: Thumb) -> None:
    """Look at a house's charts over several spans."""
    page = thumb.page
    thumb.tap("a house", page.locator("[data-house]").first)
    thumb.tap("its charts", page.get_by_role("link", name="Charts"))
    page.locator("[data-card=chart] canvas").wait_for(timeout=60_000)
    for name in ("Humidity", "Temperature"):
        thumb.tap(name, page.get_by_role("button", name=name, exact=True))
        for span in ("24 h", "7 days", "Flock"):
            thumb.tap(f"{name}, {span}", page.locator("[data-card=chart]").get_by_role("button", name=span, exact=True))
            page.wait_for_timeout(1_000)


def flocks(thumb: Thumb) -> None:
    """Sort, search and compare in the table of all flocks."""
    page = thumb.page
    thumb.tap("the tab", page.locator("nav a[href='/flocks'], nav a[href='/more']").first)
    if page.locator("main a[href='/flocks']").count():
        thumb.tap("flocks", page.locator("main a[href='/flocks']"))
    page.locator("[data-row]").nth(len(all_places()) - 1).wait_for(timeout=60_000)
    heads = page.locator("thead button")
    for number in range(heads.count()):
        thumb.tap(f"sorted by {heads.nth(number).inner_text()}", heads.nth(number))
    page.get_by_role("searchbox").fill("farm")
    for number in range(2):
        thumb.tap(f"tick {number + 1}", page.locator("[data-row] input").nth(number))
    page.locator("[data-card=compare] canvas").wait_for(timeout=60_000)


def alerts(thumb: Thumb) -> None:
    """Look at the alerts."""
    page = thumb.page
    thumb.tap("alerts", page.locator("nav a[href='/alerts']"))
    page.wait_for_timeout(1_500)
    thumb.tap("all houses", page.locator("nav a[href='/']"))
    page.locator("[data-house]").first.wait_for(timeout=60_000)


JOURNEYS = (
    ("overview: open a house, go back, 5 houses", houses),
    ("charts: quantity, 24 h, 7 days, flock", charts),
    ("flocks: sort by each column, search, tick two", flocks),
    ("alerts and back", alerts),
)
