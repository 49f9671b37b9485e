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
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.page import rival
from tests.bench.page.demo import demo

HERE = Path(__file__).parent
ROUNDS = 3
ATTEMPTS = 3
CHROME = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


def table() -> str:
    """Run Lighthouse over both pages."""
    modules()
    with tempfile.TemporaryDirectory() as name, ExitStack() as parts:
        folder = Path(name)
        ours = parts.enter_context(demo(folder / "demo"))
        theirs = parts.enter_context(rival.running(folder / "node-red", ours.broker_port))
        signed_in = {"Cookie": "; ".join(f"{name}={value}" for name, value in ours.cookies.items())}
        time.sleep(20)  # both have numbers and a line to draw
        runs: dict[str, list[dict[str, Any]]] = {
            "henwise, overview": [],
            "henwise, house": [],
            "node-red dashboard": [],
        }
        for number in range(ROUNDS):
            for title, address, headers in (
                ("henwise, overview", ours.url, signed_in),
                ("henwise, house", f"{ours.url}/houses/demo/house-1", signed_in),
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
    """Run Lighthouse once and return its report; now and then it gives up on a page that streams, and is run again.

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
    for _ in range(ATTEMPTS):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
        if not done.returncode:
            break
    else:
        raise RuntimeError(done.stderr)
    said: dict[str, Any] = json.loads(file.read_text("utf-8"))
    file.with_name(f"{re.sub(r'[^a-z0-9]+', '-', url.lower())}{file.name}").write_text(json.dumps(said), "utf-8")
    return said


def modules() -> None:
    """Fetch what is measured with and against, once."""
    if not (HERE / "node_modules" / "lighthouse").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=HERE, check=True, capture_output=True)
