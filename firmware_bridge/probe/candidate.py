"""What a family looks like to somebody who doesn't know yet what is on the line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from firmware_bridge.gas import mhz19, senseair
from firmware_bridge.node import families as node
from firmware_bridge.node.decoder import NodeDecoder
from firmware_bridge.node.line import Line as NodeLine
from firmware_bridge.node.line import encode
from firmware_bridge.registry import Line
from firmware_bridge.scales.families import INDICATORS
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.indicator import Indicator
from firmware_bridge.thermal import families as thermal
from firmware_bridge.thermal.gy_mcu90640 import FRAME_BYTES, GyMcu90640Decoder

Sureness = Literal["sure", "likely", "possible"]


class Ear(Protocol):
    """A decoder, as far as probing goes; ``FrameDecoder`` is one."""

    @property
    def skipped_bytes(self) -> int:
        """Bytes that belonged to no frame, so far."""
        ...

    def feed(self, data: bytes) -> Sequence[object]:
        """Return the frames that ``data`` completes."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family that may be on the line.

    Attributes:
        family: key in the registry.
        lines: how its port can be set, as shipped first.
        ear: makes a fresh decoder.
        ask: a question that changes nothing; empty when it has none.
        speaks: may be heard without a question.
        checked: its frames carry a check, so that noise can't be taken for one.
        apart_s: time between two frames at the slowest, without the time the frame itself takes.
        frame_bytes: length of its longest frame.
        wake: sent a moment before the question.
        write: writes a frame as the family does; of two that read the same bytes, it tells whose they are.
    """

    family: str
    lines: tuple[Line, ...]
    ear: Callable[[], Ear]
    ask: bytes = b""
    speaks: bool = True
    checked: bool = False
    apart_s: float = 0.3
    frame_bytes: int = 24
    wake: bytes = b""
    write: Callable[[ScaleFrame], bytes] | None = None

    def patience_s(self, baud: int) -> float:
        """Return how long to listen for three frames, the first of them cut."""
        return 3.5 * max(self.apart_s, 11 * self.frame_bytes / baud)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is on the port.

    Attributes:
        family: key in the registry.
        line: how to set the port.
        sureness: sure = its checks were right, likely = everything fits, possible = something fits.
        why: what was heard, a sentence.
        address: Modbus address; None where it has none.
        others: families that explain it as well, the likeliest first.
    """

    family: str
    line: Line
    sureness: Sureness
    why: str
    address: int | None = None
    others: tuple[str, ...] = ()


GAS_LINES = (Line(9600),)

TWINS: Mapping[str, tuple[str, ...]] = {
    "mt-sics": ("mt-sics-asked",),
    "xk3190-a9-text": ("xk3190-a9-text-reversed", "xk3190-a9-text-forward"),
}
"""Family -> the same instruments as other rows have them, read in a way the user chooses; told beside it."""

WHO = encode(NodeLine(0, "who", ()))
"""Our node answers with what it is."""

ASKED_INSTEAD = {"mt-sics": b"SI\r\n"}
"""Its own question switches repeating on; a probe leaves nothing switched on."""


def candidates() -> list[Candidate]:
    """Return all families that can be told by their frames, the more particular ones first."""
    scales = [
        Candidate(row.key, row.lines, row.decoder, _question(row), _speaks(row), row.checked, write=row.encode)
        for row in INDICATORS
        if row.key not in {twin for twins in TWINS.values() for twin in twins}
    ]
    return [
        *scales,
        Candidate(node.FAMILY, node.LINES, NodeDecoder, WHO, checked=True),
        Candidate("senseair-s8", GAS_LINES, senseair.decoder, senseair.MEASURE, wake=senseair.WAKE, checked=True),
        Candidate("mh-z19", GAS_LINES, mhz19.decoder, mhz19.MEASURE, checked=True),
        Candidate(
            thermal.KEY,
            thermal.LINES,
            GyMcu90640Decoder,
            checked=True,
            apart_s=1 / thermal.PICTURES_PER_S,
            frame_bytes=FRAME_BYTES,
        ),
    ]


def _question(row: Indicator) -> bytes:
    prompt = row.talk(1).prompt
    return ASKED_INSTEAD.get(row.key, prompt.ask if prompt else b"")


def _speaks(row: Indicator) -> bool:
    prompt = row.talk(1).prompt
    return prompt is None or not prompt.each
