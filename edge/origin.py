"""Who speaks: the device, and which start of it; and what time it is."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contract.messages import EARLIEST_YEAR
from edge.clock import Clock
from edge.errors import ClockUnset
from edge.outbox import UNNUMBERED


@dataclass(frozen=True, slots=True)
class Origin:
    """What every message says about its sender.

    Attributes:
        device: slug of the device.
        boot: random per start of the agent, 16 hex digits.
        clock: what time it is.
    """

    device: str
    boot: str
    clock: Clock = field(default_factory=Clock, compare=False)

    def stamp(self, at: datetime) -> dict[str, Any]:
        """Return what every event says first: who, when, and a seq that the outbox sets."""
        return {"device": self.device, "boot": self.boot, "seq": UNNUMBERED, "at": at}

    def stamp_now(self) -> dict[str, Any]:
        """Return the same for what is measured now; the outbox turns a mark into a time once it is known."""
        return self.stamp(self.clock.mark())


def new_boot() -> str:
    """Return a fresh name for this start of the agent."""
    return secrets.token_hex(8)


def now() -> datetime:
    """Return the time in UTC, for the tools of a person at a desk.

    Raises:
        ClockUnset: nobody has set the clock since power-on; a Raspberry Pi has none of its own.
    """
    at = datetime.now(UTC)
    if at.year < EARLIEST_YEAR:
        raise ClockUnset(f"the clock says {at:%Y-%m-%d}: connect the device to the network once, so that NTP sets it")
    return at
