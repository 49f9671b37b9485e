r"""Yaohua XK3190-A9, A9+, A6: continuous sending, parameter tF = 0.

    byte   0    1       2 3 4 5 6 7          8          9      10     11
         0x02  '+'|'-'  six ASCII digits,   '0'..'4'    check  check  0x03
         STX   sign     most significant    digits      high   low    ETX
                        first               after the   nibble nibble
                                            point

    check = XOR of bytes 1 to 8; each nibble n is sent as n + 0x30 up to 9 and as n + 0x37 ('A' to 'F') above.
    Line: 8N1 at 600 to 9600 bit/s, 9600 usual. The frame tells neither the unit, nor gross or net, nor stability.

How it breaks, and what then happens:

    reading starts inside a frame          bytes up to the next STX are skipped
    bytes lost in a frame                  the candidate has no ETX where it must be: only its STX is dropped, so that
                                           the next frame's STX, swallowed by the short one, is still found
    a byte flipped                         the check refuses it
    noise between frames, noise with STX   skipped; costs at most the frame that the false STX reaches into
    another baud rate or family            nothing passes: ``bad_frames`` and ``skipped_bytes`` rise, no frame comes
    n + 0x30 for nibbles above 9 (':'-'?') some firmware sends that; it is read as well

Source: XK3190-A9+ user manual, page 9 (easymanua.ls), and the project's field notes (section 4.1), where a public
reader and an emulator agree with it; the liberal nibble is a public reader's. Not yet verified on an indicator of ours.
"""

import re
from functools import reduce
from operator import xor

from firmware_bridge.errors import BadFrame
from firmware_bridge.scales.frame import ScaleFrame

FRAME_BYTES = 12
DIGITS_MAX = 999_999
DECIMALS_MAX = 4
STX = b"\x02"
_FRAME = re.compile(rb"\x02(?P<said>(?P<sign>[+-])(?P<digits>[0-9]{6})(?P<decimals>[0-4]))(?P<check>[0-?A-F]{2})\x03")


class Xk3190Decoder:
    """Reads the continuous stream; see the module for the frame and its breakages."""

    def __init__(self) -> None:
        self.skipped_bytes = 0
        self.bad_frames = 0
        self._pending = b""

    def feed(self, data: bytes) -> list[ScaleFrame]:
        """Return the frames that ``data`` completes, oldest first."""
        stream = self._pending + data
        frames: list[ScaleFrame] = []
        at = self._next_start(stream, 0)
        while len(stream) - at >= FRAME_BYTES:
            frame = decode(stream[at : at + FRAME_BYTES])
            if frame is None:
                self.bad_frames += 1
                self.skipped_bytes += 1
                at = self._next_start(stream, at + 1)
            else:
                frames.append(frame)
                at = self._next_start(stream, at + FRAME_BYTES)
        self._pending = stream[at:]
        return frames

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for."""
        self.skipped_bytes += len(self._pending)
        self._pending = b""

    def _next_start(self, stream: bytes, at: int) -> int:
        found = stream.find(STX, at)
        start = len(stream) if found < 0 else found
        self.skipped_bytes += start - at
        return start


def decode(frame: bytes) -> ScaleFrame | None:
    """Read exactly one frame; None when it isn't one."""
    match = _FRAME.fullmatch(frame)
    if match is None or _check(match["said"]) != _nibble(match["check"][0]) << 4 | _nibble(match["check"][1]):
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
    return STX + said + b"%02X" % _check(said) + b"\x03"


def _check(said: bytes) -> int:
    return reduce(xor, said)


def _nibble(character: int) -> int:
    # 'A' to 'F' start at 0x41; everything below, ':' to '?' included, is n + 0x30
    return character - 0x37 if character >= ord("A") else character - 0x30
