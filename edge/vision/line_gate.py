"""Birds that pass a line, in and out. Pure.

A bird is on a side once its smoothed place is clear of the line, by a part of its body length, and stays so for a
moment. It has passed when it is on the other side than before and its path went over the line between its ends. A bird
that hesitates on the line, or turns back, has not passed, however often it steps over.

Ids can't be trusted for that: a tracker must say at once which bird a box is, and where a bird is missed for a second
its id may go to a neighbour and come back. A gate can wait. So each path is cut into pieces where it jumps, farther
than hens walk, or breaks off; pieces too short to be a bird are dropped; and seconds later, when all is known that
began and ended around then, ends and beginnings are joined anew, all together, by how far hens wander in such a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, hypot

import numpy as np

from edge.vision.association import Affinity, Indices, best_pairs
from edge.vision.gate import (
    MISSED_FRAME,
    SIGHTS,
    UNKNOWN,
    Crossings,
    Gate,
    GateRules,
    HoleCounter,
    Line,
    changed,
)
from edge.vision.motion import Floats, Motion
from edge.vision.polygon import Place
from edge.vision.tracking import TrackerConfig, Tracks

EARLY_S = 0.35  # a bird's next piece may begin so long before its last ends: the tracker confirms, a double box lingers


@dataclass(slots=True, eq=False)
class Piece:
    """A stretch of a path that is one bird's.

    Attributes:
        start, start_s: where and when it begins, px and s.
        last: where it was last seen, px.
        seen_s: when.
        place: the same, smoothed, px.
        length: body length, smoothed, px.
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
    first: int = UNKNOWN
    side: int = UNKNOWN
    through: bool = True
    leaning: int = UNKNOWN
    leaning_s: float = 0.0
    sights: int = 0

    def walk(self, line: Line, place: Place, length: float, at_s: float, rules: GateRules) -> Crossings:
        """Go on to a place and return what the bird passed by that."""
        gain = 1 - exp((self.seen_s - at_s) / rules.smooth_s)
        before, (x, y) = self.place, self.place
        self.place = x + gain * (place[0] - x), y + gain * (place[1] - y)
        self.length += gain * (length - self.length)
        self.last, self.seen_s = place, at_s
        round_the_end = line.round_the_end(before, self.place, self.length, rules)
        self.through = self.through if round_the_end is None else not round_the_end
        return self._lean(line.side(self.place, self.length, rules), rules)

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


class LineCounter:
    """Counts the birds that pass one line of one camera."""

    def __init__(self, line: Line, rules: GateRules | None = None) -> None:
        self._line = line
        self._rules = rules or GateRules()
        self._pieces: dict[int, Piece] = {}
        self._began: list[Piece] = []
        self._ended: list[Piece] = []
        self._at_s: float | None = None

    def update(self, at_s: float, tracks: Tracks) -> Crossings:
        """Take one frame's birds and return who has passed since the last one; some are told seconds late."""
        frame_s = 0.0 if self._at_s is None else at_s - self._at_s
        boxes = tracks.xyxy[tracks.seen].astype(np.float64)
        wh = boxes[:, 2:] - boxes[:, :2]
        places, lengths = (boxes[:, :2] + wh / 2).tolist(), np.sqrt(wh.prod(axis=1)).tolist()
        passed = Crossings()
        for bird, (x, y), length in zip(tracks.ids[tracks.seen].tolist(), places, lengths, strict=True):
            piece = self._piece(bird, (x, y), length, at_s, frame_s)
            passed += piece.walk(self._line, (x, y), length, at_s, self._rules)
        self._break_off(at_s, max(self._rules.vanished_s, MISSED_FRAME * frame_s))
        for end, start in self._joined(at_s):
            passed += self._join(end, start)
        self._at_s = at_s
        return passed

    def _piece(self, bird: int, place: Place, length: float, at_s: float, frame_s: float) -> Piece:
        """Return the piece that goes on to this place, a new one after a jump."""
        rules, piece = self._rules, self._pieces.get(bird)
        if piece:
            step = hypot(place[0] - piece.last[0], place[1] - piece.last[1]) / length
            passed_s = at_s - piece.seen_s
            walked_s = passed_s if passed_s <= MISSED_FRAME * frame_s else 0.0
            if step <= rules.jump_lengths + rules.jump_lengths_per_s * walked_s:
                return piece
            self._end(piece)
        piece = self._pieces[bird] = Piece(place, at_s, place, at_s, place, length)
        self._began.append(piece)
        return piece

    def _break_off(self, at_s: float, vanished_s: float) -> None:
        for bird, piece in list(self._pieces.items()):
            if at_s - piece.seen_s > vanished_s:
                self._end(self._pieces.pop(bird))

    def _end(self, piece: Piece) -> None:
        if self._proved(piece):
            self._ended.append(piece)
        elif piece in self._began:
            self._began.remove(piece)

    def _proved(self, piece: Piece) -> bool:
        return piece.seen_s - piece.start_s >= self._rules.proof_s

    def _joined(self, at_s: float) -> Iterator[tuple[Piece, Piece]]:
        """Give each end with the beginning that is due and goes on for it, and forget what is too old."""
        rules = self._rules
        if not any(at_s - piece.start_s >= rules.wait_s for piece in self._began):
            return
        self._ended = [piece for piece in self._ended if at_s - piece.seen_s <= rules.apart_s + rules.wait_s]
        starts = [piece for piece in self._began if self._proved(piece)]
        self._began = [piece for piece in self._began if at_s - piece.start_s < rules.wait_s]
        for end, start in goes_on(self._ended, starts, rules):
            if at_s - start.start_s >= rules.wait_s:
                self._ended.remove(end)
                yield end, start

    def _join(self, end: Piece, start: Piece) -> Crossings:
        if start.first == UNKNOWN:
            start.first = start.side = end.side
            return Crossings()
        past = self._line.round_the_end(end.last, start.start, start.length, self._rules)
        return changed(end.side, start.first) if end.through and start.through and not past else Crossings()


def goes_on(
    ends: list[Piece], starts: list[Piece], rules: GateRules, tracker: TrackerConfig | None = None
) -> list[tuple[Piece, Piece]]:
    """Pair ends with beginnings as ``edge.vision.association`` pairs birds with boxes: all together."""
    if not ends or not starts:
        return []
    tracker = tracker or TrackerConfig()
    who, what, weights = _likely(ends, starts, rules, tracker.motion, tracker.reunion)
    who, what = best_pairs(who, what, weights, len(ends), len(starts))
    return [(ends[end], starts[start]) for end, start in zip(who.tolist(), what.tolist(), strict=True)]


def _likely(
    ends: list[Piece], starts: list[Piece], rules: GateRules, motion: Motion, affinity: Affinity
) -> tuple[Indices, Indices, Floats]:
    """Return end, beginning and weight (> 0) of each pair that is worth a thought."""
    gap_s = np.subtract.outer([-end.seen_s for end in ends], [-start.start_s for start in starts])
    off = np.array([end.last for end in ends])[:, None] - np.array([start.start for start in starts])[None]
    area = np.outer([end.length for end in ends], [start.length for start in starts])
    # In the long run a walk that decays spreads like this; a bird is not lost without bound.
    wandered = np.minimum(2 * motion.speed**2 * motion.walk_s * np.maximum(gap_s, 0), motion.stray**2)
    spread = 2 * motion.jitter**2 + wandered
    weights = -np.log(2 * np.pi * spread * affinity.strangers)
    weights -= (affinity.tail + 2) / 2 * np.log1p((off**2).sum(axis=2) / area / (affinity.tail * spread))
    same = np.array([[end is start for start in starts] for end in ends])
    who, what = np.nonzero((weights > 0) & (gap_s >= -EARLY_S) & (gap_s <= rules.apart_s) & ~same)
    return who, what, weights[who, what]


def counter_of(gate: Gate, rules: GateRules | None = None) -> LineCounter | HoleCounter:
    """Return what counts at this gate."""
    return LineCounter(gate, rules) if isinstance(gate, Line) else HoleCounter(gate, rules)
