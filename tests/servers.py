"""Real servers for the tests: each on a free loopback port, in a folder of its own, stopped by its own handle."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for_port(port: int, timeout_s: float = 20) -> None:
    deadline_s = time.monotonic() + timeout_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.02)
        else:
            return


@dataclass
class Mosquitto:
    """A broker that can be killed and started again on the same port; memory only unless ``persistent``."""

    folder: Path
    port: int = field(default_factory=free_port)
    persistent: bool = False
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        configuration = self.folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous true", "max_queued_messages 0"]
        if self.persistent:
            lines += ["persistence true", f"persistence_location {self.folder}/", "autosave_interval 1"]
        if os.geteuid() == 0:
            lines.append("user root")
        configuration.write_text("\n".join(lines) + "\n")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(["mosquitto", "-c", str(configuration)], stdout=log, stderr=log)
        wait_for_port(self.port)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(10)
            self.process = None


@contextmanager
def mosquitto(folder: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@dataclass
class CloudProcess:
    """A real ``henwise-cloud serve``."""

    folder: Path
    broker_port: int
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "cloud.log").read_text()

    def environ(self) -> dict[str, str]:
        own = {
            "HENWISE_DATA_DIR": str(self.folder / "data"),
            "HENWISE_HTTP_PORT": str(self.port),
            "HENWISE_BROKER_PORT": str(self.broker_port),
        }
        return {**os.environ, **own, **self.environment}

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cloud.cli", *arguments],
            env=self.environ(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, *wrapper: str) -> None:
        with (self.folder / "cloud.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, sys.executable, "-m", "cloud.cli", "serve"], env=self.environ(), stdout=log, stderr=log
            )
        self.wait_until_healthy()

    def wait_until_healthy(self, timeout_s: float = 60) -> None:
        deadline_s = time.monotonic() + timeout_s
        while True:
            assert self.process is not None
            assert self.process.poll() is None, self.log
            try:
                with urllib.request.urlopen(f"{self.url}/api/v1/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                assert time.monotonic() < deadline_s, self.log
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> int | None:
        if self.process is None:
            return None
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process = None
        return code


@contextmanager
def cloud_process(folder: Path, broker_port: int, **environment: str) -> Iterator[CloudProcess]:
    service = CloudProcess(folder, broker_port, environment=environment)
    service.start()
    try:
        yield service
    finally:
        service.stop()
