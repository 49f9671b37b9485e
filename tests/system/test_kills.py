"""kill -9 of the broker, the service and the edge agent, again and again: no committed reading is lost.

A reading is committed once it is a row of the edge's outbox. A watcher notes every row it sees there; at the end each
must be a point in the service's store, and the ledger must hold every seq of every boot without a gap.

HENWISE_TEST_OUTAGE_S=30 keeps each part down for as long as a release wants (eight minutes); seconds are enough for
every day.
"""

import json
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from cloud.demo.farm import DEVICE, FARM, HOUSE, DemoFarm
from cloud.demo.processes import Processes, free_port
from cloud.store.embedded import EmbeddedSeries
from cloud.store.ledger import kept, settled
from cloud.store.records import Records
from cloud.store.series import SeriesKey
from contract.place import Place

KILLS = 20
OUTAGE_S = float(os.environ.get("HENWISE_TEST_OUTAGE_S", "6"))
DRAIN_WITHIN_S = 240.0
PLACE = Place(farm=FARM, house=HOUSE, device=DEVICE)

pytestmark = [pytest.mark.system, pytest.mark.timeout(1_500)]


class OutboxWatch:
    """Everything that was ever seen in the edge's outbox: (boot, seq) -> (leaf, message)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen: dict[tuple[str, int], tuple[str, dict]] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def waiting(self) -> int:
        """Return how much of what was seen is not committed yet; new events come all the time."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as db:
            return len(self.seen.keys() & set(db.execute("SELECT boot, seq FROM outbox WHERE acked_ms IS NULL")))

    def _run(self) -> None:
        while not self._ended.wait(0.1):
            try:
                self._look()
            except sqlite3.OperationalError:  # not made yet, or being recovered after a kill
                continue

    def _look(self) -> None:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as db:
            for boot, seq, leaf, payload in db.execute("SELECT boot, seq, leaf, payload FROM outbox"):
                self.seen[boot, seq] = (leaf, json.loads(payload))


@pytest.fixture
def farm(tmp_path: Path) -> DemoFarm:
    farm = DemoFarm(
        home=tmp_path, http_port=free_port(), broker_port=free_port(), video="demo", age_days=28,
        time_zone="UTC", window_s=2, climate_every_s=0.5,
    )  # fmt: skip
    farm.write_configuration()
    return farm


@pytest.fixture
def processes(farm: DemoFarm) -> Iterator[Processes]:
    processes = Processes(farm.home / "logs")
    try:
        for part in farm.parts():
            processes.start(part)
        yield processes
    finally:
        processes.stop()


def wait_until(condition: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s"
        time.sleep(0.5)


def kill_at_random(processes: Processes, chance: random.Random) -> dict[str, int]:
    """Kill a running part now and then, each down for OUTAGE_S; outages overlap. Return kills by part."""
    down: dict[str, float] = {}
    kills = dict.fromkeys(("broker", "cloud", "edge"), 0)
    next_kill = time.monotonic() + 3
    while sum(kills.values()) < KILLS or down:
        now = time.monotonic()
        for name in [name for name, until in down.items() if until <= now]:
            processes.restart(name)
            del down[name]
        if sum(kills.values()) < KILLS and now >= next_kill:
            name = min((name for name in kills if name not in down), key=lambda name: (kills[name], chance.random()))
            processes.kill(name)
            kills[name] += 1
            down[name] = now + OUTAGE_S
            next_kill = now + chance.uniform(0.35, 1.15) * OUTAGE_S
        time.sleep(0.1)
    return kills


@pytest.mark.xdist_group("kills")
def test_twenty_kills_lose_no_committed_reading(farm: DemoFarm, processes: Processes):
    watch = OutboxWatch(farm.home / "edge" / "outbox.db")
    watch.start()

    kills = kill_at_random(processes, random.Random(20))
    watch.stop()
    wait_until(lambda: watch.waiting() == 0, DRAIN_WITHIN_S)
    processes.stop()

    assert min(kills.values()) >= KILLS // 4
    assert_all_arrived(farm, watch.seen)


def assert_all_arrived(farm: DemoFarm, seen: dict[tuple[str, int], tuple[str, dict]]) -> None:
    records = Records(farm.home / "cloud" / "records.db")
    records.open()
    assert kept(records) == []
    ranges = settled(records, PLACE)
    *_, living = (boot for boot, _ in seen)
    for boot in {boot for boot, _ in seen}:
        last = max(seq for other, seq in seen if other == boot)
        assert ranges[boot][0][0] == 1
        assert ranges[boot][0][1] >= last, (ranges[boot], last)
        # What the living boot wrote after the watch was over may still be on its way, live values before late ones.
        assert len(ranges[boot]) == 1 or boot == living, ranges[boot]
    records.close()
    points = stored_points(farm, seen)
    assert len(points) >= 8 * KILLS, "too few readings were under way for this to prove anything"
    assert [key for key, (wanted, got) in points.items() if wanted != got] == []


def stored_points(farm: DemoFarm, seen: dict[tuple[str, int], tuple[str, dict]]) -> dict[object, tuple[float, float]]:
    """Return what was measured and what is stored, for each reading and weighing that was seen."""
    store = EmbeddedSeries(farm.home / "cloud" / "series.db")
    store.open()
    found: dict[object, tuple[float, float]] = {}
    for event, (leaf, message) in seen.items():
        for source, quantity, value in measured(leaf, message):
            series = SeriesKey(FARM, HOUSE, DEVICE, source, quantity)
            at_ms = round(datetime.fromisoformat(message["at"]).timestamp() * 1000)
            window = store.window(series, at_ms, at_ms + 1, 2)
            found[event, quantity] = (value, float(window.mean[0]) if len(window.mean) else float("nan"))
    store.close()
    return found


def measured(leaf: str, message: dict) -> list[tuple[str, str, float]]:
    """Return source, quantity and value of what a message measured."""
    if leaf == "readings":
        return [(message["instrument"], quantity, value) for quantity, value in message["values"].items()]
    if leaf == "weight":
        return [(message["scale"], "weight_grams", message["grams"])]
    if leaf == "count":
        return [(message["camera"], "visible_birds", message["visible_birds"])]
    return []
