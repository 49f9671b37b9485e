"""The birds that should be in a house, by what people wrote down: arithmetic of changes, day by day. Pure.

Birds at the end of a day = started + arrived - dead - culled - thinned - harvested - left, over all days up to it.
What nobody wrote down is None, never zero: a day without a word about deaths does not count as one without deaths.

The rates are those growers use: of a day, losses / birds that were there on it; of a stay, losses / all birds that
came into the house. Livability is what is left of 100 %. Birds dead on arrival never started and are in none of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

ChangeKind = Literal["started", "arrived", "dead", "culled", "thinned", "harvested", "left"]

COMING: Final[frozenset[ChangeKind]] = frozenset({"started", "arrived"})
"""``started``: placed here alive; ``arrived``: from another house. All other kinds take birds away."""


@dataclass(frozen=True, slots=True)
class Change:
    """Birds that came into a house or went out of its stock on one day; ``birds`` is never negative."""

    day: date
    kind: ChangeKind
    birds: int

    @property
    def signed(self) -> int:
        """Return what it does to the stock."""
        return self.birds if self.kind in COMING else -self.birds


@dataclass(frozen=True, slots=True)
class StockDay:
    """One day of a house.

    Attributes:
        day: which.
        opening: birds at its beginning.
        came: birds that were placed or arrived on it.
        dead: deaths; None when nobody wrote a word about them.
        culled: birds culled; None likewise.
        thinned: birds thinned.
        harvested: birds harvested.
        left: birds that moved to another house.
    """

    day: date
    opening: int
    came: int
    dead: int | None
    culled: int | None
    thinned: int
    harvested: int
    left: int

    @property
    def closing(self) -> int:
        """Return the birds at its end."""
        gone = (self.dead or 0) + (self.culled or 0) + self.thinned + self.harvested + self.left
        return self.opening + self.came - gone

    @property
    def losses(self) -> int | None:
        """Return dead and culled together; None when neither was told."""
        if self.dead is None and self.culled is None:
            return None
        return (self.dead or 0) + (self.culled or 0)

    @property
    def losses_percent(self) -> float | None:
        """Return the losses in % of the birds that were there; None when not told or nobody was there."""
        return percent(self.losses, self.opening + self.came)


@dataclass(frozen=True, slots=True)
class Totals:
    """What became of all birds that came: a house's stay, or a whole flock (whose moves then cancel out)."""

    started: int
    arrived: int
    dead: int
    culled: int
    thinned: int
    harvested: int
    left: int

    @property
    def came(self) -> int:
        """Return all birds that came: what the rates are of."""
        return self.started + self.arrived

    @property
    def birds(self) -> int:
        """Return the birds that should be there."""
        return self.came - self.dead - self.culled - self.thinned - self.harvested - self.left

    @property
    def mortality_percent(self) -> float | None:
        """Return deaths in % of all that came; None when none came."""
        return percent(self.dead, self.came)

    @property
    def culls_percent(self) -> float | None:
        """Return culled birds in % of all that came; None when none came."""
        return percent(self.culled, self.came)

    @property
    def losses_percent(self) -> float | None:
        """Return dead and culled birds in % of all that came; None when none came."""
        return percent(self.dead + self.culled, self.came)

    @property
    def livability_percent(self) -> float | None:
        """Return 100 % less the losses; None when no birds came."""
        losses = self.losses_percent
        return None if losses is None else 100 - losses


def percent(part: float | None, whole: float) -> float | None:
    """Return ``part`` in % of ``whole``; None when it is not known or there is no whole."""
    return None if part is None or whole <= 0 else 100 * part / whole


def totals(changes: Iterable[Change]) -> Totals:
    """Add up changes by kind."""
    sums: Counter[str] = Counter()
    for change in changes:
        sums[change.kind] += change.birds
    return Totals(
        started=sums["started"],
        arrived=sums["arrived"],
        dead=sums["dead"],
        culled=sums["culled"],
        thinned=sums["thinned"],
        harvested=sums["harvested"],
        left=sums["left"],
    )


def birds_on(changes: Iterable[Change], day: date) -> int:
    """Return the birds at the end of a day; negative when more went than came."""
    return sum(change.signed for change in changes if change.day <= day)


def may_go_on(changes: Sequence[Change], day: date) -> int:
    """Return how many birds at most may go on a day without any later day ending with fewer than none."""
    days = {change.day for change in changes if change.day > day} | {day}
    return min(birds_on(changes, one) for one in days)


def never_below_zero(changes: Sequence[Change]) -> date | None:
    """Return the first day that ends with fewer birds than none; None when no day does."""
    days = sorted({change.day for change in changes})
    return next((day for day in days if birds_on(changes, day) < 0), None)


def by_day(changes: Sequence[Change], first: date, last: date) -> list[StockDay]:
    """Return each day from ``first`` to ``last``, both included; none when they are the wrong way round."""
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    for change in changes:
        sums[change.day][change.kind] += change.birds  # a told zero makes a key, an untold one none
    birds = birds_on(changes, first - timedelta(days=1))
    days = []
    for number in range((last - first).days + 1):
        day = _stock_day(first + timedelta(days=number), birds, sums.get(first + timedelta(days=number), {}))
        days.append(day)
        birds = day.closing
    return days


def birds_per_m2(birds: int, floor_m2: float | None) -> float | None:
    """Return the stocking density in birds/m²; None without a floor area."""
    return birds / floor_m2 if floor_m2 else None


def kilograms_per_m2(birds: int, mean_grams: float | None, floor_m2: float | None) -> float | None:
    """Return the stocking density in kg live weight/m²; None without a mean weight or a floor area."""
    if mean_grams is None or not floor_m2:
        return None
    return birds * mean_grams / 1000 / floor_m2


def water_per_feed(litres: float | None, kilograms: float | None) -> float | None:
    """Return litres of water per kg of feed of the same days; None when one is not known or nothing was eaten."""
    return litres / kilograms if litres is not None and kilograms else None


def _stock_day(day: date, opening: int, sums: Mapping[str, int]) -> StockDay:
    return StockDay(
        day=day,
        opening=opening,
        came=sums.get("started", 0) + sums.get("arrived", 0),
        dead=sums.get("dead"),
        culled=sums.get("culled"),
        thinned=sums.get("thinned", 0),
        harvested=sums.get("harvested", 0),
        left=sums.get("left", 0),
    )
