r"""Birds on a step-on scale: who stands on the plate when, and what the plate then weighs.

One visit:

    load   .            ____ wobble dies away, then small motions
           |      /\  /~~~~~~~~~~~~~~~~~~~~~\
           |     /  \/                       \
           |____/                             \____ litter and droppings stay
                ^ steps on                    ^ steps off

How often birds come, how long they stay and how they move are our choices for a lively scale, not field data. The
calendar's pace shortens the waits between birds and ages the flock; a bird on the plate moves in real time, as the
indicator's frames do, so that a weighing looks the same at any pace.
"""

import math
import random
from collections import deque
from dataclasses import dataclass

from firmware_bridge.simulated.flock import Calendar, Flock

VISITS_PER_BIRD_HOUR = 0.6
"""480 birds make about 290 visits an hour; hens in an aviary come far less often (field notes 2.5)."""

NIGHT_SHARE = 0.1
STAND_S = (4.0, 10.0)
STEP_ON_S = 0.4
STEP_OFF_S = 0.3
FIRST_VISIT_S = 3.0
"""Soon, so that whoever tries the simulator sees a bird at once."""

SHORTEST_GAP_S = 1.5
WOBBLE_HZ = (1.5, 3.0)
WOBBLE_RATIO = (0.05, 0.20)
WOBBLE_FADES_S = 0.45
MOTION_RATIO = 0.002
PLATE_NOISE_GRAMS = 0.7
LITTER_PER_VISIT_GRAMS = (0.2, 0.8)
LITTER_MOST_GRAMS = 30.0
VISITS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One bird's stay: the truth a weighing can be compared with.

    Attributes:
        start_s: when it steps on, seconds since the simulator's start.
        stand_s: from stepping on to having stepped off.
        grams: what the bird weighs.
        wobble_hz: how fast it sways after stepping on.
        wobble_ratio: how much, as a share of its weight.
    """

    start_s: float
    stand_s: float
    grams: float
    wobble_hz: float
    wobble_ratio: float

    @property
    def end_s(self) -> float:
        """When it has left."""
        return self.start_s + self.stand_s

    def load_grams(self, elapsed_s: float) -> float:
        """Return what it adds to the plate at an instant."""
        since_s = elapsed_s - self.start_s
        on = _smooth(since_s / STEP_ON_S) * _smooth((self.stand_s - since_s) / STEP_OFF_S)
        sway = math.sin(2 * math.pi * self.wobble_hz * since_s) * math.exp(-max(since_s, 0) / WOBBLE_FADES_S)
        return self.grams * on * (1 + self.wobble_ratio * sway)


class Plate:
    """The load over time; instants must be asked for in rising order.

    Args:
        flock: whose birds come.
        calendar: when they live.
        seed: the same seed gives the same birds.
        pair_share: share of visits that begin while the bird before still stands there.
    """

    def __init__(self, flock: Flock, calendar: Calendar, *, seed: int, pair_share: float = 0.05) -> None:
        self.finished: deque[Visit] = deque(maxlen=VISITS_KEPT)
        self._flock = flock
        self._calendar = calendar
        self._pair_share = pair_share
        self._rng = random.Random(seed)  # noqa: S311  # birds, not keys
        self._standing: list[Visit] = []
        self._litter_grams = 0.0
        self._next = self._visit(FIRST_VISIT_S)

    def load_grams(self, elapsed_s: float) -> float:
        """Return what the load cells feel at ``elapsed_s`` since the start."""
        while self._next.start_s <= elapsed_s:
            self._standing.append(self._next)
            self._next = self._visit(self._following_start_s(self._next))
        self._see_off(elapsed_s)
        birds_grams = sum(visit.load_grams(elapsed_s) for visit in self._standing)
        noise = self._rng.gauss(0, PLATE_NOISE_GRAMS) + self._rng.gauss(0, MOTION_RATIO) * birds_grams
        return self._litter_grams + birds_grams + noise

    def _see_off(self, elapsed_s: float) -> None:
        for visit in [visit for visit in self._standing if visit.end_s <= elapsed_s]:
            self._standing.remove(visit)
            self.finished.append(visit)
            self._litter_grams = max(0.0, self._litter_grams + self._rng.gauss(*LITTER_PER_VISIT_GRAMS))
            if self._litter_grams > LITTER_MOST_GRAMS:  # scratched off again
                self._litter_grams = 0.0

    def _following_start_s(self, before: Visit) -> float:
        if self._rng.random() < self._pair_share:
            return before.start_s + before.stand_s * self._rng.uniform(0.3, 0.7)
        return before.end_s + SHORTEST_GAP_S + self._wait_s(before.end_s)

    def _wait_s(self, elapsed_s: float) -> float:
        share = 1.0 if self._calendar.is_light(elapsed_s) else NIGHT_SHARE
        visits_per_s = self._flock.birds * VISITS_PER_BIRD_HOUR * share / 3600
        return self._rng.expovariate(visits_per_s) / self._calendar.pace

    def _visit(self, start_s: float) -> Visit:
        rng = self._rng
        return Visit(
            start_s=start_s,
            stand_s=rng.uniform(*STAND_S),
            grams=self._flock.bird_grams(self._calendar.growth_days_at(start_s), rng),
            wobble_hz=rng.uniform(*WOBBLE_HZ),
            wobble_ratio=rng.uniform(*WOBBLE_RATIO),
        )


def _smooth(share: float) -> float:
    bounded = max(0.0, min(1.0, share))
    return bounded * bounded * (3 - 2 * bounded)
