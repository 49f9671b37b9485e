"""Who came, who left: the book of what stands on the platform, kept by the steps between levels.

* A rise puts a load into the book, a fall takes out the one that weighs as much: that load came and left alone, and
  its weight is the mean of both steps. Nothing is counted before it leaves, so litter is never a bird, and a bird that
  sits for an hour is weighed when it goes, by its own coming and going.
* Two that came at once stand in the book as one load; when one leaves, its fall is a weighing, and the rest stays.
* A level that is only passed (a foot first, then the bird) is no level.
* A load that changes by less than a bird while birds stand there is doubtful: one left as another came, or one leant on
  something. So is what left without agreeing with what came. Doubtful ones are not counted; light and heavy birds
  alike, so that the mean stays.
* The book must agree with the load above zero; when it does not, it is begun again with one doubtful load.
* A hanging scale (``mode = "hanging"``) keeps no book: what leaves is weighed, what comes is not.
* When the load is back where it was when the book was last empty, the book is empty. What it is then is the new zero.
"""

from dataclasses import dataclass

from edge.config import WeighingConfig
from edge.weighing.acceptance import Acceptance
from edge.weighing.levels import Level
from edge.weighing.weighed import Weighed

AGREE = 0.03
AGREE_GRAMS = 3.0
"""Coming and going of one bird agree within this share, this much, or twice the step of the display."""

CLUTTER = 0.3
"""A load below this share of a bird is litter once something else comes."""

EMPTY = 0.15
"""Within this share of a bird above zero the platform is empty."""

PASSED_S = 0.6
"""A level that lasts less than this beyond ``settle_s`` may only be passed."""


@dataclass(slots=True)
class Load:
    """Something that came and has not left.

    Attributes:
        level: of the platform since it came.
        from_grams: the platform's load before; together with what left of it, if it was several birds.
        doubtful: it can't be told whether this is one bird, and the same that came.
    """

    level: Level
    from_grams: float
    settled_s: float = 0.0
    span_grams: float = 0.0
    doubtful: bool = False

    @property
    def grams(self) -> float:
        """What it weighs, by its coming."""
        return self.level.early_grams - self.from_grams


class Steps:
    """The book of one platform.

    Args:
        config: the limits.
        acceptance: which loads are single birds of this flock.
    """

    def __init__(self, config: WeighingConfig, acceptance: Acceptance) -> None:
        self._config = config
        self._acceptance = acceptance
        self._loads: list[Load] = []
        self._zero_grams: float | None = None

    @property
    def standing(self) -> int:
        """Loads on the platform, as far as known."""
        return len(self._loads)

    @property
    def zero_grams(self) -> float | None:
        """The load when nothing stood on the platform; None until that is known."""
        return self._zero_grams

    def passed(self, before: Level, level: Level, after: Level) -> bool:
        """Say whether ``level`` was only passed on the way from ``before`` to ``after``."""
        first, second = level.early_grams - before.late_grams, after.early_grams - level.late_grams
        if first * second <= 0 or level.settled_s > self._config.settle_s + PASSED_S:
            return False
        window = self._acceptance.window
        return window is None or not (window.takes(abs(first)) and window.takes(abs(second)))

    def step(self, before: Level, after: Level, flicker_grams: float) -> list[Weighed]:
        """Enter the step from one level to the next; return the birds that are known by it."""
        if self._zero_grams is None and not self._loads:
            self._begin(before, after)
        for load in self._loads:
            load.settled_s += before.settled_s
            load.span_grams = max(load.span_grams, before.span_grams)
        if not self._loads:
            self._zero_grams = before.late_grams
        change_grams = after.early_grams - before.late_grams
        if self._config.mode == "hanging":
            return self._jumped_off(-change_grams, before, after)
        known: list[Weighed] = []
        if self._is_no_bird(abs(change_grams), flicker_grams):
            pass
        elif change_grams > 0:
            self._clear_clutter()
            self._loads.append(Load(after, before.late_grams))
        else:
            known = self._fallen(-change_grams, before, after, flicker_grams)
        self._settle_up(after)
        return known

    def _jumped_off(self, grams: float, before: Level, after: Level) -> list[Weighed]:
        """Weigh by going alone, as hanging scales do: they swing when a bird comes, and are full of birds."""
        self._zero_grams = min(after.early_grams, before.late_grams)
        if grams < self._config.least_grams:
            return []
        return self._judge(Load(before, after.early_grams, before.settled_s, before.span_grams), grams)

    def _is_no_bird(self, grams: float, flicker_grams: float) -> bool:
        """Say whether a change is too small for one; while birds stand there it makes them doubtful."""
        birds = [load for load in self._loads if load.grams >= self._clutter_grams()]
        if not birds or grams >= self._clutter_grams():
            return grams < self._config.least_grams
        if grams > self._agree_grams(max(load.grams for load in birds), flicker_grams):
            for load in birds:
                load.doubtful = True
        return True

    def _settle_up(self, after: Level) -> None:
        """Compare the book with the load."""
        if not self._loads:
            self._zero_grams = after.early_grams
            return
        if self._acceptance.window is None or self._zero_grams is None:
            return
        stands_grams = after.early_grams - self._zero_grams
        if abs(stands_grams - sum(load.grams for load in self._loads)) <= self._clutter_grams():
            return
        self._doubt_all()
        if stands_grams > self._clutter_grams():
            self._loads = [Load(after, self._zero_grams, doubtful=True)]
        else:
            self._zero_grams = after.early_grams

    def leave(self, last: Level | None) -> list[Weighed]:
        """Close the book, since nobody knows what comes next; a single load that stood long enough is judged."""
        loads, self._loads, self._zero_grams = self._loads, [], None
        if last is None or len(loads) != 1:
            return []
        loads[0].settled_s += last.settled_s
        return self._judge(loads[0], loads[0].grams)

    def _begin(self, before: Level, after: Level) -> None:
        # The first level ever may be a bird's: when the load falls from it, that was a load.
        if after.early_grams < before.late_grams:
            self._loads.append(Load(before, after.early_grams))
            self._zero_grams = after.early_grams

    def _fallen(self, grams: float, before: Level, after: Level, flicker_grams: float) -> list[Weighed]:
        agree_grams = self._agree_grams(grams, flicker_grams)
        alone = min(self._loads, key=lambda load: abs(load.grams - grams), default=None)
        if alone is None:
            return []
        if abs(alone.grams - grams) <= agree_grams:
            self._loads.remove(alone)
            return self._judge(alone, (alone.grams + grams) / 2)
        if self._is_empty(after):
            self._doubt_all()
            return []
        return self._part_left(grams, before)

    def _part_left(self, grams: float, before: Level) -> list[Weighed]:
        """One of two that came at once has left; anything else that leaves a part can't be told."""
        window = self._acceptance.window
        load = self._loads[0]
        together = len(self._loads) == 1 and not load.doubtful
        if window is None or not (together and window.takes(grams) and window.takes(load.grams - grams)):
            return []
        load.from_grams += grams
        return self._judge(Load(before, before.late_grams - grams, before.settled_s, before.span_grams), grams)

    def _agree_grams(self, grams: float, flicker_grams: float) -> float:
        return max(AGREE * grams, AGREE_GRAMS, flicker_grams)

    def _clutter_grams(self) -> float:
        window = self._acceptance.window
        return CLUTTER * window.usual_grams if window else self._config.least_grams

    def _is_empty(self, level: Level) -> bool:
        window = self._acceptance.window
        slack_grams = max(self._config.still_grams, EMPTY * window.usual_grams if window else 0.0)
        return self._zero_grams is None or level.early_grams <= self._zero_grams + slack_grams

    def _doubt_all(self) -> None:
        self._loads.clear()
        self._acceptance.doubt()

    def _clear_clutter(self) -> None:
        if self._acceptance.window:
            self._loads = [load for load in self._loads if load.grams >= self._clutter_grams()]

    def _judge(self, load: Load, grams: float) -> list[Weighed]:
        if load.doubtful:
            self._acceptance.doubt()
            return []
        return self._acceptance.judge(Weighed(load.level.began_s, grams, load.span_grams, max(load.settled_s, 1e-3)))
