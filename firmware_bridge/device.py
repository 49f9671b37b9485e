"""What every instrument is to the rest of Henwise, whatever it speaks on its line."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from firmware_bridge.thermal.frame import ThermalFrame


@dataclass(frozen=True, slots=True)
class Measured:
    """What an instrument said once; time is stamped by the caller, where it read it.

    Attributes:
        values: quantity key -> value in that quantity's unit; keys are rows of ``contract.quantities``.
        stable: whether the instrument called the value settled; None when its family doesn't tell.
        basis: scales: "gross" or "net"; None when the family doesn't tell. A change means that somebody pressed tare:
            the load jumped, no bird moved.
        refused: which values were left out, and why they can't be; empty when none was.
    """

    values: dict[str, float]
    stable: bool | None = None
    basis: str | None = None
    refused: str = ""


class Device(Protocol):
    """One instrument on one line. Blocking; one thread at a time may use it.

    Attributes:
        family: key of its family in the registry.
        quantities: keys it can measure, known before it is opened.
        streaming: True when it sends by itself and ``read`` returns the next value (a scale);
            False when each ``read`` asks for the present values.
        faults: frames, answers and values that were refused since it was made; never falls. What ``read`` raises is
            not among them: whoever calls it hears of it.
    """

    family: str
    quantities: tuple[str, ...]
    streaming: bool

    @property
    def faults(self) -> int:
        """Frames, answers and values refused so far."""
        ...

    def open(self) -> None:
        """Open the line; nothing happens when it is open.

        Raises:
            LineLost: the port is not there, taken or forbidden; the message says what to do.
        """
        ...

    def read(self) -> Measured:
        """Return the next (streaming) or the present values.

        Blocks for at most the configured ``timeout_s``; a polled instrument asks again up to two times more.

        Raises:
            LineLost: unplugged; the device is closed, ``open`` may be tried again later.
            LineSilent: nothing usable came in time; the device stays open.
            BadValue: all values are outside what their quantities can be; the device stays open.
            WrongSettings: the instrument refuses what was configured.
        """
        ...

    def close(self) -> None:
        """Close the line; nothing happens when it is closed."""
        ...


@runtime_checkable
class Adjustable(Protocol):
    """An open instrument that can be told to call its present load nothing; ``isinstance`` says whether one may ask.

    Both return once the instrument has taken the command, as far as its family tells.

    Raises:
        WrongSettings: its family has no such command; the message says what to press instead.
        BadValue: it refuses now, because the load moves or is out of range; try again.
        LineLost: unplugged, or only listened to (a recording).
        LineSilent: the family answers commands, and no answer came in time.
    """

    def tare(self) -> None:
        """Take the present load as the tare: what is sent is net from now on."""
        ...

    def zero(self) -> None:
        """Take the present load as the zero of the empty platform."""
        ...


@runtime_checkable
class Imaging(Device, Protocol):
    """A device that measures a picture: a thermal array."""

    @property
    def frame(self) -> ThermalFrame | None:
        """The picture of the last ``read``; None before the first."""
        ...
