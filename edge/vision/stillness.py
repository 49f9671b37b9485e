"""Birds that lie still while the flock moves. Pure: the time is handed in.

What is watched is the place, not the id: ids change when birds crowd or are missed, but a box that is found on one
spot again and again is one bird lying there. Even a resting bird that is well shifts, turns and preens: of 81 pullets
followed by hand for 6 to 14 min, 12 stayed within .35 body lengths for 6 min, 3 within .1. So the reach is short, and
a place is the mean over a while, which a detector's trembling (some 5 % of a body length) hardly moves.

Healthy hens rest too, most of them at once: only time in which a share of the flock has moved counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.association import Indices, best_pairs, near_pairs
from edge.vision.motion import Floats, Rows
from edge.vision.tracking import Tracks

TOLD_S = 30.0  # a still bird out of sight for longer is told again when it is seen
SPOT = np.dtype(
    [
        ("bird", np.int64),  # the id last seen on it
        ("anchor", np.float64, 2),  # where the bird lay down, px: the mean over its first time there
        ("place", np.float64, 2),  # where it lies now, px: the fading mean
        ("length", np.float64),  # its body length, px
        ("xyxy", np.float32, 4),  # its box when last seen
        ("since_s", np.float64),
        ("since_clock_s", np.float64),  # the clock tells the time for which the flock has moved
        ("seen_s", np.float64),
        ("seen_clock_s", np.float64),
        ("came", np.bool_),  # whether a bird moved there, or may always have been there
        ("left", np.bool_),  # whether its bird was seen elsewhere since it was last seen on it
    ]
)


@dataclass(frozen=True, slots=True)
class StillRules:
    """When a bird is still, and for how long it may be.

    Attributes:
        reach_lengths: a bird whose mean place stays within this of where it lay down is still, in body lengths.
        near_lengths: a box within this of a spot may be the bird that lies there, in body lengths.
        smooth_s: the time over which the mean of its place is taken, in s.
        leave_s: a spot where nobody has lain for longer than this is forgotten once nobody is seen there for so long,
            in s.
        still_s: a bird still for so long while the flock moves is told, in s.
        dead_s: and suspected to be dead after so long, in s.
        moved_s: a bird that moved within this time counts as moving, in s.
        moving_share: the flock moves when at least this share of its birds does.
        fewest_birds: with fewer birds in sight nothing can be said about a flock.
        hidden_s: for so long a still bird may be hidden, in s; that time counts once it is seen again on its spot.
        gone_s: a spot whose bird is seen elsewhere is forgotten once nobody is seen on it for so long, in s.
        rest_s: to lie still for less is no rest, in s.
    """

    reach_lengths: float = 0.1
    near_lengths: float = 0.4
    smooth_s: float = 30.0
    leave_s: float = 10.0
    still_s: float = 1200.0
    dead_s: float = 7200.0
    moved_s: float = 120.0
    moving_share: float = 0.3
    fewest_birds: int = 3
    hidden_s: float = 300.0
    gone_s: float = 30.0
    rest_s: float = 60.0


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


class StillBirds:
    """Watches for still birds before one camera.

    Attributes:
        clock_s: for how long the flock moved while it was watched, in s.
        rests_s: how long the birds had been still that got up since the frame before, in s of that clock.
    """

    def __init__(self, rules: StillRules | None = None) -> None:
        self._rules = rules or StillRules()
        self._spots: Rows = np.empty(0, SPOT)
        self.clock_s = 0.0
        self.rests_s: list[float] = []
        self._at_s: float | None = None
        self._first_s = 0.0

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
            self.clock_s += passed_s
        self._first_s = at_s if self._at_s is None else self._first_s
        self._at_s = at_s
        self.rests_s = []
        self._look(tracks.ids[tracks.seen], tracks.xyxy[tracks.seen].astype(np.float64), at_s)
        self._forget(at_s)
        return self._told(at_s)

    def _look(self, ids: Indices, xyxy: Floats, at_s: float) -> None:
        centres, wh = (xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]
        spots, near = self._spots, self._rules.near_lengths
        who, what = near_pairs(spots["place"], centres, near * spots["length"])
        off = np.linalg.norm(spots["place"][who] - centres[what], axis=1) / spots["length"][who]
        # Where two spots want one box, the one on which a bird has lain for longer has the older right.
        known = 1 - 1 / (2 + at_s - spots["since_s"][who])
        who, what = best_pairs(who, what, known * (1.1 * near - off), len(spots), len(centres))
        rows = spots[who]
        self._settle(rows, centres[what], np.sqrt(wh[what].prod(axis=1)), at_s)
        rows["bird"], rows["xyxy"], rows["left"] = ids[what], xyxy[what], False
        spots["left"] |= np.isin(spots["bird"], ids)
        spots[who] = rows
        new = np.setdiff1d(np.arange(len(ids)), what)
        self._spots = np.concatenate([spots, self._begun(ids[new], xyxy[new], at_s)])

    def _begun(self, ids: Indices, xyxy: Floats, at_s: float) -> Rows:
        rows = np.zeros(len(ids), SPOT)
        rows["bird"], rows["xyxy"] = ids, xyxy
        rows["anchor"] = rows["place"] = (xyxy[:, :2] + xyxy[:, 2:]) / 2
        rows["length"] = np.sqrt((xyxy[:, 2:] - xyxy[:, :2]).prod(axis=1))
        rows["since_s"], rows["since_clock_s"] = at_s, self.clock_s
        rows["seen_s"], rows["seen_clock_s"] = at_s, self.clock_s
        rows["came"] = at_s > self._first_s + self._rules.leave_s
        return rows

    def _settle(self, rows: Rows, centres: Floats, lengths: Floats, at_s: float) -> None:
        """Move the places of the birds seen on their spots, and let those begin anew that have moved, in place."""
        rules = self._rules
        passed_s, age_s = at_s - rows["seen_s"], at_s - rows["since_s"]
        # The plain mean at first, the fading one later.
        gain = np.maximum(1 - np.exp(-passed_s / rules.smooth_s), passed_s / (age_s + passed_s))
        rows["place"] += gain[:, None] * (centres - rows["place"])
        rows["length"] += gain * (lengths - rows["length"])
        rows["seen_s"], rows["seen_clock_s"] = at_s, self.clock_s
        young = age_s <= rules.smooth_s
        rows["anchor"][young] = rows["place"][young]
        off = np.linalg.norm(rows["place"] - rows["anchor"], axis=1)
        moved = off > rules.reach_lengths * rows["length"]
        self._got_up(rows[moved])
        rows["anchor"][moved] = rows["place"][moved] = centres[moved]
        rows["since_s"][moved], rows["since_clock_s"][moved] = at_s, self.clock_s
        rows["came"] |= moved

    def _forget(self, at_s: float) -> None:
        rules, spots = self._rules, self._spots
        settled = spots["seen_s"] - spots["since_s"] > rules.leave_s
        hidden_s = np.where(spots["left"], rules.gone_s, rules.hidden_s)
        kept = at_s - spots["seen_s"] <= np.where(settled, hidden_s, rules.leave_s)
        self._spots = spots[kept]
        self._got_up(spots[~kept & spots["left"]])

    def _got_up(self, rows: Rows) -> None:
        rests_s = rows["seen_clock_s"] - rows["since_clock_s"]
        self.rests_s += rests_s[rests_s >= self._rules.rest_s].tolist()

    def _flock_moves(self, at_s: float) -> bool:
        rules = self._rules
        here = self._spots[at_s - self._spots["seen_s"] <= rules.leave_s]
        birds = len(np.unique(here["bird"]))
        moving = np.unique(here["bird"][here["came"] & (at_s - here["since_s"] <= rules.moved_s)])
        return birds >= rules.fewest_birds and len(moving) >= rules.moving_share * birds

    def _told(self, at_s: float) -> list[StillBird]:
        flock_moved_s = self._spots["seen_clock_s"] - self._spots["since_clock_s"]
        # Each id only where it was seen last: what it left, another bird may have under its own id.
        spots = self._spots[np.lexsort((flock_moved_s, self._spots["seen_s"]))[::-1]]
        spots = spots[np.unique(spots["bird"], return_index=True)[1]]
        flock_moved_s = spots["seen_clock_s"] - spots["since_clock_s"]
        found = [
            StillBird(
                bird=int(spot["bird"]),
                xyxy=spot["xyxy"].copy(),
                since_s=float(spot["since_s"]),
                flock_moved_s=float(spot["seen_clock_s"] - spot["since_clock_s"]),
                dead_suspect=bool(spot["seen_clock_s"] - spot["since_clock_s"] >= self._rules.dead_s),
                hidden=bool(spot["seen_s"] != at_s),
            )
            for spot in spots[(flock_moved_s >= self._rules.still_s) & (at_s - spots["seen_s"] <= TOLD_S)]
        ]
        return sorted(found, key=lambda bird: -bird.flock_moved_s)
