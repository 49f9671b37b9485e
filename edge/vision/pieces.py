"""Pieces of birds' paths, and which goes on for which. Pure."""

from dataclasses import dataclass, field
from math import exp, hypot

import numpy as np

from edge.vision.association import best_pairs
from edge.vision.gate import SIGHTS, UNKNOWN, Crossings, GateRules, Line, changed
from edge.vision.motion import Floats
from edge.vision.polygon import Place
from edge.vision.tracking import TrackerConfig

EARLY_S = 0.35  # a bird's next piece may begin so long before its last ends: the tracker confirms, a double box lingers
PACE_S = 0.5  # the pace at a piece's ends is taken over this time
JITTER_S = 1e-6  # of a camera's clock


@dataclass(slots=True, eq=False)
class Piece:
    """A stretch of a path that is one bird's.

    Attributes:
        start, start_s: where and when it begins, px and s.
        last: where it was last seen, px.
        seen_s: when.
        place: the same, smoothed, px.
        length: body length, smoothed, px.
        set_out: its pace over the first ``PACE_S``, px/s.
        pace: its pace now, px/s.
        over: it goes on no longer.
        kept: it is known to be a bird's.
        passed: what it passed while that was not known.
        first: the side it was first on, UNKNOWN if on none yet.
        side: the side it was last on.
        through: whether it last stepped over the line between its ends.
        leaning, leaning_s, sights: the side it is seen clear on now, since when, and how often.
    """

    start: Place
    start_s: float
    last: Place
    seen_s: float
    place: Place
    length: float
    set_out: Place = (0.0, 0.0)
    pace: Place = (0.0, 0.0)
    over: bool = False
    kept: bool = False
    passed: Crossings = field(default_factory=Crossings)
    first: int = UNKNOWN
    side: int = UNKNOWN
    through: bool = True
    leaning: int = UNKNOWN
    leaning_s: float = 0.0
    sights: int = 0

    def walk(self, line: Line, place: Place, length: float, at_s: float, rules: GateRules) -> Crossings:
        """Go on to a place and return what the bird passed by that, if it is known to be one."""
        self._step(place, at_s)
        before = self.place
        gain = 1 - exp((self.seen_s - at_s) / rules.smooth_s)
        (x, y) = self.place
        self.place = x + gain * (place[0] - x), y + gain * (place[1] - y)
        self.length += gain * (length - self.length)
        self.last, self.seen_s = place, at_s
        round_the_end = line.round_the_end(before, self.place, self.length, rules)
        self.through = self.through if round_the_end is None else not round_the_end
        passed = self._lean(line.side(self.place, self.length, rules), rules)
        if self.kept:
            return passed
        self.passed += passed
        return Crossings()

    def keep(self) -> Crossings:
        """Take it for a bird's from now on and return what it passed until now."""
        self.kept = True
        return self.passed

    def _step(self, place: Place, at_s: float) -> None:
        passed_s, since_s = at_s - self.seen_s, at_s - self.start_s
        if passed_s <= 0:
            return
        gain = 1 - exp(-passed_s / PACE_S)
        (x, y), (last_x, last_y), (pace_x, pace_y) = place, self.last, self.pace
        self.pace = (
            pace_x + gain * ((x - last_x) / passed_s - pace_x),
            pace_y + gain * ((y - last_y) / passed_s - pace_y),
        )
        if since_s <= PACE_S + JITTER_S:
            self.set_out = (x - self.start[0]) / since_s, (y - self.start[1]) / since_s

    def _lean(self, side: int, rules: GateRules) -> Crossings:
        if side == UNKNOWN:
            return Crossings()
        if side != self.leaning:
            self.leaning, self.leaning_s, self.sights = side, self.seen_s, 0
        self.sights += 1
        if self.sights < SIGHTS or self.seen_s - self.leaning_s < rules.settle_s:
            return Crossings()
        before, self.side, self.first = self.side, side, self.first or side
        return changed(before, side) if self.through else Crossings()


def goes_on(
    ends: list[Piece], starts: list[Piece], rules: GateRules, tracker: TrackerConfig | None = None
) -> dict[Piece, Piece]:
    """Say of each beginning which end it goes on for, all together, as birds are paired with boxes.

    A piece that stands among both and goes on for itself is nobody's: it is too short for a bird, and nothing fits.
    """
    if not ends or not starts:
        return {}
    weights = likely(ends, starts, rules, tracker or TrackerConfig())
    who, what = np.nonzero(weights > 0)
    who, what = best_pairs(who, what, weights[who, what], len(ends), len(starts))
    return {starts[start]: ends[end] for end, start in zip(who.tolist(), what.tolist(), strict=True)}


def likely(ends: list[Piece], starts: list[Piece], rules: GateRules, tracker: TrackerConfig) -> Floats:
    """Return the weight of each pair, (ends, starts); what is not above 0 is worth no thought."""
    motion, affinity = tracker.motion, tracker.reunion
    gap_s = np.subtract.outer([-end.seen_s for end in ends], [-start.start_s for start in starts])
    reach = rules.carry * motion.walk_s * -np.expm1(-np.maximum(gap_s, 0) / 2 / motion.walk_s)
    to = np.array([end.last for end in ends])[:, None] + reach[..., None] * np.array([e.pace for e in ends])[:, None]
    fro = np.array([s.start for s in starts])[None] - reach[..., None] * np.array([s.set_out for s in starts])[None]
    area = np.outer([end.length for end in ends], [start.length for start in starts])
    # In the long run a walk that decays spreads like this; a bird is not lost without bound.
    wandered = np.minimum(2 * motion.speed**2 * motion.walk_s * np.maximum(gap_s, 0), motion.stray**2)
    spread = 2 * motion.jitter**2 + wandered
    weights = -np.log(2 * np.pi * spread * rules.strangers)
    weights -= (affinity.tail + 2) / 2 * np.log1p(((to - fro) ** 2).sum(axis=2) / area / (affinity.tail * spread))
    # who is alive yet, and young, may still prove to be no bird
    weights += np.array([0.0 if s.over else doubt(s, rules) for s in starts])[None]
    weights[(gap_s < -EARLY_S) | (gap_s > rules.apart_s)] = 0.0
    for row, end in enumerate(ends):
        for column, start in enumerate(starts):
            if end is start:
                weights[row, column] = -doubt(start, rules)
    return weights


def doubt(piece: Piece, rules: GateRules) -> float:
    """Return the log of how much likelier it is a bird than a false box, by its time and way alone; at most 0."""
    missing_s = rules.proof_s - (piece.seen_s - piece.start_s)
    way = hypot(piece.last[0] - piece.start[0], piece.last[1] - piece.start[1]) / piece.length
    return min(0.0, rules.proof_per_length * way - rules.proof_per_s * missing_s)
