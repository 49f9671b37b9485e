"""A node's stream, bytes to records: what was lost on the way is counted, a restart is noticed."""

from firmware_bridge.node.line import NUMBERS, LineDecoder
from firmware_bridge.node.records import Identity, Record, Up, record_of

FORGOTTEN = NUMBERS // 2
"""A sequence that is ahead by more than half of all numbers has gone back: a restart whose first line was lost."""


class NodeDecoder:
    """Takes a stream in pieces of any size, gives records; never raises, never holds more than one line.

    Attributes:
        lost_lines: gaps in the sequence, so far; a restart is no gap.
        restarts: of the node, seen since this was made.
        unknown_lines: sound lines of a word or form that this version doesn't know.
    """

    def __init__(self) -> None:
        self.lost_lines = 0
        self.restarts = 0
        self.unknown_lines = 0
        self._lines = LineDecoder()
        self._next: int | None = None
        self._session = ""

    @property
    def skipped_bytes(self) -> int:
        """Bytes that belonged to no sound line, so far."""
        return self._lines.skipped_bytes

    @property
    def bad_frames(self) -> int:
        """Beginnings of lines that turned out not to be one, so far."""
        return self._lines.bad_frames

    def feed(self, data: bytes) -> list[Record]:
        """Return the records that ``data`` completes, oldest first."""
        records: list[Record] = []
        for line in self._lines.feed(data):
            record = record_of(line)
            self._follow(line.number, record)
            if record is None:
                self.unknown_lines += 1
            else:
                records.append(record)
        return records

    def forget(self) -> None:
        """Begin anew on a line opened anew: what the node said meanwhile is not lost, nobody listened."""
        self._lines.forget()
        self._next = None

    def _follow(self, number: int, record: Record | None) -> None:
        session = record.session if isinstance(record, Identity | Up) else self._session
        restarted = bool(self._session) and session != self._session
        self._session = session
        gap = 0 if self._next is None or restarted else (number - self._next) % NUMBERS
        self.lost_lines += gap if gap < FORGOTTEN else 0
        self.restarts += restarted
        self._next = (number + 1) % NUMBERS
