"""Which flock lives in a house when: one at a time, from the day its birds come until they go. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Placement:
    """A flock that was placed in a house."""

    flock: str
    house: str
    day: date


@dataclass(frozen=True, slots=True)
class Move:
    """Birds of a flock that went to another house; ``empties``: they were the last ones in the old."""

    flock: str
    day: date
    house: str
    to_house: str
    empties: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A flock's time in a house.

    Attributes:
        flock: who.
        first: the day its birds came.
        last: the day they went, still theirs; None while nothing ends it.
        empty_after: they went on ``last`` itself; else the house was theirs until it was over.
    """

    flock: str
    first: date
    last: date | None = None
    empty_after: bool = False

    def covers(self, day: date) -> bool:
        """Say whether the flock was in the house on a day, its last one included."""
        return self.first <= day and (self.last is None or day <= self.last)


def stays(
    house: str, placements: Iterable[Placement], moves: Sequence[Move], closings: Mapping[str, date]
) -> list[Stay]:
    """Return the stays in a house, oldest first.

    A stay ends when its flock is closed (``closings``: flock -> day), when its last birds move away, or on the day
    before another flock comes: a farmer who forgets to close a flock still gets the next one right.
    """
    arrivals = [(one.day, one.flock) for one in placements if one.house == house]
    arrivals += [(move.day, move.flock) for move in moves if move.to_house == house]
    found: list[Stay] = []
    for day, flock in sorted(arrivals, key=lambda arrival: arrival[0]):
        if found and found[-1].flock == flock and found[-1].covers(day):
            continue
        if found and found[-1].covers(day):
            found[-1] = replace(found[-1], last=day - DAY, empty_after=False)
        end = _end(flock, house, day, moves, closings)
        found.append(Stay(flock, day, end, empty_after=end is not None))
    return [stay for stay in found if stay.last is None or stay.last >= stay.first]


def stay_on(found: Iterable[Stay], day: date) -> Stay | None:
    """Return the stay that covers a day, None when the house was empty."""
    return next((stay for stay in found if stay.covers(day)), None)


def living_on(found: Iterable[Stay], day: date) -> Stay | None:
    """Return the stay that goes on after a day: the house of a flock closed on it is empty already."""
    stay = stay_on(found, day)
    return stay if stay and not (stay.empty_after and stay.last == day) else None


def _end(flock: str, house: str, day: date, moves: Iterable[Move], closings: Mapping[str, date]) -> date | None:
    ends = [move.day for move in moves if (move.flock, move.house, move.empties) == (flock, house, True)]
    if flock in closings:
        ends.append(closings[flock])
    return min((end for end in ends if end >= day), default=None)
