"""Which rows are on their way to the cloud, and when they go again. Pure: the time is handed in.

At most ``most_rows`` rows and about ``most_bytes`` bytes are out at once. A row the cloud has not committed after the
resend time is sent again; the time doubles with every such round up to a limit, and falls back with any sign of life
from the cloud.
"""

from dataclasses import dataclass

RESEND_S = 10.0
RESEND_MOST_S = 120.0


@dataclass(slots=True)
class _Out:
    size: int
    sent_at_s: float


class Window:
    """The rows that are out."""

    def __init__(self, *, most_rows: int = 200, most_bytes: int = 4_000_000) -> None:
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._out: dict[int, _Out] = {}
        self._resend_s = RESEND_S

    @property
    def ids(self) -> list[int]:
        """Ids of the rows that are out."""
        return list(self._out)

    def room_rows(self) -> int:
        """Return how many more rows may go out."""
        full = sum(out.size for out in self._out.values()) >= self._most_bytes
        return 0 if full else self._most_rows - len(self._out)

    def sent(self, row_id: int, size: int, now_s: float) -> None:
        """Note that a row of ``size`` bytes went out."""
        self._out[row_id] = _Out(size, now_s)

    def committed(self, row_ids: list[int]) -> None:
        """Note a word from the cloud; ``row_ids`` are no longer waited for."""
        for row_id in row_ids:
            self._out.pop(row_id, None)
        self._resend_s = RESEND_S

    def overdue(self, now_s: float) -> list[int]:
        """Take out the rows that must go again, and wait longer the next time."""
        ages_s = {row_id: now_s - out.sent_at_s for row_id, out in self._out.items()}
        if max(ages_s.values(), default=0.0) < self._resend_s:
            return []
        # What was sent shortly after the oldest goes with it: one round, not one per batch.
        late = [row_id for row_id, age_s in ages_s.items() if age_s >= self._resend_s / 2]
        for row_id in late:
            del self._out[row_id]
        self._resend_s = min(self._resend_s * 2, RESEND_MOST_S)
        return late

    def forget(self) -> None:
        """Begin anew, as after a reconnect."""
        self._out.clear()
        self._resend_s = RESEND_S
