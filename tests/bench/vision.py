"""Frames per second and peak memory of the whole path, beside what ultralytics itself offers for the same.

The whole path: decode the shipped clip, find birds, follow them, count. Each runner works in a process of its own, with
the same network, clip, input size and number of threads; rounds alternate, and the best of each counts, since other
programs only ever take time away.

The rows of ultralytics need its checkpoint (.pt) and a Python that has it; `make bench` runs without:

    pip install ultralytics-opencv-headless lapx shapely        # in an environment of its own, brings torch
    HENWISE_BENCH_PYTHON=<that environment>/bin/python HENWISE_BENCH_PT=<checkpoint.pt> python -m tests.bench vision

``tests/bench/vision_checkpoint.py`` makes the checkpoint out of the network that ships.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from models.runtime import installed

ROOT = Path(__file__).parents[2]
THREADS = 2
FRAMES = 96
ROUNDS = 3
OURS = ("onnx", "openvino")
THEIRS = ("YOLO.track", "ObjectCounter")


def table() -> str:
    """Measure each runner that is here, alternating."""
    rows: dict[str, list[dict[str, float]]] = {}
    for _ in range(ROUNDS):
        for name, words in runners().items():
            rows.setdefault(name, []).append(measured(words))
    best = {name: max(runs, key=lambda run: run["fps"]) for name, runs in rows.items()}
    base = best.get("ultralytics YOLO.track")
    lines = [line(name, run, base) for name, run in best.items()]
    lines += [
        f"| ultralytics {name} | not installed | | | | | |" for name in THEIRS if f"ultralytics {name}" not in best
    ]
    head = (
        "### The whole path: decode, detect, follow, count\n\n"
        f"The first {FRAMES} frames of the shipped clip, {THREADS} threads, best of {ROUNDS} rounds.\n\n"
        "| runner | frames/s | times YOLO.track | CPU ms a frame | peak MB | share of theirs | over bare inference |\n"
        "| --- | --- | --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *lines])


def runners() -> dict[str, list[str]]:
    """What can be measured here: name and command."""
    ours = {
        f"henwise, {backend}": [sys.executable, "-m", "tests.bench.vision_ours", backend, str(THREADS), str(FRAMES)]
        for backend in OURS
        if backend in installed()
    }
    python, checkpoint = os.environ.get("HENWISE_BENCH_PYTHON"), os.environ.get("HENWISE_BENCH_PT")
    if not (python and checkpoint):
        return ours
    script = str(Path(__file__).with_name("vision_theirs.py"))
    return ours | {
        f"ultralytics {name}": [python, script, name, checkpoint, str(THREADS), str(FRAMES)] for name in THEIRS
    }


def measured(words: list[str]) -> dict[str, float]:
    """Run one runner and return its figures, the last line it prints."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(THREADS), "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def line(name: str, run: dict[str, float], base: dict[str, float] | None) -> str:
    """Lay one row out."""
    speed = f"{run['fps'] / base['fps']:.2f}" if base else ""
    memory = f"{run['peak_mb'] / base['peak_mb']:.2f}" if base else ""
    over = f"{run['seconds'] / run['bare_s'] - 1:.0%}" if "bare_s" in run else ""
    return f"| {name} | {run['fps']:.1f} | {speed} | {run['cpu_ms']:.1f} | {run['peak_mb']:.0f} | {memory} | {over} |"
