"""Asking over a line that one instrument has for itself: question, answer, two more tries."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from firmware_bridge.errors import LineGarbled, LineSilent
from firmware_bridge.gas.answers import AnswerDecoder

if TYPE_CHECKING:  # pyserial is loaded when a line is built
    from firmware_bridge.link import Link

TRIES = 3
READ_BYTES = 64
EMPTY_S = 0.005
STALE_READS = 100

A = TypeVar("A")


class Asking(Generic[A]):
    """One line.

    Args:
        family: for the words of what is raised.
        link: the line.
        decoder: of the answers.
        timeout_s: longest wait for one answer.
        alone: take an answer only when no other byte came with it: for makes whose check is weak.
        wake: sent before each question,
        wake_s: and so long before it.

    Attributes:
        failed_tries: tries without a readable answer that a later one made good.
    """

    def __init__(
        self,
        family: str,
        link: "Link",
        decoder: AnswerDecoder[A],
        *,
        timeout_s: float,
        alone: bool = False,
        wake: bytes = b"",
        wake_s: float = 0.0,
    ) -> None:
        self.failed_tries = 0
        self.link = link
        self._family = family
        self._decoder = decoder
        self._timeout_s = timeout_s
        self._alone = alone
        self._wake = wake
        self._wake_s = wake_s

    def ask(self, question: bytes, fits: Callable[[A], bool], *, tries: int = TRIES) -> A:
        """Return the first answer that fits the question.

        Raises:
            LineLost: unplugged.
            LineSilent: none came in all tries.
            LineGarbled: bytes came, but no readable answer.
        """
        before = self._decoder.skipped_bytes
        for failed in range(tries):
            self._empty()
            self._say(question)
            answer = self._heard(fits)
            if answer is not None:
                self.failed_tries += failed
                return answer
        raise self._nothing(garbled=self._decoder.skipped_bytes > before)

    def _say(self, question: bytes) -> None:
        if self._wake:
            self.link.write(self._wake)
            time.sleep(self._wake_s)
        self.link.write(question)

    def _heard(self, fits: Callable[[A], bool]) -> A | None:
        deadline, before = time.monotonic() + self._timeout_s, self._decoder.skipped_bytes
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                data = self.link.read(READ_BYTES, left_s)
            except LineSilent:
                break
            for answer in self._decoder.feed(data):
                if fits(answer) and (not self._alone or self._came_alone(before)):
                    return answer
        self._decoder.forget()
        return None

    def _came_alone(self, skipped_before: int) -> bool:
        more = self._empty() + self._decoder.waiting_bytes
        return not more and self._decoder.skipped_bytes == skipped_before

    def _empty(self) -> int:
        """Throw away what came too late: it would be taken for the answer to the next question. Returns its length."""
        thrown = 0
        try:
            for _ in range(STALE_READS):
                thrown += len(self.link.read(READ_BYTES, EMPTY_S))
        except LineSilent:
            pass
        return thrown

    def _nothing(self, *, garbled: bool) -> LineSilent:
        if garbled:
            return LineGarbled(
                f"{self._family}: bytes come, but no readable answer; check the family, the baud rate, and that the "
                "cable is short"
            )
        return LineSilent(
            f"{self._family} does not answer; check its supply, that its TX is on our RX and its RX on our TX, and "
            "that both share their ground"
        )
