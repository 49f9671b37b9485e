"""Our whole path over the shipped clip: ``python -m tests.bench.vision_ours BACKEND THREADS FRAMES``."""

import json
import resource
import sys
import time
from collections.abc import Iterator

import cv2
import numpy as np

from edge.camera_config import SHIPPED_CLIP
from edge.memory import share_heaps
from edge.vision.counting import CountWindow, FrameCount
from edge.vision.tracking import Tracker
from models.runtime import Detector

FPS = 12.0


class Stopwatch:
    """A back end that notes how long the network alone takes."""

    def __init__(self, backend: object) -> None:
        self.backend = backend
        self.input_wh = backend.input_wh
        self.seconds = 0.0

    def run(self, blob: np.ndarray) -> np.ndarray:
        began_s = time.perf_counter()
        raw = self.backend.run(blob)
        self.seconds += time.perf_counter() - began_s
        return raw

    def close(self) -> None:
        self.backend.close()


def frames() -> Iterator[np.ndarray]:
    """Decode the clip."""
    video = cv2.VideoCapture(str(SHIPPED_CLIP))
    while video.grab():
        yield video.retrieve()[1]


def main(backend: str, threads: int, limit: int) -> None:
    """Work through the clip once to warm up its start, then as a whole against the clock."""
    share_heaps()
    cv2.setNumThreads(threads)
    plain = Detector.open(backend=backend, threads=threads)
    watch = Stopwatch(plain._backend)
    detector = Detector(plain.card, watch)
    for _, frame in zip(range(5), frames(), strict=False):
        detector.detect(frame)
    watch.seconds = 0.0
    tracker, window = Tracker(), CountWindow(10.0, plain.card.thresholds.score)
    counts = []
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    for number, frame in zip(range(limit), frames(), strict=False):
        found = detector.detect(frame)
        tracker.update(number / FPS, found)
        counts.append(len(found))
        window.add(number / FPS, FrameCount(len(found), len(found), {}, found.scores.tolist()))
    seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    figures = {
        "fps": len(counts) / seconds,
        "seconds": seconds,
        "bare_s": watch.seconds,
        "cpu_ms": 1000 * cpu_s / len(counts),
        "peak_mb": peak_mb,
        "birds": float(np.median(counts)),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
