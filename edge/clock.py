"""What time it is on a machine that may have no clock of its own.

A Raspberry Pi boots with the time of its last shutdown. So the wall clock is believed only when the kernel says that
it is kept right, or when nobody is at work here who could set it (no NTP client), or when nobody did for
``wait_s``. Before, moments are marks: times of the year 2024 that count from power-on. ``resolved`` makes them times
once the time is known. After, jumps of a clock that nobody vouches for are not followed (``edge.timescale``).

The offset is kept in a folder that does not survive a power cut, so that a process that starts anew while the network
is away goes on with what the one before knew.
"""

import json
import logging
import math
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from edge.errors import ClockUnset
from edge.machine import Machine
from edge.timescale import Timescale

log = logging.getLogger(__name__)

POWER_ON: Final = datetime(2024, 2, 1, tzinfo=UTC)
"""A mark says how long after power-on; the contract allows no earlier year, and no real event is that old."""
BORN: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""A clock that says less was never set: Henwise is younger."""
WAIT_S: Final = 24 * 3_600.0
KEEPER_LOOK_S: Final = 5.0
_KEPT_ANEW_S: Final = 0.5
_TOLD_S: Final = 1.0


class MachineClocks(Protocol):
    """The clocks of a machine, and who keeps them."""

    def steady_s(self) -> float:
        """Return the time since power-on, in s; no jump of the wall clock moves it."""
        ...

    def wall_s(self) -> float:
        """Return the wall clock, in s since 1970."""
        ...

    def synchronised(self) -> bool | None:
        """Say whether the wall clock is kept right; None when it can't be known."""
        ...

    def has_keeper(self) -> bool:
        """Say whether somebody is at work here who will set it: an NTP client."""
        ...

    def power_on(self) -> str:
        """Return a name of this power-on."""
        ...


@dataclass(frozen=True, slots=True)
class RealClocks:
    """Those of this machine."""

    machine: Machine = field(default_factory=Machine)

    def steady_s(self) -> float:
        """Return the time since power-on, in s."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wall_s(self) -> float:
        """Return the wall clock, in s since 1970."""
        return time.time()

    def synchronised(self) -> bool | None:
        """Say whether the kernel or the NTP client says that it is kept right."""
        return self.machine.clock_trusted()

    def has_keeper(self) -> bool:
        """Say whether an NTP client runs."""
        return self.machine.has_time_client()

    def power_on(self) -> str:
        """Return the kernel's name of this power-on."""
        return self.machine.power_on()


@dataclass(frozen=True, slots=True)
class PowerOn:
    """A power-on whose time is known.

    Attributes:
        name: of it.
        at_ms: when it was, in ms since 1970.
    """

    name: str
    at_ms: int


class Clock:
    """The time; safe to use from any thread.

    Args:
        clocks: of the machine.
        wait_s: so long after power-on an NTP client may take, in s; then a plausible wall clock is believed.
        kept: file for what is known, gone with a power cut; none: it is not kept.
    """

    def __init__(
        self, clocks: MachineClocks | None = None, *, wait_s: float = WAIT_S, kept: Path | None = None
    ) -> None:
        self._clocks = clocks or RealClocks()
        self._wait_s = wait_s
        self._file = kept
        self._lock = threading.Lock()
        self.power_on = self._clocks.power_on()
        self._kept_s = _kept(kept, self.power_on) if kept else None
        self._scale = Timescale(self._kept_s)
        self._keeper, self._keeper_looked_s = False, -math.inf

    def now(self) -> datetime:
        """Return the time in UTC.

        Raises:
            ClockUnset: nobody has set the clock since power-on.
        """
        _steady_s, at_s = self._look()
        if at_s is None:
            raise ClockUnset(
                "nobody has set the clock since power-on: connect the device to the network once, so that NTP sets it"
            )
        return datetime.fromtimestamp(at_s, UTC)

    def mark(self) -> datetime:
        """Return the time in UTC; while nobody knows it, the time since power-on as a mark."""
        steady_s, at_s = self._look()
        return POWER_ON + timedelta(seconds=steady_s) if at_s is None else datetime.fromtimestamp(at_s, UTC)

    def guess(self) -> datetime:
        """Return the time in UTC; while nobody knows it, the wall clock's as far as it is plausible, or a mark."""
        at = self.mark()
        wall_s = self._clocks.wall_s()
        return datetime.fromtimestamp(wall_s, UTC) if is_mark(at) and wall_s >= BORN.timestamp() else at

    def resolved(self, at: datetime) -> datetime:
        """Return the time of a mark of this power-on, or the mark itself while nobody knows; a time as it is."""
        if not is_mark(at):
            return at
        known = self.known()
        return at if known is None else from_ms(known.at_ms) + (at - POWER_ON)

    def known(self) -> PowerOn | None:
        """Return when this power-on was; None while nobody knows."""
        self._look()
        offset_s = self._scale.offset_s
        return None if offset_s is None else PowerOn(self.power_on, round(offset_s * 1000))

    def _look(self) -> tuple[float, float | None]:
        with self._lock:
            was_known = self._scale.offset_s is not None
            vouched = self._vouched()
            steady_s, wall_s = self._clocks.steady_s(), self._clocks.wall_s()
            # Asked before and after: a clock that is being set must not be read with the word of before.
            vouched = (vouched and self._vouched()) or (not was_known and steady_s >= self._wait_s)
            self._scale.look(steady_s, wall_s, believed=vouched and wall_s >= BORN.timestamp())
            if abs(self._scale.jumped_s) >= _TOLD_S:
                log.warning("the clock was set by %+.1f s", self._scale.jumped_s)
            elif not was_known and self._scale.offset_s is not None:
                log.info("the clock is known: %s", datetime.fromtimestamp(wall_s, UTC).isoformat(timespec="seconds"))
            self._keep()
            return steady_s, self._scale.at_s(steady_s)

    def _vouched(self) -> bool:
        return bool(self._clocks.synchronised() or not self._has_keeper())

    def _has_keeper(self) -> bool:
        steady_s = self._clocks.steady_s()
        if steady_s - self._keeper_looked_s >= KEEPER_LOOK_S:  # a few files are looked for: not with each stamp
            self._keeper, self._keeper_looked_s = self._clocks.has_keeper(), steady_s
        return self._keeper

    def _keep(self) -> None:
        offset_s = self._scale.offset_s
        if self._file is None or offset_s is None:
            return
        if self._kept_s is not None and abs(offset_s - self._kept_s) < _KEPT_ANEW_S:
            return
        self._kept_s = offset_s
        beside = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps({"power_on": self.power_on, "offset_s": offset_s}), "utf-8")
            beside.replace(self._file)
        except OSError as error:
            log.warning("%s can't be written: %s", self._file, error.strerror)


def is_mark(at: datetime) -> bool:
    """Say whether a time only counts from power-on."""
    return at < BORN


def mark_ms(at: datetime) -> int:
    """Return how long after power-on a mark was made, in ms."""
    return round((at - POWER_ON) / timedelta(milliseconds=1))


def from_ms(at_ms: int) -> datetime:
    """Return a time from ms since 1970."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at_ms)


def _kept(file: Path, power_on: str) -> float | None:
    try:
        known = json.loads(file.read_bytes())
        return float(known["offset_s"]) if known["power_on"] == power_on else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
