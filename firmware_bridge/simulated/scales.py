"""Virtual scales: every indicator family on the one plate, with its bytes, its commands and its display."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from firmware_bridge.config import MassUnit
from firmware_bridge.scales.families import INDICATORS, indicator
from firmware_bridge.scales.frame import GRAMS_PER, Flaw, ScaleFrame
from firmware_bridge.scales.xk3190_asked import order_a22, question_a9
from firmware_bridge.simulated.plate import Plate
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Clock, Voice

FRAMES_PER_S = 10
CAPACITY_GRAMS = 30_000.0
LOWEST_GRAMS = -6_000.0
"""Balances show negative loads, but not without end."""

MOTION_FRAMES = 4
MOTION_DIVISIONS = 3
MOTION_SHARE = 0.005
COMMAND_BYTES = 16

Act = Literal["frame", "stable_frame", "repeat", "stop", "tare", "zero"]


@dataclass(frozen=True, slots=True)
class Deed:
    """What an indicator does on a command.

    Attributes:
        act: what it does.
        done: what it answers then.
        refused: what it answers while the load moves; empty when it doesn't mind.
    """

    act: Act
    done: bytes = b""
    refused: bytes = b""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a family behaves.

    Attributes:
        unit: what its display shows.
        decimals: digits after the point.
        sends: whether it sends by itself.
        says_flaws: whether its frames can say overload; if not, it is silent then.
        hears: command -> what it does, at an address.
    """

    unit: MassUnit = "kg"
    decimals: int = 3
    sends: bool = True
    says_flaws: bool = False
    hears: Callable[[int], dict[bytes, Deed]] = lambda _: {}


@dataclass
class Panel:
    """An indicator's inside: what it weighs and what it displays.

    Attributes:
        plate: what stands on it.
        unit: of the display.
        decimals: of the display.
        resolution_grams: its smallest step.
        capacity_grams: above that it says overload.
    """

    plate: Plate
    unit: MassUnit = "kg"
    decimals: int = 3
    resolution_grams: float = 1.0
    capacity_grams: float = CAPACITY_GRAMS
    zero_grams: float = 0.0
    tare_grams: float = 0.0
    _recent: deque[float] = field(default_factory=lambda: deque([0.0], maxlen=MOTION_FRAMES))

    @property
    def gross_grams(self) -> float:
        """What is on the plate since it was zeroed, as of the last look."""
        return self._recent[-1] - self.zero_grams

    @property
    def stable(self) -> bool:
        """Whether the load stands still."""
        span = max(self._recent) - min(self._recent)
        return span <= max(MOTION_DIVISIONS * self.resolution_grams, MOTION_SHARE * abs(self.gross_grams))

    def look(self, elapsed_s: float) -> None:
        """Feel the plate; instants in rising order."""
        self._recent.append(self.plate.load_grams(elapsed_s))

    def shown(self) -> ScaleFrame:
        """Return what the display shows."""
        divisions = round((self.gross_grams - self.tare_grams) / self.resolution_grams)
        last_digit_grams = GRAMS_PER[self.unit] / 10**self.decimals
        return ScaleFrame(
            digits=round(divisions * self.resolution_grams / last_digit_grams),
            decimals=self.decimals,
            unit=self.unit,
            stable=self.stable,
            basis="net" if self.tare_grams else "gross",
            flaw=self._flaw(),
        )

    def _flaw(self) -> Flaw | None:
        if self.gross_grams > self.capacity_grams:
            return "overload"
        return "underload" if self.gross_grams < LOWEST_GRAMS else None

    def tare(self) -> None:
        """Press tare; on an empty plate that takes the tare away."""
        self.tare_grams = round(self.gross_grams / self.resolution_grams) * self.resolution_grams

    def zero(self) -> None:
        """Press zero."""
        self.zero_grams, self.tare_grams = self._recent[-1], 0.0


class ScaleVoice:
    """An indicator of one family; ten looks at the plate a second.

    Args:
        plate: what stands on it.
        family: key in the registry.
        resolution_grams: smallest step of its display.
        address: for families that have one.
        clock: seconds, rising.
    """

    def __init__(
        self,
        plate: Plate,
        family: str,
        *,
        resolution_grams: float = 1.0,
        address: int = 1,
        clock: Clock = time.monotonic,
    ) -> None:
        manner = MANNERS[family]
        self.panel = Panel(plate, manner.unit, manner.decimals, resolution_grams)
        self._encode = indicator(family).encode
        self._says_flaws = manner.says_flaws
        self._sending = manner.sends
        self._hears = manner.hears(address)
        self._clock = clock
        self._start_s = clock()
        self._looks = 0
        self._heard = b""

    def step(self, terminal: Terminal) -> None:
        """Listen until the next tenth of a second, answering; then look at the plate and send, if it sends."""
        if not self._looks:  # a question may come before the first tenth of a second is over
            self.panel.look(0.0)
        self._looks += 1
        due_s = self._looks / FRAMES_PER_S
        while (wait_s := due_s - (self._clock() - self._start_s)) > 0:
            if answer := self.answer(terminal.read(wait_s)):
                terminal.write(answer)
        frame = self.frame(due_s)
        if self._sending:
            terminal.write(frame)

    def frame(self, elapsed_s: float) -> bytes:
        """Look at the plate and return the frame for that instant; empty when the family can't say it."""
        self.panel.look(elapsed_s)
        return self._written()

    def _written(self) -> bytes:
        frame = self.panel.shown()
        return b"" if frame.flaw and not self._says_flaws else self._encode(frame)

    def answer(self, heard: bytes) -> bytes:
        """Do what was asked; return what is answered at once."""
        self._heard += heard
        said = b""
        while found := [(at, command) for command in self._hears if (at := self._heard.find(command)) >= 0]:
            at, command = min(found)
            self._heard = self._heard[at + len(command) :]
            said += self._do(self._hears[command])
        self._heard = self._heard[-COMMAND_BYTES:]
        return said

    def _do(self, deed: Deed) -> bytes:
        if deed.refused and not self.panel.stable:
            return deed.refused
        if deed.act in ("frame", "stable_frame"):
            return self._written()
        if deed.act in ("repeat", "stop"):
            self._sending = deed.act == "repeat"
        elif deed.act == "tare":
            self.panel.tare()
        else:
            self.panel.zero()
        return deed.done


def _keys(tare: bytes, zero: bytes) -> Callable[[int], dict[bytes, Deed]]:
    return lambda _: {tare: Deed("tare"), zero: Deed("zero")}


def _cas(address: int) -> dict[bytes, Deed]:
    tare, zero = b"%02dMT\r\n" % address, b"%02dMZ\r\n" % address
    return {tare: Deed("tare", tare, b"!\r\n"), zero: Deed("zero", zero, b"!\r\n")}


def _sics(_: int) -> dict[bytes, Deed]:
    return {
        b"SIR\r\n": Deed("repeat"),
        b"SI\r\n": Deed("frame"),
        b"S\r\n": Deed("stable_frame", refused=b"S I\r\n"),
        b"T\r\n": Deed("tare", b"T S        0.0 g\r\n", b"T I\r\n"),
        b"Z\r\n": Deed("zero", b"Z A\r\n", b"Z I\r\n"),
        b"@\r\n": Deed("stop", b'I4 A "0"\r\n'),
    }


_LETTERS = _keys(b"T\r\n", b"Z\r\n")
_SICS = Manner(unit="g", decimals=1, sends=False, says_flaws=True, hears=_sics)
MANNERS: dict[str, Manner] = {
    **{row.key: Manner() for row in INDICATORS},
    "xk3190-a9-command": Manner(sends=False, hears=lambda address: {question_a9(address): Deed("frame")}),
    "xk3190-a22": Manner(
        sends=False,
        hears=lambda address: {
            order_a22(address, b"R"): Deed("frame"),
            order_a22(address, b"T"): Deed("tare"),
            order_a22(address, b"0"): Deed("zero"),
        },
    ),
    "xk3190-a12": Manner(hears=_keys(b"T", b"Z")),
    "xk3190-a12e": Manner(says_flaws=True),
    "toledo": Manner(says_flaws=True, hears=_LETTERS),
    "toledo-plain": Manner(says_flaws=True, hears=_LETTERS),
    "mt-sics": _SICS,
    "mt-sics-asked": _SICS,
    "and": Manner(unit="g", decimals=1, says_flaws=True, hears=_LETTERS),
    "cas-22": Manner(says_flaws=True, hears=_cas),
    "cas-18": Manner(says_flaws=True, hears=_cas),
    "cas-10": Manner(hears=_cas),
    "ohaus": Manner(hears=_LETTERS),
    "dini-argeo": Manner(says_flaws=True, hears=_keys(b"TARE\r\n", b"ZERO\r\n")),
    "sartorius-sbi": Manner(unit="g", decimals=1, says_flaws=True, hears=_keys(b"\x1bU\r\n", b"\x1bV\r\n")),
    "generic-text": Manner(says_flaws=True),
}


def _voice(family: str, scene: Scene) -> Voice:
    return ScaleVoice(Plate(scene.flock, scene.calendar, seed=scene.seed), family, address=scene.address)


ROWS: dict[str, Callable[[Scene], Voice]] = {row.key: partial(_voice, row.key) for row in INDICATORS}
