"""What is said to an indicator: questions, and commands to tare and zero it. Pure: bytes and instants, no line."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """How an indicator is made to send.

    Attributes:
        ask: what is said to it.
        each: True when every frame must be asked for; False when it goes on by itself once told.
        pace_s: asked for each frame: least time between two questions.
        patience_s: after so long without a frame it is asked again.
    """

    ask: bytes
    each: bool = False
    pace_s: float = 0.1
    patience_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """A command.

    Attributes:
        say: its bytes.
        done: what the indicator says once it is carried out; None when it says nothing.
        refused: what it says when it can't now.
    """

    say: bytes
    done: re.Pattern[bytes] | None = None
    refused: re.Pattern[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """All that can be said to an indicator; None where its family has no such thing."""

    prompt: Prompt | None = None
    tare: Order | None = None
    zero: Order | None = None


class Asking:
    """When to ask next.

    Args:
        prompt: of the family.
        clock: seconds, rising.
    """

    def __init__(self, prompt: Prompt, clock: Callable[[], float]) -> None:
        self.prompt = prompt
        self._clock = clock
        self._asked_s = float("-inf")
        self._heard_s = float("-inf")

    def due_in_s(self) -> float:
        """Return how long to wait before asking; 0 or less: now."""
        return self._due_s() - self._clock()

    def _due_s(self) -> float:
        if not self.prompt.each:
            return max(self._asked_s, self._heard_s) + self.prompt.patience_s
        answered = self._heard_s >= self._asked_s
        return self._asked_s + (self.prompt.pace_s if answered else self.prompt.patience_s)

    def asked(self) -> None:
        """Note that it was asked just now."""
        self._asked_s = self._clock()

    def heard(self) -> None:
        """Note that a frame came just now."""
        self._heard_s = self._clock()

    def restart(self) -> None:
        """Ask as soon as possible: it may have forgotten that it was told."""
        self._asked_s = self._heard_s = float("-inf")
