"""The worst morning: the broker has lost its memory, the service is yesterday's backup; the devices fill the gap."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from cloud.store import ledger
from cloud.store.embedded import EmbeddedSeries
from cloud.store.records import Records
from cloud.store.series import SeriesKey
from contract.place import Place
from tests.cloud.service import CloudProcess
from tests.servers import Mosquitto
from tests.system.test_kills import OutboxWatch, measured

BIN = Path(sys.executable).parent
DEVICES = {"pi-1": ("climate", "xy-md02"), "pi-2": ("scale", "xk3190-a9")}
CONFIG = """
data_dir = "{device}"
[place]
farm = "hill"
house = "house-1"
device = "{device}"
[broker]
port = {port}
[[instruments]]
slug = "{slug}"
family = "{family}"
port = "{folder}/{slug}.tty"
interval_s = 0.2
"""

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def wait_until(condition: Callable[[], bool], within_s: float = 60) -> None:
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {within_s:.0f} s"
        time.sleep(0.2)


@contextmanager
def running(folder: Path, name: str, *command: str) -> Iterator["subprocess.Popen[str]"]:
    with (folder / f"{name}.log").open("a") as log:
        process = subprocess.Popen([BIN / command[0], *command[1:]], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def watches(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[dict[str, OutboxWatch]]:
    """Two real devices that measure, and what was ever seen in their outboxes."""
    with ExitStack() as stack:
        found = {}
        for device, (slug, family) in DEVICES.items():
            text = CONFIG.format(device=device, port=mosquitto.port, slug=slug, family=family, folder=tmp_path)
            (tmp_path / f"{device}.toml").write_text(text, "utf-8")
            virtual = ("henwise-bridge", "simulate", family, "--port", f"{tmp_path}/{slug}.tty")
            simulator = stack.enter_context(running(tmp_path, slug, *virtual))
            assert simulator.stdout is not None
            assert simulator.stdout.readline().startswith("ready ")
            stack.enter_context(running(tmp_path, device, "henwise-edge", "run", str(tmp_path / f"{device}.toml")))
            found[device] = OutboxWatch(tmp_path / device / "outbox.db")
            found[device].start()
        yield found
        for watch in found.values():
            watch.stop()


def settled(data: Path, device: str) -> dict[str, list[tuple[int, int]]]:
    """Return what a running service calls settled, ranges of each boot."""
    with closing(sqlite3.connect(f"file:{data / 'records.db'}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT boot, first, last FROM seq_ranges WHERE device = ? ORDER BY boot, first", (device,))
        ranges: dict[str, list[tuple[int, int]]] = {}
        for boot, first, last in rows:
            ranges.setdefault(boot, []).append((first, last))
        return ranges


def has_all(data: Path, device: str, seen: set[tuple[str, int]]) -> bool:
    ranges = settled(data, device)
    return all(any(first <= seq <= last for first, last in ranges.get(boot, [])) for boot, seq in seen)


def test_devices_fill_the_gap_of_a_service_that_was_restored(
    mosquitto: Mosquitto, watches: dict[str, OutboxWatch], tmp_path: Path
):
    (tmp_path / "cloud").mkdir()
    cloud = CloudProcess(tmp_path / "cloud", mosquitto.port)
    data = tmp_path / "cloud" / "data"
    cloud.start()
    try:
        backed_up = committed_beyond(watches, {}, 10)
        taken = cloud.command("backup", str(tmp_path / "yesterday.tar"))
        assert taken.returncode == 0, taken.stderr
        lost = committed_beyond(watches, backed_up, 20)

        cloud.stop(signal.SIGKILL)
        mosquitto.kill()  # what it kept, it kept in memory
        mosquitto.start()
        shutil.rmtree(data)
        restored = cloud.command("restore", str(tmp_path / "yesterday.tar"))
        assert restored.returncode == 0, restored.stderr
        assert not any(has_all(data, device, seen) for device, seen in lost.items()), "the backup lacks something"

        cloud.start()
        committed_beyond(watches, lost, 10)  # on it goes
        seen = {device: set(watch.seen) for device, watch in watches.items()}
        assert all(lost[device] & seen[device] for device in DEVICES)
        for device in DEVICES:
            wait_until(lambda device=device: has_all(data, device, seen[device] | lost[device]))
    finally:
        cloud.stop()
    for device, watch in watches.items():
        assert_stored(data, Place(farm="hill", house="house-1", device=device), watch, seen[device])


def committed_beyond(
    watches: dict[str, OutboxWatch], before: dict[str, set[tuple[str, int]]], more: int
) -> dict[str, set[tuple[str, int]]]:
    """Wait until each device has so many more events that the service has committed, and return all of these."""

    def committed(watch: OutboxWatch) -> set[tuple[str, int]]:
        with closing(sqlite3.connect(f"file:{watch.path}?mode=ro", uri=True)) as db:
            return set(db.execute("SELECT boot, seq FROM outbox WHERE acked_ms IS NOT NULL"))

    wait_until(lambda: all(watch.path.exists() for watch in watches.values()))
    wait_until(lambda: all(len(committed(watch) - before.get(name, set())) >= more for name, watch in watches.items()))
    return {name: committed(watch) for name, watch in watches.items()}


def assert_stored(data: Path, place: Place, watch: OutboxWatch, seen: set[tuple[str, int]]) -> None:
    """Each reading that was ever in the outbox is a point, and nothing was refused."""
    records, series = Records(data / "records.db"), EmbeddedSeries(data / "series.db")
    records.open()
    series.open()
    try:
        assert ledger.kept(records) == []
        points = 0
        for key in seen:
            leaf, message = watch.seen[key]
            for source, quantity, value in measured(leaf, message):
                at_ms = round(datetime.fromisoformat(message["at"]).timestamp() * 1000)
                name = SeriesKey(place.farm, place.house, place.device, source, quantity)
                assert series.window(name, at_ms, at_ms + 1, 2).mean.tolist() == [value]
                points += 1
        assert points >= 30
    finally:
        series.close()
        records.close()
