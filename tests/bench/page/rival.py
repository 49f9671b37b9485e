"""What a user would build instead: a FlowFuse (Node-RED) dashboard of the same numbers, from the same broker."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.servers import free_port

HERE = Path(__file__).parent
UP_S = 90.0


def flow(broker_port: int) -> list[dict[str, Any]]:
    """Return the flow: a page with a house's four numbers and a line of temperature, fed by the broker on that port."""
    nodes: list[dict[str, Any]] = json.loads((HERE / "flows.json").read_text("utf-8"))
    for node in nodes:
        if node["type"] == "mqtt-broker":
            node["port"] = str(broker_port)
    return nodes


@contextmanager
def running(folder: Path, broker_port: int) -> Iterator[str]:
    """Run Node-RED with that flow; gives the address of its page.

    Raises:
        TimeoutError: the page did not come.
    """
    folder.mkdir(parents=True)
    (folder / "flows.json").write_text(json.dumps(flow(broker_port)), "utf-8")
    port = free_port()
    command = [
        "node",
        str(HERE / "node_modules" / "node-red" / "red.js"),
        "--userDir",
        str(folder),
        "--port",
        str(port),
    ]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([*command, "flows.json"], stdout=log, stderr=log) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}/dashboard/house"
            _wait(url, folder / "log")
            yield url
        finally:
            process.terminate()


def _wait(url: str, log: Path) -> None:
    deadline_s = time.monotonic() + UP_S
    while time.monotonic() < deadline_s:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"Node-RED does not serve {url}: {log.read_text('utf-8')[-2000:]}")
