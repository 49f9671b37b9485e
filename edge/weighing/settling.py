"""When does the load stand still? When its samples span little over a time (EMKO: SS LIMIT, SS TIME)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

SAMPLES_LEAST = 3
LONG = 2
LIVELY = 2.5
"""A bird that looks about sways: ``LIVELY`` times the span is still when it lasts ``LONG`` times as long."""

STEPS_OF_DISPLAY = 2
"""A load between two digits of the display flickers by one of them."""

DISPLAY_MOST_GRAMS = 20.0
"""A display for birds has finer steps; a greater change is a bird, not the display."""


@dataclass(frozen=True, slots=True)
class Still:
    """The last ``settle_s`` of samples, which stood still."""

    from_s: float
    at_s: float
    grams: float
    """Their median."""
    span_grams: float


class Settling:
    """The samples of the last ``settle_s``.

    Args:
        settle_s: the load must stand still for so long.
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._recent: deque[tuple[float, float]] = deque()
        self._display_grams = 0.0

    @property
    def last_s(self) -> float | None:
        """When the last sample was."""
        return self._recent[-1][0] if self._recent else None

    @property
    def flicker_grams(self) -> float:
        """How far the display may jump while nothing moves; learned from the steps it makes."""
        return STEPS_OF_DISPLAY * self._display_grams

    def feed(self, at_s: float, grams: float, still_grams: Callable[[float], float]) -> Still | None:
        """Take a sample; return the last ``settle_s`` if they stood still.

        Args:
            at_s: when, in s.
            grams: the load.
            still_grams: gives the span that is still for a load of so many grams.
        """
        recent = self._recent
        if recent and 0 < abs(grams - recent[-1][1]) < (self._display_grams or DISPLAY_MOST_GRAMS):
            self._display_grams = abs(grams - recent[-1][1])
        recent.append((at_s, grams))
        while len(recent) > 1 and at_s - recent[1][0] >= LONG * self._settle_s:
            recent.popleft()
        samples = list(recent)
        first = len(samples) - 1
        while first and at_s - samples[first][0] < self._settle_s:
            first -= 1
        return self._still(samples[first:], still_grams, 1.0) or (
            self._still(samples, still_grams, LIVELY, LONG) if first else None
        )

    def _still(
        self,
        samples: list[tuple[float, float]],
        still_grams: Callable[[float], float],
        spans: float,
        times: float = 1.0,
    ) -> Still | None:
        from_s, at_s = samples[0][0], samples[-1][0]
        if at_s - from_s < times * self._settle_s or len(samples) < SAMPLES_LEAST:
            return None
        loads = sorted([load for _at_s, load in samples])
        level_grams = loads[len(loads) // 2]
        span_grams = loads[-1] - loads[0]
        if span_grams > max(spans * still_grams(level_grams), self.flicker_grams):
            return None
        return Still(from_s, at_s, level_grams if len(loads) % 2 else median(loads), span_grams)

    def forget(self) -> None:
        """Drop the samples: what comes next does not go on from them."""
        self._recent.clear()
