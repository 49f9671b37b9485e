"""For calibrating: what the cells say in a few seconds, and orders to the node."""

import time
from dataclasses import dataclass, field

from firmware_bridge.errors import BadCalibration, LineSilent, WrongSettings
from firmware_bridge.node.line import Line
from firmware_bridge.node.records import Ack, Air, Identity, Load, Record
from firmware_bridge.node.shared_line import NodeLine

ANSWER_S = 2.0
FLAWED_RAW = {"high": 0x7FFFFF, "low": -0x800000}


@dataclass
class Heard:
    """What a node said while we listened.

    Attributes:
        readings: cell -> raw readings, oldest first; one at the end of the range is kept, so that it is noticed.
        inputs: the inputs and gains they were made with.
        machine: id of the node; empty when it didn't say.
        celsius: newest air temperature; None when there was none.
    """

    readings: dict[int, list[int]] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)
    machine: str = ""
    celsius: float | None = None

    @property
    def input(self) -> str:
        """The one input and gain of all readings. Raises BadCalibration when there is none, or several."""
        if not self.inputs:
            raise BadCalibration("no load cell said anything; check the wiring of the HX711 (DT, SCK, 3.3 V, GND)")
        if len(self.inputs) > 1:
            raise BadCalibration(
                f"the load cells are measured with {' and '.join(sorted(self.inputs))}; restart the node"
            )
        return next(iter(self.inputs))

    def take(self, record: Record) -> None:
        """Note one record."""
        match record:
            case Load():
                raw = FLAWED_RAW.get(record.flaw, record.raw)
                self.readings.setdefault(record.cell, []).append(raw)
                self.inputs.add(record.input)
            case Air():
                self.celsius = record.celsius
            case Identity():
                self.machine = record.machine


def listen(line: NodeLine, seconds: float, *, cells: tuple[int, ...] = ()) -> Heard:
    """Listen to a node; the line is joined meanwhile.

    Args:
        line: of the node.
        seconds: how long; the air temperature comes every five.
        cells: only these; none named means all.

    Raises:
        LineLost: unplugged, or not there.
        LineSilent, LineGarbled: no line of a node came in all that time.
    """
    heard, listener, count = Heard(), object(), 0
    line.join(listener)
    try:
        deadline_s = time.monotonic() + seconds
        while time.monotonic() < deadline_s:
            try:
                record = line.next(listener, deadline_s)
            except LineSilent:
                if not count:
                    raise
                break
            count += 1
            if not (isinstance(record, Load) and cells and record.cell not in cells):
                heard.take(record)
    finally:
        line.leave(listener)
    return heard


def order(line: NodeLine, verb: str, *fields: str, tag: int = 1) -> None:
    """Give the node an order (who, rate, input, restart, stay) and wait for its acknowledgement.

    Raises:
        LineLost: unplugged, or not there.
        LineSilent: no acknowledgement came.
        WrongSettings: the node doesn't know the order, or refuses its fields.
    """
    listener = object()
    line.join(listener)
    try:
        line.say(Line(tag, verb, fields))
        deadline_s = time.monotonic() + ANSWER_S
        while True:
            record = line.next(listener, deadline_s)
            if isinstance(record, Ack) and record.tag == tag:
                break
            if time.monotonic() >= deadline_s:
                raise LineSilent(f"node: it did not acknowledge {verb!r}; try again")
    finally:
        line.leave(listener)
    if record.answer != "ok":
        raise WrongSettings(f"node: it answers {' '.join((verb, *fields))!r} with {record.answer!r}")
