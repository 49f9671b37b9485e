"""How far each followed bird walks, and since when it has not. Pure: the time is handed in.

A box around a bird that stands still trembles, and each tremble would count as way. So a bird's place is smoothed
over half a second, and only when it is a good part of a body length away from where it last was put down has the bird
moved: then the way between the two counts, and the bird is put down anew.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TINY = float(np.finfo(np.float32).tiny)
Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

ROW = np.dtype(
    [("id", "i8"), ("at_s", "f8"), ("place", "f8", 2), ("length", "f8"), ("put_down", "f8", 2), ("since_s", "f8")]
)


@dataclass(frozen=True, eq=False)
class Steps:
    """What the birds of one frame did since they were seen last, in the order they were given.

    Attributes:
        lengths: (n,) way walked, in body lengths; 0 for most birds in most frames.
        seconds: (n,) time since the bird was seen last; 0 for one that is new or was away for too long.
        resting_s: (n,) for how long it has not walked.
    """

    lengths: Floats
    seconds: Floats
    resting_s: Floats


@dataclass(frozen=True, slots=True)
class PaceConfig:
    """When a bird has moved.

    Attributes:
        step_lengths: it has moved when it is so far from where it was put down, in body lengths. Trials with 5 % of
            noise on every side of a box: a bird at rest then makes no way at all.
        smooth_s: time constant of the smoothing of its place, in s.
        most_lengths_per_s: nothing on foot is faster, about 4 m/s for a hen; a greater step is a mix-up of two birds
            and counts as no way.
        away_s: a bird that was not seen for so long begins anew, in s.
    """

    step_lengths: float = 0.35
    smooth_s: float = 0.5
    most_lengths_per_s: float = 10.0
    away_s: float = 10.0


class Paces:
    """Keeps where each bird was put down."""

    def __init__(self, config: PaceConfig | None = None) -> None:
        self._config = config or PaceConfig()
        self._rows = np.empty(0, ROW)

    def update(self, at_s: float, ids: Ids, xyxy: NDArray[np.float32]) -> Steps:
        """Take the birds that were seen in one frame.

        Args:
            at_s: when, on any clock that only rises, in s.
            ids: (n,) each once, in any order.
            xyxy: (n, 4) their boxes, in any unit of length.
        """
        places, lengths = centres_of(xyxy), body_lengths(xyxy)
        fresh = np.zeros(len(ids), ROW)
        for name, values in (("id", ids), ("at_s", at_s), ("place", places), ("length", lengths)):
            fresh[name] = values
        fresh["put_down"], fresh["since_s"] = places, at_s
        kept = self._rows[at_s - self._rows["at_s"] <= self._config.away_s]
        _same, old, new = np.intersect1d(kept["id"], ids, assume_unique=True, return_indices=True)
        seconds, walked = np.zeros(len(ids)), np.zeros(len(ids))
        fresh[new], walked[new] = self._stepped(kept[old], fresh[new])
        seconds[new] = at_s - kept["at_s"][old]
        self._rows = np.concatenate([np.delete(kept, old), fresh])
        return Steps(walked, seconds, at_s - fresh["since_s"])

    def _stepped(self, old: NDArray[np.void], new: NDArray[np.void]) -> tuple[NDArray[np.void], Floats]:
        passed_s = new["at_s"] - old["at_s"]
        weight = 1 - np.exp(-passed_s / self._config.smooth_s)
        now = new.copy()
        now["place"] = old["place"] + weight[:, None] * (new["place"] - old["place"])
        now["length"] = old["length"] + 0.1 * (new["length"] - old["length"])
        off = np.linalg.norm(now["place"] - old["put_down"], axis=1) / now["length"]
        fast = np.linalg.norm(new["place"] - old["place"], axis=1) > (
            self._config.most_lengths_per_s * np.maximum(passed_s, self._config.smooth_s) * now["length"]
        )
        now["place"][fast] = new["place"][fast]
        moved = fast | (off > self._config.step_lengths)
        now["put_down"] = np.where(moved[:, None], now["place"], old["put_down"])
        now["since_s"] = np.where(moved, new["at_s"], old["since_s"])
        return now, np.where(moved & ~fast, off, 0.0)


def centres_of(xyxy: NDArray[np.float32]) -> Floats:
    """Return the middles of boxes (n, 4), (n, 2)."""
    return np.asarray((xyxy[:, :2].astype(np.float64) + xyxy[:, 2:]) / 2)


def body_lengths(xyxy: NDArray[np.float32]) -> Floats:
    """Return (n,) the longer sides of boxes (n, 4): what is taken for a bird's length; never 0."""
    return np.asarray(np.maximum((xyxy[:, 2:].astype(np.float64) - xyxy[:, :2]).max(axis=1), TINY))
