"""Waiting longer after each failure, with jitter, for ever."""

import random


class Backoff:
    """Times to wait between attempts, in s: doubling from ``first_s`` up to ``most_s``, each varied by half.

    The jitter keeps the devices of a whole farm from knocking all at once when the power returns.
    """

    def __init__(self, first_s: float = 1.0, most_s: float = 60.0, rng: random.Random | None = None) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._rng = rng or random.Random()  # noqa: S311  # spreads load, guards no secret
        self._next_s = first_s

    def next_s(self) -> float:
        """Return how long to wait now, in s."""
        wait_s = self._next_s * self._rng.uniform(0.5, 1.0)
        self._next_s = min(self._next_s * 2, self._most_s)
        return wait_s

    def reset(self) -> None:
        """Note a success."""
        self._next_s = self._first_s
