"""Cocks and hens in one flock: are the weights one normal distribution, or two? Pure, stdlib only.

Two normals are fitted by expectation maximisation (Dempster, Laird and Rubin 1977), begun from the lower and the upper
half. They are taken for two groups when the Bayesian information criterion prefers them by ``BIC_LEAST`` (6 is
"strong", Kass and Raftery 1995), each is at least ``SHARE_LEAST`` of the birds, and the means are further apart than
``APART_LEAST`` standard deviations of the wider one. A day's few hundred weighings show sexes that are some two
deviations apart; for less the answer is one population, which is not wrong, only less said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, pi, sqrt
from statistics import fmean, pstdev

VALUES_LEAST = 50
ROUNDS = 200
DONE = 1e-6
BIC_LEAST = 6.0
SHARE_LEAST = 0.15
APART_LEAST = 1.5
NARROWEST = 0.02
"""No sex is more uniform than a CV of 2 %: a few equal readings are no group."""


@dataclass(frozen=True, slots=True)
class Group:
    """One normal distribution: its share of the birds, mean in g, CV in %."""

    share: float
    mean: float
    cv_percent: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two groups, the lighter first."""

    lighter: Group
    heavier: Group


def two_groups(values: Sequence[float]) -> Mixture | None:
    """Split values, sorted and positive; None when they look like one population, or are too few to say."""
    if len(values) < VALUES_LEAST or values[0] == values[-1]:
        return None
    half = len(values) // 2
    narrowest = NARROWEST * fmean(values)
    groups = [_moments(part, narrowest) for part in (values[:half], values[half:])]
    share, likelihood = 0.5, float("-inf")
    for _ in range(ROUNDS):
        weights, now = _expect(values, share, *groups)
        share = fmean(weights)
        if not SHARE_LEAST / 2 < share < 1 - SHARE_LEAST / 2:
            return None
        groups = [_weighted(values, weights, narrowest), _weighted(values, [1 - w for w in weights], narrowest)]
        if now - likelihood < DONE * abs(now):
            break
        likelihood = now
    return _judged(values, share, groups)


def _judged(values: Sequence[float], share: float, groups: list[tuple[float, float]]) -> Mixture | None:
    if groups[0][0] > groups[1][0]:
        share, groups = 1 - share, groups[::-1]
    (low, low_deviation), (high, high_deviation) = groups
    whole = _moments(values, 0.0)
    one = sum(_log_density(value, *whole) for value in values)
    two = _expect(values, share, *groups)[1]
    # 5 numbers instead of 2
    gained = 2 * (two - one) - 3 * log(len(values))
    apart = high - low >= APART_LEAST * max(low_deviation, high_deviation)
    if gained < BIC_LEAST or not apart or not SHARE_LEAST <= share <= 1 - SHARE_LEAST:
        return None
    return Mixture(Group(share, low, 100 * low_deviation / low), Group(1 - share, high, 100 * high_deviation / high))


def _expect(
    values: Sequence[float], share: float, first: tuple[float, float], second: tuple[float, float]
) -> tuple[list[float], float]:
    """Return each value's probability to be of the first group, and the log likelihood of all."""
    weights, likelihood = [], 0.0
    for value in values:
        one = log(share) + _log_density(value, *first)
        two = log(1 - share) + _log_density(value, *second)
        most = max(one, two)
        both = most + log(exp(one - most) + exp(two - most))
        weights.append(exp(one - both))
        likelihood += both
    return weights, likelihood


def _log_density(value: float, mean: float, deviation: float) -> float:
    return -0.5 * ((value - mean) / deviation) ** 2 - log(deviation * sqrt(2 * pi))


def _moments(values: Sequence[float], narrowest: float) -> tuple[float, float]:
    return fmean(values), max(narrowest, pstdev(values))


def _weighted(values: Sequence[float], weights: Sequence[float], narrowest: float) -> tuple[float, float]:
    mean = fmean(values, weights)
    variance = fmean([(value - mean) ** 2 for value in values], weights)
    return mean, max(narrowest, sqrt(variance))
