"""The real service as a process of its own."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path

from cloud.config import CloudConfig
from tests.servers import free_port


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
            "HENWISE_INGEST_ENROL": "open",
            "HENWISE_SERIES_RETENTION_DAYS": "default=36500",  # what tests send has fixed times
        }
        return {**os.environ, **own, **self.environment}

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cloud.cli", *arguments],
            env=self.environ(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def start(self, *wrapper: str) -> None:
        self.start_alone(*wrapper)
        self.wait_until_healthy()

    def start_alone(self, *wrapper: str) -> None:
        """Start it without waiting: what it needs may be away."""
        with (self.folder / "cloud.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, sys.executable, "-m", "cloud.cli", "serve"], env=self.environ(), stdout=log, stderr=log
            )

    def wait_until_healthy(self, timeout_s: float = 120) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not self.health():
            assert self.process is not None
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline_s, self.log
            time.sleep(0.05)

    def wait_until(self, timeout_s: float = 120, **expected: bool) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not expected.items() <= self.health().items():
            assert time.monotonic() < deadline_s, self.log
            time.sleep(0.05)

    def wait_until_logged(self, words: str, times: int, timeout_s: float = 120) -> None:
        deadline_s = time.monotonic() + timeout_s
        while self.log.count(words) < times:
            assert time.monotonic() < deadline_s, self.log
            time.sleep(0.05)

    def health(self) -> dict[str, object]:
        """Return what the service says of itself; empty while it does not answer or its stores are not open yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            said = dict(json.loads(answer.read())) if answer.status == HTTPStatus.OK else {}
            return {} if said.get("status") == "starting" else said
        except OSError:
            return {}
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> int | None:
        if self.process is None:
            return None
        self.process.send_signal(number)
        code = self.process.wait(90)
        self.process = None
        return code


def today() -> date:
    """Return the day it is where this service's farms are, which is another one than here for a part of each day."""
    return datetime.now(UTC).astimezone(CloudConfig().zone).date()


@contextmanager
def cloud_process(folder: Path, broker_port: int, **environment: str) -> Iterator[CloudProcess]:
    service = CloudProcess(folder, broker_port, environment=environment)
    service.start()
    try:
        yield service
    finally:
        service.stop()
