"""A running ``henwise-cloud demo`` with somebody signed in."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers import free_port

UP_S = 180.0


@dataclass(frozen=True)
class Demo:
    """Where it is, who is signed in, and its broker."""

    home: Path
    url: str
    cookies: dict[str, str]
    broker_port: int

    def command(self, *words: str) -> None:
        """Run a command of the service."""
        command = [sys.executable, "-m", "cloud.cli", *words, "--config", str(self.home / "cloud.toml")]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def demo(home: Path) -> Iterator[Demo]:
    """Run the demo until left; it has counted, weighed and measured before it is given."""
    port = free_port()
    command = [sys.executable, "-m", "cloud.cli", "demo", "--port", str(port), "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            said = ""
            while "password:" not in said:
                if running.poll() is not None:
                    raise RuntimeError(f"the demo ended: {said}")
                said = running.stdout.readline()
            [password] = re.findall(r"password: (\S+)", said)
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=url) as client:
                client.post("/api/v1/session", json={"name": "demo", "password": password}).raise_for_status()
                _wait_for_numbers(client)
                cookies = dict(client.cookies)
            [broker] = re.findall(r"\[broker\][^\[]*?port = (\d+)", (home / "cloud.toml").read_text("utf-8"))
            yield Demo(home, url, cookies, int(broker))
        finally:
            running.terminate()


def _wait_for_numbers(client: httpx.Client) -> None:
    deadline_s = time.monotonic() + UP_S
    while time.monotonic() < deadline_s:
        houses = client.get("/api/v1/overview").json()["houses"]
        if houses and all(houses[0][what] for what in ("counts", "climate", "weight")):
            return
        time.sleep(1)
    raise TimeoutError("the demo has not counted, weighed and measured")
