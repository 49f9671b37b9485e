"""What goes into the outbox's file and comes out of it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewRow:
    """An event as it is stored: its number, its topic's leaf, its worth, its time and its JSON.

    ``held`` names the power-on that ``at_ms`` counts from, while nobody knows the time.
    """

    boot: str
    seq: int
    leaf: str
    worth: int
    at_ms: int
    payload: bytes
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One event that waits for the cloud.

    Attributes:
        id: rises with every commit, over boots.
        boot: the start of the agent it was measured in.
        seq: its number within the boot.
        leaf: last level of its topic.
        at_ms: when it was measured, in ms since 1970.
        payload: the message as JSON.
    """

    id: int
    boot: str
    seq: int
    leaf: str
    at_ms: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """How full the outbox is, and how much came.

    Attributes:
        rows: events that wait.
        size: bytes of their messages.
        max_rows: most events that may wait.
        max_bytes: most bytes that may wait.
        came_rows: events stored since it was opened.
        came_bytes: bytes of their messages.
    """

    rows: int
    size: int
    max_rows: int
    max_bytes: int
    came_rows: int
    came_bytes: int

    def room_hours(self, hours: float) -> float | None:
        """Return for how long the room left suffices, in h, if it goes on as in the ``hours`` since it was opened."""
        if hours <= 0 or not (self.came_rows and self.came_bytes):
            return None
        by_rows = (self.max_rows - self.rows) / (self.came_rows / hours)
        return max(0.0, min(by_rows, (self.max_bytes - self.size) / (self.came_bytes / hours)))
