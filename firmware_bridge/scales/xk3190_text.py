r"""Yaohua XK3190-A9, A9+, A6 as text: "=" and a number with its point, parameter tF = 2 or 3. Which end comes first?

    tF = 2  "old D2"   =070.150      seven characters, least significant first: 51.070
    tF = 3  "new D2"   =000.3000     eight; the last one is '0' or '-':          3.000
                       =00.1000-                                                 -1.00
    some of both       =51.070       most significant first, as one reads
                       =-0001.00

The parameter promises the reversed order, yet indicators were seen that send it unreversed. The stream itself tells,
sooner or later:

    a minus at one end              the most significant digit is there
    a point                         more than four decimals read one way: it is the other way
    the same number either way      nothing to decide (an empty scale shows zeros)
    two different numbers in a row  a load changes by little from a tenth of a second to the next. Read the right way
                                    the two lie close together; the wrong way round, the flicker of the last digit is a
                                    jump of tons. The way with less than a quarter of the other's jump has a vote.

Votes in hand, not a single number, decide: the first ``VOTES_NEEDED`` more for one way than for the other. Until then a
number that would differ is held back, never guessed; later votes can still turn the decision. Who knows the order
forces it: then nothing is held back.

There is no check. The end of a frame is the next "=": a frame is believed when it is as wide as the one before, or as
the last one that was believed.

Sources: public readers (field notes 4.1), XK3190-A26 manual p. 13 and -A23p p. 24 for the sign's place, as excerpts.
Not yet verified on an indicator of ours.
"""

import re
from enum import Enum

from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.text import number_field

VOTES_NEEDED = 3
VOTES_MOST = 12
CLEARLY = 4
DECIMALS_MAX = 4
LONGEST = 8
_TOKEN = re.compile(rb"([0-9-][0-9.]{4,6}[0-9-])\s*")
_FORWARD = re.compile(rb"(-?)([0-9]+)(?:\.([0-9]{1,4}))?")


class Order(Enum):
    """Which end of the number comes first."""

    REVERSED = "reversed"
    FORWARD = "forward"


class Xk3190TextDecoder:
    """Reads the text stream; see the module. ``order`` forces one."""

    def __init__(self, order: Order | None = None) -> None:
        self.skipped_bytes = 0
        self.bad_frames = 0
        self.forced = order
        self._votes = 0  # above zero for reversed, below for forward
        self._decided: Order | None = None
        self._before: tuple[ScaleFrame, ScaleFrame] | None = None
        self._width = self._taken = -1  # of the frame before, and of the last one that was believed
        self._pending = b""

    @property
    def order(self) -> Order | None:
        """The order in force; None while nobody knows."""
        return self.forced or self._decided

    def feed(self, data: bytes) -> list[ScaleFrame]:
        """Return the frames that ``data`` completes, oldest first."""
        *tokens, rest = (self._pending + data).split(b"=")
        if len(rest) > LONGEST + 2:  # with the CR LF that some add; more can't become a frame
            self.skipped_bytes += len(rest) - LONGEST - 3
            rest = rest[-LONGEST - 3 :]
        self._pending = rest
        return [frame for token in tokens if token and (frame := self._frame(token)) is not None]

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for; the order is kept."""
        self.skipped_bytes += len(self._pending)
        self._pending = b""
        self._width = self._taken = -1
        self._before = None

    def _frame(self, token: bytes) -> ScaleFrame | None:
        match = _TOKEN.fullmatch(token)
        ways = None if match is None else _ways(match[1])
        if match is None or ways is None:
            self.bad_frames += 1
            self.skipped_bytes += len(token) + 1
            return None
        before, self._width = self._width, len(match[1])
        frame = None
        if self._width in (before, self._taken):
            self._taken = self._width
            frame = self._chosen(*ways)
        if frame is None:
            self.skipped_bytes += len(token) + 1
        return frame

    def _chosen(self, backward: ScaleFrame | None, forward: ScaleFrame | None) -> ScaleFrame | None:
        if self.forced is not None:
            return backward if self.forced is Order.REVERSED else forward
        if backward is None or forward is None:
            self._vote(VOTES_NEEDED if forward is None else -VOTES_NEEDED)
        else:
            self._compare(backward, forward)
            if backward.digits == forward.digits == 0:
                return backward
        return {Order.REVERSED: backward, Order.FORWARD: forward, None: None}[self._decided]

    def _compare(self, backward: ScaleFrame, forward: ScaleFrame) -> None:
        before, self._before = self._before, (backward, forward)
        if before is None:
            return
        jumped_backward = abs(backward.digits - before[0].digits)
        jumped_forward = abs(forward.digits - before[1].digits)
        if CLEARLY * jumped_backward < jumped_forward:
            self._vote(1)
        elif CLEARLY * jumped_forward < jumped_backward:
            self._vote(-1)

    def _vote(self, votes: int) -> None:
        self._votes = max(-VOTES_MOST, min(VOTES_MOST, self._votes + votes))
        if abs(self._votes) >= VOTES_NEEDED:
            self._decided = Order.REVERSED if self._votes > 0 else Order.FORWARD


def _ways(text: bytes) -> tuple[ScaleFrame | None, ScaleFrame | None] | None:
    """Read a number from both ends; None when it can be read from neither."""
    backward, forward = _read(text[::-1]), _read(text)
    return None if backward is None and forward is None else (backward, forward)


def _read(text: bytes) -> ScaleFrame | None:
    match = _FORWARD.fullmatch(text)
    if match is None:
        return None
    sign, whole, part = match.groups(b"")
    return ScaleFrame(int(sign + whole + part), len(part))


def encode(frame: ScaleFrame, *, width: int = 8, order: Order = Order.REVERSED) -> bytes:
    """Write a frame, as the simulator does. Raises BadFrame."""
    number = number_field(frame, width)
    return b"=" + (number[::-1] if order is Order.REVERSED else number)
