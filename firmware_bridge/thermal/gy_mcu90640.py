"""GY-MCU90640: an MLX90640 with a controller that sends its pictures over a UART.

    byte    0-1    2-3     4..1539                            1540-1541          1542-1543
            5A 5A  02 06   768 temperatures, int16 low byte   temperature of     sum of the 771 words before,
                           first, 1/100 degree, 24 rows       the module, the    16 bits, low byte first
                           of 32, one row after the other     same way

    commands    A5 command argument sum                       sum = low byte of the three
                A5 15 01|02|03      9600, 115200, 460800 bit/s
                A5 25 00 .. 04      0.5, 1, 2, 4, 8 pictures a second (8 need 460800 bit/s)
                A5 35 01|02         one picture when asked, all by itself

    115200 8N1 as shipped; boards set to 460800 are met, too.

How it breaks, and what then happens:

    reading starts inside a frame   bytes up to the next head are skipped
    bytes lost in a frame           the sum refuses it; only its head is dropped, so that the next frame's head,
                                    swallowed by the short one, is still found
    a byte flipped                  the sum refuses it
    a head inside a picture         5A 5A is 231 degrees; if it comes, its sum refuses it
    a module beyond -40 to 125      refused: a sum of 16 bits lets one of 65,536 torn frames pass
    a dead pixel                    a value that an MLX90640 can't measure: told as NaN, the rest of the picture goes on

Source: public readers of the board, collected in the project's field notes 4.9; constants in some of them disagree, so
the sums are computed here. Not checked against a recording of a real board.
"""

import struct

from firmware_bridge.errors import BadFrame
from firmware_bridge.thermal.frame import ThermalFrame

WIDTH, HEIGHT = 32, 24
PIXELS = WIDTH * HEIGHT
FRAME_BYTES = 1544
HEAD = b"\x5a\x5a\x02\x06"
COMMAND = 0xA5
SET_BAUD, SET_RATE, SET_OUTPUT = 0x15, 0x25, 0x35
BAUDS = {9600: 1, 115200: 2, 460800: 3}
RATES_HZ = {0.5: 0, 1.0: 1, 2.0: 2, 4.0: 3, 8.0: 4}
ONCE, BY_ITSELF = 1, 2
MODULE_LOW, MODULE_HIGH = -4000, 12500

_WORDS = struct.Struct("<771HH")
_VALUES = struct.Struct(f"<{PIXELS}hh")


def command(what: int, argument: int) -> bytes:
    """Write a command."""
    return bytes([COMMAND, what, argument, (COMMAND + what + argument) & 0xFF])


def baud_command(baud: int) -> bytes:
    """Set the board's line. Raises BadFrame: not one of ``BAUDS``."""
    if baud not in BAUDS:
        raise BadFrame(f"the board can't speak {baud} bit/s; it can {', '.join(map(str, BAUDS))}")
    return command(SET_BAUD, BAUDS[baud])


def rate_command(pictures_per_s: float) -> bytes:
    """Set how many pictures a second it takes. Raises BadFrame: not one of ``RATES_HZ``."""
    if pictures_per_s not in RATES_HZ:
        raise BadFrame(f"{pictures_per_s:g} pictures a second can't be set; {', '.join(map(str, RATES_HZ))} can")
    return command(SET_RATE, RATES_HZ[pictures_per_s])


class GyMcu90640Decoder:
    """Reads the stream; see the module for the frame and its breakages.

    Attributes:
        skipped_bytes: bytes that belonged to no good frame, so far.
        bad_frames: heads whose frame turned out not to be one, so far.
    """

    def __init__(self) -> None:
        self.skipped_bytes = 0
        self.bad_frames = 0
        self._pending = b""

    def feed(self, data: bytes) -> list[ThermalFrame]:
        """Return the frames that ``data`` completes, oldest first."""
        stream = self._pending + data
        frames: list[ThermalFrame] = []
        at = self._next_head(stream, 0)
        while len(stream) - at >= FRAME_BYTES:
            frame = decode(stream[at : at + FRAME_BYTES])
            if frame is None:
                self.bad_frames += 1
                self.skipped_bytes += 1
                at = self._next_head(stream, at + 1)
            else:
                frames.append(frame)
                at = self._next_head(stream, at + FRAME_BYTES)
        self._pending = stream[at:]
        return frames

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for."""
        self.skipped_bytes += len(self._pending)
        self._pending = b""

    def _next_head(self, stream: bytes, at: int) -> int:
        found = stream.find(HEAD, at)
        if found < 0:
            cut = next((length for length in (3, 2, 1) if stream.endswith(HEAD[:length])), 0)
            found = max(at, len(stream) - cut)
        self.skipped_bytes += found - at
        return found


def decode(frame: bytes) -> ThermalFrame | None:
    """Read exactly one frame; None when it isn't one."""
    *words, check = _WORDS.unpack(frame)
    if sum(words) & 0xFFFF != check or not frame.startswith(HEAD):
        return None
    *pixels, module = _VALUES.unpack_from(frame, len(HEAD))
    if not MODULE_LOW <= module <= MODULE_HIGH:
        return None
    return ThermalFrame(tuple(pixels), WIDTH, HEIGHT, module / 100)


def encode(frame: ThermalFrame) -> bytes:
    """Write a frame, as the simulator does. Raises BadFrame: it has another size, or values that don't fit."""
    try:
        said: bytes = HEAD + _VALUES.pack(*frame.hundredths, round(frame.module_celsius * 100))
    except struct.error as error:
        raise BadFrame(f"a frame takes {PIXELS} values of -327.68 to 327.67 °C ({error})") from error
    total: int = sum(struct.unpack("<771H", said))
    return said + (total & 0xFFFF).to_bytes(2, "little")
