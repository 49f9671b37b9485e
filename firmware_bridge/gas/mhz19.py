"""Winsen MH-Z19B, MH-Z19C: nine bytes each way.

    question   FF 01 86 00 00 00 00 00 79     CO2
    answer     FF 86 HH LL TT SS .. .. CHK    CO2 in ppm, high byte first; TT = degrees inside the module + 40
    ABC off    FF 01 79 00 00 00 00 00 86     self-calibration off (A0 instead of 00 in the fourth byte: on); some
                                              firmware answers FF 79 01 .. .. .. .. .. CHK, some nothing

    CHK = 0xFF - (sum of bytes 1 to 7) + 1, of which the low byte. 9600 8N1.

How it breaks, and what then happens:

    a byte flipped            the check refuses the answer; it is asked again, up to two times
    several flipped           eight bits of check let one in 256 pass; so a value above 10,000 ppm or a module beyond
                              -40 to 85 degrees is refused as well
    bytes lost or added       an answer counts only when nine bytes came and nothing else
    an answer comes too late  the line is emptied before each question
    the first three minutes   it warms up and sends a made-up value: read, and called unsettled

The temperature is that of the module, not of the house, and is not passed on.

Source: esphome's mhz19 component, collected in the project's field notes 4.8. Not yet verified on a sensor of ours.
"""

from dataclasses import dataclass

from firmware_bridge.gas.answers import MORE, AnswerDecoder

FRAME_BYTES = 9
START = 0xFF
READ, ABC = 0x86, 0x79
DEGREES_BELOW = 40
MOST_PPM = 10_000
WARMEST_CELSIUS = 85
_HEAD = 2


@dataclass(frozen=True, slots=True)
class MhZ19Answer:
    """One answer.

    Attributes:
        command: what it answers, ``READ`` or ``ABC``.
        ppm: carbon dioxide; only of ``READ``.
        module_celsius: inside the module; only of ``READ``.
    """

    command: int
    ppm: int
    module_celsius: int


def question(command: int, argument: int = 0) -> bytes:
    """Write a question."""
    return framed(bytes([0x01, command, argument, 0, 0, 0, 0]))


def framed(body: bytes) -> bytes:
    """Put start and check around bytes 1 to 7."""
    return bytes([START, *body, -sum(body) & 0xFF])


def decoder() -> AnswerDecoder[MhZ19Answer]:
    """Return a fresh decoder of answers."""
    return AnswerDecoder(bytes([START]), _length, decode)


def _length(start: bytes) -> int | None:
    if len(start) < _HEAD:
        return MORE
    return FRAME_BYTES if start[1] in (READ, ABC) else None


def decode(frame: bytes) -> MhZ19Answer | None:
    """Read exactly one answer; None when its check is wrong."""
    if framed(frame[1:8]) != frame:
        return None
    if frame[1] == ABC:
        return MhZ19Answer(ABC, 0, 0) if not any(frame[3:8]) else None
    answer = MhZ19Answer(READ, int.from_bytes(frame[2:4], "big"), frame[4] - DEGREES_BELOW)
    return answer if answer.ppm <= MOST_PPM and answer.module_celsius <= WARMEST_CELSIUS else None


def encode(ppm: int, module_celsius: int) -> bytes:
    """Write an answer to ``MEASURE``, as the simulator does."""
    return framed(bytes([READ, *ppm.to_bytes(2, "big"), module_celsius + DEGREES_BELOW, 0, 0, 0]))


MEASURE = question(READ)
ABC_OFF = question(ABC, 0x00)
