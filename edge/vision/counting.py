"""Counts of single frames -> one count per window. Pure: the time is handed in.

A single frame is a poor witness: birds hide behind each other and the network blinks. The median over a window and the
10th and 90th percentiles say what was seen and how sure that is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor


@dataclass(frozen=True, slots=True)
class WindowCount:
    """What was seen over one window.

    Attributes:
        window_s: its length, in s.
        frames: frames that were counted, at least 1.
        visible_birds: median of the birds per frame.
        visible_low: 10th percentile.
        visible_high: 90th percentile.
    """

    window_s: float
    frames: int
    visible_birds: float
    visible_low: float
    visible_high: float


class CountWindow:
    """Collects counts until the window is over."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._began_s: float | None = None
        self._birds: list[int] = []

    def add(self, at_s: float, birds: int) -> WindowCount | None:
        """Take one frame's count and return the window that it closes, if it does.

        Args:
            at_s: when the frame was taken, on any clock that only rises, in s.
            birds: detections in it.
        """
        if self._began_s is None:
            self._began_s = at_s
        self._birds.append(birds)
        length_s = at_s - self._began_s
        if length_s < self._window_s:
            return None
        if length_s > 2 * self._window_s:
            # The camera was away in between; what was seen before is no longer news.
            self._began_s, self._birds = at_s, [birds]
            return None
        birds_per_frame, self._birds = self._birds, []
        self._began_s = at_s
        return summary(birds_per_frame, length_s)


def summary(birds_per_frame: Sequence[int], window_s: float) -> WindowCount:
    """Summarise at least one frame's count over a window of ``window_s`` s."""
    ordered = sorted(birds_per_frame)
    return WindowCount(
        window_s=window_s,
        frames=len(ordered),
        visible_birds=percentile(ordered, 50),
        visible_low=percentile(ordered, 10),
        visible_high=percentile(ordered, 90),
    )


def percentile(ordered: Sequence[int], percent: float) -> float:
    """Return a percentile of rising, non-empty values, linear between neighbours (numpy's default definition)."""
    position = (len(ordered) - 1) * percent / 100
    below, above = ordered[floor(position)], ordered[ceil(position)]
    return below + (above - below) * (position - floor(position))
