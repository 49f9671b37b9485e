"""What every indicator's frame says, whatever its bytes: a displayed number."""

from dataclasses import dataclass
from typing import Literal, Protocol

from firmware_bridge.config import MassUnit

GRAMS_PER: dict[MassUnit, float] = {"kg": 1000.0, "g": 1.0, "lb": 453.59237}
"""The pound is the international one of 1959, exact."""


Basis = Literal["gross", "net", "tare"]
"""What a number is of: all on the platform, all less the tare, or the tare itself."""

Flaw = Literal["overload", "underload", "power_up", "not_executed"]
"""Why a frame's number is no weight: outside what the cell can bear, just switched on, command refused."""


@dataclass(frozen=True, slots=True)
class ScaleFrame:
    """One displayed number.

    Attributes:
        digits: the number as displayed, with its sign, without its point.
        decimals: digits after the point.
        unit: unit of the number; None when the family doesn't send it.
        stable: whether the indicator calls it settled; None when the family doesn't send it.
        basis: what the number is of; None when the family doesn't send it.
        flaw: why the number is no weight; None when it is one.
    """

    digits: int
    decimals: int
    unit: MassUnit | None = None
    stable: bool | None = None
    basis: Basis | None = None
    flaw: Flaw | None = None

    def grams(self, displayed_in: MassUnit) -> float:
        """Return the load in grams; ``displayed_in`` counts when the frame names no unit."""
        # one division at the end: 2345 with 3 decimals is 2345 g, not 2344.9999999999995 g
        return round(self.digits * GRAMS_PER[self.unit or displayed_in] / 10.0**self.decimals, 6)


class FrameDecoder(Protocol):
    """Takes a stream in pieces of any size, gives whole frames; never raises, never holds more than one frame.

    Attributes:
        skipped_bytes: bytes that belonged to no good frame, so far.
        bad_frames: beginnings of frames that turned out not to be one, so far.
    """

    skipped_bytes: int
    bad_frames: int

    def feed(self, data: bytes) -> list[ScaleFrame]:
        """Return the frames that ``data`` completes, oldest first."""
        ...

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for: its end will not come on a line opened anew."""
        ...
