"""Recorded lines: taking one, and reading its frames back."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from firmware_bridge.errors import LineSilent, WrongSettings
from firmware_bridge.link import LineSettings, link_for

READ_BYTES = 4096
PATIENCE_S = 0.25

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


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


class Decoder(Protocol[F_co]):
    """What every family's decoder is; see ``firmware_bridge.scales.frame.FrameDecoder``."""

    @property
    def skipped_bytes(self) -> int:
        """Bytes that belonged to no good frame, so far."""
        ...

    @property
    def bad_frames(self) -> int:
        """Beginnings of frames that turned out not to be one, so far."""
        ...

    def feed(self, data: bytes) -> Iterable[F_co]:
        """Return what ``data`` completes, oldest first."""
        ...

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for."""
        ...


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes of a recording that gave no frame.

    Attributes:
        before_byte: where the decoder had come to when it gave them up, counted from 0.
        bytes: how many.
        bad_frames: how many looked like the beginning of a frame.
    """

    before_byte: int
    bytes: int
    bad_frames: int

    def __str__(self) -> str:
        why = f"{self.bad_frames} beginnings of frames that were none" if self.bad_frames else "nothing that begins one"
        return f"before byte {self.before_byte}: {self.bytes} bytes skipped, {why}"


def decoded(file: Path, decoder: Decoder[F]) -> Iterator[F]:
    """Yield the frames of a recording, oldest first. Raises OSError when it can't be read."""
    with file.open("rb") as recording:
        while data := recording.read(READ_BYTES):
            yield from decoder.feed(data)


def explained(file: Path, decoder: Decoder[F]) -> Iterator[F | Gap]:
    """Yield the frames of a recording and what lay between them, oldest first. Raises OSError when it can't be read."""
    skipped = bad = 0
    at = 0
    for byte in file.read_bytes():  # one by one, so that it is known where something was given up
        frames = list(decoder.feed(bytes((byte,))))
        at += 1
        if frames and decoder.skipped_bytes > skipped:
            yield Gap(at, decoder.skipped_bytes - skipped, decoder.bad_frames - bad)
            skipped, bad = decoder.skipped_bytes, decoder.bad_frames
        yield from frames
    decoder.forget()
    if decoder.skipped_bytes > skipped:
        yield Gap(at, decoder.skipped_bytes - skipped, decoder.bad_frames - bad)
