"""What a person names at a desk -> frames: a picture, a folder of pictures, a video, a camera."""

import os
import re
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from edge.camera_config import SHIPPED_CLIP, CameraConfig, masked
from edge.errors import FootageUnreadable
from edge.health import Health
from edge.vision.camera import FILE_FPS, Camera, Frame
from edge.vision.read_ahead import read_ahead

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
SINGLE_PICTURES = re.compile(r"\.jpe?g|snap|picture|image", re.IGNORECASE)
"""An address of single pictures says so in its path, as in /ISAPI/Streaming/channels/101/picture."""
STREAM_WAIT_S = 20.0
"""A camera that sent pictures and stopped has this long to come back."""

FootageKind = Literal["picture", "folder", "video", "stream"]


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture of some footage.

    Attributes:
        name: file name of a picture; empty in a video or stream.
        at_s: place in a video or stream, in s; 0 for a picture.
        done: share of the footage that lies behind, 0 to 1; 0 where nobody knows.
        image: (height, width, 3) uint8, BGR; None when the file is no picture.
    """

    name: str
    at_s: float
    done: float
    image: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True)
class Footage:
    """Something to count in.

    Attributes:
        told: how it was named, without a password.
        kind: what it is.
        source: path or address.
    """

    told: str
    kind: FootageKind
    source: str

    @classmethod
    def of(cls, named: str) -> "Footage":
        """Say what a path or address is.

        Raises:
            FootageUnreadable: it is not there, or a folder without pictures.
        """
        if "://" in named or named.startswith("/dev/video"):
            return cls(masked(named), "stream", named)
        path = SHIPPED_CLIP if named == "demo" else Path(named)
        if path.is_dir():
            if not _pictures_in(path):
                raise FootageUnreadable(f"{named} holds no pictures ({', '.join(sorted(PICTURES))})")
            return cls(named, "folder", named)
        if not path.exists():
            raise FootageUnreadable(f"{named} is not there")
        return cls(named, "picture" if path.suffix.lower() in PICTURES else "video", str(path))

    def shots(self, *, every_s: float, stream_s: float) -> Iterator[Shot]:
        """Give its pictures one by one.

        Args:
            every_s: time between two pictures of a video or stream, in s; 0 = all of a video.
            stream_s: how long a stream is watched, in s.

        Raises:
            FootageUnreadable: it can't be read.
        """
        match self.kind:
            case "picture":
                yield Shot(Path(self.source).name, 0.0, 1.0, _read(Path(self.source)))
            case "folder":
                yield from read_ahead(_folder(Path(self.source)))
            case "video":
                yield from read_ahead(_video(self.source, self.told, every_s))
            case "stream":
                yield from _stream(self.source, every_s or 1 / FILE_FPS, stream_s)


def _pictures_in(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES and path.is_file()]
    # "9.jpg" before "10.jpg", as people number their pictures.
    return sorted(
        found, key=lambda path: [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", path.name)]
    )


def _read(path: Path) -> NDArray[np.uint8] | None:
    try:
        data = np.fromfile(path, np.uint8)
    except OSError:
        return None
    # imread can't read a name with Chinese characters everywhere; bytes always can be decoded.
    try:
        return cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    except cv2.error:  # more pixels than OpenCV will read
        return None


def _folder(folder: Path) -> Generator[Shot]:
    paths = _pictures_in(folder)
    for number, path in enumerate(paths, 1):
        yield Shot(path.name, 0.0, number / len(paths), _read(path))


def _video(source: str, told: str, every_s: float) -> Generator[Shot]:
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG)
    try:
        fps = float(capture.get(cv2.CAP_PROP_FPS)) or FILE_FPS
        total = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        number, due_s, given = 0, 0.0, 0
        while capture.isOpened() and capture.grab():
            at_s = number / fps
            number += 1
            if at_s + 1e-9 < due_s:
                continue
            due_s = at_s + every_s
            whole, image = capture.retrieve()
            if whole:
                given += 1
                yield Shot("", at_s, min(1.0, number / total) if total > 0 else 0.0, image)
    finally:
        capture.release()
    if not given:
        raise FootageUnreadable(f"{told} is neither a picture nor a video that can be read; try it in a player")


def _stream(source: str, every_s: float, stream_s: float) -> Iterator[Shot]:
    health, stop = Health("stream"), threading.Event()
    single = source.startswith("http") and SINGLE_PICTURES.search(urlsplit(source).path) is not None
    try:
        config = CameraConfig(slug="stream", source=source, fps=min(30.0, 1 / every_s), single_pictures=single)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        # Pydantic's own text holds the address as it was typed in, its password too.
        raise FootageUnreadable(f"{masked(source)}: {why}") from None
    camera = Camera(config, health)
    thread = threading.Thread(target=camera.read_until, args=(stop,), daemon=True)
    thread.start()
    try:
        began_s, number = None, 0
        while began_s is None or time.monotonic() - began_s < stream_s:
            frame = _next_frame(camera, number, health, STREAM_WAIT_S if number else 0.0)
            number, began_s = frame.number, began_s or frame.at_s
            yield Shot("", frame.at_s - began_s, min(1.0, (frame.at_s - began_s) / stream_s), frame.image)
    finally:
        stop.set()
        thread.join(5)


def _next_frame(camera: Camera, number: int, health: Health, patience_s: float) -> Frame:
    """Wait for a frame: without limit while the camera is being opened, with ``patience_s`` once it failed."""
    failed_s: float | None = None
    while True:
        frame = camera.next_frame(number, 0.2)
        if frame is not None:
            return frame
        status = health.status()
        failed_s = None if status.state != "silent" else failed_s or time.monotonic()
        if failed_s is not None and time.monotonic() - failed_s >= patience_s:
            raise FootageUnreadable(status.problem)
