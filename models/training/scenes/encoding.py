"""Write frames to a video file: H.264 with the program ffmpeg where it is installed, else MPEG-4 with OpenCV's own."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import cv2
import numpy as np

from models.errors import TrainingError

Write = Callable[[np.ndarray], object]


@contextmanager
def encoder(out: Path, size_wh: tuple[int, int], fps: int) -> Iterator[Write]:
    """Open `out` and give a function that takes its frames (h, w, 3) uint8 BGR one by one.

    Raises:
        TrainingError: the file cannot be written.
    """
    program = shutil.which("ffmpeg")
    with h264(program, out, size_wh, fps) if program else mpeg4(out, size_wh, fps) as write:
        yield write


@contextmanager
def h264(program: str, out: Path, size_wh: tuple[int, int], fps: int) -> Iterator[Write]:
    """Encode with ffmpeg; key frames are far apart because the floor never changes."""
    source = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size_wh[0]}x{size_wh[1]}", "-r", str(fps), "-i", "-"]
    target = ["-c:v", "libx264", "-preset", "slow", "-crf", "28", "-pix_fmt", "yuv420p", "-g", str(fps * 8)]
    neat = ["-an", "-map_metadata", "-1", "-movflags", "+faststart", "-y", str(out)]
    words = [program, "-loglevel", "error", *source, *target, *neat]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        pipe, complaint = process.stdin, process.stderr
        assert pipe is not None and complaint is not None  # noqa: S101, PT018  # both were asked for
        with suppress(BrokenPipeError):  # ffmpeg gave up: its complaint says why
            yield lambda frame: pipe.write(frame.tobytes())
        with suppress(BrokenPipeError):
            pipe.close()
        said = complaint.read().decode(errors="replace").strip()
    if process.returncode != 0:
        raise TrainingError(f"cannot write {out}: {said}")


@contextmanager
def mpeg4(out: Path, size_wh: tuple[int, int], fps: int) -> Iterator[Write]:
    """Encode with OpenCV, which has no H.264 of its own."""
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"mp4v"), fps, size_wh)
    if not writer.isOpened():
        raise TrainingError(f"cannot write {out}: check that its folder exists and its name ends in .mp4")
    try:
        yield writer.write
    finally:
        writer.release()
