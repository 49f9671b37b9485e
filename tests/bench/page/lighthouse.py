"""Lighthouse over the demo's overview and over a Node-RED dashboard of the same numbers, from the same broker.

As a mid-range phone: slow 4G and a processor four times slower, Lighthouse's own simulation. Several runs of each,
alternating; the median is printed, and the most and least of the performance score.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.bench.page import rival
from tests.servers import free_port

HERE = Path(__file__).parent
ROUNDS = 5
UP_S = 180.0
CHROME = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


def table() -> str:
    """Run Lighthouse over both pages."""
    modules()
    with tempfile.TemporaryDirectory() as name, ExitStack() as parts:
        folder = Path(name)
        url, cookie, broker_port = parts.enter_context(demo(folder / "demo"))
        theirs = parts.enter_context(rival.running(folder / "node-red", broker_port))
        time.sleep(20)  # both have numbers and a line to draw
        runs: dict[str, list[dict[str, Any]]] = {
            "henwise, overview": [],
            "henwise, house": [],
            "node-red dashboard": [],
        }
        for number in range(ROUNDS):
            for title, address, headers in (
                ("henwise, overview", url, {"Cookie": cookie}),
                ("henwise, house", f"{url}/houses/demo/house-1", {"Cookie": cookie}),
                ("node-red dashboard", theirs, {}),
            ):
                runs[title].append(report(folder / f"{number}.json", address, headers))
    head = (
        f"### Lighthouse, mobile, slow 4G, 4x CPU slowdown: the demo, {ROUNDS} runs\n\n"
        "| page | performance (least, most) | accessibility | best practices | FCP s | LCP s | TBT ms | CLS | kB |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *(row(title, some) for title, some in runs.items())])


def row(title: str, runs: list[dict[str, Any]]) -> str:
    """Return the medians of several reports."""

    def median(value: Callable[[dict[str, Any]], float]) -> float:
        return statistics.median(value(run) for run in runs)

    scores = [median(lambda run, name=name: 100 * run["categories"][name]["score"]) for name in CATEGORIES]
    performance = [100 * run["categories"]["performance"]["score"] for run in runs]
    first, largest, blocked, shift = (median(lambda run, key=key: run["audits"][key]["numericValue"]) for key in TIMES)
    kb = median(lambda run: run["audits"]["total-byte-weight"]["numericValue"] / 1000)
    return (
        f"| {title} | {scores[0]:.0f} ({min(performance):.0f}, {max(performance):.0f}) | {scores[1]:.0f} "
        f"| {scores[2]:.0f} | {first / 1000:.2f} | {largest / 1000:.2f} | {blocked:.0f} | {shift:.3f} | {kb:.0f} |"
    )


def report(file: Path, url: str, headers: dict[str, str]) -> dict[str, Any]:
    """Run Lighthouse once and return its report.

    Raises:
        RuntimeError: it could not look at the page.
    """
    command = [
        *("node", str(HERE / "node_modules" / "lighthouse" / "cli" / "index.js"), url, "--quiet"),
        *("--output=json", f"--output-path={file}", f"--chrome-flags={' '.join(CHROME)}"),
        *(f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={json.dumps(headers)}"),
        "--max-wait-for-load=30000",
    ]
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or "/usr/bin/chromium"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr)
    said: dict[str, Any] = json.loads(file.read_text("utf-8"))
    file.with_name(f"{re.sub(r'[^a-z0-9]+', '-', url.lower())}{file.name}").write_text(json.dumps(said), "utf-8")
    return said


@contextmanager
def demo(home: Path) -> Iterator[tuple[str, str, int]]:
    """Run the demo; gives its address, a signed-in user's cookies, and the port of its broker."""
    port = free_port()
    command = [sys.executable, "-m", "cloud.cli", "demo", "--port", str(port), "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            said = running.stdout.readline()
            while "password:" not in said:
                if running.poll() is not None:
                    raise RuntimeError(f"the demo ended: {said}")
                said = running.stdout.readline()
            [password] = re.findall(r"password: (\S+)", said)
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=url) as client:
                client.post("/api/v1/session", json={"name": "demo", "password": password}).raise_for_status()
                wait_for_numbers(client)
                cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            [broker] = re.findall(r"\[broker\][^\[]*?port = (\d+)", (home / "cloud.toml").read_text("utf-8"))
            yield url, cookie, int(broker)
        finally:
            running.terminate()


def wait_for_numbers(client: httpx.Client) -> None:
    """Wait until birds have been counted."""
    deadline_s = time.monotonic() + UP_S
    while time.monotonic() < deadline_s:
        if '"birds":null' not in client.get("/api/v1/overview").text.replace(" ", ""):
            return
        time.sleep(1)
    raise TimeoutError("the demo has counted no birds")


def modules() -> None:
    """Fetch what is measured with and against, once."""
    if not (HERE / "node_modules" / "lighthouse").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=HERE, check=True, capture_output=True)
