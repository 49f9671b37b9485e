r"""The node's line protocol HW1, bytes to lines: both directions have the same form.

    $HW1,<number>,<word>[,<field>...]*<check>\r\n

    number   0 to 65535. Node to host: the sequence, one more with each line, 0 after 65535 and after a start.
             Host to node: a tag, which comes back in the acknowledgement.
    word     what the line is, lower-case letters
    field    printable ASCII without $ * and comma
    check    CRC-32 (ISO-HDLC, that of zlib and Ethernet) of all between $ and *, eight hexadecimal digits, upper case
    a line is at most 128 bytes long

How it breaks, and what then happens:

    reading starts inside a line     bytes up to the next $ are skipped
    bytes lost or flipped            the check refuses the line; the next $ begins the next one, also inside a torn line
    whole lines lost                 the sequence has a gap, which is counted
    another instrument on the port   nothing passes: ``bad_frames`` and ``skipped_bytes`` rise, no line comes

docs/hardware/node-protocol.md describes it with vectors. It supersedes the ``HX,<raw>,<seq>`` of the project's field
notes (section 4.6): without a check a torn number is still a number.
"""

import re
from dataclasses import dataclass
from zlib import crc32

from firmware_bridge.errors import BadFrame

MARK = "HW1"
LINE_BYTES_MOST = 128
NUMBERS = 65536
_LINE = re.compile(rb"\$(?P<said>HW1,(?P<number>[0-9]{1,5}),(?P<rest>[ -#%-)+-~]+))\*(?P<check>[0-9A-F]{8})\r?\n")
_WORD = re.compile(r"[a-z]+")
_FIELD = re.compile(r"[ -#%-)+\--~]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One sound line.

    Attributes:
        number: sequence or tag, 0 to 65535.
        word: what it is.
        fields: what it says.
    """

    number: int
    word: str
    fields: tuple[str, ...] = ()


def encode(line: Line) -> bytes:
    """Write a line.

    Raises:
        BadFrame: its number, word or fields can't be written, or it would be too long.
    """
    sound = 0 <= line.number < NUMBERS and _WORD.fullmatch(line.word) and all(map(_FIELD.fullmatch, line.fields))
    body = ",".join((MARK, str(line.number), line.word, *line.fields)).encode("ascii", "replace")
    written = b"$%s*%08X\r\n" % (body, crc32(body))
    if not sound or len(written) > LINE_BYTES_MOST:
        raise BadFrame(f"{line} does not fit a node's line: printable ASCII without $ * and comma, 128 bytes at most")
    return written


class LineDecoder:
    """Takes a stream in pieces of any size, gives whole lines; never raises, never holds more than one line.

    Attributes:
        skipped_bytes: bytes that belonged to no sound line, so far.
        bad_frames: beginnings of lines that turned out not to be one, so far.
    """

    def __init__(self) -> None:
        self.skipped_bytes = 0
        self.bad_frames = 0
        self._pending = b""

    def feed(self, data: bytes) -> list[Line]:
        """Return the lines that ``data`` completes, oldest first."""
        stream = self._pending + data
        lines: list[Line] = []
        at = 0
        for match in _LINE.finditer(stream):
            if match.end() - match.start() <= LINE_BYTES_MOST and int(match["check"], 16) == crc32(match["said"]):
                self._skip(stream[at : match.start()])
                lines.append(_line(match))
                at = match.end()
        waits = self._waits_from(stream, at)
        self._skip(stream[at:waits])
        self._pending = stream[waits:]
        return lines

    def forget(self) -> None:
        """Skip the beginning of a line that is being waited for."""
        self._skip(self._pending)
        self._pending = b""

    def _waits_from(self, stream: bytes, at: int) -> int:
        start = stream.rfind(b"$", at)
        if start < 0 or len(stream) - start >= LINE_BYTES_MOST or b"\n" in stream[start:]:
            return len(stream)
        return start

    def _skip(self, skipped: bytes) -> None:
        self.skipped_bytes += len(skipped)
        self.bad_frames += skipped.count(b"$")


def _line(match: re.Match[bytes]) -> Line:
    word, *fields = match["rest"].decode("ascii").split(",")
    return Line(int(match["number"]) % NUMBERS, word, tuple(fields))
