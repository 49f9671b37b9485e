"""What is known of a flock, day by day: what reports are reckoned from. Plain data, read by ``gather``."""

from dataclasses import dataclass, replace
from datetime import date

from cloud.flock.climate_hours import Hours
from cloud.flock.economics import Prices
from cloud.flock.growth import BreedStandard
from cloud.flock.reckoned import Reckoned, lacking
from cloud.flock.stock import Totals
from contract.messages import Doubt

NOT_MEASURED = lacking("not_measured")


@dataclass(frozen=True, slots=True)
class DayClimate:
    """A day's climate at the height of the birds; hours are those of the heat zones and of ammonia bands."""

    celsius: Reckoned = NOT_MEASURED
    celsius_low: float | None = None
    celsius_high: float | None = None
    target_celsius: float | None = None
    humidity: Reckoned = NOT_MEASURED
    ammonia: Reckoned = NOT_MEASURED
    ammonia_dose: Reckoned = NOT_MEASURED
    carbon_dioxide: Reckoned = NOT_MEASURED
    ammonia_hours: Hours | None = None
    thi_hours: Hours | None = None
    thvi_hours: Hours | None = None
    comfort: Reckoned = NOT_MEASURED


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of a day's climate was not believed and left out of all figures: how long, in how many stretches."""

    day: date
    quantity: str
    why: Doubt
    hours: float
    times: int


@dataclass(frozen=True, slots=True)
class DayWeight:
    """A day's weighings.

    Attributes:
        weighings: how many.
        grams: the flock's mean with its 95 % interval; corrected for heavy birds where weighings by hand tell of them.
        error: standard error of that mean, as a share of it.
        cv_percent: of the weighings.
        uniformity_percent: of them within 10 % of their mean; None when the single ones are not kept any more.
        corrected: the mean is corrected.
    """

    weighings: int
    grams: Reckoned
    error: float
    cv_percent: float | None
    uniformity_percent: float | None
    corrected: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a flock in all its houses; None where nobody wrote a word."""

    day: date
    age_days: int
    opening: int
    closing: int
    dead: int | None
    culled: int | None
    losses_percent: float | None
    delivered_kg: float | None
    feed_kg: float | None
    water_l: float | None
    weight: DayWeight | None
    climate: DayClimate = DayClimate()


@dataclass(frozen=True, slots=True)
class Sold:
    """Birds that left for good: ``kilograms`` is the live weight of all of them, None when not weighed."""

    day: date
    birds: int
    kilograms: float | None


@dataclass(frozen=True, slots=True)
class FlockFacts:
    """A flock with all its days until ``last``.

    Attributes:
        farm: its name, as people read it.
        house: likewise, of all its houses.
        flock: its id.
        breed: key of a standard, or any name.
        placed_on: day 0.
        placed_birds: chicks that were placed, dead on arrival included.
        closed_on: None while it lives.
        totals: what became of all birds until ``last``.
        curve: what it is held against; None without.
        days: from placement to ``last``.
        sold: thinned and harvested birds.
        floor_m2: of its houses; None when one is not known.
        prices: what was entered on the farm; None: nothing.
        target_grams: the weight it shall be sold at; None: nobody says.
        left_out: of the climate, as doubtful.
    """

    farm: str
    house: str
    flock: str
    breed: str
    placed_on: date
    placed_birds: int
    closed_on: date | None
    totals: Totals
    curve: BreedStandard | None
    days: tuple[Day, ...]
    sold: tuple[Sold, ...] = ()
    floor_m2: float | None = None
    prices: Prices | None = None
    target_grams: float | None = None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def last(self) -> date:
        """Return the last day that is known."""
        return self.days[-1].day if self.days else self.placed_on

    @property
    def age_days(self) -> int:
        """Return the age on the last day."""
        return (self.last - self.placed_on).days

    def between(self, first: date, last: date) -> "FlockFacts":
        """Return the same with these days only; totals and sales stay those of the whole."""
        return replace(self, days=tuple(day for day in self.days if first <= day.day <= last))
