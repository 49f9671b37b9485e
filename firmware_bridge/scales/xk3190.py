r"""Yaohua XK3190-A9, A9+, A6: continuous sending, parameter tF = 0.

    byte   0    1       2 3 4 5 6 7          8          9      10     11
         0x02  '+'|'-'  six ASCII digits,   '0'..'4'    check  check  0x03
         STX   sign     most significant    digits      high   low    ETX
                        first               after the   nibble nibble
                                            point

    check = XOR of bytes 1 to 8; each nibble n is sent as n + 0x30 up to 9 and as n + 0x37 ('A' to 'F') above.
    Line: 8N1 at 600 to 9600 bit/s, 9600 usual. The frame tells neither the unit, nor gross or net, nor stability.

The check refuses any single wrong byte, for that changes the XOR. Of several it sees less: noise passes once in 256,
but two digits that changed places, or the same bit flipped in two of them, pass always. Some firmware sends n + 0x30
for nibbles above 9 (':' to '?'): that is read as well.

Source: XK3190-A9+ user manual, page 9 (easymanua.ls), and the project's field notes (section 4.1), where a public
reader and an emulator agree with it; the liberal nibble is a public reader's. Not yet verified on an indicator of ours.
"""

import re
from functools import reduce
from operator import xor

from firmware_bridge.errors import BadFrame
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.framed import FramedDecoder

FRAME_BYTES = 12
DIGITS_MAX = 999_999
DECIMALS_MAX = 4
STX = b"\x02"
_FRAME = re.compile(rb"\x02(?P<said>(?P<sign>[+-])(?P<digits>[0-9]{6})(?P<decimals>[0-4]))(?P<check>[0-?A-F]{2})\x03")


class Xk3190Decoder(FramedDecoder):
    """Reads the continuous stream; see the module for the frame, ``framed`` for how it may break."""

    def __init__(self) -> None:
        super().__init__(STX, (FRAME_BYTES,), decode)


def decode(frame: bytes) -> ScaleFrame | None:
    """Read exactly one frame; None when it isn't one."""
    match = _FRAME.fullmatch(frame)
    if match is None or xor_of(match["said"]) != value_of(match["check"]):
        return None
    return ScaleFrame(digits=int(match["sign"] + match["digits"]), decimals=int(match["decimals"]))


def encode(digits: int, decimals: int) -> bytes:
    """Write a frame, as the simulator does.

    Args:
        digits: displayed number with its sign, without its point.
        decimals: digits after the point.

    Raises:
        BadFrame: the number has more than six digits, or the point can't stand there.
    """
    if abs(digits) > DIGITS_MAX or not 0 <= decimals <= DECIMALS_MAX:
        raise BadFrame(
            f"{digits} with {decimals} decimals does not fit an XK3190 frame: six digits, 0 to {DECIMALS_MAX} decimals"
        )
    said = b"%c%06d%d" % (b"-" if digits < 0 else b"+", abs(digits), decimals)
    return STX + said + b"%02X" % xor_of(said) + b"\x03"


def xor_of(said: bytes) -> int:
    """Return the check that Yaohua's frames carry: all their bytes, exclusive or."""
    return reduce(xor, said)


def value_of(check: bytes) -> int:
    """Read the two characters of a check."""
    return _nibble(check[0]) << 4 | _nibble(check[1])


def _nibble(character: int) -> int:
    # 'A' to 'F' start at 0x41; everything below, ':' to '?' included, is n + 0x30
    return character - 0x37 if character >= ord("A") else character - 0x30
