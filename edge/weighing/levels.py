"""Stretches of still load: a level begins when the load stands still elsewhere than before, and goes on through stirs.

A bird's weight is a difference between the end of one level and the beginning of the next, so drift, litter and
droppings between them and during a long sitting never enter. Both ends are medians over some seconds.
"""

from collections import deque
from statistics import median

from edge.weighing.settling import Still

ENDS = 6
"""Blocks of ``settle_s`` at each end of a level that say how heavy it was there."""


class Level:
    """One stretch of still load."""

    def __init__(self, still: Still) -> None:
        self.began_s = still.from_s
        self.ended_s = still.at_s
        self.span_grams = still.span_grams
        self.settled_s = still.at_s - still.from_s
        self._early = [still.grams]
        self._late = deque(self._early, maxlen=ENDS)
        self._early_grams: float | None = None
        self._late_grams: float | None = None
        self._block_at_s = still.at_s

    @property
    def early_grams(self) -> float:
        """The load at its beginning."""
        if self._early_grams is None:
            self._early_grams = median(self._early)
        return self._early_grams

    @property
    def late_grams(self) -> float:
        """The load at its end."""
        if self._late_grams is None:
            self._late_grams = median(self._late)
        return self._late_grams

    def lengthen(self, still: Still) -> None:
        """Go on: the load stands still, or again, where it stood."""
        self.span_grams = max(self.span_grams, still.span_grams)
        self.settled_s += still.at_s - max(self.ended_s, still.from_s)
        self.ended_s = still.at_s
        if still.from_s >= self._block_at_s - 1e-9:  # a block of its own, no sample in two
            self._block_at_s = still.at_s
            self._late.append(still.grams)
            self._late_grams = None
            if len(self._early) < ENDS:
                self._early.append(still.grams)
                self._early_grams = None
