"""Where a flock stands among others of its breed and season, without telling whose they are. Pure.

Quartiles are told only from ``LEAST_FLOCKS`` flocks of ``LEAST_ORGANISATIONS`` organisations or more, none of which
holds more than half of them: below that a quartile would be somebody's flock. Own flocks are among the others, since
leaving them out would let an organisation subtract. The quartile is the linear one (Hyndman and Fan 1996, type 7).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

LEAST_FLOCKS: Final = 12
LEAST_ORGANISATIONS: Final = 4
MOST_SHARE: Final = 0.5

Season = Literal["spring", "summer", "autumn", "winter"]
_SEASONS: Final[tuple[Season, ...]] = ("winter", "spring", "summer", "autumn")
MONTHS_A_SEASON: Final = 3


@dataclass(frozen=True, slots=True)
class Among:
    """A flock's figure, and whose it is."""

    organisation: int
    value: float


@dataclass(frozen=True, slots=True)
class Quartiles:
    """What a quarter, half and three quarters of the flocks are below."""

    low: float
    median: float
    high: float
    flocks: int


def season_of(day: date) -> Season:
    """Return the season a day lies in, of the northern half: March begins spring."""
    return _SEASONS[day.month % 12 // MONTHS_A_SEASON]


def quartiles(among: Sequence[Among]) -> Quartiles | None:
    """Return the quartiles; None where they would tell too much of somebody."""
    by = Counter(one.organisation for one in among)
    if len(among) < LEAST_FLOCKS or len(by) < LEAST_ORGANISATIONS or max(by.values()) > MOST_SHARE * len(among):
        return None
    values = sorted(one.value for one in among)
    return Quartiles(_at(values, 0.25), _at(values, 0.5), _at(values, 0.75), len(values))


def _at(values: Sequence[float], share: float) -> float:
    place = share * (len(values) - 1)
    left = int(place)
    right = min(left + 1, len(values) - 1)
    return values[left] + (values[right] - values[left]) * (place - left)
