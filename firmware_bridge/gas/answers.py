"""Answers in a stream of bytes: finds them, skips what is none, never raises, never holds more than one."""

from collections.abc import Callable
from typing import Generic, TypeVar

A = TypeVar("A")

MORE = 0
"""A length that can't be told yet."""
HEAD_BYTES = 3
"""From so many a length can be told."""


class AnswerDecoder(Generic[A]):
    """Cuts a stream into answers.

    A candidate that turns out to be none costs its first byte only, so that an answer it reached into is still found.

    Args:
        start: first byte of every answer.
        length: bytes that begin at a candidate -> how long the answer is, ``MORE`` when that can't be told from so few,
            None when no answer begins like that.
        decode: exactly that many bytes -> the answer; None when its check is wrong.

    Attributes:
        skipped_bytes: bytes that belonged to no answer, so far.
        bad_frames: candidates whose check was wrong, so far.
    """

    def __init__(
        self, start: bytes, length: Callable[[bytes], int | None], decode: Callable[[bytes], A | None]
    ) -> None:
        self.skipped_bytes = 0
        self.bad_frames = 0
        self._start = start
        self._length = length
        self._decode = decode
        self._pending = b""

    def feed(self, data: bytes) -> list[A]:
        """Return the answers that ``data`` completes, oldest first."""
        stream = self._pending + data
        answers: list[A] = []
        at = self._next_start(stream, 0)
        while at < len(stream):
            length = self._length(stream[at : at + HEAD_BYTES])
            if length == MORE or (length is not None and len(stream) - at < length):
                break
            answer = None if length is None else self._decode(stream[at : at + length])
            if answer is not None and length:
                answers.append(answer)
                at = self._next_start(stream, at + length)
                continue
            self.bad_frames += length is not None
            self.skipped_bytes += 1
            at = self._next_start(stream, at + 1)
        self._pending = stream[at:]
        return answers

    def _next_start(self, stream: bytes, at: int) -> int:
        found = stream.find(self._start, at)
        start = len(stream) if found < 0 else found
        self.skipped_bytes += start - at
        return start

    @property
    def waiting_bytes(self) -> int:
        """Bytes of a beginning whose end has not come yet."""
        return len(self._pending)

    def forget(self) -> None:
        """Skip the beginning of an answer that is being waited for."""
        self.skipped_bytes += len(self._pending)
        self._pending = b""
