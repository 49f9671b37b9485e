"""Resident memory and processor time of the edge agent: with instruments only, and with a camera and the network."""

import tempfile
import time
from pathlib import Path

import psutil

from cloud.demo.farm import DemoFarm
from cloud.demo.processes import Part, Processes, free_port

SETTLE_S = 15.0
WATCH_S = 45.0


def table() -> str:
    """Run the agent against a real broker and virtual instruments, and look at it."""
    rows = [
        row("scale and thermometer, no camera", camera=False),
        row("the same and the clip at 2 frames/s", camera=True),
    ]
    head = "| agent with | resident MB, mean | most | CPU, % of a core |\n| --- | --- | --- | --- |"
    return "\n".join(["### henwise-edge run\n", head, *rows])


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
            mean_mb, most_mb, cpu = watch(processes.pid("edge"))
        finally:
            processes.stop()
    return f"| {name} | {mean_mb:.0f} | {most_mb:.0f} | {cpu:.1f} |"


def watch(pid: int) -> tuple[float, float, float]:
    """Return mean and greatest resident memory in MB, and CPU in % of a core."""
    process = psutil.Process(pid)
    time.sleep(SETTLE_S)
    process.cpu_percent()
    resident = []
    until = time.monotonic() + WATCH_S
    while time.monotonic() < until:
        time.sleep(0.5)
        resident.append(process.memory_info().rss / 1e6)
    return sum(resident) / len(resident), max(resident), process.cpu_percent()
