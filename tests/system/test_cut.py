"""The network is away for three days: a device in a network of its own, whose cable is pulled and put back.

The three days are measured at once, the times of the readings are real. By default 864 readings;
HENWISE_TEST_CUT_ROWS for as many as a farm's device makes (15 a minute: 64800, a quarter of an hour).
"""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from contract.messages import Readings
from contract.place import Place
from edge.origin import Origin
from edge.outbox import Outbox
from tests.servers import Mosquitto, free_port
from tests.system.far_away import Arrival, FarAway

BIN = Path(sys.executable).parent
AWAY = timedelta(hours=72)
ROWS = int(os.environ.get("HENWISE_TEST_CUT_ROWS", "864"))
SERIES = ("north", "middle", "south")
LIVE_WITHIN_S = 5.0
BEFORE = "b" * 16
CONFIG = """
data_dir = "data"
[place]
farm = "farm"
house = "house-1"
device = "edge-1"
[broker]
host = "{host}"
port = {port}
insecure = true
keepalive_s = 5
[[instruments]]
slug = "climate"
family = "xy-md02"
port = "{folder}/climate"
interval_s = 0.2
"""

pytestmark = [pytest.mark.system, pytest.mark.timeout(120 + ROWS // 20)]


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


class Cable:
    """A network with one machine in it, and the cable between it and this one."""

    def __init__(self) -> None:
        number = os.getpid() % 250 + 1
        self.namespace, self._end, self._other = f"hw{os.getpid()}", f"hwa{os.getpid()}", f"hwb{os.getpid()}"
        self.here, self._there = f"10.213.{number}.1", f"10.213.{number}.2"

    def lay(self) -> None:
        inside = ("ip", "-n", self.namespace)
        run("ip", "netns", "add", self.namespace)
        run("ip", "link", "add", self._end, "type", "veth", "peer", "name", self._other, "netns", self.namespace)
        run("ip", "addr", "add", f"{self.here}/30", "dev", self._end)
        run("ip", "link", "set", self._end, "up")
        run(*inside, "addr", "add", f"{self._there}/30", "dev", self._other)
        run(*inside, "link", "set", self._other, "up")
        run(*inside, "link", "set", "lo", "up")

    def pull(self) -> None:
        run("ip", "-n", self.namespace, "link", "set", self._other, "down")

    def plug(self) -> None:
        run("ip", "-n", self.namespace, "link", "set", self._other, "up")

    def remove(self) -> None:
        run("ip", "netns", "del", self.namespace)


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    try:
        cable.lay()
        yield cable
    finally:
        cable.remove()


@pytest.fixture
def broker(cable: Cable, tmp_path: Path) -> Iterator[tuple[Mosquitto, int]]:
    """A broker, and its port at the cable's end."""
    port = free_port()
    broker = Mosquitto(tmp_path, "allow_anonymous true", f"listener {port} {cable.here}", "max_queued_messages 0")
    broker.start()
    yield broker, port
    broker.kill()


def measure_three_days(path: Path) -> None:
    """Fill the outbox as three days without network do; they ended two minutes ago, so that all of it is late."""
    began = datetime.now(UTC) - AWAY - timedelta(minutes=2)
    with Outbox(path, BEFORE, max_rows=1_000_000) as outbox:
        origin = Origin("edge-1", BEFORE)
        for number in range(ROWS):
            at = began + AWAY * (number / ROWS)
            values = {"temperature_celsius": 20 + number % 64 / 8}
            done = outbox.put(Readings(**origin.stamp(at), instrument=SERIES[number % 3], values=values))
            if number % 400 == 0:
                done.result(30)


def wait_until(condition: Callable[[], bool], within_s: float) -> None:
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {within_s:.0f} s"
        time.sleep(0.1)


def test_three_days_without_network_are_made_up_for_in_order_and_hold_nothing_up(
    cable: Cable, broker: tuple[Mosquitto, int], tmp_path: Path
):
    measure_three_days(tmp_path / "data" / "outbox.db")
    text = CONFIG.format(host=cable.here, port=broker[1], folder=tmp_path)
    (tmp_path / "edge.toml").write_text(text, "utf-8")
    far = FarAway(Place(farm="farm", house="house-1", device="edge-1"), broker[0].port)
    far.start()
    cable.pull()
    inside = ("ip", "netns", "exec", cable.namespace)
    with ExitStack() as stack:
        stack.callback(far.stop)
        log = stack.enter_context((tmp_path / "log").open("a"))
        for command in (
            ("henwise-bridge", "simulate", "xy-md02", "--port", str(tmp_path / "climate")),
            (*inside, str(BIN / "henwise-edge"), "run", str(tmp_path / "edge.toml")),
        ):
            program = [BIN / command[0], *command[1:]] if command[0].startswith("henwise") else command
            process = subprocess.Popen(program, stdout=log, stderr=log)
            stack.callback(lambda process=process: (process.kill(), process.wait()))
        wait_until(lambda: "trying again until it works" in _log(tmp_path), 40)
        assert far.count() == 0
        cable.plug()
        back_s = time.time()
        wait_until(lambda: late_of(far) >= ROWS // 3, 90 + ROWS / 30)
        pulled_s = time.time()
        cable.pull()
        time.sleep(1)
        cable.plug()
        again_s = time.time()
        wait_until(lambda: late_of(far) >= ROWS, 90 + ROWS / 30)
        ended_s = time.time()
    assert far.changed_since == []
    print(f"{ROWS} rows in {ended_s - back_s:.0f} s")
    assert_complete_and_in_order(far.arrivals)
    first_s = min(one.came_s for one in far.arrivals)
    delays_s = [
        one.came_s - one.measured_s
        for one in far.arrivals
        if one.said["instrument"] == "climate"
        and not one.said.get("delayed")
        and one.measured_s > first_s
        and not pulled_s - 0.2 <= one.measured_s <= again_s
    ]
    print(f"live data {max(delays_s):.2f} s late at most of {len(delays_s)}")
    assert len(delays_s) >= 10
    assert max(delays_s) < LIVE_WITHIN_S


def _log(folder: Path) -> str:
    return (folder / "log").read_text().lower()


def late_of(far: FarAway) -> int:
    return far.came_of[BEFORE]


def assert_complete_and_in_order(arrivals: list[Arrival]) -> None:
    assert {one.seq for one in arrivals if one.boot == BEFORE} == set(range(1, ROWS + 1))
    assert all(one.said["delayed"] for one in arrivals if one.boot == BEFORE)
    by_series: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for one in arrivals:
        by_series[one.said["instrument"], bool(one.said.get("delayed"))].append(one.measured_s)
    for series, times in by_series.items():
        assert all(first < second for first, second in pairwise(times)), series
