"""Birds on a step-on scale: who stands on the plate when, and what the plate then weighs.

How often birds come, how long they stay and how they move are our choices for a lively scale, not field data. The
calendar's pace shortens the waits between birds and ages the flock; a bird on the plate moves in real time, as the
indicator's frames do, so that a weighing looks the same at any pace.
"""

import random
from collections import deque
from dataclasses import dataclass

from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.visit import Stir, Visit
from firmware_bridge.simulated.visitors import Anybody, Visitors

VISITS_PER_BIRD_HOUR = 0.6
"""480 birds make about 290 visits an hour; hens in an aviary come far less often (field notes 2.5)."""

NIGHT_SHARE = 0.1
STAND_S = (4.0, 10.0)
FIRST_VISIT_S = 3.0
"""Soon, so that whoever tries the simulator sees a bird at once."""

SHORTEST_GAP_S = 1.5
WOBBLE_HZ = (1.5, 3.0)
WOBBLE_RATIO = (0.05, 0.20)
MOTION_RATIO = 0.002
PLATE_NOISE_GRAMS = 0.7
LITTER_PER_VISIT_GRAMS = (0.2, 0.8)
LITTER_MOST_GRAMS = 30.0
VISITS_KEPT = 10_000
BIRDS_MOST = 4


@dataclass(frozen=True, slots=True)
class Manners:
    """How birds behave on a plate, and what befalls it. Shares are of visits.

    Attributes:
        pair: begin while the bird before still stands there.
        together: of these, how many land in the same instant.
        flap: flap their wings, some of them several times.
        shift: step to the side, lean, peck.
        fidget_ratio: the liveliest bird sways so far all the time, as a share of its weight.
        foot: put one foot on first and wait.
        sit: stay for ``sit_s``; others come meanwhile.
        sit_s: shortest and longest sitting, in s.
        dropping: leave a dropping of ``dropping_grams``.
        dropping_grams: lightest and heaviest.
        kick: litter of up to ``kick_grams`` lands on the plate, or goes, around the visit.
        kick_grams: most of it.
        drift_grams_per_h: how the cell's zero runs away.
        wash_share: somebody wipes the plate: a hand's weight for some seconds, then the litter is gone.
    """

    pair: float = 0.05
    together: float = 0.0
    flap: float = 0.0
    shift: float = 0.0
    fidget_ratio: float = 0.0
    foot: float = 0.0
    sit: float = 0.0
    sit_s: tuple[float, float] = (600.0, 3600.0)
    dropping: float = 0.0
    dropping_grams: tuple[float, float] = (2.0, 8.0)
    kick: float = 0.0
    kick_grams: float = 30.0
    drift_grams_per_h: float = 0.0
    wash_share: float = 0.0


class Plate:
    """The load over time; instants must be asked for in rising order.

    Args:
        flock: whose birds come.
        calendar: when they live.
        seed: the same seed gives the same birds.
        pair_share: share of visits that begin while the bird before still stands there.
        manners: all of how they behave, instead of ``pair_share`` alone.
        visitors: which bird comes; anybody by default.
        visits_per_h: how many come in an hour of light; by the number of birds by default.
    """

    def __init__(
        self,
        flock: Flock,
        calendar: Calendar,
        *,
        seed: int,
        pair_share: float = 0.05,
        manners: Manners | None = None,
        visitors: Visitors | None = None,
        visits_per_h: float | None = None,
    ) -> None:
        self.finished: deque[Visit] = deque(maxlen=VISITS_KEPT)
        self._calendar = calendar
        self._manners = manners or Manners(pair=pair_share)
        self._visitors = visitors or Anybody(flock, calendar)
        self._visits_per_s = (flock.birds * VISITS_PER_BIRD_HOUR if visits_per_h is None else visits_per_h) / 3600
        self._rng = random.Random(seed)  # noqa: S311  # birds, not keys
        self._standing: list[Visit] = []
        self._litter_grams = 0.0
        self._hand: tuple[float, float] = (0.0, 0.0)
        self._next = self._visit(FIRST_VISIT_S)

    def load_grams(self, elapsed_s: float) -> float:
        """Return what the load cells feel at ``elapsed_s`` since the start."""
        while self._next.start_s <= elapsed_s:
            self._standing.append(self._next)
            self._next = self._visit(self._following_start_s(self._next))
        birds_grams = 0.0
        if self._standing:
            self._see_off(elapsed_s)
            birds_grams = sum(visit.load_grams(elapsed_s) for visit in self._standing)
        noise = self._rng.gauss(0, PLATE_NOISE_GRAMS) + self._rng.gauss(0, MOTION_RATIO) * birds_grams
        drift = self._manners.drift_grams_per_h * elapsed_s / 3600
        return self._litter_grams + drift + birds_grams + noise + self._hand_grams(elapsed_s)

    def _hand_grams(self, elapsed_s: float) -> float:
        from_s, until_s = self._hand
        return self._rng.uniform(2000, 9000) if from_s <= elapsed_s < until_s else 0.0

    def _see_off(self, elapsed_s: float) -> None:
        for visit in [visit for visit in self._standing if visit.end_s <= elapsed_s]:
            self._standing.remove(visit)
            self.finished.append(visit)
            self._litter_grams = max(0.0, self._litter_grams + self._rng.gauss(*LITTER_PER_VISIT_GRAMS))
            self._befall(visit)
            if self._litter_grams > LITTER_MOST_GRAMS:  # scratched off again
                self._litter_grams = 0.0

    def _befall(self, visit: Visit) -> None:
        rng, manners = self._rng, self._manners
        if self._happens(manners.dropping):
            self._litter_grams += rng.uniform(*manners.dropping_grams)
        if self._happens(manners.kick):
            self._litter_grams = max(0.0, self._litter_grams + rng.uniform(-1, 1) * manners.kick_grams)
        if self._happens(manners.wash_share):
            self._hand = (visit.end_s + 1, visit.end_s + rng.uniform(4, 12))
            self._litter_grams = 0.0

    def _happens(self, share: float) -> bool:
        # no draw for what never happens, so that older seeds keep their birds
        return share > 0 and self._rng.random() < share

    def _following_start_s(self, before: Visit) -> float:
        others = sum(visit.end_s > before.start_s + 1 for visit in self._standing)
        if others < BIRDS_MOST and self._happens(self._manners.pair):
            if self._happens(self._manners.together):
                return before.start_s + self._rng.uniform(0.0, 0.3)
            return before.start_s + min(before.stand_s, STAND_S[1]) * self._rng.uniform(0.3, 0.7)
        ends = [v.end_s for v in self._standing if v.stand_s <= STAND_S[1] + 5]  # nobody waits for a sitter
        after_s = max(ends, default=before.start_s + STAND_S[0])
        return after_s + SHORTEST_GAP_S + self._wait_s(after_s)

    def _wait_s(self, elapsed_s: float) -> float:
        share = 1.0 if self._calendar.is_light(elapsed_s) else NIGHT_SHARE
        return self._rng.expovariate(self._visits_per_s * share) / self._calendar.pace

    def _visit(self, start_s: float) -> Visit:
        rng, manners = self._rng, self._manners
        stand_s = rng.uniform(*(manners.sit_s if self._happens(manners.sit) else STAND_S))
        bird, grams = self._visitors.next_bird(start_s, rng)
        return Visit(
            start_s=start_s,
            stand_s=stand_s,
            grams=grams,
            wobble_hz=rng.uniform(*WOBBLE_HZ),
            wobble_ratio=rng.uniform(*WOBBLE_RATIO),
            bird=bird,
            foot_s=rng.uniform(0.2, 1.8) if self._happens(manners.foot) else 0.0,
            foot_ratio=rng.uniform(0.3, 0.7) if manners.foot else 0.5,
            fidget_hz=rng.uniform(0.4, 2.0) if manners.fidget_ratio else 1.0,
            fidget_ratio=rng.uniform(0.0, manners.fidget_ratio) if manners.fidget_ratio else 0.0,
            stirs=self._stirs(stand_s),
        )

    def _stirs(self, stand_s: float) -> tuple[Stir, ...]:
        rng, stirs = self._rng, []
        for _ in range(1 + int(stand_s / 60)):  # who sits stirs every minute or so
            from_s = rng.uniform(1.0, max(1.5, stand_s)) if self._manners.flap or self._manners.shift else 0.0
            if self._happens(self._manners.flap):
                stirs.append(Stir("flap", from_s, rng.uniform(0.5, 4.0), rng.uniform(4, 8), rng.uniform(0.15, 0.6)))
            if self._happens(self._manners.shift):
                stirs.append(Stir("shift", from_s, 3.0, rng.uniform(1, 3), rng.uniform(0.03, 0.2)))
        return tuple(stirs)
