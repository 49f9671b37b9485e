"""Take the pictures of docs/pictures from a running demo, at phone size, in both languages.

python docs/pictures.py http://127.0.0.1:8080 demo PASSWORD [FOLDER]
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}
LOOKS = (("en-US", "light", "house-en"), ("zh-CN", "light", "house-zh"), ("zh-CN", "dark", "house-zh-dark"))


FEEDER = ((0.55, 0.55), (0.8, 0.55), (0.8, 0.92), (0.55, 0.92))


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


def take(browser: Browser, address: tuple[str, str, str], look: tuple[str, str, str], folder: Path) -> None:
    """Sign in on a phone of that language and colour scheme and save the house's page, whole, and its editor."""
    url, user, password = address
    locale, scheme, name = look
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=1.5, is_mobile=True, has_touch=True, locale=locale, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(url)
    page.locator("input[autocomplete=username]").fill(user)
    page.locator("input[type=password]").fill(password)
    page.locator("button[type=submit]").click()
    page.locator("[data-card=picture] img").wait_for(timeout=60_000)
    page.locator("[data-card=devices]").scroll_into_view_if_needed()  # charts are drawn when they come near
    page.wait_for_timeout(2_500)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    if scheme == "light":
        draw(page, folder / f"{name.replace('house', 'marking')}.png")
    context.close()


def main(url: str, user: str, password: str, folder: str = "docs/pictures") -> None:
    """Take all pictures."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for look in LOOKS:
            take(browser, (url, user, password), look, Path(folder))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
