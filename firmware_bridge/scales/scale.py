"""A weighing indicator on its line: a decoder, what its numbers mean, and what can be said to it."""

import time
from collections import deque
from dataclasses import replace

from contract.quantities import QUANTITIES
from firmware_bridge.config import MassUnit
from firmware_bridge.device import Measured
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineSilent, WrongSettings
from firmware_bridge.link import Link
from firmware_bridge.scales.frame import Flaw, FrameDecoder, ScaleFrame
from firmware_bridge.scales.talk import Asking, Order, Talk

READ_BYTES = 256
LOAD = "load_grams"
ANSWER_S = 10.0
"""A balance waits for its load to stand still before it tares."""
ANSWER_BYTES = 256
EFFECT_S = 0.3
"""How long frames from before a command may still come, where the indicator doesn't say when it has carried it out."""

FLAWS: dict[Flaw, str] = {
    "overload": "more lies on the scale than it can weigh; take it off",
    "underload": "the load is below what the scale can show; see that the platform lies on its cells, then zero it",
    "power_up": "the indicator says that it was just switched on; it must be zeroed with an empty platform first",
    "not_executed": "the indicator says that it can't weigh now; see its display",
}


class Scale:
    """The device on top of a frame decoder; see ``firmware_bridge.device.Device`` and ``Adjustable``.

    Args:
        family: key in the registry.
        link: the line, closed.
        decoder: of the family, fresh.
        unit: what the indicator displays, when its frames don't say.
        timeout_s: longest wait for one frame.
        talk: what can be said to it.
        decimals: digits after the point, when its frames don't say; None when they do.
        answer_s: longest wait for the answer to a command.
    """

    streaming = True
    quantities: tuple[str, ...] = (LOAD,)

    def __init__(
        self,
        *,
        family: str,
        link: Link,
        decoder: FrameDecoder,
        unit: MassUnit,
        timeout_s: float,
        talk: Talk,
        decimals: int | None = None,
        answer_s: float = ANSWER_S,
    ) -> None:
        self.family = family
        self._link = link
        self._decoder = decoder
        self._unit = unit
        self._timeout_s = timeout_s
        self._talk = talk
        self._decimals = decimals
        self._answer_s = answer_s
        self._asking = None if talk.prompt is None else Asking(talk.prompt, time.monotonic)
        self._frames: deque[ScaleFrame] = deque()
        self._refused = 0
        self._opened = False

    @property
    def faults(self) -> int:
        """Bad frames, impossible loads and numbers that are no weight so far."""
        return self._decoder.bad_frames + self._refused

    def open(self) -> None:
        """Open the line and forget what came before; nothing happens when it is open. Raises LineLost."""
        if self._opened:
            return
        self._link.open()
        self._frames.clear()
        self._decoder.forget()
        if self._asking is not None:
            self._asking.restart()
        self._opened = True

    def read(self) -> Measured:
        """Return the next frame's load in grams. Raises LineLost, LineSilent, LineGarbled, BadValue."""
        deadline = time.monotonic() + self._timeout_s
        skipped_before, problem = self._decoder.skipped_bytes, ""
        while True:
            frame = self._next_frame(deadline, skipped_before, problem)
            grams = self._grams(frame)
            problem = self._problem_with(frame, grams)
            if not problem:
                return Measured({LOAD: grams}, stable=frame.stable, basis=frame.basis)
            self._refused += 1

    def tare(self) -> None:
        """Take the present load as the tare. Raises WrongSettings, BadValue, LineLost, LineSilent."""
        self._carry_out(self._talk.tare, "tare")

    def zero(self) -> None:
        """Take the present load as zero. Raises WrongSettings, BadValue, LineLost, LineSilent."""
        self._carry_out(self._talk.zero, "zero")

    def close(self) -> None:
        """Close the line."""
        self._opened = False
        self._link.close()

    def _grams(self, frame: ScaleFrame) -> float:
        shown = frame if self._decimals is None else replace(frame, decimals=self._decimals)
        return shown.grams(self._unit)

    def _problem_with(self, frame: ScaleFrame, grams: float) -> str:
        if frame.flaw is not None:
            return f"{self.family}: {FLAWS[frame.flaw]}"
        if frame.basis == "tare":
            return f"{self.family}: it sends its tare, not the load; let it send gross or net"
        if problem := QUANTITIES[LOAD].problem_with(grams):
            return f"{self.family}: {problem}; is {self._unit!r} the unit it displays?"
        return ""

    def _next_frame(self, deadline: float, skipped_before: int, problem: str) -> ScaleFrame:
        while not self._frames:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise self._nothing_usable(skipped_before, problem)
            try:
                self._listen(min(left_s, self._ask_if_due()))
            except LineSilent as error:
                if self._asking is None:
                    raise self._nothing_usable(skipped_before, problem) from error
        return self._frames.popleft()

    def _ask_if_due(self) -> float:
        """Ask when it is time; return how long to listen at most before it is time again."""
        asking = self._asking
        if asking is None:
            return self._timeout_s
        if asking.due_in_s() <= 0:
            self._say(asking.prompt.ask)
            asking.asked()
        return max(asking.due_in_s(), 0.001)

    def _say(self, data: bytes) -> None:
        try:
            self._link.write(data)
        except LineLost:
            self._opened = False
            raise

    def _listen(self, timeout_s: float) -> bytes:
        try:
            data = self._link.read(READ_BYTES, timeout_s)
        except LineLost:
            self._opened = False
            raise
        frames = self._decoder.feed(data)
        if frames and self._asking is not None:
            self._asking.heard()
        self._frames.extend(frames)
        return data

    def _carry_out(self, order: Order | None, what: str) -> None:
        if order is None:
            raise WrongSettings(f"{self.family} takes no command to {what} it; press the key on the indicator")
        self._say(order.say)
        if order.done is None:
            self._let_pass(EFFECT_S)
        else:
            self._await_answer(order, what)
        self._frames.clear()  # from before
        if self._asking is not None:
            self._asking.restart()

    def _let_pass(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                self._listen(left_s)
            except LineSilent:
                return

    def _await_answer(self, order: Order, what: str) -> None:
        heard, deadline = b"", time.monotonic() + self._answer_s
        while order.done is not None and not order.done.search(heard):
            if order.refused is not None and order.refused.search(heard):
                raise BadValue(f"{self.family} refuses to {what} now: the load must stand still and be in range")
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise LineSilent(f"{self.family} did not answer the command to {what} it; is its RXD wired?")
            try:
                heard = (heard + self._listen(left_s))[-ANSWER_BYTES:]
            except LineSilent:
                continue  # said at the top, with what to check
            self._frames.clear()

    def _nothing_usable(self, skipped_before: int, problem: str) -> LineSilent | BadValue:
        if problem:
            return BadValue(problem)
        if self._decoder.skipped_bytes > skipped_before:
            return LineGarbled(
                f"{self.family}: bytes come, but no frame of this family in {self._timeout_s:g} s; check the "
                "indicator's sending mode and baud rate against the configuration (henwise-bridge probe finds them out)"
            )
        if self._asking is not None:
            return LineSilent(
                f"{self.family}: no answer for {self._timeout_s:g} s; check that the indicator is on, and that its TXD "
                "is on our RXD and its RXD on our TXD"
            )
        return LineSilent(
            f"{self.family}: nothing came for {self._timeout_s:g} s; check that the indicator is on, sends "
            "continuously, and that its TXD is on our RXD"
        )
