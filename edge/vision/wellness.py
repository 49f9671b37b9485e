"""Followed birds of many frames -> how the flock did over a window. Pure: the time is handed in.

What the numbers mean and what they can't say stands in docs/wellness.md.
"""

from dataclasses import dataclass
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from edge.vision.crowding import Crowding, crowding
from edge.vision.floor import Floor
from edge.vision.paces import Ids, PaceConfig, Paces

SAMPLE_S = 2.0
"""How the birds stand to each other is looked at so often: it changes slowly and costs more than following them."""


@dataclass(frozen=True, eq=False)
class Wellness:
    """One window.

    Attributes:
        window_s: its length, in s.
        birds: median of the birds on the floor.
        bird_min: minutes in which birds were followed, all birds together; activity rests on them.
        activity_lengths_per_min: mean walked way, in body lengths per bird and minute.
        spread_ratio: share of the floor in use, 1 = evenly spread; 1 with fewer than four birds.
        huddle_ratio: share of the birds packed beyond chance; 0 with fewer than four birds.
        apart_ratio: above 1 the birds keep apart, see ``Crowding``.
        rim_ratio: share of the birds at walls and drinkers beyond chance.
        packed_xyxy: where the largest packed group was seen last.
    """

    window_s: float
    birds: float
    bird_min: float
    activity_lengths_per_min: float
    spread_ratio: float
    huddle_ratio: float
    apart_ratio: float
    rim_ratio: float
    packed_xyxy: NDArray[np.float32] | None


class WellnessWindow:
    """Collects what birds do until the window is over.

    Args:
        window_s: length of a window, in s.
        floor: where the birds can be, in the unit of the boxes.
        drinkers: parts of it where there is water.
        paces: when a bird has moved.
    """

    def __init__(
        self, window_s: float, floor: Floor, *, drinkers: tuple[Floor, ...] = (), paces: PaceConfig | None = None
    ) -> None:
        self._window_s = window_s
        self._floor = floor
        self._drinkers = drinkers
        self._paces = Paces(paces)
        self._last_s: float | None = None
        self._begin(0.0)

    def _begin(self, at_s: float) -> None:
        self._began_s = at_s
        self._next_sample_s = at_s
        self._lengths = 0.0
        self._seconds = 0.0
        self._samples: list[Crowding] = []

    def update(self, at_s: float, ids: Ids, xyxy: NDArray[np.float32], seen: NDArray[np.bool_]) -> Wellness | None:
        """Take the birds of one frame and return the window that it closes, if it does.

        Args:
            at_s: when, on any clock that only rises, in s.
            ids: (n,) of the birds, each once.
            xyxy: (n, 4) their boxes.
            seen: (n,) False for a bird that is only thought to be there; its way does not count.
        """
        if self._last_s is None or at_s - self._last_s > self._window_s:
            # The first frame, or the camera was away: what was seen before is no longer news.
            self._begin(at_s)
        self._last_s = at_s
        steps = self._paces.update(at_s, ids[seen], xyxy[seen])
        self._lengths += float(steps.lengths.sum())
        self._seconds += float(steps.seconds.sum())
        if at_s >= self._next_sample_s:
            self._next_sample_s = at_s + SAMPLE_S
            self._samples.append(crowding(xyxy, self._floor, self._drinkers))
        if at_s - self._began_s < self._window_s:
            return None
        window = self._closed(at_s - self._began_s)
        self._begin(at_s)
        return window

    def _closed(self, window_s: float) -> Wellness:
        crowds = self._samples
        return Wellness(
            window_s=window_s,
            birds=median(one.birds for one in crowds),
            bird_min=self._seconds / 60,
            activity_lengths_per_min=60 * self._lengths / self._seconds if self._seconds else 0.0,
            spread_ratio=fmean(one.spread_ratio for one in crowds),
            huddle_ratio=fmean(one.huddle_ratio for one in crowds),
            apart_ratio=fmean(one.apart_ratio for one in crowds),
            rim_ratio=fmean(one.rim_ratio for one in crowds),
            packed_xyxy=next((one.packed_xyxy for one in reversed(crowds) if one.packed_xyxy is not None), None),
        )
