"""Where a flock stands among others of its breed and season, without telling whose they are. Pure.

Nobody's flock may be told from the figures, neither by one who knows only their own nor by one who compares answers:

- Told from ``LEAST_FLOCKS`` flocks of ``LEAST_ORGANISATIONS`` organisations on. One organisation, with all its farms,
  counts with a third of them at most; of more flocks the first placed count.
- A quartile is the estimate of Harrell and Davis (1982), a mean of all flocks weighted by their rank, never the
  figure of one or two of them, and is rounded to a step.
- Periods don't overlap, and a period's figures are told once and for all (``cloud.report.releasing``): nobody can
  subtract what was told before somebody came or left from what is told after.
- Who reads several organisations' flocks is told only what rests on enough that they do not know: ``may_know``.

Own flocks are among the others, since leaving them out would let an organisation subtract.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, floor, log
from typing import Final, Literal

LEAST_FLOCKS: Final = 12
LEAST_ORGANISATIONS: Final = 4
MOST_SHARE: Final = 1 / 3
LEAST_UNKNOWN_FLOCKS: Final = 8
LEAST_UNKNOWN_ORGANISATIONS: Final = 3
"""What must be left unknown to whoever reads the figures; it is what the first three leave to any one organisation."""

STEPS: Final[Mapping[str, float]] = {
    "livability": 0.5,
    "gain_whole": 0.5,
    "fcr": 0.02,
    "fcr_corrected": 0.02,
    "epef": 5,
    "weight_7": 2,
    "weight_21": 10,
    "weight_35": 20,
}
"""Figures that are compared, and to what their quartiles are rounded, in the figure's unit. The steps are ours."""

AGES: Final[Mapping[str, int]] = {"weight_7": 7, "weight_21": 21, "weight_35": 35}
"""Figures that a living flock has too: its mean weight at an age in days."""

Season = Literal["spring", "summer", "autumn", "winter"]
_SEASONS: Final[tuple[Season, ...]] = ("winter", "spring", "summer", "autumn")
MONTHS_A_SEASON: Final = 3
DECEMBER: Final = 12
_SUBDIVISIONS: Final = 64


@dataclass(frozen=True, slots=True)
class Period:
    """A season of a year: flocks belong to that in which they were placed. Winter is of the year of its January."""

    season: Season
    year: int

    @property
    def ends(self) -> date:
        """Return its last day."""
        month = 2 + MONTHS_A_SEASON * _SEASONS.index(self.season)
        return date(self.year, month + 1, 1) - timedelta(days=1)

    @property
    def before(self) -> "Period":
        """Return the same season a year earlier."""
        return Period(self.season, self.year - 1)


@dataclass(frozen=True, slots=True)
class Among:
    """A flock's figure, and whose it is."""

    organisation: int
    value: float


@dataclass(frozen=True, slots=True)
class Quartiles:
    """What a quarter, half and three quarters of the flocks are below.

    Attributes:
        low: rounded, as the others.
        median: of them.
        high: of them.
        by_organisation: how many flocks of each counted.
    """

    low: float
    median: float
    high: float
    by_organisation: Mapping[int, int]

    @property
    def flocks(self) -> int:
        """Return how many flocks counted."""
        return sum(self.by_organisation.values())


@dataclass(frozen=True, slots=True)
class Told:
    """Quartiles of a figure as they are told: nothing of whose flocks those are."""

    low: float
    median: float
    high: float
    flocks: int


def season_of(day: date) -> Season:
    """Return the season a day lies in, of the northern half: March begins spring."""
    return _SEASONS[day.month % DECEMBER // MONTHS_A_SEASON]


def period_of(placed_on: date) -> Period:
    """Return the period of a flock."""
    return Period(season_of(placed_on), placed_on.year + placed_on.month // DECEMBER)


def counted(by_organisation: Mapping[int, int]) -> dict[int, int] | None:
    """Return how many flocks of each organisation count; None where quartiles would tell too much of somebody."""
    most = max(by_organisation.values(), default=0)
    while most > 0:
        kept = {organisation: min(flocks, most) for organisation, flocks in by_organisation.items()}
        if most <= MOST_SHARE * sum(kept.values()):
            enough = len(kept) >= LEAST_ORGANISATIONS and sum(kept.values()) >= LEAST_FLOCKS
            return kept if enough else None
        most -= 1
    return None


def quartiles(among: Sequence[Among], step: float) -> Quartiles | None:
    """Return the quartiles, rounded to ``step``; None where they would tell too much of somebody.

    Args:
        among: flocks with their figure, first placed first.
        step: in the figure's unit.
    """
    kept = counted(Counter(one.organisation for one in among))
    if kept is None:
        return None
    left = dict(kept)
    values = []
    for one in among:
        if left[one.organisation] > 0:
            left[one.organisation] -= 1
            values.append(one.value)
    low, median, high = (_rounded(harrell_davis(values, share), step) for share in (0.25, 0.5, 0.75))
    return Quartiles(low, median, high, kept)


def may_know(flocks: int, organisations: int, known: Mapping[int, int]) -> bool:
    """Say whether figures of so many flocks may be told to somebody.

    Args:
        flocks: that counted.
        organisations: whose they are.
        known: of those organisations whose flocks the reader may see: how many counted.
    """
    unknown = flocks - sum(known.values())
    return unknown >= LEAST_UNKNOWN_FLOCKS and organisations - len(known) >= LEAST_UNKNOWN_ORGANISATIONS


def harrell_davis(values: Sequence[float], share: float) -> float:
    """Return the quantile of Harrell and Davis (Biometrika 69, 635, 1982): a mean of all values weighted by rank.

    The weight of the i-th of n is what the beta distribution with (n + 1) p and (n + 1)(1 - p) has from (i - 1) / n to
    i / n, by Simpson's rule.
    """
    size = len(values)
    a, b = (size + 1) * share, (size + 1) * (1 - share)
    weights = [_beta_between(a, b, rank / size, (rank + 1) / size) for rank in range(size)]
    return sum(weight * value for weight, value in zip(weights, sorted(values), strict=True)) / sum(weights)


def _beta_between(a: float, b: float, low: float, high: float) -> float:
    """Return the area below x^(a-1) (1-x)^(b-1), scaled to 1 at its top, for a and b above 1."""
    top = (a - 1) / (a + b - 2)
    scale = (a - 1) * log(top) + (b - 1) * log(1 - top)

    def height(x: float) -> float:
        return exp((a - 1) * log(x) + (b - 1) * log(1 - x) - scale) if 0 < x < 1 else 0.0

    width = (high - low) / _SUBDIVISIONS
    odd = sum(height(low + width * number) for number in range(1, _SUBDIVISIONS, 2))
    even = sum(height(low + width * number) for number in range(2, _SUBDIVISIONS, 2))
    return width / 3 * (height(low) + 4 * odd + 2 * even + height(high))


def _rounded(value: float, step: float) -> float:
    return round(floor(value / step + 0.5) * step, 6)
