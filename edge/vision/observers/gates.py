"""Followed birds -> who passed each gate, one GateCrossing per gate and minute; and the evening roll call."""

from collections.abc import Iterator
from dataclasses import dataclass

from contract.messages import Event, GateCrossing
from edge.camera_config import CameraConfig, GateConfig
from edge.origin import Origin
from edge.vision.camera import Frame
from edge.vision.gate import Crossings, Gate, Hole, HoleCounter, Line
from edge.vision.line_gate import LineCounter, counter_of
from edge.vision.observers.seen import Seen
from edge.vision.rollbook import RollBook
from edge.vision.tracking import Tracks

WINDOW_S = 60.0


@dataclass(slots=True)
class _Counted:
    config: GateConfig
    counter: LineCounter | HoleCounter
    passed: Crossings


class Gates:
    """The gates that one camera sees.

    Args:
        config: the camera.
        origin: who speaks.
        book: keeps who is outside, for all gates of the device; None where nobody goes out.
    """

    def __init__(self, config: CameraConfig, origin: Origin, *, book: RollBook | None) -> None:
        self._config = config
        self._origin = origin
        self._book = book
        self._gates: list[_Counted] = []
        self._size_wh = (0, 0)
        self._began_s: float | None = None

    def look(self, config: CameraConfig, frame: Frame) -> Iterator[Event]:
        """Tell what passed the gates so far; a gate that stays where it was goes on with the birds it follows."""
        if self._gates and self._began_s is not None:
            yield from self._window(frame)
        self._config = config
        stay = {one.config: one for one in self._gates}
        sized = self._size_wh != (0, 0)
        self._gates = [stay.get(gate) or self._counted(gate) for gate in config.gates] if sized else []
        self._began_s = frame.at_s

    def see(self, seen: Seen) -> Iterator[Event]:
        """Take one frame."""
        if not self._config.gates:
            return
        if self._began_s is None:
            self._began_s = seen.frame.at_s
        if seen.tracks is not None:
            self._follow(seen, seen.tracks)
        if seen.frame.at_s - self._began_s >= WINDOW_S:
            yield from self._window(seen.frame)
        if self._book:
            yield from self._book.due(seen.frame.at)

    def _follow(self, seen: Seen, tracks: Tracks) -> None:
        if seen.size_wh != self._size_wh:
            self._size_wh = seen.size_wh
            self._gates = [self._counted(gate) for gate in self._config.gates]
        for gate in self._gates:
            passed = gate.counter.update(seen.frame.at_s, tracks)
            gate.passed += passed
            if self._book and (passed.birds_in or passed.birds_out):
                self._book.passed(seen.frame.at, passed)

    def _counted(self, gate: GateConfig) -> _Counted:
        return _Counted(gate, counter_of(gate_of(gate, self._size_wh)), Crossings())

    def _window(self, frame: Frame) -> Iterator[GateCrossing]:
        window_s = frame.at_s - (self._began_s or frame.at_s)
        self._began_s = frame.at_s
        for gate in self._gates if window_s > 0 else ():
            yield GateCrossing(
                **self._origin.stamp(frame.at),
                gate=gate.config.slug,
                window_s=round(window_s, 3),
                birds_in=gate.passed.birds_in,
                birds_out=gate.passed.birds_out,
            )
            gate.passed = Crossings()


def gate_of(config: GateConfig, size_wh: tuple[int, int]) -> Gate:
    """Return a gate in pixels of a picture of ``size_wh``."""

    def pixels(point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * size_wh[0], point[1] * size_wh[1]

    if config.line is not None:
        return Line(pixels(config.line[0]), pixels(config.line[1]), config.inside)
    return Hole([pixels(corner) for corner in config.hole or ()], config.hole_leads)
