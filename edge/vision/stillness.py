"""Birds that lie still while the flock moves. Pure: the time is handed in.

A bird is still while its smoothed place stays within a part of its body length of where it lay down; a short
excursion, as when its id jumps to a neighbour's box, ends nothing. Healthy hens rest too, most of them at once: only
time in which a share of the flock has moved counts. A bird that is hidden for a while, or comes back under a new id on
the same spot, goes on being still.
"""

from dataclasses import dataclass
from math import exp, hypot

import numpy as np
from numpy.typing import NDArray

from edge.vision.tracking import Tracks

Place = tuple[float, float]
TOLD_S = 30.0  # a still bird out of sight for longer is told again when it is seen


@dataclass(frozen=True, slots=True)
class StillRules:
    """When a bird is still, and for how long it may be.

    Attributes:
        reach_lengths: a bird that stays within this of its spot is still, in body lengths.
        smooth_s: its place is smoothed over this time, in s.
        leave_s: it has left its spot once it was away for so long, in s.
        still_s: a bird still for so long while the flock moves is told, in s.
        dead_s: and suspected to be dead after so long, in s.
        moved_s: a bird that moved within this time counts as moving, in s.
        moving_share: the flock moves when at least this share of its birds does.
        fewest_birds: with fewer birds in sight nothing can be said about a flock.
        hidden_s: for so long a still bird may be hidden, in s; that time counts once it is seen again on its spot.
        swap_s: birds that crowd may swap their ids: an id that settles where another one left within this time goes
            on for it, in s.
    """

    reach_lengths: float = 0.35
    smooth_s: float = 4.0
    leave_s: float = 10.0
    still_s: float = 1200.0
    dead_s: float = 7200.0
    moved_s: float = 120.0
    moving_share: float = 0.3
    fewest_birds: int = 3
    hidden_s: float = 300.0
    swap_s: float = 30.0


@dataclass(frozen=True, eq=False)
class StillBird:
    """A bird that has been still for too long.

    Attributes:
        bird: its id now.
        xyxy: (4,) float32, its box, frame px.
        since_s: when it was first still there.
        flock_moved_s: for how much of the time since the flock moved, in s.
        dead_suspect: whether that is as long as for a dead bird.
        hidden: whether it is not seen just now.
    """

    bird: int
    xyxy: NDArray[np.float32]
    since_s: float
    flock_moved_s: float
    dead_suspect: bool
    hidden: bool


@dataclass(slots=True)
class _Spot:
    """Where a bird lay down; clocks tell the time for which the flock has moved, home is the last sight on the spot."""

    spot: Place
    place: Place
    length: float
    xyxy: NDArray[np.float32]
    since_s: float
    since_clock_s: float
    seen_s: float
    home_s: float
    home_clock_s: float
    moved_s: float | None = None

    def look(self, xyxy: NDArray[np.float32], at_s: float, clock_s: float, rules: StillRules) -> bool:
        """Take in where the bird is seen and say whether it is still on its spot."""
        place, length = place_and_length(xyxy)
        kept = exp(-max(0.0, at_s - self.seen_s) / rules.smooth_s)
        self.place = (
            kept * self.place[0] + (1 - kept) * place[0],
            kept * self.place[1] + (1 - kept) * place[1],
        )
        self.length += (1 - kept) * (length - self.length)
        self.seen_s = at_s
        if self.off(self.place) <= rules.reach_lengths:
            self.home_s, self.home_clock_s, self.xyxy = at_s, clock_s, xyxy
        return at_s - self.home_s <= rules.leave_s

    def off(self, place: Place) -> float:
        """Return how far from the spot a place is, in body lengths."""
        return hypot(place[0] - self.spot[0], place[1] - self.spot[1]) / self.length


def place_and_length(xyxy: NDArray[np.float32]) -> tuple[Place, float]:
    """Return a box's centre and the root of its area, px."""
    left, top, right, bottom = xyxy.tolist()
    return ((left + right) / 2, (top + bottom) / 2), ((right - left) * (bottom - top)) ** 0.5


def taken_over(who: int, left: _Spot, here: dict[int, _Spot], rules: StillRules) -> bool:
    """Let the first other bird that lies there since go on for the one that left, and say whether there is one."""
    for bird, spot in here.items():
        later = spot.since_s > left.since_s and spot.home_s > left.home_s
        if bird != who and later and left.off(spot.place) <= rules.reach_lengths:
            spot.since_s, spot.since_clock_s, spot.spot = left.since_s, left.since_clock_s, left.spot
            return True
    return False


class StillBirds:
    """Watches for still birds before one camera."""

    def __init__(self, rules: StillRules | None = None) -> None:
        self._rules = rules or StillRules()
        self._spots: dict[int, _Spot] = {}
        self._left: list[tuple[int, _Spot]] = []
        self._clock_s = 0.0
        self._at_s: float | None = None

    def update(self, at_s: float, tracks: Tracks, *, night: bool = False) -> list[StillBird]:
        """Take one frame's birds and return those that have been still for too long, longest first.

        Args:
            at_s: when the frame was taken, in s.
            tracks: the birds.
            night: the flock is meant to rest: no time counts.
        """
        passed_s = 0.0 if self._at_s is None else at_s - self._at_s
        # A gap without frames is no proof of anything.
        if not night and passed_s <= self._rules.leave_s and self._flock_moves(at_s):
            self._clock_s += passed_s
        self._at_s = at_s
        for index in np.flatnonzero(tracks.seen).tolist():
            self._look(int(tracks.ids[index]), tracks.xyxy[index])
        self._hand_over(set(tracks.ids.tolist()))
        found = [self._told(bird, spot) for bird, spot in self._spots.items() if at_s - spot.home_s <= TOLD_S]
        return sorted((s for s in found if s.flock_moved_s >= self._rules.still_s), key=lambda s: -s.flock_moved_s)

    def _look(self, bird: int, xyxy: NDArray[np.float32]) -> None:
        at_s = self._at_s or 0.0
        spot = self._spots.get(bird)
        if spot and spot.look(xyxy, at_s, self._clock_s, self._rules):
            return
        if spot:
            self._left.append((bird, spot))
        place, length = place_and_length(xyxy)
        clock_s, moved_s = self._clock_s, at_s if spot else None
        self._spots[bird] = _Spot(place, place, length, xyxy, at_s, clock_s, at_s, at_s, clock_s, moved_s)

    def _hand_over(self, alive: set[int]) -> None:
        """Let the bird that is now where another id lay go on for it; forget what was left for too long."""
        at_s, rules = self._at_s or 0.0, self._rules
        here = {bird: spot for bird, spot in self._spots.items() if bird in alive}
        ended = [(bird, spot) for bird, spot in self._spots.items() if bird not in alive]
        kept = [(bird, spot) for bird, spot in self._left if at_s - spot.home_s <= rules.swap_s]
        self._left = [(bird, spot) for bird, spot in kept if not taken_over(bird, spot, here, rules)]
        self._spots = here | {
            bird: spot
            for bird, spot in ended
            if at_s - spot.home_s <= rules.hidden_s and not taken_over(bird, spot, here, rules)
        }

    def _flock_moves(self, at_s: float) -> bool:
        rules = self._rules
        here = [spot for spot in self._spots.values() if at_s - spot.seen_s <= rules.leave_s]
        moving = sum(spot.moved_s is not None and at_s - spot.moved_s <= rules.moved_s for spot in here)
        return len(here) >= rules.fewest_birds and moving >= rules.moving_share * len(here)

    def _told(self, bird: int, spot: _Spot) -> StillBird:
        flock_moved_s = spot.home_clock_s - spot.since_clock_s
        return StillBird(
            bird=bird,
            xyxy=spot.xyxy,
            since_s=spot.since_s,
            flock_moved_s=flock_moved_s,
            dead_suspect=flock_moved_s >= self._rules.dead_s,
            hidden=spot.seen_s != self._at_s,
        )
