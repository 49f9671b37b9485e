"""What a weighing is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weighed:
    """One bird: ``grams``, the span of its settled samples in g, how long it stood settled, when it began to."""

    at_s: float
    grams: float
    spread_grams: float
    settled_s: float
