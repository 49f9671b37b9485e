"""Our whole path over the shipped clip: ``python -m tests.bench.vision_ours BACKEND THREADS FRAMES``.

As in the agent and in ``henwise-edge count``, one thread reads the video and another looks at the frames. What the
network alone takes is measured afterwards, on a frame's input again and again, with nothing beside it.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice

import cv2
import numpy as np

from edge.memory import share_heaps
from edge.vision.counting import CountWindow, FrameCount
from edge.vision.footage import Footage
from edge.vision.tracking import Tracker
from models.runtime import Detector

FPS = 12.0


class Tap:
    """A back end that remembers what it was fed last."""

    def __init__(self, backend: object) -> None:
        self.backend = backend
        self.input_wh = backend.input_wh
        self.blob: np.ndarray | None = None

    def run(self, blob: np.ndarray) -> np.ndarray:
        self.blob = blob
        return self.backend.run(blob)

    def close(self) -> None:
        self.backend.close()


def frames(limit: int) -> Iterator[np.ndarray]:
    """Decode so many frames of the clip, as ``henwise-edge count`` reads a video."""
    for shot in islice(Footage.of("demo").shots(every_s=0, stream_s=0), limit):
        yield shot.image


def alone_s(tap: Tap, runs: int) -> float:
    """Return what the network takes for so many frames with nothing beside it, in s."""
    began_s = time.perf_counter()
    for _ in range(runs):
        tap.backend.run(tap.blob)
    return time.perf_counter() - began_s


def main(backend: str, threads: int, limit: int) -> None:
    """Work through the clip once to warm up its start, then as a whole against the clock."""
    share_heaps()
    cv2.setNumThreads(threads)
    plain = Detector.open(backend=backend, threads=threads)
    tap = Tap(plain._backend)
    detector = Detector(plain.card, tap)
    for frame in frames(5):
        detector.detect(frame)
    tracker, window = Tracker(), CountWindow(10.0, plain.card.thresholds.score)
    counts = []
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    for number, frame in enumerate(frames(limit)):
        found = detector.detect(frame)
        tracker.update(number / FPS, found)
        counts.append(len(found))
        window.add(number / FPS, FrameCount(len(found), len(found), {}, found.scores.tolist()))
    seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    figures = {
        "fps": len(counts) / seconds,
        "seconds": seconds,
        "bare_s": alone_s(tap, len(counts)),
        "cpu_ms": 1000 * cpu_s / len(counts),
        "peak_mb": peak_mb,
        "birds": float(np.median(counts)),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
