"""When the flock as a whole is a finding: huddling, or crowding as in heat. Pure: the time is handed in.

Heuristics, and marked as such: no figure stands behind "panting" here, for panting can't be seen from a ceiling. What
is told must hold for several windows in a row and stay clear of what is usual for the hour.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.messages import FindingKind, Reason
from edge.vision.rhythm import Usual
from edge.vision.wellness import Wellness


@dataclass(frozen=True, slots=True)
class GroupConfig:
    """When a flock's state is told.

    Attributes:
        hold_s: it must last, in s.
        again_s: it is told again after, in s.
        huddled: share of packed birds that is a finding where nothing is known of this flock at this hour; the pullets
            of the tracking set, calm and warm, showed at most 0.41.
        unusual: deviation from what is usual at this hour, in spreads, that is a finding,
        beyond: if it is also this much above the usual share.
        apart: in heat the birds keep at least so far apart, see ``Crowding.apart_ratio``,
        at_rim: and so many of them are at walls and drinkers, see ``Crowding.rim_ratio``.
        fewest_birds: with fewer nothing is told.
    """

    hold_s: float = 900.0
    again_s: float = 7200.0
    huddled: float = 0.6
    unusual: float = 4.0
    beyond: float = 0.25
    apart: float = 1.1
    at_rim: float = 0.5
    fewest_birds: int = 8


@dataclass(frozen=True, eq=False)
class GroupFinding:
    """What to tell.

    Attributes:
        kind: huddling or crowding.
        score: 0 to 1; how clear it is, no probability.
        reasons: why.
        since_s: begin of the first window that showed it.
        xyxy: (4,) where; None for the whole floor.
    """

    kind: FindingKind
    score: float
    reasons: tuple[Reason, ...]
    since_s: float
    xyxy: NDArray[np.float32] | None


class GroupWatch:
    """Judges windows one after the other."""

    def __init__(self, config: GroupConfig | None = None) -> None:
        self._config = config or GroupConfig()
        self._since_s: dict[FindingKind, float] = {}
        self._told_s: dict[FindingKind, float] = {}

    def judge(
        self,
        at_s: float,
        window: Wellness,
        usual_huddle: Usual | None,
        usual_activity: Usual | None = None,
        *,
        dark: bool = False,
        cold: bool = False,
    ) -> GroupFinding | None:
        """Return what to tell after a window, if anything.

        Args:
            at_s: its end, on any clock that only rises, in s.
            window: its numbers.
            usual_huddle: what is usual for ``huddle_ratio`` at this hour, if known.
            usual_activity: the same for activity; a flock that is livelier than usual is not suffering from heat.
            dark: it is night for the birds; they pack to sleep, so only a departure from the usual counts.
            cold: a thermal array sees a cold part of the floor, see ``edge.vision.thermal``.
        """
        scores: dict[FindingKind, float] = {
            "huddling": self._huddling(window, usual_huddle, dark=dark),
            "crowding": self._crowding(window, usual_activity),
        }
        for kind, score in scores.items():
            if not score or window.birds < self._config.fewest_birds:
                self._since_s.pop(kind, None)
                continue
            since_s = self._since_s.setdefault(kind, at_s - window.window_s)
            told_s = self._told_s.get(kind)
            again = told_s is None or at_s - told_s >= self._config.again_s
            if again and at_s - since_s >= self._config.hold_s:
                self._told_s[kind] = at_s
                return _finding(kind, score, since_s, window, cold=cold)
        return None

    def _huddling(self, window: Wellness, usual: Usual | None, *, dark: bool) -> float:
        if usual is None:
            return window.huddle_ratio if window.huddle_ratio >= self._config.huddled and not dark else 0.0
        deviation = usual.deviation(window.huddle_ratio)
        if deviation < self._config.unusual or window.huddle_ratio - usual.median < self._config.beyond:
            return 0.0
        return float(1 - np.exp(-deviation / self._config.unusual))

    def _crowding(self, window: Wellness, usual_activity: Usual | None) -> float:
        lively = usual_activity is not None and usual_activity.deviation(window.activity_lengths_per_min) > 0
        hot = window.apart_ratio >= self._config.apart and window.rim_ratio >= self._config.at_rim
        return window.rim_ratio if hot and not lively else 0.0


def _finding(kind: FindingKind, score: float, since_s: float, window: Wellness, *, cold: bool) -> GroupFinding:
    if kind == "crowding":
        return GroupFinding(kind, score, ("spread_from_heat",), since_s, None)
    reasons: tuple[Reason, ...] = ("packed_together", "cold_corner") if cold else ("packed_together",)
    return GroupFinding(kind, score, reasons, since_s, window.packed_xyxy)
