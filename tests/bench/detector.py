"""Time and memory of finding birds in one frame, beside OpenCV's own runner with the same network and box code."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import cv2
import numpy as np
import psutil

from edge.camera_config import SHIPPED_CLIP
from models.card import load_weights
from models.runtime import SHIPPED, Detector

THREADS = 2
FRAMES = 40
ROUNDS = 3


class OpenCvBackend:
    """What a user of OpenCV would write: ``cv2.dnn`` with the same ONNX file."""

    input_wh = None

    def __init__(self, content: bytes) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8))

    def run(self, blob: np.ndarray) -> np.ndarray:
        self._net.setInput(blob)
        return self._net.forward()

    def close(self) -> None:
        """Nothing to free."""


def detector(name: str) -> Detector:
    """Open the shipped network with one of the runners."""
    if name == "henwise":
        return Detector.open(threads=THREADS)
    cv2.setNumThreads(THREADS)
    card, content = load_weights(SHIPPED)
    return Detector(card, OpenCvBackend(content))


def measure(name: str) -> tuple[float, float, int]:
    """Return median ms a frame, resident MB afterwards and birds found, over frames of the demo clip."""
    found = detector(name)
    frames = clip_frames()
    found.detect(frames[0])
    times: list[float] = []
    birds = 0
    for _ in range(ROUNDS):
        times += [timed(lambda frame=frame: found.detect(frame)) for frame in frames]
    birds = sum(len(found.detect(frame).scores) for frame in frames)
    return median(times), psutil.Process().memory_info().rss / 1e6, birds


def timed(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes, in ms."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def clip_frames() -> list[np.ndarray]:
    """Read the first frames of the shipped clip."""
    capture = cv2.VideoCapture(str(SHIPPED_CLIP))
    return [capture.read()[1] for _ in range(FRAMES)]


def table() -> str:
    """Measure each runner in a process of its own."""
    rows = [(name, *measured_apart(name)) for name in ("henwise", "cv2.dnn")]
    base = rows[0][1]
    lines = [f"| {name} | {ms:.1f} | {ms / base:.2f} | {mb:.0f} | {birds} |" for name, ms, mb, birds in rows]
    head = (
        f"### Detector, one 960x540 frame, {THREADS} threads\n\n"
        "| runner | median ms | ratio | resident MB | birds in all frames |\n| --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *lines])


def measured_apart(name: str) -> tuple[float, float, int]:
    """Run ``measure`` in a fresh process, so that memory is one runner's."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.detector", name],
        capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": str(THREADS)},
    )  # fmt: skip
    ms, mb, birds = run.stdout.split()
    return float(ms), float(mb), int(birds)


if __name__ == "__main__":
    print(*measure(sys.argv[1]))
