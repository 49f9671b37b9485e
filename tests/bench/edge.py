"""Memory, processor time and bytes written of the edge agent: 20 idle sensors, two instruments, a camera, a network."""

import json
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from cloud.demo.farm import DemoFarm, program
from cloud.demo.processes import Part, Processes, free_port
from firmware_bridge.simulated.modbus import SharedPair
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import ModbusVoice, RegisterMap, speak
from tests.cloud.service import cloud_process
from tests.servers import Mosquitto

SENSORS = range(1, 21)
SLUGS = [f"sensor-{n}" for n in SENSORS]
CONFIG = """
data_dir = "data/edge"
[place]
farm = "farm"
house = "house-1"
device = "edge-1"
[broker]
port = {port}
"""
SENSOR = """
[[instruments]]
slug = "{slug}"
family = "xy-md02"
port = "{bus}"
address = {n}
interval_s = 10
"""
SETTLE_S = 15.0
WATCH_S = 45.0


def table() -> str:
    """Run the agent against a real broker and virtual instruments, and look at it."""
    rows = [
        sensors_row(),
        row("scale and thermometer, no camera", camera=False),
        row("the same and the clip at 2 frames/s", camera=True),
    ]
    head = (
        "| agent with | resident MB, mean | most | CPU, % of a core | kB written a message (in blocks of the disk) |\n"
        "| --- | --- | --- | --- | --- |"
    )
    return "\n".join(["### henwise-edge run\n", head, *rows])


def sensors_row() -> str:
    """Measure the process of ``--share sensors`` with 20 sensors on one RS-485 pair, each asked every 10 s."""
    voices = [ModbusVoice(RegisterMap(input={1: lambda: 215, 2: lambda: 600}, holding={}), n) for n in SENSORS]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        broker, terminal, stop = Mosquitto(folder), Terminal(folder / "bus"), threading.Event()
        broker.start()
        stack.callback(broker.kill)
        stack.enter_context(cloud_process(folder, broker.port))
        terminal.open()
        speaker = threading.Thread(target=speak, args=(SharedPair(voices, 9_600), terminal, stop))
        speaker.start()
        stack.callback(lambda: (stop.set(), speaker.join(), terminal.close()))
        text = CONFIG.format(port=broker.port) + "".join(
            SENSOR.format(slug=slug, n=n, bus=terminal.name) for n, slug in zip(SENSORS, SLUGS, strict=True)
        )
        (folder / "edge.toml").write_text(text, "utf-8")
        log = stack.enter_context((folder / "log").open("w"))
        command = [program("henwise-edge"), "run", str(folder / "edge.toml"), "--share", "sensors"]
        agent = subprocess.Popen(command, stderr=log)
        stack.callback(lambda: (agent.kill(), agent.wait()))
        time.sleep(SETTLE_S)
        outbox = folder / "data/edge/outbox.db"
        seen = watch(agent.pid, lambda: len(acknowledged(outbox)))
        assert set(SLUGS) <= {json.loads(row)["instrument"] for row in acknowledged(outbox)}, "a sensor is silent"
    return seen.row("20 sensors on a bus, every 10 s, idle (--share sensors)")


def acknowledged(outbox: Path) -> list[str]:
    """Return the readings that the service has, as far as the device knows."""
    with closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True)) as db:
        return [row for (row,) in db.execute("SELECT payload FROM outbox WHERE acked_ms IS NOT NULL")]


def row(name: str, *, camera: bool) -> str:
    """Measure one set-up."""
    with tempfile.TemporaryDirectory() as folder:
        farm = DemoFarm(Path(folder), free_port(), free_port(), video="demo", age_days=28, time_zone="UTC")
        farm.write_configuration()
        if not camera:
            text = farm.edge_toml.read_text("utf-8")
            farm.edge_toml.write_text(text[: text.index("[[cameras]]")], "utf-8")
        processes = Processes(farm.home / "logs")
        try:
            for part in farm.parts():
                processes.start(Part(part.name, part.argv, part.ready, 60))
            time.sleep(SETTLE_S)
            seen = watch(processes.pid("edge"), None)
        finally:
            processes.stop()
    return seen.row(name)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a process used: resident MB, % of a core, and kB written per message, as said and in blocks of the disk."""

    mean_mb: float
    most_mb: float
    cpu: float
    kb: tuple[float, float] | None

    def row(self, name: str) -> str:
        """Return a row of the table."""
        written = "{:.1f} ({:.1f})".format(*self.kb) if self.kb else ""
        return f"| {name} | {self.mean_mb:.0f} | {self.most_mb:.0f} | {self.cpu:.2f} | {written} |"


def watch(pid: int, messages: Callable[[], int] | None) -> Seen:
    """Watch a process for a while; ``messages``: how many it has sent so far."""
    process = psutil.Process(pid)
    before, sent = process.io_counters(), messages() if messages else 0
    process.cpu_percent()
    resident = []
    until = time.monotonic() + WATCH_S
    while time.monotonic() < until:
        time.sleep(0.5)
        resident.append(process.memory_info().rss / 1e6)
    cpu, after, kb = process.cpu_percent(), process.io_counters(), None
    if messages and (more := messages() - sent):
        said, blocks = after.write_chars - before.write_chars, after.write_bytes - before.write_bytes
        kb = (said / more / 1e3, blocks / more / 1e3)
    return Seen(sum(resident) / len(resident), max(resident), cpu, kb)
