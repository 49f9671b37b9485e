"""What is configured on a node: a platform (with a calibration, it gives the load) or the climate (without).

A load is given when every cell of the platform has said something new: the cells convert on their own, ten times a
second. A flawed reading, one of another input than the calibration's or of another node is never a load.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contract.quantities import QUANTITIES
from firmware_bridge.device import Measured
from firmware_bridge.errors import BadValue, LineSilent, WrongSettings
from firmware_bridge.node.calibration import Fit
from firmware_bridge.node.records import Air, Fault, Identity, Load, Record, Skin
from firmware_bridge.node.shared_line import NodeLine

LOAD = "load_grams"
TEMPERATURE, HUMIDITY, SURFACE = "temperature_celsius", "humidity_percent", "surface_temperature_celsius"
ALL = "node"
"""The part that a crash of the firmware is told under."""

FRESH_S = 12.0
"""The node measures the climate every 5 s; what is older than two such turns is not passed on."""

FLAWS = {
    "high": "at the upper end of its range: overloaded, or a wire off or broken (E+, E-, A+, A-)",
    "low": "at the lower end of its range: pushed the wrong way, or a wire off or broken (E+, E-, A+, A-)",
}
CAUSES = {
    "silent": "does not answer; check its wires and its supply",
    "crc": "answers with a wrong checksum; shorten its wires, keep them away from motors",
    "garbled": "loses the clock; shorten its wires, keep them away from motors",
    "chip": "reports an error of its own; switch the node off and on, replace it if that stays",
    "range": "gives a value it can't measure; replace it if that stays",
}


class Meaning(Protocol):
    """Turns what a node says into values.

    Attributes:
        quantities: keys it can give.
        problem: why nothing can be given, empty when nothing is wrong.
        faults: readings refused since it was made.
    """

    quantities: tuple[str, ...]
    problem: str
    faults: int

    def take(self, record: Record) -> dict[str, float]:
        """Return the values that the record completes, none when it doesn't. Raises WrongSettings."""
        ...

    def forget(self) -> None:
        """Begin anew: what was heard before is old."""
        ...


@dataclass(frozen=True, slots=True)
class Scale:
    """How a platform's counts are read.

    Attributes:
        fit: raw counts to grams; names the cells.
        input: input and gain it was made with.
        machine: id of the node it was made with; empty: any.
    """

    fit: Fit
    input: str
    machine: str = ""


class Platform:
    """The load on the cells of one calibration.

    Args:
        scale: how to read them.
        clock: seconds, rising.
    """

    quantities: tuple[str, ...] = (LOAD,)

    def __init__(self, scale: Scale, clock: Callable[[], float] = time.monotonic) -> None:
        self.problem = ""
        self.faults = 0
        self._scale = scale
        self._clock = clock
        self._counts: dict[int, int] = {}
        self._celsius: tuple[float, float] | None = None

    def take(self, record: Record) -> dict[str, float]:
        """Return the load when every cell has said something new. Raises WrongSettings."""
        match record:
            case Load() if record.cell in self._scale.fit.grams_per_count:
                return self._load(record)
            case Air():
                self._celsius = (self._clock(), record.celsius)
            case Fault() if record.part in self._parts() | {ALL}:
                self.faults += 1
                self.problem = _sentence(record)
            case Identity():
                self._check(record)
        return {}

    def forget(self) -> None:
        """Begin anew."""
        self.problem = ""
        self._counts.clear()
        self._celsius = None

    def _load(self, load: Load) -> dict[str, float]:
        flaw = self._flaw(load)
        if flaw:
            self.faults += 1
            self.problem = flaw
            self._counts.clear()
            return {}
        self._counts[load.cell] = load.raw
        if len(self._counts) < len(self._scale.fit.grams_per_count):
            return {}
        grams = round(self._scale.fit.grams(self._counts, self._warmth()), 3)
        self._counts.clear()
        self.problem = QUANTITIES[LOAD].problem_with(grams) or ""
        self.faults += bool(self.problem)
        return {} if self.problem else {LOAD: grams}

    def _flaw(self, load: Load) -> str:
        if load.flaw != "ok":
            return f"node: load cell {load.cell} is {FLAWS[load.flaw]}"
        if load.input != self._scale.input:
            return (
                f"node: load cell {load.cell} is measured with {load.input}, its calibration was made with "
                f"{self._scale.input}; restart the node, or calibrate anew"
            )
        return ""

    def _warmth(self) -> float | None:
        fresh = self._celsius is not None and self._clock() - self._celsius[0] <= FRESH_S
        return self._celsius[1] if self._celsius and fresh else None

    def _parts(self) -> set[str]:
        return {f"load{cell}" for cell in self._scale.fit.grams_per_count}

    def _check(self, identity: Identity) -> None:
        if self._scale.machine and identity.machine != self._scale.machine:
            raise WrongSettings(
                f"node: the calibration was made with the board {self._scale.machine}, {identity.machine} is on the "
                "line; swap the cables, or calibrate anew"
            )
        missing = self._parts() - set(identity.parts)
        if missing:
            raise WrongSettings(
                f"node: its board file names no {', '.join(sorted(missing))}, which the calibration needs; "
                "check CELLS in board.py, or calibrate anew"
            )


class Climate:
    """Temperature, humidity and surface temperature: each time one of them comes, all that are fresh.

    Args:
        clock: seconds, rising.
    """

    quantities: tuple[str, ...] = (TEMPERATURE, HUMIDITY, SURFACE)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.problem = ""
        self.faults = 0
        self._clock = clock
        self._heard: dict[str, tuple[float, float]] = {}

    def take(self, record: Record) -> dict[str, float]:
        """Return what is fresh when the record is of the climate."""
        match record:
            case Air():
                return self._fresh({TEMPERATURE: record.celsius, HUMIDITY: record.percent})
            case Skin():
                return self._fresh({SURFACE: record.celsius})
            case Fault(part="air" | "skin" | "node"):
                self.faults += 1
                self.problem = _sentence(record)
            case Identity() if not {"air", "skin"} & set(record.parts):
                self.problem = "node: its board file names neither AIR nor SKIN; this instrument needs a calibration"
        return {}

    def forget(self) -> None:
        """Begin anew."""
        self.problem = ""
        self._heard.clear()

    def _fresh(self, values: dict[str, float]) -> dict[str, float]:
        now = self._clock()
        for key, value in values.items():
            refused = QUANTITIES[key].problem_with(value)
            if refused:
                self.faults += 1
                self.problem = f"node: {refused}"
            else:
                self._heard[key] = (now, value)
        return {key: value for key, (at, value) in self._heard.items() if now - at <= FRESH_S}


class Node:
    """The device; see ``firmware_bridge.device.Device``.

    Args:
        line: of the node, shared.
        meaning: what is wanted from it.
        timeout_s: longest wait for a value.
    """

    family = "node"
    streaming = True

    def __init__(self, line: NodeLine, meaning: Meaning, *, timeout_s: float) -> None:
        self.quantities: tuple[str, ...] = meaning.quantities
        self.line = line
        self._meaning = meaning
        self._timeout_s = timeout_s

    @property
    def faults(self) -> int:
        """Bad and lost lines of the node, and refused readings of ours, so far."""
        return self.line.decoder.bad_frames + self.line.decoder.lost_lines + self._meaning.faults

    def open(self) -> None:
        """Join the line. Raises LineLost."""
        if self.line.join(self):
            self._meaning.forget()

    def read(self) -> Measured:
        """Return the next values. Raises LineLost, LineSilent, LineGarbled, BadValue, WrongSettings."""
        deadline_s = time.monotonic() + self._timeout_s
        while True:
            try:
                values = self._meaning.take(self.line.next(self, deadline_s))
            except LineSilent as error:
                raise self._nothing_usable(error) from error
            if values:
                return Measured(values)
            if time.monotonic() >= deadline_s:
                raise self._nothing_usable(LineSilent("node: it speaks, but says nothing of what is configured here"))

    def _nothing_usable(self, error: LineSilent) -> LineSilent | BadValue:
        return BadValue(self._meaning.problem) if self._meaning.problem else error

    def close(self) -> None:
        """Leave the line."""
        self.line.leave(self)


def _sentence(fault: Fault) -> str:
    if fault.part == ALL:
        return f"node: its program stopped ({fault.cause}) and begins again; if that stays, flash the firmware anew"
    what = {"air": "the air sensor (SHT3x)", "skin": "the infrared thermometer (MLX90614)"}
    part = what.get(fault.part, fault.part.replace("load", "load cell "))
    return f"node: {part} {CAUSES.get(fault.cause, f'is in trouble ({fault.cause})')}"
