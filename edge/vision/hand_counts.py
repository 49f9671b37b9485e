"""Counts by hand, from the command line or as a verdict on a picture, brought together with what the camera saw."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from edge.camera_config import CameraConfig
from edge.errors import CameraLost, NotCalibrated
from edge.health import Health
from edge.vision.calibration import Calibration
from edge.vision.camera import Camera
from edge.vision.counting import CountWindow, WindowCount
from edge.vision.detecting import Detector
from edge.vision.view import View, frame_count
from models.runtime.closer import Gaze

REMEMBERED = 20_000
"""Windows: two days of one each 10 s."""
NEAR_S = 60.0
FIRST_FRAME_S = 30.0


@dataclass(frozen=True, slots=True)
class _Seen:
    at: datetime
    birds: float
    network: str


class HandCounts:
    """The calibrations of a device's cameras, and what they saw lately; safe to call from any thread.

    Args:
        data_dir: the agent's.
        cameras: of this device.
    """

    def __init__(self, data_dir: Path, cameras: Iterable[CameraConfig]) -> None:
        self._lock = threading.Lock()
        self._data_dir = data_dir
        self._calibrations = {one.slug: Calibration.of(data_dir, one) for one in cameras}
        self._seen: dict[str, deque[_Seen]] = {slug: deque(maxlen=REMEMBERED) for slug in self._calibrations}

    def factor(self, camera: str, network: str) -> float:
        """Return what a camera's birds are to be multiplied with."""
        with self._lock:
            return self._calibrations[camera].factor(network)

    def look(self, camera: CameraConfig) -> bool:
        """Take a camera's other floor; say whether counts by hand were made on the one before and hold no longer."""
        with self._lock:
            before, after = self._calibrations[camera.slug], Calibration.of(self._data_dir, camera)
            if before.view == after.view:
                return False
            self._calibrations[camera.slug] = after
            return before.holding() > 0 and after.holding() == 0

    def forget(self, camera: str) -> None:
        """Forget what a camera saw: on another floor, it must not be held against counts by hand on this one."""
        with self._lock:
            self._seen[camera].clear()

    def saw(self, camera: str, at: datetime, visible_birds: float, network: str) -> None:
        """Remember what a camera saw over a window that ended at ``at``."""
        with self._lock:
            self._seen[camera].append(_Seen(at, visible_birds, network))

    def take(self, camera: str, about_at: datetime, birds: int) -> str:
        """Learn from a person's count of the birds in a picture, and say what came of it.

        Raises:
            NotCalibrated: there is no such camera, or nobody knows any more what it saw then.
        """
        with self._lock:
            if camera not in self._calibrations:
                raise NotCalibrated(f"{camera} is no camera of this device")
            near = min(self._seen[camera], key=lambda one: abs(one.at - about_at), default=None)
            if near is None or abs(near.at - about_at) > timedelta(seconds=NEAR_S):
                raise NotCalibrated(f"what {camera} saw at {about_at:%H:%M} is no longer known; count a newer picture")
            factor = self._calibrations[camera].add(birds, near.birds, at=about_at, network=near.network)
        return f"{camera} saw {near.birds:g}, {birds} by hand; its factor is now {factor:.3g}"


def count_now(config: CameraConfig, detector: Detector) -> WindowCount:
    """Watch a camera for one window and count.

    Raises:
        CameraLost: it gives no picture; the message says why.
    """
    health, stop = Health(config.slug), threading.Event()
    camera = Camera(config, health)
    view, window = View(config), CountWindow(config.window_s, detector.card.thresholds.score)
    thread = threading.Thread(target=camera.read_until, args=(stop,), daemon=True)
    thread.start()
    gaze = Gaze()
    try:
        number = 0
        while True:
            frame = camera.next_frame(number, FIRST_FRAME_S)
            if frame is None:
                raise CameraLost(health.status().problem or f"{config.slug} gives no picture")
            number = frame.number
            found = detector.detect(frame.image, gaze=gaze)
            placed = view.place(found.xyxy, (frame.image.shape[1], frame.image.shape[0]))
            counted = window.add(frame.at_s, frame_count(placed, found.scores))
            if counted:
                return counted
    finally:
        stop.set()
        thread.join(5)
