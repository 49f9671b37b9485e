"""SenseAir S8: Modbus-like frames on a UART of its own, at the address 0xFE, which any of them answers.

    question   FE 04 00 00 00 04 E5 C6                  function 4, from register 0, four of them, CRC
    answer     FE 04 08 SS SS .. .. .. .. HH LL CRC CRC status, two others, CO2 in ppm; all high byte first
    ABC        FE 03 00 1F 00 01 ..                     hours of its self-calibration, function 3; 0 = off
               FE 06 00 1F 00 00 AC 03                  function 6 writes it; the answer repeats the question
    refusal    FE 84 02 CRC CRC                         function + 0x80, then Modbus's exception code

    CRC-16 of Modbus: polynomial 0xA001, from 0xFFFF, low byte first. 9600 8N1; it sends two stop bits. A byte 0x00 and
    5 ms before a question wake it.

How it breaks, and what then happens:

    bytes lost or flipped     the CRC refuses the answer; it is asked again, up to two times
    an answer comes too late  the line is emptied before each question
    0 ppm with "out of range" no value: BadValue
    a fault bit of its status BadValue with what the bit says

Sources: esphome's senseair component (frames, the wake byte, status bits, the 0 ppm rule) and cycbox.io, collected in
the project's field notes 4.8. Not yet verified on a sensor of ours.
"""

import struct
from dataclasses import dataclass

from firmware_bridge.gas.answers import MORE, AnswerDecoder

ADDRESS = 0xFE
WAKE = b"\x00"
WAKE_S = 0.005
READ_HOLDING, READ_INPUT, WRITE = 3, 4, 6
REFUSED = 0x80
ABC_REGISTER = 0x1F
OUT_OF_RANGE = 1 << 5
FAULTS = {
    0: "fatal error",
    1: "offset regulation error",
    2: "algorithm error",
    3: "output error",
    4: "self-diagnostics error",
    6: "memory error",
}
"""Status bit -> what it says. Bit 5, out of range, is no fault of the sensor."""


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_CRC_OF = [_crc_of(byte) for byte in range(256)]
_WORDS_BYTES = (2, 8)
_HEAD = 3
_CRC_BYTES = 2


@dataclass(frozen=True, slots=True)
class S8Answer:
    """One answer.

    Attributes:
        function: as asked; with 0x80 added it is a refusal.
        words: registers; of a refusal its code, of a write register and value.
    """

    function: int
    words: tuple[int, ...]


def question(function: int, register: int, last: int) -> bytes:
    """Write a question; ``last`` is how many registers, or the value to write."""
    said = struct.pack(">BBHH", ADDRESS, function, register, last)
    return said + checked(said)


def decoder() -> AnswerDecoder[S8Answer]:
    """Return a fresh decoder of answers."""
    return AnswerDecoder(bytes([ADDRESS]), _length, decode)


def _length(start: bytes) -> int | None:
    if len(start) < _HEAD:
        return MORE
    function, count = start[1], start[2]
    if function in (READ_HOLDING, READ_INPUT):
        return _HEAD + count + _CRC_BYTES if count in _WORDS_BYTES else None
    if function == WRITE:
        return 8
    return 5 if function in (REFUSED | READ_HOLDING, REFUSED | READ_INPUT, REFUSED | WRITE) else None


def decode(frame: bytes) -> S8Answer | None:
    """Read exactly one answer; None when its check is wrong."""
    if checked(frame[:-_CRC_BYTES]) != frame[-_CRC_BYTES:]:
        return None
    function = frame[1]
    if function & REFUSED:
        return S8Answer(function, (frame[2],))
    body = frame[2:-_CRC_BYTES] if function == WRITE else frame[_HEAD:-_CRC_BYTES]
    return S8Answer(function, struct.unpack(f">{len(body) // 2}H", body))


def encode(answer: S8Answer) -> bytes:
    """Write an answer, as the simulator does."""
    words = struct.pack(f">{len(answer.words)}H", *answer.words)
    if answer.function & REFUSED:
        body = bytes(answer.words)
    elif answer.function == WRITE:
        body = words
    else:
        body = bytes([len(words)]) + words
    said = bytes([ADDRESS, answer.function]) + body
    return said + checked(said)


def checked(said: bytes) -> bytes:
    """Return the two bytes of the check."""
    crc = 0xFFFF
    for byte in said:
        crc = crc >> 8 ^ _CRC_OF[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


MEASURE = question(READ_INPUT, 0, 4)
ABC_ASKED = question(READ_HOLDING, ABC_REGISTER, 1)
ABC_OFF = question(WRITE, ABC_REGISTER, 0)
