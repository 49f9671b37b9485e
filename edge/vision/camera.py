"""One camera: its own thread, the newest frame wins, opened again for ever.

A file plays at its own pace and loops; a USB camera and a network stream come as they come; single pictures are asked
for at ``fps``. A stream is read over TCP with both time-outs set at the open. FFmpeg hands out old frames while a
server hangs, so a read that took about as long as the time-out counts as a dead stream, whatever it returned (measured
against a stopped server).
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.backoff import Backoff
from edge.camera_config import CameraConfig, masked, with_password
from edge.causes import cause_of
from edge.errors import CameraLost, ClockUnset
from edge.health import Health
from edge.origin import now
from edge.secret import read_secret
from edge.vision.http_pictures import HttpPictures

log = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 8.0
RETRY_MOST_S = 10.0
"""Longest wait between two openings: a camera that is back is seen within 20 s, the time an opening takes included."""
FILE_FPS = 25.0
"""Pace of a file that doesn't say its own."""

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        image: (height, width, 3) uint8, BGR.
        at: when it was taken.
        at_s: the same on the monotonic clock, in s.
        number: rises by one per frame of this camera.
    """

    image: Image
    at: datetime
    at_s: float
    number: int


class Camera:
    """Reads in the thread that calls ``read_until``; ``next_frame`` is for one other thread.

    Args:
        config: which camera, how often.
        health: told how it does.
        clock: what time it is; may raise ClockUnset.
    """

    def __init__(self, config: CameraConfig, health: Health, clock: Callable[[], datetime] = now) -> None:
        self._config = config
        self._health = health
        self._clock = clock
        self._name = masked(config.source)
        self._fresh = threading.Condition()
        self._frame: Frame | None = None
        self._number = 0
        self._next_kept_s = 0.0

    def look(self, config: CameraConfig) -> None:
        """Take other settings of the same camera; how often it looks changes at once."""
        self._config = config

    def next_frame(self, after: int, timeout_s: float) -> Frame | None:
        """Return the newest frame with a number above ``after``; None when none comes within ``timeout_s``."""
        with self._fresh:
            self._fresh.wait_for(lambda: self._frame is not None and self._frame.number > after, timeout_s)
            frame = self._frame
        return frame if frame is not None and frame.number > after else None

    def read_until(self, stop: threading.Event) -> None:
        """Open, read, and open again, until ``stop`` is set."""
        backoff = Backoff(most_s=RETRY_MOST_S)
        while not stop.is_set():
            try:
                self._read_one_opening(stop, backoff)
            except CameraLost as error:
                if self._health.lost("silent", cause_of(error), str(error)):
                    log.warning("%s: %s", self._config.slug, error)
                stop.wait(backoff.next_s())

    def _read_one_opening(self, stop: threading.Event, backoff: Backoff) -> None:
        capture = self._opened()
        log.info("%s: %s is open", self._config.slug, self._name)
        try:
            pace = self._pace(capture)
            frames = 0
            while not stop.is_set() and self._read_one(capture):
                frames += 1
                backoff.reset()
                if pace:
                    stop.wait(pace.wait_s(time.monotonic()))
            self._ended(stop, frames)
        finally:
            capture.release()

    def _pace(self, capture: Any) -> "_Pace | None":
        match self._config.kind:
            case "file":
                fps = _file_fps(capture)
                return _Pace(lambda: fps)
            case "pictures":
                return _Pace(lambda: self._config.fps)
            case _:
                return None

    def _ended(self, stop: threading.Event, frames: int) -> None:
        if stop.is_set():
            return
        if self._config.kind != "file":
            raise CameraLost(f"{self._name} stopped sending; it is opened again")
        if not frames:
            raise CameraLost(f"{self._name} holds no picture that can be read; check the file")
        if not self._config.loop:
            log.info("%s: %s is at its end", self._config.slug, self._name)
            problem = f"{self._name} is at its end; set loop = true to play it again"
            self._health.lost("silent", "video_ended", problem)
            stop.wait()

    def _read_one(self, capture: Any) -> bool:
        began_s = time.monotonic()
        if not capture.grab():
            return False
        at_s = time.monotonic()
        kind = self._config.kind
        if kind in {"stream", "device"} and at_s - began_s > 0.8 * self._config.read_timeout_s:
            raise CameraLost(f"{self._name} sent nothing for {at_s - began_s:.0f} s; it is opened again")
        if kind != "pictures":
            if at_s < self._next_kept_s:
                self._health.alive()
                return True
            # Decoding to BGR costs more than grabbing: only what somebody may look at.
            self._next_kept_s = max(self._next_kept_s + 1 / self._config.fps, at_s)
        whole, image = capture.retrieve()
        if whole:
            self._keep(image, at_s)
        return True

    def _keep(self, image: Image, at_s: float) -> None:
        try:
            at = self._clock()
        except ClockUnset as error:
            # The camera is well and stays open; but nothing can be stamped, so nothing is handed out.
            if self._health.lost("silent", cause_of(error), str(error)):
                log.warning("%s: %s", self._config.slug, error)
            return
        self._health.ok()
        with self._fresh:
            self._number += 1
            self._frame = Frame(image, at, at_s, self._number)
            self._fresh.notify_all()

    def _source(self) -> str:
        """Return the address with its password, which stands in a file of its own."""
        source, file = self._config.source, self._config.password_file
        if file is None:
            return source
        try:
            return with_password(source, read_secret(file))
        except (OSError, UnicodeDecodeError) as error:
            raise CameraLost(f"the password of {self._name} can't be read from {file}: {error}") from error

    def _opened(self) -> Any:
        source, kind = self._source(), self._config.kind
        if kind == "pictures":
            return HttpPictures(source, self._name, self._config.read_timeout_s)
        if kind != "stream" and not Path(source).exists():
            raise CameraLost(f"{self._name} is not there; check source, or plug the camera in")
        if kind == "device":
            capture = cv2.VideoCapture(source, cv2.CAP_V4L2)
        else:
            _quiet_ffmpeg()
            capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, _timeouts(self._config) if kind == "stream" else [])
        if not capture.isOpened():
            capture.release()
            raise CameraLost(_cannot_open(kind, self._name))
        return capture


class _Pace:
    """When the next frame is due: a file plays as fast as it was filmed."""

    def __init__(self, fps: Callable[[], float]) -> None:
        self._fps = fps
        self._due_s: float | None = None

    def wait_s(self, now_s: float) -> float:
        step_s = 1 / self._fps()
        due_s = (self._due_s or now_s) + step_s
        # A machine that can't keep up plays slower; it must not race to catch up afterwards.
        self._due_s = max(due_s, now_s - step_s)
        return max(0.0, due_s - now_s)


def _file_fps(capture: Any) -> float:
    fps = float(capture.get(cv2.CAP_PROP_FPS))
    return fps if 1 <= fps <= 240 else FILE_FPS  # noqa: PLR2004  # what a camera can have filmed


def _timeouts(config: CameraConfig) -> list[int]:
    open_ms, read_ms = int(OPEN_TIMEOUT_S * 1000), int(config.read_timeout_s * 1000)
    return [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, open_ms, cv2.CAP_PROP_READ_TIMEOUT_MSEC, read_ms]


def _quiet_ffmpeg() -> None:
    # FFmpeg and OpenCV print addresses, passwords included, on stderr; what went wrong is said by us.
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def _cannot_open(kind: str, name: str) -> str:
    match kind:
        case "stream":
            return f"{name} can't be opened; check that the camera is on, its address, user and password"
        case "device":
            return f"{name} can't be opened; check that no other program uses it and that we are in the group video"
        case _:
            return f"{name} is no video that can be read; try it in a player"
