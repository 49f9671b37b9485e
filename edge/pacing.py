"""How fast the backlog goes out after an outage. Pure: the time is handed in.

Live data never waits for it. A hundred devices whose network comes back at once begin with their backlogs at different
times; what the cloud can't take makes each of them wait by itself, since only so much is out uncommitted.
"""

import random

BURST_S = 0.5
LATE_ROWS = 1_000
"""A backlog of so many rows begins a little later, by chance."""
LATE_MOST_S = 20.0


class Pace:
    """Tells how many rows of the backlog may go now.

    Args:
        rows_per_s: how fast on the average.
        rng: spreads the beginnings.
    """

    def __init__(self, rows_per_s: float = 100.0, rng: random.Random | None = None) -> None:
        self._rows_per_s = rows_per_s
        self._rng = rng or random.Random()  # noqa: S311  # spreads load, guards no secret
        self._room = 0.0
        self._since_s = 0.0

    def begin(self, waiting_rows: int, now_s: float) -> None:
        """Note a new connection, with so many rows waiting."""
        late_s = self._rng.uniform(0, LATE_MOST_S) if waiting_rows >= LATE_ROWS else 0.0
        self._room, self._since_s = 1.0, now_s + late_s

    def room(self, now_s: float) -> int:
        """Return how many rows may go now."""
        if now_s > self._since_s:
            most = max(1.0, self._rows_per_s * BURST_S)
            self._room = min(most, self._room + (now_s - self._since_s) * self._rows_per_s)
            self._since_s = now_s
            return int(self._room)
        return 0

    def sent(self, rows: int) -> None:
        """Note that rows went."""
        self._room -= rows
