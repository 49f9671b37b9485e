"""Pictures with their boxes drawn in, as files: for a person at a desk. The agent never draws into a picture."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.camera_config import Polygon
from edge.errors import FootageUnreadable
from models.runtime.detections import Detections

CLIP_WIDTH_MOST = 1280
COUNTED, OTHER, FLOOR = (60, 220, 60), (160, 160, 160), (0, 190, 255)
"""Blue, green, red of a bird that counts, of one that stands beside the floor, and of the floor's border."""

Image = NDArray[np.uint8]


def annotated(image: Image, found: Detections, counts: NDArray[np.bool_], floor: Polygon | None) -> Image:
    """Return a copy of a picture with its boxes, the border of the floor and the number of birds in it.

    Args:
        image: (height, width, 3) BGR.
        found: n boxes in its pixels.
        counts: (n,) which of them count.
        floor: corners, shares of the picture.
    """
    drawn = image.copy()
    height, width = drawn.shape[:2]
    thick = max(1, round(min(height, width) / 400))
    if floor is not None:
        corners = (np.array(floor) * (width, height)).round().astype(np.int32)
        cv2.polylines(drawn, [corners], isClosed=True, color=FLOOR, thickness=thick)
    for (left, top, right, bottom), counted in zip(found.xyxy.round().astype(int).tolist(), counts, strict=True):
        cv2.rectangle(drawn, (left, top), (right, bottom), COUNTED if counted else OTHER, thick)
    _number(drawn, int(counts.sum()), thick)
    return drawn


def _number(drawn: Image, birds: int, thick: int) -> None:
    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.9 * thick + 0.3
    (wide, high), _base = cv2.getTextSize(str(birds), font, size, thick + 1)
    cv2.rectangle(drawn, (0, 0), (wide + 2 * high // 2, 2 * high), (0, 0, 0), cv2.FILLED)
    cv2.putText(drawn, str(birds), (high // 2, round(1.5 * high)), font, size, (255, 255, 255), thick + 1)


class Album:
    """Annotated pictures in a folder, each as ``<name>-counted.jpg``.

    Args:
        folder: where they go; it is made.
        taken: files written in this run; a name that is taken gets a number.
    """

    def __init__(self, folder: Path, taken: set[Path]) -> None:
        self._folder = folder
        self._taken = taken
        self._written: list[Path] = []

    def add(self, name: str, drawn: Image) -> None:
        """Write one picture.

        Raises:
            OSError: the folder can't be written, or the picture is longer than a JPEG may be.
        """
        path = free_name(self._folder, f"{Path(name).stem}-counted", ".jpg", self._taken)
        whole, data = cv2.imencode(".jpg", drawn)
        if not whole:
            raise OSError(f"{name} is too large for a JPEG")
        path.write_bytes(data.tobytes())
        self._written.append(path)

    def close(self) -> list[Path]:
        """Return what was written."""
        return self._written


class Clip:
    """Annotated frames as one ``<name>-counted.mp4`` (VP9, which browsers play and every OpenCV can write).

    Args:
        folder: where it goes; it is made.
        name: of the footage.
        fps: frames per second it plays at.
        taken: as for ``Album``.
    """

    def __init__(self, folder: Path, name: str, fps: float, taken: set[Path]) -> None:
        self._folder = folder
        self._name = name
        self._fps = fps
        self._taken = taken
        self._size_wh = (0, 0)
        self._path: Path | None = None
        self._writer: cv2.VideoWriter | None = None

    def add(self, _name: str, drawn: Image) -> None:
        """Write one frame; its size is that of the first.

        Raises:
            FootageUnreadable: the clip can't be written.
        """
        if self._writer is None:
            height, width = drawn.shape[:2]
            scale = min(1.0, CLIP_WIDTH_MOST / width)
            # VP9 halves the colour planes: sides are even.
            self._size_wh = (max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2))
            self._path = free_name(self._folder, f"{self._name}-counted", ".mp4", self._taken)
            code = cv2.VideoWriter.fourcc(*"vp09")
            self._writer = cv2.VideoWriter(str(self._path), cv2.CAP_FFMPEG, code, self._fps, self._size_wh)
            if not self._writer.isOpened():
                raise FootageUnreadable(f"{self._path} can't be written; check the folder")
        self._writer.write(cv2.resize(drawn, self._size_wh, interpolation=cv2.INTER_AREA))

    def close(self) -> list[Path]:
        """End the clip and return it."""
        if self._writer is not None:
            self._writer.release()
        return [self._path] if self._path else []


def free_name(folder: Path, stem: str, suffix: str, taken: set[Path]) -> Path:
    """Return a path in a folder (made if need be) that nobody wrote in this run, and note it."""
    folder.mkdir(parents=True, exist_ok=True)
    path, number = folder / f"{stem}{suffix}", 2
    while path in taken:
        path, number = folder / f"{stem}-{number}{suffix}", number + 1
    taken.add(path)
    return path
