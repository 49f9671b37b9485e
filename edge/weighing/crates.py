"""Weighing crates of birds at catching: a crate with n birds is put on, and taken off again. Pure.

    mean bird of a crate = (what came and went - tare) / n

What weighs within ``EMPTY_WITHIN`` of the tare is an empty crate; the tare follows the last of them (wet crates weigh
more). A crate whose mean lies so far from the others' that a bird too many or too few explains it better is told as
miscounted and left out: one bird in n changes the mean by 1/n, the birds' own spread by far less.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median

from edge.config import WeighingConfig
from edge.weighing.acceptance import Acceptance
from edge.weighing.weighed import Weighed
from edge.weighing.weighing import Weighing

EMPTY_WITHIN = 0.15
EMPTIES_KEPT = 9
MISCOUNTED = 0.6
"""Nearer to one bird more or less than to none."""

CRATES_LEAST = 5
CRATE_MOST_GRAMS = 500_000
STILL_GRAMS = 60


@dataclass(frozen=True, slots=True)
class Crate:
    """One crate with birds.

    Attributes:
        at_s: when it was put on.
        gross_grams: with its birds.
        tare_grams: of the crate alone.
        birds: said to be in it.
        mean_grams: of one bird.
        miscounted: its birds are likely one more or less; not to be averaged.
    """

    at_s: float
    gross_grams: float
    tare_grams: float
    birds: int
    mean_grams: float
    miscounted: bool


class _Everything(Acceptance):
    """Takes each load that came and went."""

    def judge(self, candidate: Weighed) -> list[Weighed]:
        """Return it."""
        return [candidate]


class CrateWeighing:
    """One scale at catching.

    Args:
        config: how long and how still a load must stand.
        birds: in each crate.
        tare_grams: an empty crate.
    """

    def __init__(self, config: WeighingConfig, *, birds: int, tare_grams: float) -> None:
        changed = {"least_grams": tare_grams / 2, "most_grams": CRATE_MOST_GRAMS, "still_grams": STILL_GRAMS}
        limits = config.model_copy(update={**changed, "mode": "step_on"})
        self._birds = birds
        self._tares = deque([tare_grams], maxlen=EMPTIES_KEPT)
        self._means: list[float] = []
        self._weighing = Weighing(limits, _Everything(limits))

    @property
    def tare_grams(self) -> float:
        """What an empty crate weighs now."""
        return median(self._tares)

    def feed(self, at_s: float, grams: float) -> list[Crate]:
        """Take the next sample; return the crates with birds that are known by it."""
        return self._crates(self._weighing.feed(at_s, grams))

    def begin_anew(self) -> list[Crate]:
        """Forget what stands there: the clock was set, tare was pressed."""
        return self._crates(self._weighing.begin_anew())

    def finish(self) -> list[Crate]:
        """End a recording."""
        return self._crates(self._weighing.finish())

    def _crates(self, loads: list[Weighed]) -> list[Crate]:
        crates = []
        for load in loads:
            if abs(load.grams - self.tare_grams) <= EMPTY_WITHIN * self.tare_grams:
                self._tares.append(load.grams)
            elif load.grams > self.tare_grams:
                crates.append(self._crate(load))
        return crates

    def _crate(self, load: Weighed) -> Crate:
        mean_grams = (load.grams - self.tare_grams) / self._birds
        self._means.append(mean_grams)
        off = abs(mean_grams / median(self._means) - 1) if len(self._means) >= CRATES_LEAST else 0.0
        miscounted = off > MISCOUNTED / self._birds
        return Crate(load.at_s, load.grams, self.tare_grams, self._birds, mean_grams, miscounted)
