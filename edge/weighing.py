"""One scale's raw load -> single birds. Pure: samples in, weights out; no clock, no disk.

A bird steps on the plate, the load settles, it steps off. Its weight is the difference between the settled load
and the settled load just before, so droppings, litter and the drift of the cell never enter (difference weighing, as
the EMKO EPC-4 does for many birds on one plate). The rules:

1. *Settled*: the span of the samples over ``settle_s`` is within ``still_grams``, or ``still_share`` of the step
   if that is more (EMKO: change below a limit for a time). Its level is their median.
2. *Base*: the level that was settled last. While the plate stands at its base, the base follows it (litter).
3. *One bird per step*: a settled rise above the base opens a stand; the same level again continues it; the next
   settled change, down or up, ends it. Only a rise gives a weight, so a bird counts once.
4. *Could be a bird*: ``least_grams`` to ``most_grams``.
5. *Accepted*: within ``accept_below`` / ``accept_above`` of the median of the last candidates, accepted or not. The
   median stands while most steps are single birds, follows the growth, and finds a new flock by itself. EMKO takes
   -30/+15 % of a running mean; a flock's spread (CV 8 to 15 %, sexes mixed) would be cut on one side by that and the
   mean shifted, so the default is wider and even: it still refuses two birds at once and half a bird.
6. Until ``FIRST_CANDIDATES`` are there, candidates are held back, then judged together.

Known and not corrected here: heavy birds visit less from week 5 on (Chedad 2003), which makes the mean low.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median

from edge.config import WeighingConfig

CANDIDATES = 31
FIRST_CANDIDATES = 3
GAP_S = 3.0
"""After so long without a sample nobody knows what happened on the plate: begin anew."""
FOLLOW_S = 2.0
"""How fast the base follows an empty plate, as a time constant in s."""
SAMPLES_MOST = 600
SAMPLES_LEAST = 3


@dataclass(frozen=True, slots=True)
class Weighed:
    """One bird: ``grams``, the span of its settled samples in g, how long it stood settled, when it began to."""

    at_s: float
    grams: float
    spread_grams: float
    settled_s: float


@dataclass(slots=True)
class _Stand:
    """A settled load above its base."""

    base_grams: float
    began_s: float
    ended_s: float
    samples: list[float]

    @property
    def level_grams(self) -> float:
        return median(self.samples)

    def lengthen(self, at_s: float, grams: float) -> None:
        self.ended_s = at_s
        if len(self.samples) < SAMPLES_MOST:
            self.samples.append(grams)

    def weighed(self) -> Weighed:
        spread_grams = max(self.samples) - min(self.samples)
        return Weighed(self.began_s, self.level_grams - self.base_grams, spread_grams, self.ended_s - self.began_s)


class Acceptance:
    """Rules 5 and 6: which candidates are single birds of this flock."""

    def __init__(self, config: WeighingConfig) -> None:
        self._config = config
        self._candidates: deque[float] = deque(maxlen=CANDIDATES)
        self._held: list[Weighed] = []
        self.refused = 0
        """Candidates that were no single bird."""

    def judge(self, candidate: Weighed) -> list[Weighed]:
        """Return what is accepted now: the candidate, nothing, or all that was held back."""
        self._candidates.append(candidate.grams)
        self._held.append(candidate)
        if len(self._candidates) < FIRST_CANDIDATES:
            return []
        usual = median(self._candidates)
        low, high = usual * (1 - self._config.accept_below), usual * (1 + self._config.accept_above)
        accepted = [weighed for weighed in self._held if low <= weighed.grams <= high]
        self.refused += len(self._held) - len(accepted)
        self._held.clear()
        return accepted


class Weighing:
    """One scale."""

    def __init__(self, config: WeighingConfig) -> None:
        self._config = config
        self._recent: deque[tuple[float, float]] = deque()
        self._base_grams: float | None = None
        self._stand: _Stand | None = None
        self._acceptance = Acceptance(config)

    @property
    def refused(self) -> int:
        """Steps that were no single bird of this flock."""
        return self._acceptance.refused

    def feed(self, at_s: float, grams: float) -> list[Weighed]:
        """Take the next sample and return the birds that are known by now, mostly none.

        Args:
            at_s: when, on any clock that only rises, in s.
            grams: the raw load, in g.
        """
        accepted: list[Weighed] = []
        if self._recent and at_s - self._recent[-1][0] > GAP_S:
            accepted = self._begin_anew()
        since_last_s = at_s - self._recent[-1][0] if self._recent else 0.0
        self._recent.append((at_s, grams))
        level_grams = self._settled_level()
        if level_grams is None:
            return accepted
        if self._base_grams is None:
            self._base_grams = level_grams
        if self._stand is None:
            self._on_base(level_grams, since_last_s)
            return accepted
        return accepted + self._on_stand(self._stand, level_grams)

    def _settled_level(self) -> float | None:
        while len(self._recent) > 1 and self._recent[-1][0] - self._recent[1][0] >= self._config.settle_s:
            self._recent.popleft()
        loads = [grams for _at_s, grams in self._recent]
        covered_s = self._recent[-1][0] - self._recent[0][0]
        if covered_s < self._config.settle_s or len(loads) < SAMPLES_LEAST:
            return None
        level_grams = median(loads)
        return level_grams if max(loads) - min(loads) <= self._still(level_grams) else None

    def _still(self, level_grams: float) -> float:
        step_grams = 0.0 if self._base_grams is None else abs(level_grams - self._base_grams)
        return max(self._config.still_grams, self._config.still_share * step_grams)

    def _on_base(self, level_grams: float, since_last_s: float) -> None:
        base_grams = self._base_grams or 0.0
        rise_grams = level_grams - base_grams
        if self._config.least_grams <= rise_grams <= self._config.most_grams:
            began_s, ended_s = self._recent[0][0], self._recent[-1][0]
            self._stand = _Stand(base_grams, began_s, ended_s, [grams for _at_s, grams in self._recent])
        elif abs(rise_grams) <= self._config.still_grams:
            self._base_grams = base_grams + rise_grams * min(1.0, since_last_s / FOLLOW_S)
        else:
            self._base_grams = level_grams

    def _on_stand(self, stand: _Stand, level_grams: float) -> list[Weighed]:
        change_grams = level_grams - stand.level_grams
        if abs(change_grams) <= self._still(stand.level_grams):
            stand.lengthen(*self._recent[-1])
            return []
        self._stand = None
        self._base_grams = stand.level_grams if change_grams > 0 else level_grams
        if change_grams > 0:
            self._on_base(level_grams, 0.0)
        return self._acceptance.judge(stand.weighed())

    def _begin_anew(self) -> list[Weighed]:
        stand, self._stand = self._stand, None
        self._base_grams = None
        self._recent.clear()
        return self._acceptance.judge(stand.weighed()) if stand else []
