"""How long healthy birds of one house rest: learned from rests that ended by themselves. Pure: the day is handed in.

How long a healthy bird may lie still differs between breeds, ages and houses, and nobody has filmed enough of them to
say how seldom a rest of half an hour is. But a bird that gets up was well, so each camera sees by itself how long rests
last there, hundreds a day. A bird that lies still for longer than any that got up on the last days is a finding.

That bounds the false alarms whatever the law of rests is: of the rests of so many days alike, each is as likely as any
other to be the longest, so on the day after ``DAYS_KEPT`` days one in ``DAYS_KEPT`` is expected to outlast them all.
Birds whose rests grow longer from day to day give more.
"""

from datetime import date
from typing import Any

DAYS_KEPT = 4
"""One false alarm in so many days is expected of each camera."""
FEWEST_S = 24 * 3600.0
"""With less time watched in all nothing is known: two days, since only time in which the flock moves counts."""
MOST_S = 6 * 3600.0
"""Nothing that lies longer teaches what is usual: a feeder that is taken for a bird for example."""


class UsualRests:
    """Learns the longest rest of each day; the caller stores ``state`` and hands it in again."""

    def __init__(self) -> None:
        self._days: dict[int, list[float]] = {}

    def watched(self, day: date, seconds: float) -> None:
        """Note that the flock moved, and was watched, for so many s of a day."""
        self._day(day)[1] += seconds

    def ended(self, day: date, rest_s: float) -> None:
        """Note that a bird got up after lying still for so many s in which the flock moved."""
        if rest_s <= MOST_S:
            today = self._day(day)
            today[0] = max(today[0], rest_s)

    def longest_s(self) -> float | None:
        """Return the longest rest of the last days, in s; None while too little has been watched."""
        if sum(watched_s for _, watched_s in self._days.values()) < FEWEST_S:
            return None
        return max(longest_s for longest_s, _ in self._days.values())

    def _day(self, day: date) -> list[float]:
        today = day.toordinal()
        if today not in self._days:
            self._days = {one: told for one, told in self._days.items() if 0 <= today - one <= DAYS_KEPT}
            self._days[today] = [0.0, 0.0]
        return self._days[today]

    def state(self) -> dict[str, Any]:
        """Return all that was learned, fit for JSON."""
        return {str(day): [round(one, 1) for one in told] for day, told in self._days.items()}

    @classmethod
    def restore(cls, state: object) -> "UsualRests":
        """Take up what ``state`` gave.

        Raises:
            ValueError: it is something else, a file cut short for example; begin anew then.
        """
        rests = cls()
        if not isinstance(state, dict):
            raise ValueError("rests are a table of days")  # noqa: TRY004  # whoever reads a file asks for one error
        rests._days = {int(day): _told(told) for day, told in state.items()}
        return rests


def _told(told: object) -> list[float]:
    numbers = isinstance(told, list) and all(type(one) in (int, float) and one >= 0 for one in told)
    if not (numbers and isinstance(told, list) and len(told) == 2):  # noqa: PLR2004  # longest, watched
        raise ValueError(f"{told!r} is no day's longest rest and time watched")
    return [float(one) for one in told]
