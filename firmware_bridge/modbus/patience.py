"""When a slave that does not answer is asked again, so that its neighbours need not wait. Pure: time is handed in.

A question to a slave that is not there costs the whole line its time-out. So whoever did not answer rests: it is asked
again after 2, 4, 8, 16 and then every 30 s, with a single try instead of three, and not within a second of another
resting one. Its first answer gives it all tries back. So three dead slaves take a line 3 % of its time, and one that
comes back is heard after at most ``LONGEST_REST_S`` and two of its reading intervals.

The times are our choice; the field notes ask for tries and time-outs only (4.7).
"""

from dataclasses import dataclass

FULL_TRIES = 3
"""Field notes 4.7: two more tries after the first."""
FIRST_REST_S = 2.0
LONGEST_REST_S = 30.0
APART_S = 1.0


@dataclass(slots=True)
class _Resting:
    rest_s: float
    until_s: float
    put_off: bool = False


class Patience:
    """Which slaves of one line rest."""

    def __init__(self) -> None:
        self._resting: dict[int, _Resting] = {}
        self._last_single_s = float("-inf")

    def tries(self, slave: int, now_s: float) -> int:
        """Return how often ``slave`` may be asked now: 3, or 1 while it does not answer, or 0: not now.

        Args:
            slave: its address.
            now_s: on any clock that only rises, in s.
        """
        resting = self._resting.get(slave)
        if resting is None:
            return FULL_TRIES
        if now_s < resting.until_s:
            return 0
        if now_s - self._last_single_s < APART_S and not resting.put_off:
            resting.put_off = True  # once only: whoever always comes just after another must not be forgotten
            return 0
        resting.put_off = False
        self._last_single_s = now_s
        return 1

    def answered(self, slave: int) -> None:
        """Note an answer, of whatever kind."""
        self._resting.pop(slave, None)

    def silent(self, slave: int, now_s: float) -> None:
        """Note that all tries failed."""
        before = self._resting.get(slave)
        rest_s = min(LONGEST_REST_S, 2 * before.rest_s) if before else FIRST_REST_S
        self._resting[slave] = _Resting(rest_s, now_s + rest_s)
