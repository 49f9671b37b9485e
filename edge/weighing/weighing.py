"""The weighing of one scale, put together."""

from edge.config import WeighingConfig
from edge.weighing.acceptance import Acceptance, Refusal, Window
from edge.weighing.levels import Level
from edge.weighing.settling import Settling, Still
from edge.weighing.steps import Steps
from edge.weighing.weighed import Weighed

GAP_S = 3.0
"""After so long without a sample nobody knows what happened on the platform: begin anew."""

RIPE = 1.4
"""A level that has lasted so many times ``settle_s`` says how heavy its beginning was."""

STILL_OF_BIRD = 0.06
"""``still_grams`` is never more than this share of a bird: a chick moves the scale by 40 g."""

SAME_OF_BIRD = 0.2
"""A change of more than this share of a bird is never the same level, however heavy the platform is loaded."""

STILL_LEAST_GRAMS = 3.0


class Weighing:
    """One scale.

    Args:
        config: the limits.
        acceptance: what is a bird; a fresh one of the config by default.
    """

    def __init__(self, config: WeighingConfig, acceptance: Acceptance | None = None) -> None:
        self._config = config
        self._settling = Settling(config.settle_s)
        self._acceptance = acceptance or Acceptance(config)
        self._steps = Steps(config, self._acceptance)
        self._before: Level | None = None
        self._level: Level | None = None
        self._entered = False

    @property
    def refused(self) -> int:
        """Loads that came and went and were no single bird of this flock."""
        return sum(self._acceptance.refusals.values())

    @property
    def refusals(self) -> dict[Refusal, int]:
        """The same by reason."""
        return dict(self._acceptance.refusals)

    @property
    def window(self) -> Window | None:
        """What a bird of this flock may weigh now; None until the first ones were there."""
        return self._acceptance.window

    def feed(self, at_s: float, grams: float) -> list[Weighed]:
        """Take the next sample and return the birds that are known by now, mostly none.

        Args:
            at_s: when, on any clock that only rises, in s.
            grams: the raw load, in g.
        """
        last_s = self._settling.last_s
        known = self.begin_anew() if last_s is not None and at_s - last_s > GAP_S else []
        still = self._settling.feed(at_s, grams, self._still_grams)
        return known if still is None else known + self._settled(still)

    def begin_anew(self) -> list[Weighed]:
        """Forget what stands there: tare was pressed, the line was lost. Return the bird that stood there alone."""
        known = self._enter() if self._level is not None and not self._entered else []
        known += self._steps.leave(self._level)
        self._before = self._level = None
        self._settling.forget()
        return known

    def finish(self) -> list[Weighed]:
        """End a recording: return what is still held back, or stands there."""
        return self.begin_anew() + self._acceptance.release()

    def _settled(self, still: Still) -> list[Weighed]:
        level = self._level
        if level is None:
            self._level = Level(still)
            self._entered = True  # nothing came before it: no step to enter
            return []
        if abs(still.grams - level.late_grams) <= self._same_grams(still.grams):
            level.lengthen(still)
            ripe = level.settled_s >= RIPE * self._config.settle_s
            return self._enter() if ripe and not self._entered else []
        return self._next_level(level, Level(still))

    def _next_level(self, level: Level, following: Level) -> list[Weighed]:
        if not self._entered and self._before and self._steps.passed(self._before, level, following):
            self._level = following
            return []
        known = [] if self._entered else self._enter()
        self._before, self._level, self._entered = level, following, False
        return known

    def _enter(self) -> list[Weighed]:
        self._entered = True
        if self._before is None or self._level is None:
            return []
        return self._steps.step(self._before, self._level, self._settling.flicker_grams)

    def _quiet_grams(self) -> float:
        """Return the span that is always still."""
        window = self._acceptance.window
        least = STILL_OF_BIRD * window.usual_grams if window else self._config.still_grams
        return max(min(self._config.still_grams, least), STILL_LEAST_GRAMS, self._settling.flicker_grams)

    def _still_grams(self, level_grams: float) -> float:
        load_grams = abs(level_grams - self._level.late_grams) if self._level else 0.0
        standing = abs(level_grams - self._zero()) if self._level else 0.0
        return max(self._quiet_grams(), self._config.still_share * max(load_grams, standing))

    def _same_grams(self, level_grams: float) -> float:
        window = self._acceptance.window
        most = SAME_OF_BIRD * window.usual_grams if window else float("inf")
        return max(self._quiet_grams(), min(self._config.still_share * abs(level_grams - self._zero()), most))

    def _zero(self) -> float:
        return self._steps.zero_grams or 0.0
