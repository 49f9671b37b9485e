r"""Yaohua indicators that speak when they are asked: XK3190-A9+ and kin (tF = 1), XK3190-A22; and the C602's frame.

    A9+, A23p, DS3    question  02 Adr Cmd XH XL 03                  Cmd: A hello, B gross, C tare, D net
                      answer    02 Adr Cmd sign d1..d6 dp XH XL 03   14 bytes, most significant digit first
    A22               question  02 Adr Cmd VH VL 03                  Cmd: R read, T tare, 0 zero
                      answer    = w1..w7 sign                        9 bytes, point included, least significant first;
                                                                     sign '0' is plus, '1' minus
    C602, port 1      02 d1..d6 0D 0A 03                             sent by itself; the point is left out

Adr is 'A' to 'Z' for addresses 1 to 26. X = XOR of all bytes between 02 and itself, nibbles as in ``xk3190``;
V = Adr XOR Cmd, its nibbles always n + 0x30.

The A9+'s answer has a check, as strong as that of ``xk3190``; the other two have none.

Sources, as excerpts: XK3190-A9+ manual p. 11, -A23p p. 26, -DS3 p. 8, -A1+P p. 21; -A22 p. 13; C602 in the project's
field notes 4.1. Not yet verified on an indicator of ours.
"""

import re

from firmware_bridge.errors import BadFrame
from firmware_bridge.scales.frame import Basis, ScaleFrame
from firmware_bridge.scales.framed import FramedDecoder
from firmware_bridge.scales.text import number_field
from firmware_bridge.scales.xk3190 import DECIMALS_MAX, DIGITS_MAX, value_of, xor_of

A9_BYTES, A22_BYTES, C602_BYTES = 14, 9, 10
ADDRESSES = 26
_A9 = re.compile(
    rb"\x02(?P<said>[A-Z](?P<command>[BCD])(?P<sign>[+-])(?P<digits>[0-9]{6})(?P<decimals>[0-4]))"
    rb"(?P<check>[0-?A-F]{2})\x03"
)
_A22 = re.compile(rb"=(?P<number>[0-9]{1,4}\.?[0-9]+)(?P<sign>[01])")
_C602 = re.compile(rb"\x02(?P<digits> {0,5}-?[0-9]{1,6})\r\n\x03")
_BASIS: dict[bytes, Basis] = {b"B": "gross", b"C": "tare", b"D": "net"}
_COMMAND = {"gross": b"B", "tare": b"C", "net": b"D"}


class A9AnswerDecoder(FramedDecoder):
    """Reads the answers of an A9+ in command mode."""

    def __init__(self) -> None:
        super().__init__(b"\x02", (A9_BYTES,), decode_a9)


class A22Decoder(FramedDecoder):
    """Reads the answers of an A22."""

    def __init__(self) -> None:
        super().__init__(b"=", (A22_BYTES,), decode_a22)


class C602Decoder(FramedDecoder):
    """Reads what a C602's port 1 sends; the point must be known from elsewhere."""

    def __init__(self) -> None:
        super().__init__(b"\x02", (C602_BYTES,), decode_c602)


def question_a9(address: int, command: bytes = b"B") -> bytes:
    """Return the A9+'s question; ``B`` asks for the gross weight."""
    said = _letter(address) + command
    return b"\x02" + said + b"%02X" % xor_of(said) + b"\x03"


def order_a22(address: int, command: bytes) -> bytes:
    """Return a question or command of the A22."""
    check = xor_of(_letter(address) + command)
    return b"\x02" + _letter(address) + command + bytes([(check >> 4) + 0x30, (check & 15) + 0x30]) + b"\x03"


def _letter(address: int) -> bytes:
    return bytes([ord("A") + address - 1])


def decode_a9(frame: bytes) -> ScaleFrame | None:
    """Read exactly one answer of an A9+; None when it isn't one."""
    match = _A9.fullmatch(frame)
    if match is None or xor_of(match["said"]) != value_of(match["check"]):
        return None
    digits = int(match["sign"] + match["digits"])
    return ScaleFrame(digits, int(match["decimals"]), basis=_BASIS[match["command"]])


def decode_a22(frame: bytes) -> ScaleFrame | None:
    """Read exactly one answer of an A22; None when it isn't one."""
    match = _A22.fullmatch(frame)
    if match is None:
        return None
    whole, _, part = match["number"][::-1].partition(b".")
    return ScaleFrame(int(whole + part) * (-1 if match["sign"] == b"1" else 1), len(part))


def decode_c602(frame: bytes) -> ScaleFrame | None:
    """Read exactly one frame of a C602, as if it had no decimals; None when it isn't one."""
    match = _C602.fullmatch(frame)
    return None if match is None else ScaleFrame(int(match["digits"].replace(b" ", b"")), 0)


def encode_a9(frame: ScaleFrame, address: int = 1) -> bytes:
    """Write an A9+'s answer. Raises BadFrame."""
    if abs(frame.digits) > DIGITS_MAX or not 0 <= frame.decimals <= DECIMALS_MAX:
        raise BadFrame(f"{frame.digits} with {frame.decimals} decimals does not fit: six digits, 0 to 4 decimals")
    sign = b"-" if frame.digits < 0 else b"+"
    command = _COMMAND[frame.basis or "gross"]
    said = b"%s%s%s%06d%d" % (_letter(address), command, sign, abs(frame.digits), frame.decimals)
    return b"\x02" + said + b"%02X" % xor_of(said) + b"\x03"


def encode_a22(frame: ScaleFrame) -> bytes:
    """Write an A22's answer. Raises BadFrame."""
    number = number_field(ScaleFrame(abs(frame.digits), frame.decimals), 7)
    return b"=" + number[::-1] + (b"1" if frame.digits < 0 else b"0")


def encode_c602(frame: ScaleFrame) -> bytes:
    """Write a C602's frame; its point is lost. Raises BadFrame."""
    return b"\x02" + number_field(ScaleFrame(frame.digits, 0), 6, fill=" ") + b"\r\n\x03"
