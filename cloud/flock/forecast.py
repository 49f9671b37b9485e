"""What a flock will weigh: a forecast from its own days and the curve, with a prediction interval. Pure.

The model, whole. Beside a curve C (the breed's, or the farm's own) a flock is d = log(weight / C): -0.05 is five
percent under it. d moves on by v a day, and v fades:

    d' = d + v + chance(LEVEL),    v' = FADES v + chance(DRIFT),    what a day says = d + chance(its own error)

All of it is linear and normal, so a Kalman filter (Kalman 1960) is the exact answer: it says d and v, how sure that is,
and how sure it will be days ahead. Without a curve C is 1 and v the growth of the logarithm itself, which falls by a
fixed share each day, as a Gompertz curve's does (``contract.flock_mean.SLOWS``); the same filter with other numbers.

A day's own error is that of its mean (birds come back: ``contract.statistics``) and of the day itself (full crops,
heat, a scale in a draught). The chances were set on simulated flocks and on growth series that are not ours;
docs/benchmarks.md has the back-test: how often the interval held, and the error beside "yesterday plus the curve's
gain".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from cloud.flock.growth import BreedStandard
from cloud.flock.reckoned import Interval
from contract.flock_mean import SLOWS

COVERAGE_PERCENT: Final = 90
Z_90: Final = 1.6448536
"""Of the normal distribution: 5 % lie above."""

LEAST_DAYS: Final = 3
HORIZON_DAYS: Final = 28
PAST_HORIZON_DAYS: Final = 7

DAY_ERROR: Final = 0.010
"""Standard deviation of a day that is off by itself, as a share: weights swing by some percent within a day."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Numbers of the model, as shares of the weight a day.

    Attributes:
        fades: what is left of v after a day.
        level: standard deviation of what d moves by chance.
        drift: standard deviation of what v changes by chance.
        first_v: v before anything is known, with ``first_v_deviation``.
    """

    fades: float
    level: float
    drift: float
    first_v: float
    first_v_deviation: float


BESIDE_CURVE: Final = Chances(fades=0.93, level=0.0040, drift=0.0025, first_v=0.0, first_v_deviation=0.010)
ALONE: Final = Chances(fades=exp(-SLOWS), level=0.0040, drift=0.0020, first_v=0.05, first_v_deviation=0.04)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a flock weighed on a day.

    Attributes:
        age_days: of the flock.
        grams: mean.
        error: standard error of the mean as a share of it.
    """

    age_days: int
    grams: float
    error: float


@dataclass(frozen=True, slots=True)
class Ahead:
    """A day to come.

    Attributes:
        age_days: of the flock then.
        grams: what it will weigh, most likely.
        interval: what it will weigh in 90 of 100 cases.
    """

    age_days: int
    grams: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Reached:
    """When a weight is reached: ages in days; None: not within the horizon.

    Attributes:
        age_days: most likely.
        earliest: the upper end of the interval reaches it.
        latest: the lower end does.
    """

    age_days: int | None
    earliest: int | None
    latest: int | None


@dataclass(frozen=True, slots=True)
class PastError:
    """How a forecast made earlier came out: ``ahead`` was said on ``made_age_days``, ``grams`` came."""

    made_age_days: int
    ahead: Ahead
    grams: float

    @property
    def percent(self) -> float:
        """Return by how much it was wrong, in % of what came; above 0: too high."""
        return 100 * (self.ahead.grams - self.grams) / self.grams

    @property
    def held(self) -> bool:
        """Say whether what came lay in the interval."""
        return self.ahead.interval[0] <= self.grams <= self.ahead.interval[1]


def forecast(days: Sequence[Weighed], curve: BreedStandard | None, horizon: int = HORIZON_DAYS) -> list[Ahead]:
    """Return the days after the last weighed one; none below ``LEAST_DAYS`` days or where the curve ends.

    Args:
        days: by rising age, above 0 g; days may be missing.
        curve: the breed's; None: the flock's own growth.
        horizon: how many days ahead.
    """
    usable = [day for day in days if curve is None or curve.grams_at(day.age_days)]
    if len(usable) < LEAST_DAYS:
        return []
    chances = ALONE if curve is None else BESIDE_CURVE
    state, last = _follow(usable, curve, chances), usable[-1].age_days
    told = []
    for age in range(last + 1, last + horizon + 1):
        reference = 1.0 if curve is None else curve.grams_at(age)
        if not reference:
            break
        state = state.next_day(chances)
        half = Z_90 * sqrt(state.dd + DAY_ERROR**2)
        grams = reference * exp(state.d)
        told.append(Ahead(age, grams, (grams * exp(-half), grams * exp(half))))
    return told


def simple(days: Sequence[Weighed], curve: BreedStandard | None, ahead: int) -> float | None:
    """Return "yesterday plus the curve's gain", what anybody can do: the forecast that ours must beat."""
    if not days or curve is None:
        return None
    now, then = curve.grams_at(days[-1].age_days), curve.grams_at(days[-1].age_days + ahead)
    return days[-1].grams + then - now if now is not None and then is not None else None


def reached(ahead: Sequence[Ahead], grams: float) -> Reached:
    """Return when a weight is reached by a forecast."""

    def first(values: Sequence[float]) -> int | None:
        return next((one.age_days for one, value in zip(ahead, values, strict=True) if value >= grams), None)

    return Reached(
        first([one.grams for one in ahead]),
        first([one.interval[1] for one in ahead]),
        first([one.interval[0] for one in ahead]),
    )


def past_errors(
    days: Sequence[Weighed], curve: BreedStandard | None, ahead: int = PAST_HORIZON_DAYS
) -> list[PastError]:
    """Return how the forecasts of this flock came out: made from what was known on each day, held against what came."""
    came = {day.age_days: day.grams for day in days}
    found = []
    for count in range(LEAST_DAYS, len(days) + 1):
        made = days[count - 1].age_days
        target = made + ahead
        if target not in came:
            continue
        said = next((one for one in forecast(days[:count], curve, ahead) if one.age_days == target), None)
        if said is not None:
            found.append(PastError(made, said, came[target]))
    return found


@dataclass(frozen=True, slots=True)
class _State:
    """What is known: d and v with their covariance."""

    d: float
    v: float
    dd: float
    dv: float
    vv: float

    def next_day(self, chances: Chances) -> "_State":
        fades = chances.fades
        return _State(
            d=self.d + self.v,
            v=fades * self.v,
            dd=self.dd + 2 * self.dv + self.vv + chances.level**2,
            dv=fades * (self.dv + self.vv),
            vv=fades * fades * self.vv + chances.drift**2,
        )

    def told(self, value: float, error: float) -> "_State":
        """Take in that d is ``value``, give or take ``error``."""
        variance = self.dd + error * error
        gain_d, gain_v, off = self.dd / variance, self.dv / variance, value - self.d
        return _State(
            d=self.d + gain_d * off,
            v=self.v + gain_v * off,
            dd=(1 - gain_d) * self.dd,
            dv=(1 - gain_d) * self.dv,
            vv=self.vv - gain_v * self.dv,
        )


def _follow(days: Sequence[Weighed], curve: BreedStandard | None, chances: Chances) -> _State:
    state, age = None, days[0].age_days
    for day in days:
        reference = 1.0 if curve is None else curve.grams_at(day.age_days) or 1.0
        value, error = log(day.grams / reference), sqrt(day.error**2 + DAY_ERROR**2)
        if state is None:
            state = _State(value, chances.first_v, error**2, 0.0, chances.first_v_deviation**2)
            continue
        for _ in range(day.age_days - age):
            state = state.next_day(chances)
        state, age = state.told(value, error), day.age_days
    if state is None:
        raise ValueError("a forecast needs a day")
    return state
