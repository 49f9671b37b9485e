"""Which resting birds are shown to the posture network, and what it said of them. Pure: the time is handed in.

Only a bird that has not walked for some seconds is looked at, a few per second, in turn; half of the turns go to birds
that looked as if they lay, so that a suspicion is settled soon in a large flock too. A bird is a track; when a track
ends and another begins on the same spot (a bird half hidden, a clip that starts again, a camera that blinked), what
was seen of the first is taken over.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.vision.paces import Floats, Ids

SITTING, LYING = 1, 2
"""Columns of the posture network's answer; 0 is standing."""
MORE_LIKELY_THAN_NOT = 0.5


@dataclass(frozen=True, slots=True)
class LookConfig:
    """How birds are looked at.

    Attributes:
        resting_s: a bird that has not left its spot for so long is looked at.
        same_spot: a box that overlaps so much with the one where the bird settled (intersection over union) is still
            on the same spot; leaves room for a sick bird that kicks, and for a trembling box.
        per_s: most birds per second that are shown to the network.
        fewest_px: a bird whose longer side is shorter can't be judged.
        cut_off: nor one whose box comes so near to the picture's edge, as a share of the picture's side: what is seen
            of it lies, more often than not.
        memory_s: what was seen longer ago is forgotten.
        lying_s: a bird lies when the looks that are remembered reach over so long,
        fewest_looks: are at least so many,
        lying_share: and show it lying in so large a share.
        taken_over_s: a new track takes over what was seen of one that ended on its spot at most so long ago.
        many: when more than this share of the birds that were looked at lie, and more than one, the view is doubted,
        many_birds: provided at least so many were looked at.
    """

    resting_s: float = 4.0
    same_spot: float = 0.4
    per_s: float = 4.0
    fewest_px: float = 24.0
    cut_off: float = 0.005
    memory_s: float = 60.0
    lying_s: float = 20.0
    fewest_looks: int = 8
    lying_share: float = 0.8
    taken_over_s: float = 10.0
    many: float = 0.05
    many_birds: int = 8


@dataclass(frozen=True, slots=True)
class Look:
    """What the networks said of a bird in one frame: when, and the probabilities."""

    at_s: float
    sitting: float
    lying: float
    sick: float | None

    @property
    def lies(self) -> bool:
        """Say whether it is more likely than not that the bird lies."""
        return self.lying >= MORE_LIKELY_THAN_NOT


@dataclass(slots=True)
class Bird:
    """What is known of one bird.

    Attributes:
        spot: (4,) its box when it settled where it is.
        xyxy: (4,) its box when it was seen last.
        seen_s: when that was.
        resting_since_s: when it settled.
        looks: at most the last minute's.
        asked_s: when it was shown to the network last.
    """

    spot: Floats
    xyxy: Floats
    seen_s: float
    resting_since_s: float
    looks: deque[Look] = field(default_factory=deque)
    asked_s: float = -np.inf

    @property
    def sitting(self) -> float:
        """Mean probability that it sits, 0 without a look."""
        return sum(look.sitting for look in self.looks) / max(1, len(self.looks))

    @property
    def sick(self) -> float:
        """Mean probability that it looks sick, 0 without a look."""
        said = [look.sick for look in self.looks if look.sick is not None]
        return sum(said) / max(1, len(said))


class Looks:
    """The birds of one camera, and what the network said of those that rest."""

    def __init__(self, config: LookConfig | None = None) -> None:
        self._config = config or LookConfig()
        self._budget = 1.0
        self._at_s: float | None = None
        self.birds: dict[int, Bird] = {}
        """By track id."""

    def choose(
        self,
        at_s: float,
        ids: Ids,
        xyxy: NDArray[np.float32],
        seen: NDArray[np.bool_],
        *,
        frame_wh: tuple[int, int],
    ) -> NDArray[np.int64]:
        """Take one frame's birds and return which of them, (m,) indices, the network should look at now.

        Args:
            at_s: when, on any clock that only rises, in s.
            ids: (n,) of the birds, each once.
            xyxy: (n, 4) their boxes, in pixels.
            seen: (n,) False for a bird that is only thought to be there; there is nothing to look at.
            frame_wh: width and height of the picture, in pixels.
        """
        passed_s = 0.0 if self._at_s is None else at_s - self._at_s
        self._at_s = at_s
        where, boxes = np.flatnonzero(seen), xyxy[seen].astype(np.float64)
        self._follow(at_s, ids[seen].tolist(), boxes)
        self._budget = min(max(1.0, self._config.per_s), self._budget + passed_s * self._config.per_s)
        large = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0) >= self._config.fewest_px
        fit = large & self._whole(boxes, np.array(frame_wh, np.float64))
        birds = {n: self.birds[int(ids[where[n]])] for n in np.flatnonzero(fit).tolist()}
        resting = {n: bird for n, bird in birds.items() if at_s - bird.resting_since_s >= self._config.resting_s}
        chosen = self._in_turn(resting)
        self._budget -= len(chosen)
        for n in chosen:
            resting[n].asked_s = at_s
        return np.asarray(where[chosen], np.int64)

    def _whole(self, boxes: Floats, frame_wh: Floats) -> NDArray[np.bool_]:
        rim = self._config.cut_off * frame_wh
        return np.asarray(((boxes[:, :2] > rim) & (boxes[:, 2:] < frame_wh - rim)).all(axis=1))

    def _in_turn(self, resting: dict[int, Bird]) -> list[int]:
        room = int(self._budget)
        turn = sorted(resting, key=lambda n: resting[n].asked_s)
        urgent = [n for n in turn if resting[n].looks and resting[n].looks[-1].lies][: (room + 1) // 2]
        return (urgent + [n for n in turn if n not in urgent])[:room]

    def looked(self, at_s: float, ids: Ids, postures: NDArray[np.float32], sick: NDArray[np.float32] | None) -> None:
        """Take what the networks said about the birds that were chosen.

        Args:
            at_s: when their frame was taken.
            ids: (m,) of these birds.
            postures: (m, 3) probabilities of standing, sitting, lying.
            sick: (m,) probability that the bird looks sick, from a farm's own network, if there is one.
        """
        for n, one in enumerate(ids.tolist()):
            if one in self.birds:
                looks_sick = None if sick is None else float(sick[n])
                look = Look(at_s, float(postures[n, SITTING]), float(postures[n, LYING]), looks_sick)
                self.birds[one].looks.append(look)

    def trust(self) -> float:
        """Say how far the network can be believed here, 0 to 1.

        A flock of which many lie on their sides is rarer than a view that the network does not know.
        """
        looked = [
            sum(look.lies for look in bird.looks) * 2 > len(bird.looks) for bird in self.birds.values() if bird.looks
        ]
        if len(looked) < self._config.many_birds or not any(looked):
            return 1.0
        return min(1.0, max(1.0, self._config.many * len(looked)) / sum(looked))

    def lying(self, bird: Bird) -> float:
        """Return the evidence that a bird lies on its side, 0 to 1: the mean probability, once it persists."""
        looks = bird.looks
        if len(looks) < self._config.fewest_looks or looks[-1].at_s - looks[0].at_s < self._config.lying_s:
            return 0.0
        if sum(look.lies for look in looks) < self._config.lying_share * len(looks):
            return 0.0
        return sum(look.lying for look in looks) / len(looks)

    def _follow(self, at_s: float, ids: list[int], boxes: Floats) -> None:
        here = set(ids)
        for one, box in zip(ids, boxes, strict=True):
            if one not in self.birds:
                self.birds[one] = self._taken_over(box, at_s, here) or Bird(box, box, at_s, at_s)
        birds = [self.birds[one] for one in ids]
        spots = np.array([bird.spot for bird in birds]).reshape(-1, 4)
        stayed = overlap(boxes, spots) >= self._config.same_spot
        for bird, box, on_its_spot in zip(birds, boxes, stayed.tolist(), strict=True):
            if not on_its_spot:
                bird.spot, bird.resting_since_s = box, at_s
                bird.looks.clear()
            bird.xyxy, bird.seen_s = box, at_s
        for one, bird in list(self.birds.items()):
            while bird.looks and at_s - bird.looks[0].at_s > self._config.memory_s:
                bird.looks.popleft()
            if at_s - bird.seen_s > self._config.memory_s:
                del self.birds[one]

    def _taken_over(self, box: Floats, at_s: float, here: set[int]) -> Bird | None:
        since_s = at_s - self._config.taken_over_s
        lost = [one for one, bird in self.birds.items() if one not in here and bird.seen_s >= since_s]
        if not lost:
            return None
        overlaps = overlap(box[None], np.array([self.birds[one].spot for one in lost]))
        best = int(overlaps.argmax())
        return self.birds.pop(lost[best]) if overlaps[best] >= self._config.same_spot else None


def overlap(boxes: Floats, others: Floats) -> Floats:
    """Return the intersection over union of boxes (n, 4) and others (n, 4), row by row; one may be a single row."""
    shared = np.clip(np.minimum(boxes[:, 2:], others[:, 2:]) - np.maximum(boxes[:, :2], others[:, :2]), 0, None)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (others[:, 2:] - others[:, :2]).prod(axis=1)
    both = shared.prod(axis=1)
    return np.asarray(both / np.maximum(areas - both, 1e-9))
