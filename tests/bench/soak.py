"""Ten hours of watching, as fast as the machine goes: decode, check the picture, detect, track, place, count.

    python -m tests.bench soak                 # 10 hours of footage at 2 frames/s, 72,000 frames
    python -m tests.bench soak --hours 1

The shipped clip is opened anew at its end, as the agent does. A window is as long as the clip, so that every window
sees the same frames and must give the same count. Time is handed in; nothing waits.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import psutil

from edge.camera_config import SHIPPED_CLIP, CameraConfig
from edge.memory import share_heaps
from edge.vision.condition import Condition
from edge.vision.counting import CountWindow, WindowCount
from edge.vision.tracking import Tracker
from edge.vision.view import View, frame_count
from models.runtime import Detector

FPS = 2
EVERY = 6
"""The clip has 12 frames a second; two are looked at."""
CLIP_S = 24.0
HOURS = 10.0
LOOK_EVERY = 48
TELL_EVERY = 1_200
WARM_SHARE = 0.1
"""Caches fill at first; the slope is taken from what comes after."""


@dataclass
class Soak:
    """What was measured.

    Attributes:
        frames: looked at.
        took_s: wall clock.
        resident_mb: resident memory, a value each 48 frames.
        handles: open files at the same times.
        windows: each window's count after the first, which has one frame more.
        unfit: frames that were withheld.
    """

    frames: int = 0
    took_s: float = 0.0
    resident_mb: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    windows: list[WindowCount] = field(default_factory=list)
    unfit: int = 0

    def slope_mb(self) -> float:
        """Return how much memory grows over the whole run, by the line through all but the first tenth, in MB."""
        kept = np.array(self.resident_mb[int(len(self.resident_mb) * WARM_SHARE) :])
        if len(kept) < 2:  # a line needs two points
            return 0.0
        return float(np.polyfit(np.arange(len(kept)), kept, 1)[0]) * len(self.resident_mb)

    def drift(self) -> float:
        """Return by how many birds the windows differ at most."""
        birds = [one.visible_birds for one in self.windows]
        return max(birds) - min(birds)


def soak(hours: float) -> Soak:
    """Watch so many hours of footage."""
    told, process = Soak(), psutil.Process()
    detector = Detector.open()
    condition, tracker = Condition(), Tracker()
    view, window = View(CameraConfig(slug="soak", source="demo")), CountWindow(CLIP_S, detector.card.thresholds.score)
    began_s = time.monotonic()
    for frame in looped(int(hours * 3600 * FPS)):
        at_s = told.frames / FPS
        fit = condition.look(at_s, frame).fit
        found = detector.detect(frame)
        tracker.update(at_s, found)
        placed = view.place(found.xyxy, (frame.shape[1], frame.shape[0]))
        counted = window.add(at_s, frame_count(placed, found.scores) if fit else None)
        told.unfit += not fit
        if counted:
            told.windows.append(counted)
        if told.frames % LOOK_EVERY == 0:
            told.resident_mb.append(process.memory_info().rss / 1e6)
            told.handles.append(process.num_fds())
        if told.frames % TELL_EVERY == 0:
            birds = f"{told.windows[-1].visible_birds:g}" if told.windows else "-"
            print(f"{told.frames} frames, {told.resident_mb[-1]:.1f} MB, {birds} birds", file=sys.stderr, flush=True)
        told.frames += 1
    told.took_s = time.monotonic() - began_s
    told.windows = told.windows[1:]
    detector.close()
    return told


def looped(frames: int) -> Iterator[np.ndarray]:
    """Give so many frames of the clip, every sixth, over and over."""
    given = 0
    while given < frames:
        capture = cv2.VideoCapture(str(SHIPPED_CLIP), cv2.CAP_FFMPEG)
        number = 0
        while given < frames and capture.grab():
            if number % EVERY == 0:
                yield capture.retrieve()[1]
                given += 1
            number += 1
        capture.release()


def table(*words: str) -> str:
    """Soak and lay out what was measured."""
    options = argparse.ArgumentParser(prog="python -m tests.bench soak")
    options.add_argument("--hours", type=float, default=HOURS, help="hours of footage at 2 frames/s")
    hours = options.parse_args(words).hours
    share_heaps()  # as the agent does before anything else
    told = soak(hours)
    steady = told.resident_mb[int(len(told.resident_mb) * WARM_SHARE) :]
    first, last = told.windows[0].visible_birds, told.windows[-1].visible_birds
    rows = [
        f"| frames (hours at 2 frames/s) | {told.frames} ({hours:g}) |",
        f"| wall clock, min | {told.took_s / 60:.1f} |",
        f"| resident MB after the first tenth, least to most | {min(steady):.1f} to {max(steady):.1f} |",
        f"| growth of memory over the run by the fitted line, MB | {told.slope_mb():+.2f} |",
        f"| open files, at the start and at the end | {told.handles[0]}, {told.handles[-1]} |",
        f"| count of the first and of the last window | {first:g}, {last:g} |",
        f"| greatest difference between two of {len(told.windows)} windows, birds | {told.drift():g} |",
        f"| frames withheld | {told.unfit} |",
    ]
    head = "### Soak: the shipped clip in a loop at full speed\n\n| | |\n| --- | --- |"
    return "\n".join([head, *rows])
