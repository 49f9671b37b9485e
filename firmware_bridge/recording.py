"""Recorded lines: taking one, and reading its frames back."""

import time
from collections.abc import Iterator
from pathlib import Path

from firmware_bridge.errors import LineSilent, WrongSettings
from firmware_bridge.link import LineSettings, link_for
from firmware_bridge.scales.frame import FrameDecoder, ScaleFrame

READ_BYTES = 4096
PATIENCE_S = 0.25


def record_to(file: Path, settings: LineSettings, seconds: float) -> int:
    """Write what a line sends into a new file; returns how many bytes came.

    Raises:
        LineLost: the line is not there or was unplugged; what came before is in the file.
        WrongSettings: the file exists already.
    """
    link = link_for(settings)
    link.open()
    deadline = time.monotonic() + seconds
    try:
        with file.open("xb") as out:
            while (left_s := deadline - time.monotonic()) > 0:
                try:
                    out.write(link.read(READ_BYTES, min(left_s, PATIENCE_S)))
                except LineSilent:
                    continue
            return out.tell()
    except FileExistsError as error:
        raise WrongSettings(f"{file} exists already; a recording never replaces another, choose a new name") from error
    finally:
        link.close()


def decoded(file: Path, decoder: FrameDecoder) -> Iterator[ScaleFrame]:
    """Yield the frames of a recording, oldest first. Raises OSError when it can't be read."""
    with file.open("rb") as recording:
        while data := recording.read(READ_BYTES):
            yield from decoder.feed(data)
