"""The node's line protocol HW1: lines out, commands in. docs/hardware/node-protocol.md is its description."""

from binascii import crc32

MARK = "HW1"
LINE_BYTES_MOST = 128
SEQ_MOST = 65535


def line(seq: int, kind: str, fields: tuple) -> bytes:
    """Write a line."""
    body = ",".join([MARK, str(seq), kind] + [str(field) for field in fields])
    return f"${body}*{crc32(body.encode()):08X}\r\n".encode()


def hundredths(value: int) -> str:
    """Write a whole number of hundredths with its point: no float ever rounds what is said."""
    size = abs(value)
    return f"{'-' if value < 0 else ''}{size // 100}.{size % 100:02d}"


def command(said: bytes) -> tuple | None:
    """Return (tag, verb, fields) of what was said; None when it is no sound command."""
    start, star = said.rfind(b"$"), said.rfind(b"*")
    if start < 0 or star < start:
        return None
    body = said[start + 1 : star]
    try:
        words = body.decode().split(",")
        if said[star + 1 :].strip().decode() != f"{crc32(body):08X}" or words[0] != MARK:
            return None
        return int(words[1]), words[2], tuple(words[3:])
    except (ValueError, IndexError):
        return None


class Ear:
    """Collects what the host sends into commands; holds no more than one line."""

    def __init__(self) -> None:
        self.bad = 0
        self._held = b""

    def feed(self, data: bytes) -> list:
        """Return the commands that ``data`` completes; lines that are none are counted."""
        *ended, self._held = (self._held + data).split(b"\n")
        if len(self._held) > LINE_BYTES_MOST:
            self._held = b""
            self.bad += 1
        commands = []
        for said in ended:
            found = command(said)
            if found is None:
                self.bad += 1
            else:
                commands.append(found)
        return commands
