"""Birds that pass a gate, in and out: what a gate is, and the count at a pop hole. Pure.

A bird that was on the floor and was last thought to be in the hole has passed once it has not been seen for a while. A
bird first seen in the hole has come through it once it is clear of the hole. One that looks out and goes back has not
passed. An id that is first seen on the floor was there before and passes nothing by that. A jump, farther than hens
walk, is doubted: an id that jumps away to a false box or a neighbour mostly comes back, so it must stay on the new side
for longer. Lines are counted by ``edge.vision.line_gate``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf
from typing import Literal

import numpy as np

from edge.vision.polygon import Place, distance_from
from edge.vision.tracking import Tracks

UNKNOWN, HOUSE, RANGE = 0, 1, -1
"""Sides of a gate."""
SIGHTS = 2  # on the other side, before a bird has passed
MISSED_FRAME = 1.5  # frame intervals since a bird was last seen, from which on it was missed in between
BORN_S = 1.0  # an id told for the first time is younger than this, or was followed before this gate was looked at


@dataclass(frozen=True, slots=True)
class Crossings:
    """Birds that passed."""

    birds_in: int = 0
    birds_out: int = 0

    def __add__(self, other: "Crossings") -> "Crossings":
        return Crossings(self.birds_in + other.birds_in, self.birds_out + other.birds_out)


@dataclass(frozen=True, slots=True)
class GateRules:
    """When a bird has passed.

    Attributes:
        clear_lengths: a bird is clear of the line or hole from this far on, in its body lengths.
        margin_lengths: the ends of the line, and the hole, are stretched by this, in body lengths.
        settle_s: it must stay clear on the other side for this long, and for two sights, in s.
        jump_lengths, jump_lengths_per_s: a step from one frame to the next is a jump from here on: so many body
            lengths, and so many more for each s between them; a step after a missed frame from the first alone.
        jump_settle_s: after a jump it must stay there for this long, in s.
        vanished_s: a bird not seen for so long has vanished, in s; more than two frames.
        smooth_s: at a line its place is smoothed over this time, in s.
        proof_s: what was followed for less long near a line is likelier a false box than a bird, in s,
        proof_per_s: by this log of odds for each s that is missing to it,
        proof_per_length: less this for each body length that it went: false boxes stay where they are.
        wait_s: at a line, what begins is joined to what ended before after this time, in s.
        apart_s: and no later than so long after that end, in s.
        carry: share of its pace with which a bird is taken to walk on where it is missed.
        strangers: ends and beginnings that belong to no other, per square body length.
        walk_lengths_per_s: a bird may have come so far from a hole before it was told, in body lengths/s.
        memory_s: an id not told for so long does not come back; longer than the tracker's memory, in s.
    """

    clear_lengths: float = 0.3
    margin_lengths: float = 0.5
    settle_s: float = 0.3
    jump_lengths: float = 0.4
    jump_lengths_per_s: float = 4.0
    jump_settle_s: float = 3.0
    vanished_s: float = 1.1
    smooth_s: float = 0.3
    proof_s: float = 3.0
    proof_per_s: float = 6.0
    proof_per_length: float = 6.0
    wait_s: float = 4.0
    apart_s: float = 10.0
    carry: float = 0.8
    strangers: float = 0.001
    walk_lengths_per_s: float = 3.0
    memory_s: float = 120.0


@dataclass(slots=True)
class Path:
    """What is known of one id.

    Attributes:
        place: where it was last seen, px.
        length: its body length, px.
        seen_s: when it was last seen.
        side: the side it was last clear on.
        thought: where it was last thought to be, px.
        vanished: whether it was already asked where it vanished.
        waited_s: time between its last two frames, or from its first frame until it was told, in s.
        gone: whether it went through a hole.
        leaning, leaning_s, sights: the side it is seen clear on now, since when, and how often.
        jumped_s: when it last jumped.
    """

    place: Place
    length: float
    seen_s: float
    side: int = UNKNOWN
    thought: Place | None = None
    vanished: bool = False
    waited_s: float = 0.0
    gone: bool = False
    leaning: int = UNKNOWN
    leaning_s: float = 0.0
    sights: int = 0
    jumped_s: float = -inf

    def clear_on(self, side: int, rules: "GateRules") -> Crossings:
        """Note the side the bird is seen clear on; it has passed once it stays clear there."""
        if side == UNKNOWN:
            return Crossings()
        if side != self.leaning:
            self.leaning, self.leaning_s, self.sights = side, self.seen_s, 0
        self.sights += 1
        settle_s = rules.jump_settle_s if self.doubted(rules) else rules.settle_s
        return self.settle(side) if self.sights >= SIGHTS and self.seen_s - self.leaning_s >= settle_s else Crossings()

    def doubted(self, rules: "GateRules") -> bool:
        """Say whether a jump may have brought it where it is."""
        return self.leaning_s - self.jumped_s < rules.jump_settle_s

    def settle(self, side: int) -> Crossings:
        """Note the side the bird is on for good and return what it passed by that."""
        if side in (UNKNOWN, self.side):
            return Crossings()
        before, self.side = self.side, side
        return changed(before, side)


def changed(before: int, side: int) -> Crossings:
    """Return what a bird passes that was on one side and is on another."""
    if UNKNOWN in (before, side) or before == side:
        return Crossings()
    return Crossings(birds_in=1) if side == HOUSE else Crossings(birds_out=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two points in frame pixels; ``inside`` is the house's side, looking from start to end."""

    start: Place
    end: Place
    inside: Literal["left", "right"] = "left"

    def side(self, place: Place, length: float, rules: GateRules) -> int:
        """Say on which side a bird of this body length is clear of the line, UNKNOWN if on none."""
        distance, _ = self._where(place)
        if abs(distance) < rules.clear_lengths * length:
            return UNKNOWN
        return HOUSE if distance > 0 else RANGE

    def round_the_end(self, before: Place, now: Place, length: float, rules: GateRules) -> bool | None:
        """Say whether a step over the line went past one of its ends; None if it did not go over."""
        (was, was_at), (is_now, is_at) = self._where(before), self._where(now)
        if (was > 0) == (is_now > 0):
            return None
        at = was_at + (is_at - was_at) * was / (was - is_now)
        margin = rules.margin_lengths * length / hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])
        return not -margin <= at <= 1 + margin

    def _where(self, place: Place) -> tuple[float, float]:
        """Return the distance from the line (px, > 0 on the house's side) and along it (0 at start, 1 at end)."""
        along = self.end[0] - self.start[0], self.end[1] - self.start[1]
        off = place[0] - self.start[0], place[1] - self.start[1]
        long = hypot(*along)
        # y grows downwards in a picture, so left of the way (1, 0) is (0, -1).
        left = (off[0] * along[1] - off[1] * along[0]) / long
        return left if self.inside == "left" else -left, (off[0] * along[0] + off[1] * along[1]) / long**2


@dataclass(frozen=True, slots=True)
class Hole:
    """A pop hole, by its corners in frame pixels; ``leads`` says where a bird is that vanished in it."""

    corners: Sequence[Place]
    leads: Literal["in", "out"] = "in"

    @property
    def _there(self) -> int:
        return HOUSE if self.leads == "in" else RANGE

    def first_side(self, path: Path, rules: GateRules) -> int:
        """Say on which side an id begins that continues no other."""
        reach = rules.margin_lengths + rules.walk_lengths_per_s * path.waited_s
        return self._there if self._near(path.place, reach * path.length) else -self._there

    def step(self, path: Path, place: Place, rules: GateRules) -> int:
        """Note in the path how it goes on to ``place`` and return the side it is now clear on, UNKNOWN if none."""
        path.place = place
        clear = (rules.margin_lengths + rules.clear_lengths) * path.length
        return UNKNOWN if self._near(place, clear) else -self._there

    def vanish(self, path: Path, rules: GateRules) -> Crossings:
        """Note that the bird vanished and return what it passed by that.

        Whoever comes later under the id of a bird that went through is another one.
        """
        margin = (rules.margin_lengths + rules.walk_lengths_per_s * path.waited_s / 2) * path.length
        path.gone = self._near(path.place, margin) or self._near(path.thought or path.place, margin)
        return path.settle(self._there) if path.gone else Crossings()

    def _near(self, place: Place, reach: float) -> bool:
        return distance_from(self.corners, place) <= reach


Gate = Line | Hole


class HoleCounter:
    """Counts the birds that pass one pop hole of one camera."""

    def __init__(self, hole: Hole, rules: GateRules | None = None) -> None:
        self._hole = hole
        self._rules = rules or GateRules()
        self._paths: dict[int, Path] = {}
        self._at_s: float | None = None

    def update(self, at_s: float, tracks: Tracks) -> Crossings:
        """Take one frame's birds and return who has passed since the last one.

        After a time without frames as long as ``vanished_s`` birds that are gone are forgotten, not counted.
        """
        halves = (tracks.xyxy[:, 2:] - tracks.xyxy[:, :2]) / 2
        places = (tracks.xyxy[:, :2] + halves).tolist()
        lengths = (2 * np.sqrt(halves.prod(axis=1))).tolist()
        passed = Crossings()
        told = zip(tracks.ids.tolist(), places, lengths, tracks.age_s.tolist(), tracks.seen.tolist(), strict=True)
        for bird, (x, y), length, age_s, seen in told:
            if seen:
                passed += self._go_on(bird, (x, y), length, at_s, age_s)
            elif bird in self._paths:
                self._paths[bird].thought = (x, y)
        passed += self._vanished(at_s)
        self._at_s = at_s
        return passed

    def _go_on(self, bird: int, place: Place, length: float, at_s: float, age_s: float) -> Crossings:
        path = self._paths.get(bird)
        if path is None or path.gone:
            path = self._paths[bird] = Path(place, length, at_s, waited_s=min(age_s, BORN_S))
            path.side = self._hole.first_side(path, self._rules)
        step = hypot(place[0] - path.place[0], place[1] - path.place[1]) / length
        passed_s, frame_s = at_s - path.seen_s, 0.0 if self._at_s is None else at_s - self._at_s
        walked_s = passed_s if passed_s <= MISSED_FRAME * frame_s else 0.0
        if step > self._rules.jump_lengths + self._rules.jump_lengths_per_s * walked_s:
            path.jumped_s = at_s
        path.length, path.seen_s, path.vanished, path.thought = length, at_s, False, place
        path.waited_s = frame_s
        return path.clear_on(self._hole.step(path, place, self._rules), self._rules)

    def _vanished(self, at_s: float) -> Crossings:
        passed = Crossings()
        blind = self._at_s is not None and at_s - self._at_s > self._rules.vanished_s
        for bird, path in list(self._paths.items()):
            unseen_s = at_s - path.seen_s
            if unseen_s > self._rules.memory_s or (blind and unseen_s > 0):
                del self._paths[bird]
            elif unseen_s > self._rules.vanished_s and not path.vanished:
                path.vanished = True
                passed += self._hole.vanish(path, self._rules)
        return passed
