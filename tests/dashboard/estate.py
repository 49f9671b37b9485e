"""Two farms with several houses and all the roles, for the pages that are about more than one house."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

from contract.place import Place
from tests.cloud.service import CloudProcess, cloud_process, today
from tests.dashboard.conftest import PASSWORD, Phone, running
from tests.dashboard.speaking import Speaker, speaker
from tests.servers import Mosquitto

OWNER = "lin"
HILL, VALLEY = "hillside", "valley"
HOUSES = ((HILL, "house-1"), (HILL, "house-2"), (VALLEY, "house-1"))
AGES_DAYS = {(HILL, "house-1"): 28, (HILL, "house-2"): 21}


@dataclass
class Estate:
    """A running service, who speaks in its houses, and its owner's interface."""

    cloud: CloudProcess
    edges: dict[tuple[str, str], Speaker]
    owner: httpx.Client

    def tell(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the service as its owner."""
        answer = self.owner.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def until(self, holds: Callable[[], bool], within_s: float = 90) -> None:
        """Wait until something holds."""
        ends = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < ends, "what was sent did not arrive"
            time.sleep(0.1)


@contextmanager
def estate(folder: Path) -> Iterator[Estate]:
    """Run it; every house has said one round, the second of the hillside is in trouble."""
    with ExitStack() as parts:
        broker = parts.enter_context(running(Mosquitto(folder)))
        cloud = parts.enter_context(cloud_process(folder, broker.port))
        command(cloud, "user", "add", OWNER, "--password-stdin", stdin=PASSWORD + "\n")
        for (farm, house), age in AGES_DAYS.items():
            placed_on = (today() - timedelta(days=age)).isoformat()
            flock = ["--breed", "ross-308", "--placed-on", placed_on, "--birds", "480"]
            command(cloud, "flock", "place", farm, house, *flock)
        edges = {}
        for farm, house in HOUSES:
            place = Place(farm=farm, house=house, device="edge-1")
            edges[farm, house] = parts.enter_context(speaker(broker.port, place))
            edges[farm, house].round()
        owner = parts.enter_context(httpx.Client(base_url=f"{cloud.url}/api/v1"))
        owner.post("/session", json={"name": OWNER, "password": PASSWORD}).raise_for_status()
        yield Estate(cloud, edges, owner)


def command(cloud: CloudProcess, *arguments: str, stdin: str = "") -> str:
    """Run a command of the service and return what it said."""
    done = cloud.command(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def at(held: Phone, here: Estate, path: str, user: str = OWNER) -> Page:
    """Open a page, signing in first where nobody is."""
    page = held.page
    page.goto(here.cloud.url + path)
    page.locator("input[type=password], nav a").first.wait_for()
    if page.locator("input[type=password]").count():
        page.locator("input[autocomplete=username]").fill(user)
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
    page.locator("nav a").first.wait_for()
    return page
