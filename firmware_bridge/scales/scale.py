"""A weighing indicator that sends by itself: a line, a decoder, and what the numbers mean."""

import time
from collections import deque

from contract.quantities import QUANTITIES
from firmware_bridge.config import MassUnit
from firmware_bridge.device import Measured
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineSilent
from firmware_bridge.link import Link
from firmware_bridge.scales.frame import FrameDecoder, ScaleFrame

READ_BYTES = 256
LOAD = "load_grams"


class Scale:
    """The device on top of a frame decoder; see ``firmware_bridge.device.Device``.

    Args:
        family: key in the registry.
        link: the line, closed.
        decoder: of the family, fresh.
        unit: what the indicator displays, when its frames don't say.
        timeout_s: longest wait for one frame.
    """

    streaming = True
    quantities: tuple[str, ...] = (LOAD,)

    def __init__(self, *, family: str, link: Link, decoder: FrameDecoder, unit: MassUnit, timeout_s: float) -> None:
        self.family = family
        self._link = link
        self._decoder = decoder
        self._unit = unit
        self._timeout_s = timeout_s
        self._frames: deque[ScaleFrame] = deque()
        self._implausible = 0
        self._opened = False

    @property
    def faults(self) -> int:
        """Bad frames and impossible loads so far."""
        return self._decoder.bad_frames + self._implausible

    def open(self) -> None:
        """Open the line and forget what came before; nothing happens when it is open. Raises LineLost."""
        if self._opened:
            return
        self._link.open()
        self._frames.clear()
        self._decoder.forget()
        self._opened = True

    def read(self) -> Measured:
        """Return the next frame's load in grams. Raises LineLost, LineSilent, LineGarbled, BadValue."""
        deadline = time.monotonic() + self._timeout_s
        skipped_before, problem = self._decoder.skipped_bytes, ""
        while True:
            frame = self._next_frame(deadline, skipped_before, problem)
            grams = frame.grams(self._unit)
            problem = QUANTITIES[LOAD].problem_with(grams) or ""
            if not problem:
                return Measured({LOAD: grams}, stable=frame.stable)
            self._implausible += 1

    def _next_frame(self, deadline: float, skipped_before: int, problem: str) -> ScaleFrame:
        while not self._frames:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise self._nothing_usable(skipped_before, problem)
            try:
                data = self._link.read(READ_BYTES, left_s)
            except LineSilent as error:
                raise self._nothing_usable(skipped_before, problem) from error
            except LineLost:
                self._opened = False
                raise
            self._frames.extend(self._decoder.feed(data))
        return self._frames.popleft()

    def _nothing_usable(self, skipped_before: int, problem: str) -> LineSilent | BadValue:
        if problem:
            return BadValue(f"{self.family}: {problem}; is {self._unit!r} the unit it displays?")
        if self._decoder.skipped_bytes > skipped_before:
            return LineGarbled(
                f"{self.family}: bytes come, but no frame of this family in {self._timeout_s:g} s; check the "
                "indicator's sending mode and baud rate against the configuration"
            )
        return LineSilent(
            f"{self.family}: nothing came for {self._timeout_s:g} s; check that the indicator is on, sends "
            "continuously, and that its TXD is on our RXD"
        )

    def close(self) -> None:
        """Close the line."""
        self._opened = False
        self._link.close()
