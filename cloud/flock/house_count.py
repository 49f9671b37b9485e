"""The count of a house: the sum of what its cameras add to it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.messages import FlockCount

FRESH: Final = timedelta(minutes=5)
"""An older count no longer says how the house is now; the dashboard's own limit for readings is the same."""


@dataclass(frozen=True, slots=True)
class Summed:
    """What the cameras that count now see together.

    Attributes:
        birds: sum of their shares.
        low: sum of the shares at each camera's 10th percentile.
        high: sum of the shares at each camera's 90th percentile.
        confidence: mean of theirs, weighed by their shares, 0 to 1.
        corrected: a count by hand has changed at least one share.
        cameras: how many there are.
        at: the oldest stamp among them.
    """

    birds: float
    low: float
    high: float
    confidence: float
    corrected: bool
    cameras: int
    at: datetime


def is_fresh(count: FlockCount, now: datetime) -> bool:
    """Say whether a count still tells how the house is at ``now``."""
    return now - count.at <= FRESH


def summed(counts: Sequence[FlockCount]) -> Summed | None:
    """Add up the cameras of a house; None without any."""
    if not counts:
        return None
    # Cameras that see no birds have a say too, if a small one: an empty house has a confidence as well.
    weights = [max(count.share_birds, 1.0) for count in counts]
    weighed = sum(count.confidence * weight for count, weight in zip(counts, weights, strict=True))
    return Summed(
        birds=sum(count.share_birds for count in counts),
        low=sum(_share_at(count, count.visible_low) for count in counts),
        high=sum(_share_at(count, count.visible_high) for count in counts),
        confidence=weighed / sum(weights),
        corrected=any(count.factor != 1 for count in counts),
        cameras=len(counts),
        at=min(count.at for count in counts),
    )


def _share_at(count: FlockCount, visible: float) -> float:
    """Return the share if the camera saw ``visible`` birds: it scales as its count does."""
    return count.share_birds * visible / count.visible_birds if count.visible_birds else visible * count.factor
