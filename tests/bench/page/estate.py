"""Fifty houses with forty days of data, and a signed-in page."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Page

from cloud.config import CloudConfig
from cloud.flock.growth import standard
from cloud.store.choice import series_store
from cloud.store.series import Point, SeriesKey
from contract.place import Place
from tests.cloud.service import CloudProcess, today
from tests.dashboard.conftest import PASSWORD, Phone
from tests.dashboard.estate import OWNER, command
from tests.dashboard.speaking import speaker
from tests.servers import Mosquitto

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FARMS, HOUSES_EACH, DAYS = 10, 5, 40
AGE_DAYS = 28
CLIMATE_EVERY_S, WEIGHT_EVERY_S = 300, 1_800
DAY_S = 86_400
HEARD_WITHIN_S = 300.0


def at(held: Phone, url: str, path: str) -> Page:
    """Open a page, signing in first where nobody is."""
    page = held.page
    page.goto(url + path)
    page.locator("input[type=password], nav a").first.wait_for()
    if page.locator("input[type=password]").count():
        page.locator("input[autocomplete=username]").fill(OWNER)
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
    page.locator("nav a").first.wait_for()
    return page


@contextmanager
def fifty_houses(folder: Path) -> Iterator[tuple[CloudProcess, int]]:
    """Run a service that has been there for forty days; gives it and how many points it holds."""
    broker = Mosquitto(folder)
    broker.start()
    cloud = CloudProcess(folder, broker.port)
    (folder / "data").mkdir()
    try:
        points = remembered(folder / "data")
        command(cloud, "user", "add", OWNER, "--password-stdin", stdin=PASSWORD + "\n")
        cloud.start()
        with ExitStack() as devices:
            for place in all_places():
                devices.enter_context(speaker(broker.port, place)).round()
            place_flocks(cloud)
            yield cloud, points
    finally:
        cloud.stop()
        broker.kill()


def place_flocks(cloud: CloudProcess) -> None:
    """Wait until all fifty houses were heard of, and place a flock in each: by one client, not by fifty commands."""
    placed_on = (today() - timedelta(days=AGE_DAYS)).isoformat()
    flock = {"breed": "ross-308", "placed_on": placed_on, "placed_birds": 480}
    with httpx.Client(base_url=f"{cloud.url}/api/v1", timeout=60) as owner:
        owner.post("/session", json={"name": OWNER, "password": PASSWORD}).raise_for_status()
        deadline_s = time.monotonic() + HEARD_WITHIN_S
        while len(owner.get("/overview").raise_for_status().json()["houses"]) < len(all_places()):
            if time.monotonic() > deadline_s:
                raise TimeoutError("not all houses were heard of")
            time.sleep(1)
        for place in all_places():
            owner.put(f"/houses/{place.farm}/{place.house}/flocks/of-{place.house}", json=flock).raise_for_status()


def all_places() -> list[Place]:
    """Return all fifty."""
    return [
        Place(farm=f"farm-{farm}", house=f"house-{house}", device="edge-1")
        for farm in range(FARMS)
        for house in range(HOUSES_EACH)
    ]


def remembered(
    data: Path, places: Sequence[Place] = (), sources: tuple[str, str] = ("thermometer-1", "scale-1")
) -> int:
    """Write forty days of climate and weights of every house into the embedded store.

    Args:
        data: the service's folder.
        places: the houses; none: all fifty.
        sources: what the thermometer and the scale are called.

    Returns:
        how many points.
    """
    config = CloudConfig(data_dir=data)
    store = series_store(config, config.series.store)
    store.open()
    chance, count = np.random.default_rng(5), 0
    curve = standard("ross-308")
    end_s = int(datetime.now(UTC).timestamp()) - 600
    for place in places or all_places():
        for source, quantity, every_s in (
            (sources[0], "temperature_celsius", CLIMATE_EVERY_S),
            (sources[0], "humidity_percent", CLIMATE_EVERY_S),
            (sources[1], "weight_grams", WEIGHT_EVERY_S),
        ):
            at_s = np.arange(end_s - DAYS * DAY_S, end_s, every_s)
            age = (at_s - at_s[0]) / DAY_S - (DAYS - AGE_DAYS)
            daily = np.sin(at_s / DAY_S * 2 * np.pi) + np.cumsum(chance.normal(0, 0.02, len(age)))
            usual = np.interp(age, curve.age_days, curve.grams) * 0.97
            values = {
                "temperature_celsius": 33 - 0.35 * age.clip(0) + 0.6 * daily,
                "humidity_percent": 60 + 5 * daily,
                "weight_grams": usual * chance.normal(1, 0.09, len(age)),
            }[quantity]
            key = SeriesKey(place.farm, place.house, place.device, source, quantity)
            rounded = np.round(values.clip(10), 1).tolist()
            store.append([Point(key, 1000 * when, value) for when, value in zip(at_s.tolist(), rounded, strict=True)])
            count += len(rounded)
    store.close()
    return count
