"""Faults to order: what goes wrong on a farm's serial line, done to a virtual instrument.

    noise=0.1             a tenth of the messages come after one to eight bytes of noise
    drop=0.01             one byte in a hundred is lost
    checksum=0.05         one message in twenty has a flipped bit in its check, or in its last digit where it has none
    half=0.1              of a tenth of the messages only the first half comes
    stuck                 the instrument repeats itself: the same frame, or the same answer to the same question
    unplugged             the port is gone, and comes back when the time is over
    baud=4800             the instrument speaks at another speed than it should

Each may end in ``@FROM-UNTIL`` or ``@FROM``, in seconds after the start: ``unplugged@30-40``.
"""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from firmware_bridge.config import BAUD_RATES
from firmware_bridge.errors import WrongSettings
from firmware_bridge.registry import Line
from firmware_bridge.simulated.terminal import IDLE_S, Terminal

SHARED = ("noise", "drop", "checksum", "half")
PLAIN = ("stuck", "unplugged")
NOISE_BYTES_MOST = 8
ENDS = b"\x03\r\n"
QUESTIONS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to order.

    Attributes:
        kind: a word of the module's table.
        amount: the share of messages or bytes, 0..1; for ``baud`` bit/s.
        from_s, until_s: when, in s after the port was opened first.
    """

    kind: str
    amount: float = 1.0
    from_s: float = 0.0
    until_s: float = float("inf")


def parse(text: str) -> Fault:
    """Read one fault as the command line has it.

    Raises:
        WrongSettings: it can't be read; the message says how it is written.
    """
    what, _, when = text.partition("@")
    kind, _, amount = what.partition("=")
    try:
        begin, _, end = when.partition("-")
        fault = Fault(kind, float(amount or 1), float(begin or 0), float(end or "inf"))
    except ValueError:
        raise _unreadable(text) from None
    in_order = 0 <= fault.from_s < fault.until_s
    known = (
        (kind in SHARED and 0 < fault.amount <= 1)
        or (kind in PLAIN and not amount)
        or (kind == "baud" and fault.amount in BAUD_RATES)
    )
    if not (known and in_order):
        raise _unreadable(text)
    return fault


def _unreadable(text: str) -> WrongSettings:
    return WrongSettings(
        f"{text!r} is no fault that can be ordered; write noise, drop, checksum or half with a share (noise=0.1), "
        "stuck, unplugged, or baud=4800, each with @from-until in seconds where wanted (unplugged@30-40)"
    )


class FaultyTerminal(Terminal):
    """A port on which the ordered faults happen.

    Args:
        name: path of the symbolic link that is made for it.
        line: how the instrument's port is set; None: any speed is understood.
        faults: what shall go wrong.
        seed: of all chance.
        clock: seconds, rising.
    """

    def __init__(
        self,
        name: Path,
        line: Line | None = None,
        *,
        faults: Iterable[Fault],
        seed: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, line)
        self._rng = random.Random(seed)  # noqa: S311  # faults, not keys
        self._faults = tuple(faults)
        self._clock = clock
        self._start_s = clock()
        self._said: dict[bytes, bytes] = {}
        self._question = b""
        self._pulled = False

    def read(self, timeout_s: float) -> bytes:
        """Return what was sent to the port; nothing while it is unplugged."""
        if self._unplugged():
            time.sleep(min(timeout_s, IDLE_S))
            return b""
        heard = super().read(timeout_s)
        self._question = heard or self._question
        return heard

    def write(self, data: bytes) -> None:
        """Say something, as far as the faults let it through."""
        if not self._unplugged():
            super().write(self._spoilt(self._repeated(data)))

    def close(self) -> None:
        """Pull the plug for good."""
        self._pulled = False
        super().close()

    def speed(self) -> int | None:
        """Return the bit/s the instrument speaks at right now; None when any is understood."""
        ordered = self._amount("baud")
        return int(ordered) if ordered else super().speed()

    def _unplugged(self) -> bool:
        ordered = bool(self._amount("unplugged"))
        if ordered and not self._pulled:
            super().close()
        elif self._pulled and not ordered:
            self.open()
        self._pulled = ordered
        return ordered

    def _repeated(self, data: bytes) -> bytes:
        if self._amount("stuck"):
            return self._said.setdefault(self._question, data)
        if len(self._said) > QUESTIONS_KEPT:
            self._said.clear()
        self._said[self._question] = data
        return data

    def _spoilt(self, data: bytes) -> bytes:
        if self._happens("checksum"):
            data = _flipped(data)
        if self._happens("half"):
            data = data[: len(data) // 2]
        if share := self._amount("drop"):
            data = bytes(byte for byte in data if self._rng.random() >= share)
        if self._happens("noise"):
            data = self._rng.randbytes(self._rng.randint(1, NOISE_BYTES_MOST)) + data
        return data

    def _happens(self, kind: str) -> bool:
        return self._rng.random() < self._amount(kind)

    def _amount(self, kind: str) -> float:
        now_s = self._clock() - self._start_s
        return next((fault.amount for fault in self._faults if fault.kind == kind and _now(fault, now_s)), 0.0)


def _now(fault: Fault, now_s: float) -> bool:
    return fault.from_s <= now_s < fault.until_s


def _flipped(data: bytes) -> bytes:
    """Flip the lowest bit of the last byte that is no end mark."""
    last = len(data.rstrip(ENDS)) - 1
    return data if last < 0 else data[:last] + bytes([data[last] ^ 1]) + data[last + 1 :]
