"""A thermal array that sends pictures by itself, as a device."""

import math
import time
from collections import deque
from typing import TYPE_CHECKING

from firmware_bridge.device import Measured
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineSilent
from firmware_bridge.thermal.frame import ThermalFrame
from firmware_bridge.thermal.gy_mcu90640 import GyMcu90640Decoder

if TYPE_CHECKING:  # pyserial is loaded when a line is built
    from firmware_bridge.link import Link

SURFACE = "surface_temperature_celsius"
READ_BYTES = 4096
NEWEST = 2
"""Pictures kept for a slow reader; older ones are of no use."""


class ThermalArray:
    """The device on top of a decoder; see ``firmware_bridge.device.Device``.

    ``read`` gives the mean over the picture, of whatever is in it; the picture itself stands in ``frame``.

    Args:
        family: key in the registry.
        link: the line, closed.
        decoder: fresh.
        timeout_s: longest wait for one picture.
        orders: commands sent when the line is opened; none to a recording.
    """

    streaming = True
    quantities: tuple[str, ...] = (SURFACE,)

    def __init__(
        self, *, family: str, link: "Link", decoder: GyMcu90640Decoder, timeout_s: float, orders: tuple[bytes, ...]
    ) -> None:
        self.family = family
        self._link = link
        self._decoder = decoder
        self._timeout_s = timeout_s
        self._orders = orders
        self._frames: deque[ThermalFrame] = deque(maxlen=NEWEST)
        self._frame: ThermalFrame | None = None
        self._opened = False

    @property
    def faults(self) -> int:
        """Bad frames so far."""
        return self._decoder.bad_frames

    @property
    def frame(self) -> ThermalFrame | None:
        """The picture of the last ``read``; None before the first."""
        return self._frame

    def open(self) -> None:
        """Open the line, forget what came before, order pictures; nothing happens when it is open. Raises LineLost."""
        if self._opened:
            return
        self._link.open()
        self._frames.clear()
        self._decoder.forget()
        for order in self._orders:
            self._link.write(order)
        self._opened = True

    def read(self) -> Measured:
        """Wait for the next picture. Raises LineLost, LineSilent, LineGarbled; BadValue: all of its pixels are dead."""
        deadline, skipped_before = time.monotonic() + self._timeout_s, self._decoder.skipped_bytes
        while not self._frames:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise self._nothing(skipped_before)
            try:
                self._frames.extend(self._decoder.feed(self._link.read(READ_BYTES, left_s)))
            except LineSilent as error:
                raise self._nothing(skipped_before) from error
            except LineLost:
                self._opened = False
                raise
        self._frame = self._frames.popleft()
        mean = self._frame.mean_celsius()
        if math.isnan(mean):
            raise BadValue(f"{self.family}: no pixel of the picture can be; switch the array off and on")
        return Measured({SURFACE: round(mean, 2)})

    def _nothing(self, skipped_before: int) -> LineSilent:
        if self._decoder.skipped_bytes > skipped_before:
            return LineGarbled(
                f"{self.family}: bytes come, but no picture in {self._timeout_s:g} s; check the baud rate: 115200 as "
                "shipped, 460800 on some boards"
            )
        return LineSilent(
            f"{self.family}: no picture came for {self._timeout_s:g} s; check its supply, that its TX is on our RX "
            "and its RX on our TX, and that PS is not on GND"
        )

    def close(self) -> None:
        """Close the line."""
        self._opened = False
        self._link.close()
