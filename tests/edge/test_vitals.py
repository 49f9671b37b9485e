"""How the device itself does, from files as Linux writes them, and from this very machine."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.quantities import QUANTITIES
from edge.health import Health
from edge.machine import Machine
from edge.origin import Origin
from edge.outbox import Outbox
from edge.vitals import Vitals
from tests.edge.samples import BOOT, reading

PI = {
    "proc/meminfo": "MemTotal:  4000000 kB\nMemFree: 1000 kB\nMemAvailable:  1000000 kB\n",
    "proc/stat": "cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 100 0 50 800 50 0 0 0 0 0\n",
    "proc/uptime": "7200.50 20000.00\n",
    "proc/net/wireless": (
        "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
        " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n"
        " wlan0: 0000   52.  -58.  -256        0      0      0      0      0        0\n"
    ),
    "sys/class/thermal/thermal_zone0/temp": "61500\n",
    "sys/class/thermal/thermal_zone1/temp": "",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
    "run/systemd/timesync/synchronized": "",
}


def machine(folder: Path, files: dict[str, str]) -> Machine:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="ascii")
    return Machine(folder)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "data" / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


def test_a_raspberry_pi_tells_how_it_does(tmp_path: Path, outbox: Outbox):
    line = Health("climate")
    pi = machine(tmp_path, PI)
    vitals = Vitals(
        Origin("edge-1", BOOT), outbox, tmp_path, lines=[line], machine=pi,
        frame_age_s=lambda: 90, outbox_age_hours=lambda: 2,
    )  # fmt: skip
    outbox.put(reading(age_s=7200)).result(5)
    for _ in range(3):
        line.ok()
    line.fault()
    (tmp_path / "proc/stat").write_text("cpu  150 0 50 850 50 0 0 0 0 0\n", encoding="ascii")
    values = vitals.values()
    measured_here = {"disk_percent", "outbox_room_hours"}
    assert {key: round(value, 1) for key, value in values.items() if key not in measured_here} == {
        "processor_temperature_celsius": 61.5, "processor_percent": 50, "throttled_ratio": 1, "undervoltage_ratio": 1,
        "memory_percent": 75, "outbox_age_hours": 2, "frame_age_s": 90, "line_errors_ratio": 0.2,
        "wifi_signal_dbm": -58, "uptime_hours": 2, "clock_trusted_ratio": 1,
    }  # fmt: skip
    assert 0 < values["disk_percent"] <= 100
    assert values["outbox_room_hours"] > 0
    assert all(QUANTITIES[key].of_device for key in values)


def test_a_machine_that_tells_nothing_is_no_fault(tmp_path: Path):
    empty = Machine(tmp_path)
    assert (empty.temperature_celsius(), empty.throttled(), empty.memory_percent(), empty.processor()) == (None,) * 4
    assert (empty.uptime_hours(), empty.wifi_dbm(), empty.disk_percent(tmp_path / "gone")) == (None,) * 3


def test_other_boards_tell_throttling_by_their_cooling_devices(tmp_path: Path):
    cooling = "sys/class/thermal/cooling_device0"
    board = machine(tmp_path, {f"{cooling}/type": "cpufreq-cpu0\n", f"{cooling}/cur_state": "2\n"})
    assert board.throttled() == (True, False)
    (tmp_path / cooling / "cur_state").write_text("0\n", encoding="ascii")
    assert board.throttled() == (False, False)


def test_this_machine_is_plausible():
    here = Machine()
    percent, hours = here.memory_percent(), here.uptime_hours()
    assert percent is not None
    assert 0 < percent < 100
    assert hours is not None
    assert hours > 0
    assert here.clock_trusted() in {True, False, None}


async def test_it_is_sent_as_readings_of_the_device(tmp_path: Path, outbox: Outbox):
    vitals = Vitals(
        Origin("edge-1", BOOT), outbox, tmp_path, lines=[], machine=machine(tmp_path, PI), every_s=0.05,
        frame_age_s=lambda: None, outbox_age_hours=lambda: 0,
    )  # fmt: skip
    task = asyncio.create_task(vitals.run())
    async with asyncio.timeout(90):
        while not outbox.rows:
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait([task])
    [row, *_] = outbox.waiting(live_since_ms=0, but=(), limit=1)
    told = json.loads(row.payload)
    assert (row.leaf, told["instrument"]) == ("readings", "device")
    assert told["values"]["processor_temperature_celsius"] == 61.5
