"""From a finger on the picture to the device that counts with it: phone, service, broker and a real agent."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.cloud.service import CloudProcess, cloud_process
from tests.dashboard.conftest import PASSWORD, USER, phone, signed_in
from tests.dashboard.looking import axe_violations, small_targets
from tests.edge.waiting import wait_until
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("drawing")]

PATIENCE_MS = 90_000
EDGE = """
data_dir = "edge"
[place]
farm = "hillside"
house = "house-2"
device = "edge-1"
[broker]
port = {port}
[[cameras]]
slug = "camera-1"
source = "demo"
fps = 2
window_s = 2
snapshot_every_s = 5
wellness.enabled = false
"""
FOUR = ((0.2, 0.25), (0.6, 0.25), (0.6, 0.75), (0.2, 0.75))
WORDS = {
    "en-US": {
        "open": "Mark the picture", "done": "Done", "save": "Save", "undo": "Undo", "feeder": "Feeder 1",
        "kept": "Waiting for the device", "counts": "The device counts with these marks",
        "crossed": "its border crosses itself", "seldom": "set to look too seldom", "delete": "Delete Feeder 1",
        "away": "The device is offline", "back": "Take back all drawing", "sure": "Yes, take it back",
        "own": "The device's own file holds", "corner": "Corner 2 of Feeder 1", "cursor": "Place of the next corner",
    },
    "zh-CN": {
        "open": "标注画面", "done": "完成", "save": "保存", "undo": "撤销", "feeder": "1 号料盘",
        "kept": "正在等待设备接收", "counts": "设备已按这些标注计数", "crossed": "边线相互交叉",
        "seldom": "摄像头取图太慢", "delete": "删除1 号料盘", "away": "设备离线", "back": "撤回全部标注",
        "sure": "确定撤回", "own": "恢复使用设备配置文件", "corner": "1 号料盘的第 2 个角", "cursor": "下一个角的位置",
    },
}  # fmt: skip
LOCALES = pytest.mark.parametrize("locale", list(WORDS))


class Chain:
    """A service and an agent with one camera; the agent can be killed and started."""

    def __init__(self, folder: Path, cloud: CloudProcess) -> None:
        self.cloud = cloud
        self._folder = folder
        self._agent: subprocess.Popen[bytes] | None = None

    @property
    def file(self) -> Path:
        return self._folder / "edge" / "cameras" / "camera-1.marks.json"

    @property
    def log(self) -> str:
        return (self._folder / "edge.log").read_text("utf-8")

    def kept(self) -> dict[str, Any]:
        return dict(json.loads(self.file.read_text("utf-8")))

    def start(self) -> None:
        program = Path(sys.executable).with_name("henwise-edge")
        with (self._folder / "edge.log").open("ab") as log:
            command = [program, "run", self._folder / "edge.toml"]
            one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
            self._agent = subprocess.Popen(command, stdout=log, stderr=log, env=one_thread)

    def clear(self) -> None:
        """Have the agent run with nothing drawn, whatever a test before left."""
        if self._agent is None or self._agent.poll() is not None:
            self.start()
        house = f"{self.cloud.url}/api/v1/houses/hillside/house-2"
        with httpx.Client(timeout=90) as client:
            client.post(f"{self.cloud.url}/api/v1/session", json={"name": USER, "password": PASSWORD})
            body = {"marks": None, "picture_at": "2026-11-22T08:00:00Z", "size_wh": [960, 540]}
            wait_until(lambda: client.post(f"{house}/cameras/camera-1/marks", json=body).is_success, 90)
            wait_until(lambda: client.get(house).json()["views"][0]["last"]["state"] == "done", 90)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self._agent is not None:
            self._agent.send_signal(number)
            self._agent.wait(90)
            self._agent = None


@contextmanager
def chain(folder: Path) -> Iterator[Chain]:
    broker = Mosquitto(folder)
    broker.start()
    try:
        with cloud_process(folder, broker.port) as cloud:
            added = cloud.command("user", "add", USER, "--password-stdin", stdin=PASSWORD + "\n")
            assert added.returncode == 0, added.stderr
            (folder / "edge.toml").write_text(EDGE.format(port=broker.port), "utf-8")
            made = Chain(folder, cloud)
            made.start()
            try:
                yield made
            finally:
                made.kill()
    finally:
        broker.kill()


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with chain(tmp_path_factory.mktemp("drawing")) as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_drawn(farm: Chain) -> None:
    farm.clear()


def opened(page: Page, words: dict[str, str]) -> Locator:
    page.locator("[data-card=picture] img").wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name=words["open"]).tap(timeout=PATIENCE_MS)
    page.locator("[data-canvas]").wait_for()
    return page.locator("dialog[data-editor]")


def place(page: Page, share: tuple[float, float]) -> tuple[float, float]:
    box = page.locator("[data-canvas]").bounding_box()
    assert box is not None
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


def tap(page: Page, *shares: tuple[float, float]) -> None:
    for share in shares:
        page.touchscreen.tap(*place(page, share))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Put a finger down, move it, lift it."""
    session = page.context.new_cdp_session(page)
    (x, y), (to_x, to_y) = place(page, start), place(page, end)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        said = {"type": kind, "touchPoints": [{"x": at_x, "y": at_y} for at_x, at_y in points]}
        session.send("Input.dispatchTouchEvent", said)

    touch("touchStart", (x, y))
    for step in range(1, 6):
        touch("touchMove", (x + (to_x - x) * step / 5, y + (to_y - y) * step / 5))
    touch("touchEnd")


def draw_feeder(page: Page, dialog: Locator, words: dict[str, str]) -> None:
    dialog.locator("[data-add=feeder]").tap()
    tap(page, *FOUR)
    dialog.get_by_role("button", name=words["done"], exact=True).tap()


def near(corner: list[float], share: tuple[float, float]) -> bool:
    # A finger in a picture 390 px wide; a pixel of the screen is 1/390 of it.
    return abs(corner[0] - share[0]) < 0.01 and abs(corner[1] - share[1]) < 0.015


def taken_back(farm: Chain, page: Page, words: dict[str, str]) -> None:
    dialog = opened(page, words)
    dialog.get_by_role("button", name=words["back"]).tap()
    dialog.get_by_role("button", name=words["sure"]).tap()
    expect(page.locator("[data-card=picture] [data-state=done]")).to_contain_text(words["own"], timeout=PATIENCE_MS)
    assert farm.kept()["marks"] is None


@LOCALES
def test_a_feeder_drawn_with_a_finger_is_counted_by_the_device_and_outlives_a_power_cut(
    farm: Chain, browser: Browser, locale: str
):
    words = WORDS[locale]
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        dialog = opened(page, words)
        save = dialog.get_by_role("button", name=words["save"], exact=True)
        expect(save).to_be_disabled()
        draw_feeder(page, dialog, words)
        drag(page, FOUR[1], (0.8, 0.15))
        assert axe_violations(page) == []
        assert small_targets(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        save.tap()
        expect(dialog).to_have_count(0)
        state = page.locator("[data-card=picture] [data-state=done]")
        expect(state).to_contain_text(words["counts"], timeout=PATIENCE_MS)
        corners = farm.kept()["marks"]["zones"][0]["polygon"]
        wanted = (FOUR[0], (0.8, 0.15), *FOUR[2:])
        assert [near(*pair) for pair in zip(corners, wanted, strict=True)] == [True] * 4, corners
        # The device counts birds in it, and they stand beside its name on the picture.
        named = page.locator("[data-card=picture] [data-mark=feeder-1] text")
        expect(named).to_have_text(re.compile(rf"{words['feeder']} · \d+"), timeout=PATIENCE_MS)
        assert axe_violations(page) == []

        told = farm.log.count("hold instead of those of edge.toml")
        farm.kill()
        farm.start()
        wait_until(lambda: farm.log.count("hold instead of those of edge.toml") == told + 1, 60)
        assert farm.kept()["marks"]["zones"][0]["polygon"] == corners
        taken_back(farm, page, words)
        expect(named).to_have_count(0)
        assert [text for text in held.complaints if "401" not in text] == []


@LOCALES
def test_what_is_drawn_while_the_device_is_away_waits_for_it(farm: Chain, browser: Browser, locale: str):
    words = WORDS[locale]
    with phone(browser, locale=locale, scheme="dark") as held:
        page = signed_in(held, farm)
        dialog = opened(page, words)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        farm.kill(signal.SIGTERM)
        dialog = opened(page, words)
        expect(dialog).to_contain_text(words["away"], timeout=PATIENCE_MS)
        dialog.locator("[data-add=floor]").tap()
        tap(page, *FOUR, FOUR[0])  # the first corner again closes the outline
        assert axe_violations(page) == []
        dialog.get_by_role("button", name=words["save"], exact=True).tap()
        expect(page.locator("[data-card=picture] [data-state=pending]")).to_contain_text(words["kept"])
        expect(page.locator("[data-card=picture] [data-mark=floor].waiting")).to_have_count(1, timeout=PATIENCE_MS)
        assert axe_violations(page) == []
        farm.start()
        expect(page.locator("[data-card=picture] [data-state=done]")).to_contain_text(
            words["counts"], timeout=PATIENCE_MS
        )
        expect(page.locator("[data-card=picture] [data-mark=floor]:not(.waiting)")).to_have_count(1)
        assert near(farm.kept()["marks"]["floor"][2], FOUR[2])
        taken_back(farm, page, words)


@LOCALES
def test_what_can_not_be_is_said_before_and_after_it_is_sent(farm: Chain, browser: Browser, locale: str):
    words = WORDS[locale]
    with phone(browser, locale=locale) as held:
        page = signed_in(held, farm)
        dialog = opened(page, words)
        save = dialog.get_by_role("button", name=words["save"], exact=True)
        undo = dialog.get_by_role("button", name=words["undo"], exact=True)
        dialog.locator("[data-add=feeder]").tap()
        tap(page, FOUR[0], FOUR[2], FOUR[1], (0.25, 0.7))
        dialog.get_by_role("button", name=words["done"], exact=True).tap()
        expect(dialog).to_contain_text(words["crossed"])
        expect(save).to_be_disabled()
        dialog.get_by_role("button", name=words["delete"]).tap()
        expect(dialog.locator("[data-row]")).to_have_count(0)
        undo.tap()
        expect(dialog.locator("[data-row=feeder-1]")).to_have_count(1)
        undo.tap()
        expect(dialog.locator("[data-row]")).to_have_count(0)

        dialog.locator("[data-add=line]").tap()
        tap(page, (0.2, 0.5), (0.8, 0.5))
        save.tap()
        refused = page.locator("[data-card=picture] [data-state=refused]")
        expect(refused).to_contain_text(words["seldom"], timeout=PATIENCE_MS)
        expect(page.locator("[data-card=picture] q")).to_contain_text("fps = 2 misses birds")
        # It is there again to be changed.
        expect(opened(page, words).locator("[data-row=gate-1]")).to_have_count(1)


@LOCALES
def test_keys_do_what_a_finger_does(farm: Chain, browser: Browser, locale: str):
    words = WORDS[locale]
    with phone(browser, locale=locale, width=1000) as held:
        page = signed_in(held, farm)
        dialog = opened(page, words)
        dialog.locator("[data-add=feeder]").press("Enter")
        cursor = dialog.get_by_role("button", name=words["cursor"])
        for keys in (["Enter"], ["Shift+ArrowRight"] * 5 + ["Enter"], ["Shift+ArrowDown"] * 5 + [" "]):
            for key in keys:
                cursor.press(key)
        dialog.get_by_role("button", name=words["done"], exact=True).press("Enter")
        expect(dialog.locator("[data-row=feeder-1]")).to_have_count(1)
        corner = dialog.get_by_role("button", name=words["corner"])
        before = corner.bounding_box()
        corner.press("Shift+ArrowRight")
        after = corner.bounding_box()
        assert before is not None
        assert after is not None
        assert after["x"] > before["x"] + 5
        page.keyboard.press("Control+z")
        assert corner.bounding_box() == before
