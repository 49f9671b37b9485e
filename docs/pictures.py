"""Take the pictures of docs/pictures: a demo with a past and two neighbours, on phone and desk, in both languages.

python docs/pictures.py [FOLDER]
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
from playwright.sync_api import Browser, Page, sync_playwright

from cloud.demo.farm import DEVICE, FARM, HOUSE
from contract.messages import HealthFinding
from contract.place import Place
from edge.camera_config import SHIPPED_CLIP
from tests.bench.page.demo import Demo, demo
from tests.bench.page.estate import CHROMIUM, remembered
from tests.conftest import FLAGS
from tests.dashboard.speaking import Speaker, speaker

LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
HOME = f"/houses/{FARM}/{HOUSE}"
NEIGHBOUR = f"/houses/{FARM}/house-2"
READY = {
    "/": "[data-house]",
    HOME: "[data-card=picture] img",
    f"{HOME}/charts?of=weight_grams": "[data-card=chart] canvas",
    f"{HOME}/log": "main form, main button",
    f"{HOME}/flock": "[data-flock]",
    f"{NEIGHBOUR}/charts?of=temperature_celsius": "[data-card=chart] canvas",
    "/alerts": "[data-alert]",
    "/devices": "[data-device]",
    "/flocks": "[data-row]",
}
"""Page -> what is there once it stands."""
ON_THE_PHONE = (
    ("overview", "/", "light"),
    ("house", HOME, "light"),
    ("house-dark", HOME, "dark"),
    ("weight", f"{HOME}/charts?of=weight_grams", "light"),
    ("log", f"{HOME}/log", "light"),
    ("flock", f"{HOME}/flock", "light"),
    ("alerts", "/alerts", "light"),
)
ON_THE_DESK = (
    ("flocks-wide", "/flocks", "light"),
    ("house-wide", HOME, "light"),
    ("climate-wide", f"{NEIGHBOUR}/charts?of=temperature_celsius", "light"),
)
FEEDER = ((0.55, 0.55), (0.8, 0.55), (0.8, 0.92), (0.55, 0.92))


@contextmanager
def farm(home: Path) -> Iterator[Demo]:
    """Run a demo whose house has forty days behind it and two neighbours, one of them in trouble."""
    (home / "cloud").mkdir(parents=True)
    neighbours = [Place(farm=FARM, house=f"house-{number}", device=DEVICE) for number in (2, 3)]
    remembered(home / "cloud", [Place(farm=FARM, house=HOUSE, device=DEVICE)], ("climate", "scale"))
    remembered(home / "cloud", neighbours)
    with demo(home) as running, ExitStack() as devices:
        placed_on = (datetime.now(UTC) - timedelta(days=28)).date().isoformat()
        for place in neighbours:
            device = devices.enter_context(speaker(running.broker_port, place))
            flock = ["--breed", "ross-308", "--placed-on", placed_on, "--birds", "480"]
            running.command("flock", "place", place.farm, place.house, *flock)
            device.round()
            if place.house == "house-2":
                device.say(lying(device))
        yield running


def lying(device: Speaker) -> HealthFinding:
    """Return a suspicion with a picture of the shipped clip."""
    capture = cv2.VideoCapture(str(SHIPPED_CLIP))
    image = cv2.resize(capture.read()[1], (640, 360))
    capture.release()
    now = datetime.now(UTC)
    picture = {"jpeg": cv2.imencode(".jpg", image)[1].tobytes(), "size_wh": (640, 360)}
    box = {"xyxy": (300.0, 190.0, 372.0, 262.0), "score": 0.8}
    about = {
        "camera": "camera-1",
        "finding": "still-1",
        "kind": "dead_suspect",
        "reasons": ["lying_on_side"],
        "score": 0.8,
    }
    since = {"since": now - timedelta(minutes=40)}
    return HealthFinding.model_validate(device.event(now) | picture | about | {"box": box} | since, strict=False)


def ready(page: Page, url: str, path: str) -> None:
    """Open a page and wait until it stands, charts and all."""
    page.goto(url + path)
    page.locator(READY[path]).first.wait_for(timeout=60_000)
    if path == HOME:
        page.locator("[data-card=devices]").scroll_into_view_if_needed()  # charts are drawn when they come near
    page.wait_for_timeout(2_000)
    page.evaluate("scrollTo(0, 0)")


def draw(page: Page, file: Path) -> None:
    """Open the editor of the picture's marks, draw a feeder, and save the screen; nothing is sent."""
    page.locator("[data-marks] button").tap()
    page.locator("dialog [data-add=feeder]").tap()
    box = page.locator("[data-canvas]").bounding_box()
    if box is None:
        raise RuntimeError("the editor shows no picture")
    for x, y in (*FEEDER, FEEDER[0]):  # the first corner again closes the outline
        page.touchscreen.tap(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.screenshot(path=file)


def take(browser: Browser, here: Demo, language: str, folder: Path) -> None:
    """Take all pictures of a language."""
    for size, pages in ((PHONE, ON_THE_PHONE), (DESK, ON_THE_DESK)):
        context = browser.new_context(
            viewport=size, device_scale_factor=1.5 if size is PHONE else 1, is_mobile=size is PHONE, has_touch=True,
            locale=LANGUAGES[language],
        )  # fmt: skip
        context.add_cookies([{"name": name, "value": value, "url": here.url} for name, value in here.cookies.items()])
        page = context.new_page()
        for name, path, scheme in pages:
            page.emulate_media(color_scheme=scheme)
            ready(page, here.url, path)
            page.screenshot(path=folder / f"{name}-{language}.png")
        if size is PHONE:
            page.emulate_media(color_scheme="light")
            ready(page, here.url, HOME)
            draw(page, folder / f"marking-{language}.png")
        context.close()


def main(name: str = "docs/pictures") -> None:
    """Take all pictures."""
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, farm(Path(home)) as here, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language in LANGUAGES:
            take(browser, here, language, folder)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
