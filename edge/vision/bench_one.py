"""Measure one back end in a process of its own: ``python -m edge.vision.bench_one NETWORK BACKEND THREADS SIZES``.

A process each, so that memory is this back end's alone, and a library that crashes on this processor (NCNN on a
Raspberry Pi 4 has been seen to) takes nobody with it. Prints one JSON line per size.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median

import cv2

from edge.camera_config import SHIPPED_CLIP
from models.errors import ModelsError
from models.runtime import Detector

WARM_UP = 3
RUNS = 15


def measure(network: Path, backend: str, threads: int, input_px: int) -> dict[str, object]:
    """Return median ms per frame (from BGR picture to boxes) and this process's greatest resident memory in MB.

    Raises:
        ModelsError: the back end can't run this network at this size here.
    """
    found = Detector.open(network, backend=backend, threads=threads, input_px=input_px, tiles="off")
    frame = cv2.VideoCapture(str(SHIPPED_CLIP)).read()[1]
    times_ms: list[float] = []
    for run in range(WARM_UP + RUNS):
        began_s = time.perf_counter()
        found.detect(frame)
        if run >= WARM_UP:
            times_ms.append((time.perf_counter() - began_s) * 1000)
    found.close()
    return {"input_px": input_px, "median_ms": round(median(times_ms), 2), "peak_mb": round(_peak_mb())}


def _peak_mb() -> float:
    # Not getrusage: its greatest is also that of the process this one was forked from.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1000


def main(network: str, backend: str, threads: str, sizes: str) -> None:
    """Measure each size, smallest first, and print a line each."""
    for size in sorted(int(size) for size in sizes.split(",")):
        try:
            row = measure(Path(network), backend, int(threads), size)
        except ModelsError as error:
            row = {"input_px": size, "problem": str(error)}
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
