"""What a flock will weigh: a forecast from its own days and the curve, with a prediction interval. Pure.

The model, whole. Beside a curve C (the breed's, or the farm's own) a flock is d = log(weight / C): -0.05 is five
percent under it. d moves on by v a day, and v fades:

    d' = d + v + chance(LEVEL),    v' = FADES v + chance(DRIFT),    what a day says = d + chance(its own error)

All of it is linear and normal, so a Kalman filter (Kalman 1960) is the exact answer: it says d and v, how sure that is,
and how sure it will be days ahead. Without a curve C is 1 and v the growth of the logarithm itself, which falls by a
fixed share each day, as a Gompertz curve's does; the same filter with other numbers.

A day's own error is that of its mean (birds come back: ``contract.statistics``) and of the day itself (full crops,
heat, a scale in a draught); an outlier is believed less. How wide the interval is follows from how well this flock has
kept to the model: its own errors a week ahead. That width is reckoned from few errors, so the interval's ends are
Student's, not the normal distribution's. The chances were set on simulated flocks and on growth series that are not
ours, the same that docs/benchmarks.md has the back-test on: how often the interval held, and the error beside
"yesterday plus the curve's gain".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from typing import Final

from cloud.flock.growth import BreedStandard
from cloud.flock.reckoned import Interval

Z_90: Final = 1.6448536
"""Of the normal distribution: 5 % lie above."""

LEAST_DAYS: Final = 3
HORIZON_DAYS: Final = 28
FAR_OFF: Final = 2.5
"""Deviations beyond which a day is an outlier."""
PULLED, WORTH, LEAST_WIDER = 0.55, 0.45, 0.1
"""How a flock's own errors widen or narrow its interval: see ``_ends``."""
DEGREES: Final = 5.0
"""Degrees of freedom of a width that rests on no error of the flock's own; each error brings ``WORTH`` more."""

SLOWS_A_DAY: Final = 0.05
"""Share by which the growth of the logarithm falls in a day, as a Gompertz curve's does: .04 of Chinese natives (Zhao
2015), .043 to .047 of broilers over their whole life, more in its first half, which is where forecasts are made."""
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


BESIDE_CURVE: Final = Chances(fades=0.87, level=0.007, drift=0.006, first_v=0.0, first_v_deviation=0.020)
ALONE: Final = Chances(fades=exp(-SLOWS_A_DAY), level=0.008, drift=0.006, first_v=0.05, first_v_deviation=0.04)


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
    past = _Past.of(days, curve)
    return past.ahead(len(past.days) - 1, horizon)


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
    past = _Past.of(days, curve)
    came = {day.age_days: day.grams for day in past.days}
    found = []
    for place, day in enumerate(past.days):
        target = day.age_days + ahead
        if target in came and (said := past.ahead(place, ahead)) and said[-1].age_days == target:
            found.append(PastError(day.age_days, said[-1], came[target]))
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
        """Take in that d is ``value``, give or take ``error``; what is far off is believed less (Huber 1964)."""
        variance = self.dd + error * error
        surprise = abs(value - self.d) / sqrt(variance)
        if surprise > FAR_OFF:
            variance *= surprise / FAR_OFF
        gain_d, gain_v, off = self.dd / variance, self.dv / variance, value - self.d
        return _State(
            d=self.d + gain_d * off,
            v=self.v + gain_v * off,
            dd=(1 - gain_d) * self.dd,
            dv=(1 - gain_d) * self.dv,
            vv=self.vv - gain_v * self.dv,
        )


def _said(day: Weighed, curve: BreedStandard | None) -> tuple[float, float]:
    """Return what a day says of d, and its error."""
    reference = 1.0 if curve is None else curve.grams_at(day.age_days) or 1.0
    return log(day.grams / reference), sqrt(day.error**2 + DAY_ERROR**2)


def _follow(days: Sequence[Weighed], curve: BreedStandard | None, chances: Chances) -> list[_State]:
    """Return what is known after each day."""
    value, error = _said(days[0], curve)
    states = [_State(value, chances.first_v, error**2, 0.0, chances.first_v_deviation**2)]
    for before, day in pairwise(days):
        state = states[-1]
        for _ in range(day.age_days - before.age_days):
            state = state.next_day(chances)
        states.append(state.told(*_said(day, curve)))
    return states


@dataclass(frozen=True, slots=True)
class _Past:
    """A flock's days with what was known after each, and how wrong the model was about a week ahead.

    Attributes:
        days: those for which there is a curve.
        curve: the curve; None: none.
        chances: numbers of the model.
        states: what was known after each day.
        errors: pairs of the place of the day on which an error was known, and its square in the model's own deviations.
    """

    days: Sequence[Weighed]
    curve: BreedStandard | None
    chances: Chances
    states: Sequence[_State]
    errors: Sequence[tuple[int, float]]

    @classmethod
    def of(cls, days: Sequence[Weighed], curve: BreedStandard | None) -> "_Past":
        usable = [day for day in days if curve is None or curve.grams_at(day.age_days)]
        chances = ALONE if curve is None else BESIDE_CURVE
        states = _follow(usable, curve, chances) if usable else []
        return cls(usable, curve, chances, states, _errors(usable, states, curve, chances))

    def ahead(self, place: int, horizon: int) -> list[Ahead]:
        """Return the days after one of the days, from what was known then."""
        if place < LEAST_DAYS - 1:
            return []
        state, last, ends = self.states[place], self.days[place].age_days, self._ends(place)
        told = []
        for age in range(last + 1, last + horizon + 1):
            reference = 1.0 if self.curve is None else self.curve.grams_at(age)
            if not reference:
                break
            state = state.next_day(self.chances)
            half = ends * sqrt(state.dd + DAY_ERROR**2)
            grams = reference * exp(state.d)
            told.append(Ahead(age, grams, (grams * exp(-half), grams * exp(half))))
        return told

    def _ends(self, place: int) -> float:
        """Return how many of the model's deviations the interval reaches, as far as was known on a day.

        This flock has kept to the model less, or more, than others do: a mean of its squared errors, pulled towards 1
        while they are few. They overlap: one is worth ``WORTH`` of one that stands alone. A deviation that is reckoned
        from data makes the distribution of what comes Student's t.
        """
        squares = [square for at, square in self.errors if at <= place]
        mean = (PULLED + WORTH * sum(squares)) / (PULLED + WORTH * len(squares))
        return t_95(DEGREES + WORTH * len(squares)) * sqrt(max(LEAST_WIDER, mean))


def t_95(degrees: float) -> float:
    """Return Student's 95 % point for 5 degrees of freedom or more, by Abramowitz and Stegun 26.7.5 (< 0.001 off)."""
    z = Z_90
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160
    return z + first / degrees + second / degrees**2 + third / degrees**3 + fourth / degrees**4


def _errors(
    days: Sequence[Weighed], states: Sequence[_State], curve: BreedStandard | None, chances: Chances
) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    later = 0
    for place, made in enumerate(days):
        while later < len(days) and days[later].age_days < made.age_days + PAST_HORIZON_DAYS:
            later += 1
        if later == len(days) or days[later].age_days > made.age_days + PAST_HORIZON_DAYS + 2 or place < LEAST_DAYS - 1:
            continue
        state = states[place]
        for _ in range(days[later].age_days - made.age_days):
            state = state.next_day(chances)
        value, error = _said(days[later], curve)
        found.append((later, (value - state.d) ** 2 / (state.dd + error * error)))
    return found
