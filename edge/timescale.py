"""Which time a moment is given: the machine's steady clock, set by a wall clock that may jump. Pure.

A wall clock is believed or not; who decides that is ``edge.clock``. While it is not believed, its jumps do nothing: the
scale goes on with the steady clock. When it is believed and

- ahead of the scale, the scale follows at once (a device that boots with the time of its last shutdown);
- behind it by up to an hour, the scale runs at half speed until both agree: no moment comes twice or before an earlier
  one, so nothing overwrites what was stored;
- behind it by more, what was stamped was wrong beyond mending, and the scale follows at once.
"""

import math

SLEWED_MOST_S = 3_600.0


class Timescale:
    """UTC as a function of the steady clock.

    Args:
        offset_s: UTC less the steady clock, in s, as an earlier process of the same power-on knew it.
    """

    def __init__(self, offset_s: float | None = None) -> None:
        self._offset_s = offset_s
        self._looked_s = -math.inf
        self.jumped_s = 0.0
        """How far the last look moved it at once, in s; 0 when it did not."""

    @property
    def offset_s(self) -> float | None:
        """UTC less the steady clock, in s since 1970; None while nobody knows."""
        return self._offset_s

    def look(self, steady_s: float, wall_s: float, *, believed: bool) -> None:
        """Take in what both clocks say; to be called before each stamp, with a steady time that never falls.

        Args:
            steady_s: the steady clock, in s.
            wall_s: the wall clock, in s since 1970.
            believed: whether the wall clock is right.
        """
        since_s, self._looked_s = steady_s - self._looked_s, steady_s
        self.jumped_s = 0.0
        if not believed:
            return
        seen_s = wall_s - steady_s
        if self._offset_s is None:
            self._offset_s = seen_s
            return
        behind_s = self._offset_s - seen_s
        if 0 < behind_s <= SLEWED_MOST_S:
            # Before the first look nothing was stamped here, but an earlier process may have just now.
            self._offset_s -= min(behind_s, since_s / 2) if math.isfinite(since_s) else 0.0
        else:
            self._offset_s, self.jumped_s = seen_s, -behind_s

    def at_s(self, steady_s: float) -> float | None:
        """Return UTC of a moment of the steady clock, in s since 1970; None while nobody knows."""
        return None if self._offset_s is None else steady_s + self._offset_s
