"""A farm with one house behind a real broker and service, and a phone to look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from contract.place import Place
from tests.cloud.service import CloudProcess, cloud_process, today
from tests.dashboard.speaking import Speaker, speaker
from tests.servers import Mosquitto

USER, PASSWORD = "wang", "a-long-password"
PLACE = Place(farm="hillside", house="house-2", device="edge-1")


@dataclass
class Farm:
    """The running parts a test may speak through, stop and start."""

    cloud: CloudProcess
    edge: Speaker


@contextmanager
def running(broker: Mosquitto) -> Iterator[Mosquitto]:
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="module")
def flock_age_days() -> int:
    """How old the flock is; a module may say it anew."""
    return 28


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, flock_age_days: int) -> Iterator[Farm]:
    folder = tmp_path_factory.mktemp("farm")
    offered = {"HENWISE_DEVICES_UPDATES_DIR": str(folder / "offered")}
    with running(Mosquitto(folder)) as broker, cloud_process(folder, broker.port, **offered) as cloud:
        added = cloud.command("user", "add", USER, "--password-stdin", stdin=PASSWORD + "\n")
        assert added.returncode == 0, added.stderr
        placed_on = (today() - timedelta(days=flock_age_days)).isoformat()
        flock = ["--breed", "ross-308", "--placed-on", placed_on, "--birds", "480"]
        placed = cloud.command("flock", "place", PLACE.farm, PLACE.house, *flock)
        assert placed.returncode == 0, placed.stderr
        with speaker(broker.port, PLACE) as edge:
            yield Farm(cloud, edge)


@dataclass
class Phone:
    """A page, and what its console complained of."""

    page: Page
    complaints: list[str]


@contextmanager
def phone(browser: Browser, *, locale: str = "en-US", scheme: str = "light", width: int = 390) -> Iterator[Phone]:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True,
        locale=locale, color_scheme=scheme,
    )  # fmt: skip
    context.set_default_timeout(60_000)
    held = Phone(context.new_page(), [])
    held.page.on("console", lambda message: held.complaints.append(message.text) if message.type == "error" else None)
    held.page.on("pageerror", lambda error: held.complaints.append(str(error)))
    yield held
    context.close()


def signed_in(held: Phone, farm: Farm, path: str = "/houses/hillside/house-2") -> Page:
    """Open a page of the dashboard as the farm's user and wait for its first number."""
    page = held.page
    page.goto(farm.cloud.url + path)
    page.locator("input[autocomplete=username]").fill(USER)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.locator("[data-card=birds] [data-value]").wait_for()
    return page
