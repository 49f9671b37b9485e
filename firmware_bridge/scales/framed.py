"""Finds frames of known lengths in a stream: for families whose frames begin with a byte of their own.

How a stream breaks, and what then happens:

    reading starts inside a frame      bytes up to the next start are skipped
    bytes lost in a frame              the candidate isn't a frame: only its start is dropped, so that the next frame's
                                       start, swallowed by the short one, is still found
    a byte flipped                     what the family's check or its fixed places refuse is skipped and counted
    noise with a start in it           costs at most the frame that the false start reaches into
"""

from collections.abc import Callable

from firmware_bridge.scales.frame import ScaleFrame

SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
"""Table for ``mask``: takes a parity bit off, whoever put it there."""


class FramedDecoder:
    """A ``FrameDecoder`` for frames that begin with ``start``.

    Args:
        start: what each frame begins with, one or two bytes.
        lengths: how long a frame can be, rising.
        decode: reads exactly one frame of one of these lengths; None when it isn't one.
        shared: bytes at a frame's end that also begin the next one.
        mask: translation of each byte before all else.
    """

    def __init__(
        self,
        start: bytes,
        lengths: tuple[int, ...],
        decode: Callable[[bytes], ScaleFrame | None],
        *,
        shared: int = 0,
        mask: bytes | None = None,
    ) -> None:
        self.skipped_bytes = 0
        self.bad_frames = 0
        self._start = start
        self._lengths = lengths
        self._decode = decode
        self._shared = shared
        self._mask = mask
        self._pending = b""

    def feed(self, data: bytes) -> list[ScaleFrame]:
        """Return the frames that ``data`` completes, oldest first."""
        stream = self._pending + (data.translate(self._mask) if self._mask else data)
        frames: list[ScaleFrame] = []
        at = self._next_start(stream, 0)
        while len(stream) - at >= self._lengths[0]:
            frame, used = self._frame_at(stream, at)
            if frame is not None:
                frames.append(frame)
                at = self._next_start(stream, at + used)
            elif len(stream) - at >= self._lengths[-1]:
                self.bad_frames += 1
                self.skipped_bytes += 1
                at = self._next_start(stream, at + 1)
            else:  # it may still become one of the longer ones
                break
        self._pending = stream[at:]
        return frames

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for."""
        self.skipped_bytes += len(self._pending)
        self._pending = b""

    def _frame_at(self, stream: bytes, at: int) -> tuple[ScaleFrame | None, int]:
        for length in self._lengths:
            if len(stream) - at < length:
                break
            if (frame := self._decode(stream[at : at + length])) is not None:
                return frame, length - self._shared
        return None, 0

    def _next_start(self, stream: bytes, at: int) -> int:
        found = stream.find(self._start, at)
        if found < 0:  # the first half of a start may be the last byte
            found = len(stream) - (len(self._start) > 1 and len(stream) > at and stream.endswith(self._start[:1]))
        self.skipped_bytes += found - at
        return found
