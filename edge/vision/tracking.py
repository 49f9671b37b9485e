"""Boxes of single frames -> birds followed over time. Pure: the time is handed in.

Two rounds as in BYTE (Zhang et al. 2022, arXiv 2110.06864): first the sure boxes are paired with the birds, then the
weak ones, which a half hidden bird or a part of one leaves, with the birds still without a box. Only a sure box begins
a new bird. A bird that is not found is kept in mind where it last was, so that a bird that lies still behind others for
a while comes back under its own id. An id is a stretch of one bird's path, not the bird's name: it may change when
birds crowd.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.vision.association import Affinity, Indices, near_pairs, pairs
from edge.vision.motion import TRACK, Floats, Motion, Rows
from edge.vision.polygon import Place, distance_from
from models.runtime.detections import Detections

FRESH_FRAMES = 2.1  # one missed frame, and some jitter of the camera's clock
REMEMBERED = 5  # times as long as it was seen
EXIT_LENGTHS = 0.5  # a hole is stretched by this, in body lengths


@dataclass(frozen=True, eq=False)
class Tracks:
    """The birds followed at one moment, by rising id.

    Attributes:
        at_s: the moment, in s.
        ids: (n,) int64; never used twice by one Tracker.
        xyxy: (n, 4) float32, left, top, right, bottom in frame pixels; where the bird is thought to be if not seen.
        scores: (n,) float32, of the box last matched.
        seen: (n,) bool, whether a box was matched in this frame.
        unseen_s: (n,) float64, how long ago one was matched, in s; 0 where seen.
        first_seen_s: (n,) float64, when the bird was first seen.
    """

    at_s: float
    ids: NDArray[np.int64]
    xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    seen: NDArray[np.bool_]
    unseen_s: Floats
    first_seen_s: Floats

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def age_s(self) -> Floats:
        """Say for how long each bird has been followed, (n,) in s."""
        return self.at_s - self.first_seen_s


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """How birds are followed.

    Attributes:
        sure_score: a box from this score on counts as a bird: the detector's own threshold.
        weak_score: a box from this score on may carry a known bird on, but never begins one.
        fresh_s: a known bird takes up boxes until it was not seen for this long, or for a frame, in s. Later it is
            lost: then a single box may be anything, and only a new bird that proves to be one is taken for it.
        confirm_hits: frames in a row that a bird must be seen in before it is told; less may be a detector's fancy.
        confirm_s: and for how long it must be seen, in s; matters when frames come fast.
        trust_s: over this time, fading, the share of time in which a bird was seen is formed, in s.
        least_trust: a bird that is not seen is still told, where it is thought to be, while that share is at least
            this: about a second for one that was seen well, never for a flicker on a drinker.
        memory_s: and is kept in mind, to be taken up again, for this long, or for some times as long as it was seen if
            that is less, in s.
        inside_share: a box that lies in a stronger and greater one by this much of its area may be a part of that bird:
            it counts as weak.
        double_overlap: a sure box without a bird that shares this much of the smaller area with a box that has one is
            a double, not a bird.
        motion: how birds move.
        step: how a box is weighed for a known bird: strictly, since a long step can wait for its proof.
        begin: the same for a bird's second frame.
        reunion: the same for a bird just confirmed that may be a lost one: gladly, since birds don't spring up.
    """

    sure_score: float = 0.25
    weak_score: float = 0.1
    fresh_s: float = 0.6
    confirm_hits: int = 2
    confirm_s: float = 0.2
    trust_s: float = 3.0
    least_trust: float = 0.7
    memory_s: float = 60.0
    inside_share: float = 0.8
    double_overlap: float = 0.7
    motion: Motion = field(default_factory=Motion)
    step: Affinity = field(default_factory=lambda: Affinity(strangers=0.06))
    begin: Affinity = field(default_factory=lambda: Affinity(strangers=0.03))
    reunion: Affinity = field(default_factory=lambda: Affinity(strangers=0.001, reach=4))


class Tracker:
    """Follows the birds of one camera.

    Args:
        config: how.
        exits: corners of pop holes, px: who is lost there is gone, and never taken for the next one that comes out.
    """

    def __init__(self, config: TrackerConfig | None = None, exits: Sequence[Sequence[Place]] = ()) -> None:
        self._config = config or TrackerConfig()
        self._exits = exits
        self._rows: Rows = np.empty(0, TRACK)
        self._at_s: float | None = None
        self._passed_s = 0.0
        self._next_id = 1

    def leave_by(self, exits: Sequence[Sequence[Place]]) -> None:
        """Take other pop holes; the birds that are followed stay who they are."""
        self._exits = exits

    def update(self, at_s: float, detections: Detections) -> Tracks:
        """Take one frame's boxes and return the birds.

        Args:
            at_s: when the frame was taken, on any clock that only rises, in s.
            detections: in any order.

        Raises:
            ValueError: the time does not rise.
        """
        self._move_to(at_s)
        boxes = _Boxes.of(detections, self._config.weak_score)
        good = (boxes.scores >= self._config.sure_score) & ~boxes.inside(self._config.inside_share)
        sure, weak = np.flatnonzero(good), np.flatnonzero(~good)
        known = self._rows["confirmed"]
        fresh = known & (self._unseen_s() <= max(self._config.fresh_s, FRESH_FRAMES * self._passed_s))
        taken = self._carry_on(fresh, boxes, sure, self._config.step)
        sure = _without(sure, taken)
        taken = np.concatenate([taken, self._carry_on(fresh & (self._unseen_s() > 0), boxes, weak, self._config.step)])
        found = self._carry_on(~known, boxes, sure, self._config.begin)
        self._trust()
        self._begin(boxes, _without(sure, found), np.concatenate([taken, found]))
        self._confirm()
        return self._told()

    def _move_to(self, at_s: float) -> None:
        if self._at_s is not None and at_s <= self._at_s:
            raise ValueError(f"frames must come in the order of their times: {at_s} s after {self._at_s} s")
        self._passed_s = 0.0 if self._at_s is None else at_s - self._at_s
        self._at_s = at_s
        memory_s = np.minimum(self._config.memory_s, REMEMBERED * self._rows["seen_s"])
        # However slow the camera, a bird of its last frame is remembered.
        memory_s = np.maximum(memory_s, min(self._passed_s, self._config.memory_s))
        self._rows = self._rows[self._unseen_s() <= memory_s]
        self._config.motion.predict(self._rows, self._passed_s)

    def _carry_on(self, which: NDArray[np.bool_], boxes: "_Boxes", what: Indices, affinity: Affinity) -> Indices:
        """Pair these rows with these boxes, take the boxes in, and return which boxes found a row."""
        motion = self._config.motion
        who = np.flatnonzero(which)
        if not (len(who) and len(what)):
            return what[:0]
        rows = self._rows[who]
        matched, found = pairs(rows, boxes.centres[what], boxes.wh[what], motion, affinity)
        who, what, rows = who[matched], what[found], rows[matched]
        motion.correct(rows, boxes.centres[what], boxes.wh[what], self._passed_s)
        rows["score"], rows["last_seen_s"] = boxes.scores[what], self._at_s
        rows["hits"] += 1
        self._rows[who] = rows
        return what

    def _begin(self, boxes: "_Boxes", new: Indices, taken: Indices) -> None:
        if not len(new):
            return
        others = np.concatenate([taken, new])
        overlap = shared(boxes.corners(new), boxes.corners(others))
        # Of two new boxes the one with the better score, which comes first, is the bird.
        overlap[:, len(taken) :] = np.tril(overlap[:, len(taken) :], -1)
        new = new[overlap.max(axis=1, initial=0.0) < self._config.double_overlap]
        ids = np.arange(self._next_id, self._next_id + len(new))
        born = self._config.motion.born(ids, self._at_s or 0.0, boxes.centres[new], boxes.wh[new])
        born["score"] = boxes.scores[new]
        self._next_id += len(new)
        self._rows = np.concatenate([self._rows, born])

    def _unseen_s(self) -> Floats:
        return (self._at_s or 0.0) - self._rows["last_seen_s"]

    def _trust(self) -> None:
        kept = np.exp(-self._passed_s / self._config.trust_s)
        unseen_s = self._unseen_s()
        self._rows["trust"] = kept * self._rows["trust"] + (1 - kept) * (unseen_s == 0)
        self._rows = self._rows[self._rows["confirmed"] | (unseen_s == 0)]

    def _confirm(self) -> None:
        rows = self._rows
        long = rows["last_seen_s"] - rows["first_seen_s"] >= self._config.confirm_s
        due = np.flatnonzero(~rows["confirmed"] & long & (rows["hits"] >= self._config.confirm_hits))
        rows["confirmed"][due] = True
        self._reunite(due)

    def _reunite(self, due: Indices) -> None:
        """Take a bird that just proved to be one for a lost one, where one fits, rather than for a new one."""
        rows = self._rows
        lost = np.flatnonzero(rows["confirmed"] & (self._unseen_s() > 0)) if len(due) else due
        if not len(lost):
            return
        lost = lost[np.array([not self._left(row) for row in rows[lost]], bool)]
        new = rows[due]
        old, same = pairs(rows[lost], new["centre"], new["wh"], self._config.motion, self._config.reunion)
        old, new, same = lost[old], new[same], due[same]
        for name in ("hits", "seen_s"):
            new[name] += rows[name][old]
        for name in ("id", "first_seen_s"):
            new[name] = rows[name][old]
        rows[old] = new
        self._rows = np.delete(rows, same)

    def _left(self, row: np.void) -> bool:
        x, y = row["centre"].tolist()
        margin = EXIT_LENGTHS * float(np.sqrt(row["wh"].prod()))
        return any(distance_from(corners, (x, y)) <= margin for corners in self._exits)

    def _told(self) -> Tracks:
        unseen_s = self._unseen_s()
        seen = unseen_s == 0
        told = self._rows["confirmed"] & (seen | (self._rows["trust"] >= self._config.least_trust))
        rows = self._rows[told]
        half = rows["wh"] / 2
        return Tracks(
            at_s=self._at_s or 0.0,
            ids=rows["id"],
            xyxy=np.hstack([rows["centre"] - half, rows["centre"] + half]).astype(np.float32),
            scores=rows["score"],
            seen=seen[told],
            unseen_s=unseen_s[told],
            first_seen_s=rows["first_seen_s"],
        )


def _without(these: Indices, those: Indices) -> Indices:
    """Return ``these`` without ``those``, which are among them; both hold each index once."""
    if not len(those):
        return these
    kept = np.zeros(int(these.max()) + 1, np.bool_)
    kept[these] = True
    kept[those] = False
    return np.flatnonzero(kept)


@dataclass(frozen=True, eq=False)
class _Boxes:
    centres: Floats
    wh: Floats
    scores: NDArray[np.float32]

    @classmethod
    def of(cls, detections: Detections, least_score: float) -> "_Boxes":
        """Sort the boxes, so that the order in which they come decides nothing, and drop those without an area."""
        left, top, right, bottom = xyxy = detections.xyxy.T
        good = (detections.scores >= least_score) & (right > left) & (bottom > top)
        order = np.lexsort((bottom, right, top, left, -detections.scores))
        corners = xyxy.T[order[good[order]]].astype(np.float64)
        wh = corners[:, 2:] - corners[:, :2]
        return cls(corners[:, :2] + wh / 2, wh, detections.scores[order[good[order]]])

    def inside(self, share: float) -> NDArray[np.bool_]:
        """Say of each box whether so much of it lies in a greater one with a better score, which comes before it."""
        reach, areas = np.hypot(*self.wh.T) / 2, self.wh.prod(axis=1)
        outer, inner = near_pairs(self.centres, self.centres, reach)
        kept = (outer < inner) & (areas[inner] < areas[outer])
        outer, inner = outer[kept], inner[kept]
        off = np.abs(self.centres[outer] - self.centres[inner])
        both = np.minimum((self.wh[outer] + self.wh[inner]) / 2 - off, self.wh[inner])
        found = np.zeros(len(areas), bool)
        found[inner[np.clip(both, 0, None).prod(axis=1) >= share * areas[inner]]] = True
        return found

    def corners(self, which: Indices) -> Floats:
        half = self.wh[which] / 2
        return np.hstack([self.centres[which] - half, self.centres[which] + half])


def shared(boxes: Floats, others: Floats) -> Floats:
    """Return what each box shares with each other one, (n, m), as a share of the smaller of the two."""
    least = np.maximum(boxes[:, None, :2], others[None, :, :2])
    most = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    overlap: Floats = np.clip(most - least, 0, None).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1), (others[:, 2:] - others[:, :2]).prod(axis=1)
    smaller: Floats = np.minimum(areas[0][:, None], areas[1][None, :])
    return overlap / smaller
