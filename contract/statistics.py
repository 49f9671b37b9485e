"""Daily statistics of weighings: one set of numbers for the device, its desk verbs and the cloud. Pure, stdlib only.

The interval is for the mean of the *flock*, not of the birds that happened to step on: mean +- t * s / sqrt(n_e). Birds
come back, so n weighings are worth fewer birds: n_e = n / (2 v - 1) when each bird that comes is weighed v times a day
on average and visits are geometric. Of hens seen by four scales 54 % came once in 24 h (abstract of "Automatic
weighing of individual laying hens in aviary housing systems"), which is v = 1 / 0.54 = 1.85 and n_e = n / 2.7. It
supposes that those that come are like the others; heavy birds that stay away from week 5 on are another matter
(docs/weighing.md).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import median

from contract.mixture import Mixture, two_groups

VISITS_PER_BIRD = 1.85
UNIFORM_WITHIN = 0.10
"""Uniformity counts birds within 10 % of the mean (Hy-Line and others)."""

BARS_MOST = 24
BAR_SHARE = 0.05
"""A bar of the distribution is 5 % of the mean wide."""

_T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""97.5 % points for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2)."""

_Z_975 = 1.959964


@dataclass(frozen=True, slots=True)
class Spread:
    """How weighings lie.

    Attributes:
        mean: in the unit of the values.
        interval: 95 % interval of the flock's mean; None below 2 values.
        cv_percent: standard deviation in % of the mean; None below 2 values or around zero.
    """

    mean: float
    interval: tuple[float, float] | None
    cv_percent: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a distribution: values from ``low`` up to below ``low + width``."""

    low: float
    width: float
    count: int


@dataclass(frozen=True, slots=True)
class DayOfWeights:
    """One day's weighings.

    Attributes:
        n: weighings.
        spread: mean, interval, CV.
        median: in g.
        uniformity_percent: share within 10 % of the mean; None below 2.
        gain: mean less the mean before, in g per day; None without one before.
        bars: the distribution.
        groups: two sexes, where the weights say so; None when they look like one population.
        birds: how many different birds that is about.
        flock_percent: the same in % of the flock; None when its size is not known.
    """

    n: int
    spread: Spread
    median: float
    uniformity_percent: float | None
    gain: float | None
    bars: tuple[Bar, ...]
    groups: Mixture | None
    birds: int
    flock_percent: float | None


def t_975(degrees: int) -> float:
    """Return Student's 97.5 % point; above 30 degrees by the expansion in Abramowitz & Stegun 26.7.5 (< 0.001 off)."""
    if degrees <= len(_T_975):
        return _T_975[degrees - 1]
    z = _Z_975
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / degrees + second / degrees**2


def spread(n: int, total: float, sumsq: float, visits_per_bird: float = VISITS_PER_BIRD) -> Spread:
    """Compute the statistics from count, sum and sum of squares.

    Args:
        n: values, at least 1.
        total: their sum.
        sumsq: the sum of their squares.
        visits_per_bird: how often a bird that comes is weighed a day; 1 when each value is another bird.
    """
    mean = total / n
    if n == 1:
        return Spread(mean, None, None)
    # Rounding can push a variance of zero just below it.
    deviation = sqrt(max(0.0, (sumsq - n * mean * mean) / (n - 1)))
    worth = n / (2 * visits_per_bird - 1)
    half = t_975(max(1, floor(worth) - 1)) * deviation / sqrt(worth)
    return Spread(mean, (mean - half, mean + half), 100 * deviation / mean if mean else None)


def day_of_weights(
    grams: Sequence[float],
    *,
    before: tuple[float, int] | None = None,
    flock_birds: int | None = None,
    visits_per_bird: float = VISITS_PER_BIRD,
) -> DayOfWeights:
    """Describe a day's weighings.

    Args:
        grams: the weighings, at least one, above 0.
        before: an earlier mean in g, and how many days ago.
        flock_birds: birds in the flock, where known.
        visits_per_bird: how often a bird that comes is weighed a day; 1 when each value is another bird.
    """
    values, n = sorted(grams), len(grams)
    lies = spread(n, sum(values), sum(value * value for value in values), visits_per_bird)
    low, high = lies.mean * (1 - UNIFORM_WITHIN), lies.mean * (1 + UNIFORM_WITHIN)
    uniform = 100 * sum(low <= value <= high for value in values) / n if n > 1 else None
    birds = max(1, round(n / visits_per_bird))
    share = 100 * min(birds, flock_birds) / flock_birds if flock_birds else None
    gain = (lies.mean - before[0]) / before[1] if before and before[1] > 0 else None
    return DayOfWeights(
        n, lies, median(values), uniform, gain, bars(values, lies.mean * BAR_SHARE), two_groups(values), birds, share
    )


def bars(values: Sequence[float], width: float) -> tuple[Bar, ...]:
    """Count sorted positive values into bars of a width, at most ``BARS_MOST``: the last takes what lies above."""
    first = floor(values[0] / width)
    count = min(BARS_MOST, floor(values[-1] / width) - first + 1)
    edges = [bisect_left(values, (first + bar) * width) for bar in range(count)] + [len(values)]
    edges[0] = 0
    return tuple(Bar((first + bar) * width, width, edges[bar + 1] - edges[bar]) for bar in range(count))
