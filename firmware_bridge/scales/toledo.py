r"""Toledo (Mettler) continuous output, also "MT format" of many Chinese indicators.

    byte   0    1 2 3        4 to 9          10 to 15       16     17
         0x02  SWA SWB SWC   weight, six     tare, six      0x0D   check, where it is switched on
         STX   status        digits, no      digits, no     CR
                             point           point
    short form: without the tare, CR is byte 10.

    SWA  bits 0-2  where the point stands: 0 = x100, 1 = x10, 2 = none, 3 to 6 = one to four decimals; bit 5 = 1
    SWB  bit 0 net, 1 negative, 2 out of range, 3 motion, 4 kg (lb when 0), 5 = 1, 6 just switched on [M]
    SWC  bits 0-2  0 = as SWB says, 1 = g; others (tons, ounces) are refused; bit 5 = 1
    check = two's complement of the sum of the low seven bits of all bytes before it, STX and CR included

Bit 7 of every byte may be a parity bit, sent as one by an indicator set to 7E1 and heard by 8N1: it is taken off.

With the check a single wrong byte is always refused (it changes the sum by 1 to 127); of several, noise passes once in
128, and two digits that changed places always. Without it nothing but the fixed places speaks for a frame, so it must
follow upon the CR of the one before: a stream with checks is not mistaken for one without, and the first frame after
noise is not believed.

Sources: Rice Lake 520 manual p. 76, Kern FTC p. 42, Rockwell 57C428 app. D, Liden LUW2001 p. 16, Cardinal 225 p. 118,
Triner TS-700 p. 13 (SWC), as excerpts; x100, x10 and the parity bit from public readers. Not yet verified on an
indicator of ours.
"""

import re

from firmware_bridge.config import MassUnit
from firmware_bridge.errors import BadFrame
from firmware_bridge.scales.frame import Flaw, ScaleFrame
from firmware_bridge.scales.framed import SEVEN_BITS, FramedDecoder

STX, CR = b"\x02", b"\r"
SHORT_BYTES, LONG_BYTES = 11, 17
"""Without the check."""

_POINT_NONE, _POINT_MOST, _MULTIPLES = 2, 6, {0: 100, 1: 10}
_NET, _NEGATIVE, _OUT, _MOTION, _KG, _ALWAYS, _POWER_UP = (1 << bit for bit in range(7))
_GRAMS = 1
_DIGITS_MAX = 999_999
_BODY = (
    rb"\x02(?P<a>[\x20-\x3f])(?P<b>[\x20-\x3f\x60-\x7f])(?P<c>[\x20-\x3f])"
    rb"(?P<digits>[ 0-9]{6})(?:[ 0-9]{6})?\r"
)
_PLAIN = re.compile(rb"\r" + _BODY, re.DOTALL)
_CHECKED = re.compile(_BODY + rb"(?P<check>[\x00-\xff])", re.DOTALL)


class ToledoDecoder(FramedDecoder):
    """Reads frames with their check, long or short."""

    def __init__(self) -> None:
        super().__init__(STX, (SHORT_BYTES + 1, LONG_BYTES + 1), decode, mask=SEVEN_BITS)


class ToledoPlainDecoder(FramedDecoder):
    """Reads frames without check, long or short, each right behind the one before."""

    def __init__(self) -> None:
        super().__init__(CR + STX, (SHORT_BYTES + 1, LONG_BYTES + 1), decode_plain, shared=1, mask=SEVEN_BITS)


def decode(frame: bytes) -> ScaleFrame | None:
    """Read exactly one frame with its check, bit 7 taken off; None when it isn't one."""
    match = _CHECKED.fullmatch(frame)
    if match is None or match["check"][0] != check_of(frame[:-1]):
        return None
    return _frame_of(match)


def decode_plain(frame: bytes) -> ScaleFrame | None:
    """Read the CR of the frame before and exactly one frame without check; None when it isn't one."""
    match = _PLAIN.fullmatch(frame)
    return None if match is None else _frame_of(match)


def check_of(said: bytes) -> int:
    """Return the check byte of a frame up to its CR."""
    return -sum(byte & 0x7F for byte in said) & 0x7F


def _frame_of(match: re.Match[bytes]) -> ScaleFrame | None:
    a, b, c = match["a"][0], match["b"][0], match["c"][0]
    point, unit, digits = a & 7, _unit(b, c), match["digits"].lstrip()
    flaw = _flaw(b)
    if point > _POINT_MOST or unit is None or not (digits.isdigit() or flaw):
        return None
    number = int(digits if digits.isdigit() else b"0") * _MULTIPLES.get(point, 1) * (-1 if b & _NEGATIVE else 1)
    return ScaleFrame(
        digits=number,
        decimals=max(0, point - _POINT_NONE),
        unit=unit,
        stable=not b & _MOTION,
        basis="net" if b & _NET else "gross",
        flaw=flaw,
    )


def _unit(b: int, c: int) -> MassUnit | None:
    if c & 7 == _GRAMS:
        return "g"
    if c & 7:
        return None
    return "kg" if b & _KG else "lb"


def _flaw(b: int) -> Flaw | None:
    if b & _POWER_UP:
        return "power_up"
    if b & _OUT:
        return "underload" if b & _NEGATIVE else "overload"
    return None


def encode(frame: ScaleFrame, *, tare: int = 0, short: bool = False, check: bool = True) -> bytes:
    """Write a frame, as the simulator does.

    Args:
        frame: what is displayed.
        tare: six digits with the frame's decimals.
        short: without the tare.
        check: with the check.

    Raises:
        BadFrame: the number has more than six digits or more than four decimals.
    """
    if abs(frame.digits) > _DIGITS_MAX or not 0 <= frame.decimals <= _POINT_MOST - _POINT_NONE:
        raise BadFrame(f"{frame.digits} with {frame.decimals} decimals does not fit a Toledo frame: six digits, four")
    said = STX + _status(frame) + b"%6d" % abs(frame.digits) + (b"" if short else b"%6d" % tare) + CR
    return said + bytes([check_of(said)]) if check else said


def _status(frame: ScaleFrame) -> bytes:
    b = _ALWAYS | _KG * (frame.unit != "lb") | _NET * (frame.basis == "net") | _MOTION * (frame.stable is False)
    b |= _NEGATIVE * (frame.digits < 0 or frame.flaw == "underload") | _POWER_UP * (frame.flaw == "power_up")
    b |= _OUT * (frame.flaw in ("overload", "underload"))
    increment_by_one = 1 << 3
    a = _ALWAYS | increment_by_one | frame.decimals + _POINT_NONE
    return bytes([a, b, _ALWAYS | _GRAMS * (frame.unit == "g")])
