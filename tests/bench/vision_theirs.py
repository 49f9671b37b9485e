"""ultralytics over the same clip, as its documentation shows it. Runs in an environment that has ultralytics:

python vision_theirs.py YOLO.track|ObjectCounter CHECKPOINT.pt THREADS FRAMES
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import torch
from ultralytics import YOLO, solutions

CLIP = Path(__file__).parents[2] / "edge/vision/demo/flock.mp4"
SETTINGS = {"imgsz": 640, "conf": 0.25, "iou": 0.5, "max_det": 3000, "device": "cpu", "verbose": False}
WARM_UP = 5


Work = Iterator[int]
"""Birds of one frame after the other."""


def track(checkpoint: str) -> Work:
    """Follow with ``YOLO.track`` and ByteTrack, as a stream."""
    model = YOLO(checkpoint)
    for result in model.track(str(CLIP), stream=True, tracker="bytetrack.yaml", **SETTINGS):
        yield len(result.boxes)


def count(checkpoint: str) -> Work:
    """Count over a line in the middle with ``solutions.ObjectCounter``, nothing shown."""
    counter = solutions.ObjectCounter(
        model=checkpoint, region=[(480, 0), (480, 540)], show=False, tracker="bytetrack.yaml", **SETTINGS
    )
    video = cv2.VideoCapture(str(CLIP))
    while video.grab():
        yield counter.process(video.retrieve()[1]).total_tracks


def main(what: str, checkpoint: str, threads: int, limit: int) -> None:
    """Measure one of the two and print its figures; the first frames warm it up."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    work = {"YOLO.track": track, "ObjectCounter": count}[what](checkpoint)
    for _ in range(WARM_UP):
        next(work)
    torch.set_num_threads(threads)  # ultralytics sets cores - 1 when it starts
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    counts = [birds for _, birds in zip(range(limit), work, strict=False)]
    seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    print(
        json.dumps(
            {
                "fps": len(counts) / seconds,
                "seconds": seconds,
                "cpu_ms": 1000 * cpu_s / len(counts),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
                "birds": sorted(counts)[len(counts) // 2],
                "threads": torch.get_num_threads(),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
