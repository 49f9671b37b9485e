"""Which of an indicator's numbers is weighed: gross, net, or the one there is.

Some indicators send gross and net in turn. Both tell of the same load, so one is followed: gross, which no key changes.
Net is followed once no gross has come for ``SILENT_S``: somebody has pressed tare, the number has jumped, and no bird
has moved.
"""

from enum import Enum, auto

SILENT_S = 2.0


class Turn(Enum):
    """What to do with a number."""

    WEIGH = auto()
    LEAVE = auto()
    BEGIN_ANEW = auto()
    """Forget what stands there, then weigh it."""


class Basis:
    """Follows one basis of a scale's numbers."""

    def __init__(self) -> None:
        self._followed: str | None = None
        self._last_s: float | None = None

    def turn(self, at_s: float, basis: str | None) -> Turn:
        """Say what to do with a number.

        Args:
            at_s: when it came, on any clock that only rises, in s.
            basis: gross or net; None when the indicator doesn't tell.
        """
        if self._last_s is None or basis == self._followed:
            turn = Turn.WEIGH
        elif basis == "gross" or at_s - self._last_s > SILENT_S:
            turn = Turn.BEGIN_ANEW
        else:
            return Turn.LEAVE
        self._followed, self._last_s = basis, at_s
        return turn
