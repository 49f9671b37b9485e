"""Which steps are single birds of this flock: a window around the flock's own running median.

The median is over the steps of the last day, refused ones too: while most steps are single birds it stays on them,
follows growth, and finds a flock that is ahead, behind or new by itself; it cannot lock itself out. The window is as
wide as the flock's own spread asks for, within the configured width. EMKO takes -30/+15 % of a running mean, which
cuts a flock of CV 15 % on one side only and moves its mean; ours is even.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Literal

from edge.config import WeighingConfig
from edge.weighing.weighed import Weighed

Refusal = Literal["too_light", "too_heavy", "doubtful"]
"""Lighter or heavier than a bird of this flock (a foot, litter; two at once), or what came and went doesn't agree."""

CANDIDATES = 31
ACCEPTED = 101
FIRST_CANDIDATES = 3
RECENT_S = 24 * 3600.0
RECENT_LEAST = 9
SPREAD_LEAST = 25
SPREADS = 3.5
NARROWEST = 0.25
MAD_TO_DEVIATION = 1.4826
"""Of a normal distribution (e.g. Rousseeuw and Croux 1993)."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a bird of this flock may weigh now, in g."""

    usual_grams: float
    low_grams: float
    high_grams: float

    def takes(self, grams: float) -> bool:
        """Say whether that is a single bird."""
        return self.low_grams <= grams <= self.high_grams


class Acceptance:
    """Judges steps; the first few are held back, then judged together."""

    def __init__(self, config: WeighingConfig) -> None:
        self._config = config
        self._candidates: deque[tuple[float, float]] = deque(maxlen=CANDIDATES)
        self._accepted: deque[float] = deque(maxlen=ACCEPTED)
        self._held: list[Weighed] = []
        self._window: Window | None = None
        self.refusals: dict[Refusal, int] = {"too_light": 0, "too_heavy": 0, "doubtful": 0}

    @property
    def window(self) -> Window | None:
        """The window; None until the first candidates were there."""
        return self._window

    def doubt(self) -> None:
        """Count a step that can't be told from another one."""
        self.refusals["doubtful"] += 1

    def judge(self, candidate: Weighed) -> list[Weighed]:
        """Return what is accepted now: the candidate, nothing, or all that was held back."""
        if not self._config.least_grams <= candidate.grams <= self._config.most_grams:
            self._refuse(candidate, light=candidate.grams < self._config.least_grams)
            return []
        self._candidates.append((candidate.at_s, candidate.grams))
        self._held.append(candidate)
        return [] if len(self._candidates) < FIRST_CANDIDATES else self.release()

    def release(self) -> list[Weighed]:
        """Judge what is held back now, however few there are."""
        if not self._held:
            return []
        window = self._window = self._new_window(self._held[-1].at_s)
        accepted = [one for one in self._held if window.takes(one.grams)]
        for one in self._held:
            if not window.takes(one.grams):
                self._refuse(one, light=one.grams < window.usual_grams)
        self._accepted.extend(one.grams / window.usual_grams for one in accepted)
        self._held.clear()
        return accepted

    def _refuse(self, _candidate: Weighed, *, light: bool) -> None:
        self.refusals["too_light" if light else "too_heavy"] += 1

    def _new_window(self, at_s: float) -> Window:
        grams = [grams for candidate_s, grams in self._candidates if at_s - candidate_s <= RECENT_S]
        if len(grams) < RECENT_LEAST:
            grams = [grams for _at_s, grams in list(self._candidates)[-RECENT_LEAST:]]
        usual, width = median(grams), self._width()
        below, above = min(self._config.accept_below, width), min(self._config.accept_above, width)
        return Window(usual, usual * (1 - below), usual * (1 + above))

    def _width(self) -> float:
        if len(self._accepted) < SPREAD_LEAST:
            return 1.0
        middle = median(self._accepted)
        deviation = MAD_TO_DEVIATION * median([abs(share - middle) for share in self._accepted])
        return max(NARROWEST, abs(middle - 1) + SPREADS * deviation)
