"""Posture, stillness, warmth and appearance of single birds -> suspicions, each told once. Pure: the time is handed in.

    still_bird      it has not moved for long while the flock moved
    sick_suspect    its score reaches the threshold by what it looks like: lying on its side with legs stretched, colder
                    or warmer than the flock, or sick to a farm's own network
    dead_suspect    it has not moved for very long

The score is a noisy-or, see ``edge.vision.evidences``; who is looked at, see ``edge.vision.looks``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contract.messages import FindingKind, Reason
from edge.vision.evidences import Judgement, joined, ramp
from edge.vision.looks import Bird, LookConfig, Looks, overlap
from edge.vision.paces import Floats

JUDGE_EVERY_S = 1.0
RANKS: dict[FindingKind, int] = {"still_bird": 0, "sick_suspect": 1, "dead_suspect": 2}
"""Once a bird was told with a rank, a lower one is no news."""
FLOCK_WARMTH = 2.0
"""From so many robust standard deviations off the flock's warmth on a bird counts, fully from twice it."""
BY_LOOKS: frozenset[Reason] = frozenset({"lying_on_side", "colder_than_flock", "warmer_than_flock", "looks_sick"})


class StillBird(Protocol):
    """A bird that lies still; ``edge.vision.stillness`` tells them."""

    @property
    def bird(self) -> int:
        """Its track."""
        ...

    @property
    def xyxy(self) -> NDArray[np.float32]:
        """(4,) its box."""
        ...

    @property
    def since_s(self) -> float:
        """Since when it has not moved, in s."""
        ...

    @property
    def flock_moved_s(self) -> float:
        """For how much of the time since then the flock moved, in s."""
        ...


@dataclass(frozen=True, slots=True)
class SuspectConfig:
    """When a bird is told; the first four stand in edge.toml.

    Attributes:
        still_s: a bird still so long is told, in s.
        dead_s: so long, it may be dead, in s.
        again_s: the same bird is told again after, in s.
        suspect_score: a sick-bird suspect is told from this score up.
        most_per_hour: suspicions told within an hour; a view that fools the network must not flood anybody. The
            strongest go first, the others are not forgotten.
        looks: how birds are looked at.
    """

    still_s: float = 1200.0
    dead_s: float = 7200.0
    again_s: float = 7200.0
    suspect_score: float = 0.6
    most_per_hour: int = 12
    looks: LookConfig = field(default_factory=LookConfig)


@dataclass(frozen=True, eq=False)
class Suspicion:
    """What to tell about one bird.

    Attributes:
        id: its track.
        kind: see the module.
        score: 0 to 1.
        reasons: what contributed to it, the strongest first.
        since_s: since when it shows, on the caller's clock.
        xyxy: (4,) float32, where it was seen last.
    """

    id: int
    kind: FindingKind
    score: float
    reasons: tuple[Reason, ...]
    since_s: float
    xyxy: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Told:
    xyxy: Floats
    id: int
    rank: int
    at_s: float


class Suspects:
    """The suspicions of one camera: ``choose`` with each frame, ``looked`` after the network, then ``judge``."""

    def __init__(self, config: SuspectConfig | None = None) -> None:
        self._config = config or SuspectConfig()
        self._looks = Looks(self._config.looks)
        self._told: list[_Told] = []
        self._still_s, self._dead_s = self._config.still_s, self._config.dead_s
        self._next_s = -np.inf
        self.choose = self._looks.choose
        self.looked = self._looks.looked

    def judge(
        self,
        at_s: float,
        still: Sequence[StillBird],
        warmth: Mapping[int, float] | None = None,
        *,
        usual_s: float = 0.0,
    ) -> list[Suspicion]:
        """Return what is news, the strongest first.

        Args:
            at_s: now, as handed to ``choose`` with this frame.
            still: birds that lie still while the flock moves, from half of ``still_s`` on so that time can weigh in
                before it is a finding of its own.
            warmth: track id -> robust standard deviations a bird's surface is off its flock's, where that is known.
            usual_s: birds that are well lie still for so long here, in s; nobody is told for less, whatever the rules.
        """
        if at_s < self._next_s:
            return []
        self._next_s = at_s + JUDGE_EVERY_S
        self._still_s, self._dead_s = max(self._config.still_s, usual_s), max(self._config.dead_s, usual_s)
        self._told = [one for one in self._told if at_s - one.at_s < max(self._config.again_s, 3600)]
        trust = self._looks.trust()
        lying = {one.bird: one for one in still}
        hidden = {one.bird: _unseen(one) for one in still if one.bird not in self._looks.birds}
        found = [
            suspicion
            for one, bird in (self._looks.birds | hidden).items()
            if (suspicion := self._suspicion(one, bird, lying.get(one), (warmth or {}).get(one, 0.0), trust))
        ]
        found.sort(key=lambda one: (-RANKS[one.kind], -one.score))
        return [one for one in found if self._is_news(at_s, one)]

    def _suspicion(
        self, one: int, bird: Bird, still: StillBird | None, warmth: float, trust: float
    ) -> Suspicion | None:
        still_s = 0.0 if still is None else still.flock_moved_s
        said = joined(self._evidence(bird, still_s, warmth, trust))
        kind = self._kind(still_s, said)
        if kind is None:
            return None
        since_s = bird.resting_since_s if still is None else min(still.since_s, bird.resting_since_s)
        return Suspicion(one, kind, said.score, said.reasons, since_s, bird.xyxy.astype(np.float32))

    def _evidence(self, bird: Bird, still_s: float, warmth: float, trust: float) -> dict[Reason, float]:
        still = ramp(still_s, self._still_s / 2, self._still_s)
        return {
            "still_while_flock_moves": still,
            "still_very_long": 1.0 if still_s >= self._dead_s else 0.0,
            "lying_on_side": self._looks.lying(bird) * trust,
            "sitting": bird.sitting * still,
            "colder_than_flock": ramp(-warmth, FLOCK_WARMTH, 2 * FLOCK_WARMTH),
            "warmer_than_flock": ramp(warmth, FLOCK_WARMTH, 2 * FLOCK_WARMTH),
            "looks_sick": ramp(bird.sick, 0.5, 1.0),
        }

    def _kind(self, still_s: float, said: Judgement) -> FindingKind | None:
        if still_s >= self._dead_s:
            return "dead_suspect"
        if said.score >= self._config.suspect_score and BY_LOOKS.intersection(said.reasons):
            return "sick_suspect"
        return "still_bird" if still_s >= self._still_s else None

    def _is_news(self, at_s: float, one: Suspicion) -> bool:
        box, rank = one.xyxy.astype(np.float64), RANKS[one.kind]
        for told in self._told:
            same = told.id == one.id or overlap(box[None], told.xyxy[None])[0] >= self._config.looks.same_spot
            if same and rank <= told.rank and at_s - told.at_s < self._config.again_s:
                return False
        if sum(at_s - told.at_s < 3600 for told in self._told) >= self._config.most_per_hour:  # noqa: PLR2004  # an hour
            return False
        self._told.append(_Told(box, one.id, rank, at_s))
        return True


def _unseen(still: StillBird) -> Bird:
    box = still.xyxy.astype(np.float64)
    return Bird(box, box, still.since_s, still.since_s)
