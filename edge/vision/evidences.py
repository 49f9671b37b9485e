"""Single observations of one bird -> one score with its reasons. Pure.

Each observation gives an evidence e between 0 and 1, and the score is a noisy-or of them (Pearl 1988, section 4.3.2):
1 - (1 - w1 e1)(1 - w2 e2)...: more evidence never lowers it, one strong observation can be enough, and each weight
can be read as "how sure am I when I know only this, and fully". The weights are judgement, not measured: there is no
public data of sick birds that says how often each sign goes with sickness.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.messages import Reason

WEIGHTS: dict[Reason, float] = {
    "still_while_flock_moves": 0.45,
    "still_very_long": 0.6,
    "lying_on_side": 0.8,
    "sitting": 0.1,
    "colder_than_flock": 0.5,
    "warmer_than_flock": 0.3,
    "looks_sick": 0.5,
}
"""Most that each sign alone says. Only lying on the side reaches the usual threshold of 0.6 by itself: a healthy bird
never lies like that for half a minute. Sitting is what healthy birds do most of the day."""
LEAST_CONTRIBUTION = 0.05
"""A sign that says less is not named as a reason."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score and what made it.

    Attributes:
        score: 0 to 1.
        reasons: those that contributed, the strongest first.
    """

    score: float
    reasons: tuple[Reason, ...]


def joined(evidence: Mapping[Reason, float]) -> Judgement:
    """Join evidences, each 0 to 1."""
    parts = {reason: WEIGHTS[reason] * min(1.0, max(0.0, one)) for reason, one in evidence.items()}
    doubt = 1.0
    for part in parts.values():
        doubt *= 1 - part
    strongest = sorted(parts, key=lambda reason: -parts[reason])
    return Judgement(1 - doubt, tuple(one for one in strongest if parts[one] >= LEAST_CONTRIBUTION))


def ramp(value: float, low: float, high: float) -> float:
    """Return 0 up to ``low``, 1 from ``high`` on, a straight line between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
