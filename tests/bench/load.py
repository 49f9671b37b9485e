"""Ten thousand devices on one machine: is anything lost, how long until the cloud's word, what saturates first?

A real mosquitto, ``henwise-cloud serve`` with the embedded stores, and ``load_devices`` as the farms, each a process
of its own; the processor time and memory of each are read from the system.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.cloud.service import CloudProcess, cloud_process
from tests.servers import Mosquitto

DEVICES = 10_000
SECONDS = 600.0
SAMPLE_S = 5.0


class Watch(threading.Thread):
    """Notes memory and processor time of processes until stopped."""

    def __init__(self, processes: dict[str, psutil.Process]) -> None:
        super().__init__(daemon=True)
        self._processes = processes
        self._ended = threading.Event()
        self.megabytes: dict[str, list[float]] = {name: [] for name in processes}
        self.share: dict[str, float] = {}

    def run(self) -> None:
        began_s = time.monotonic()
        before = {name: sum(process.cpu_times()[:2]) for name, process in self._processes.items()}
        while not self._ended.wait(SAMPLE_S):
            for name, process in self._processes.items():
                if process.is_running():
                    self.megabytes[name].append(process.memory_info().rss / 1e6)
                    spent = sum(process.cpu_times()[:2]) - before[name]
                    self.share[name] = spent / (time.monotonic() - began_s)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def table(devices: str = str(DEVICES), seconds: str = str(SECONDS), speed: str = "1") -> str:
    """Run the farms and return the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Mosquitto(folder, "allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 2000")
        broker.start()
        try:
            with cloud_process(folder, broker.port) as service:
                service.wait_until(broker_connected=True)
                return _measured(folder, broker, service, (devices, seconds, speed))
        finally:
            broker.kill()


def _measured(folder: Path, broker: Mosquitto, service: CloudProcess, arguments: tuple[str, str, str]) -> str:
    command = [sys.executable, "-m", "tests.bench.load_devices", str(broker.port), *arguments]
    farms = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert service.process is not None
    watch = Watch(
        {
            "service": psutil.Process(service.process.pid),
            "mosquitto": psutil.Process(broker.pid),
            "the devices": psutil.Process(farms.pid),
        }
    )
    watch.start()
    last: dict[str, float] = {}
    assert farms.stdout is not None
    for line in farms.stdout:
        last = json.loads(line)
        print(line, end="", file=sys.stderr, flush=True)
    watch.stop()
    assert farms.wait() == 0
    return _written(folder, watch, last, arguments)


def _written(folder: Path, watch: Watch, last: dict[str, float], arguments: tuple[str, str, str]) -> str:
    stored = sum(path.stat().st_size for path in (folder / "data").glob("series.db*"))
    service = watch.megabytes["service"]
    tenths = ", ".join(f"{service[max(0, len(service) * tenth // 10 - 1)]:.0f}" for tenth in range(1, 11))
    waited = ", ".join(f"{last[key]:.2f}" for key in ("p50_s", "p99_s", "most_s"))
    rows = [
        f"{arguments[0]} devices, {arguments[1]} s, speed {arguments[2]}: {last['sent']:,} messages",
        "",
        "| what | |",
        "| --- | --- |",
        f"| not acknowledged a minute after the last | {last['waiting']} |",
        f"| acknowledged after, s: median, p99, longest | {waited} |",
        f"| a device's clock behind by at most, s | {last['late_s']:.2f} |",
        f"| service, MB: at the end of each tenth of the time | {tenths} |",
        f"| on the disk, bytes a message of 20 values | {stored / last['sent']:.0f} |",
        *(f"| processor, share of a core: {name} | {share:.2f} |" for name, share in watch.share.items()),
    ]
    return "\n".join(rows)
