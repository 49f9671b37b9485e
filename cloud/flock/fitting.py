"""Fitting a growth curve to weights of past flocks by least squares. Pure, numpy only.

Levenberg-Marquardt (Marquardt 1963, J. SIAM 11, 431-441) with a central-difference Jacobian, from several starts. SciPy
does the same and is 35 MB as a wheel, over 100 MB installed, on a Raspberry Pi that fits a curve a few times a year;
tests hold this one to NIST's certified values (StRD Rat42 and Rat43: a logistic and a Richards curve).

Weights scatter in proportion to themselves (a flock's CV hardly changes with age), so the errors of the logarithms are
made small unless told otherwise; Kuehleitner et al. (2019, Poultry Science 98, 3587-3592) recommend the same. Which
formula fits best is told by the corrected Akaike criterion (Hurvich and Tsai 1989), which charges for parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import log
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cloud.errors import Implausible
from cloud.flock.curves import FORMULAS, KINDS, Curve, Kind

Numbers = NDArray[np.float64]
Errors = Literal["relative", "absolute"]

LEAST_AGES: Final = 5
"""Of different age: fewer leave nothing to judge three parameters by."""
ROUNDS: Final = 200
SMALL: Final = 1e-12
DAMPED_MOST: Final = 1e12
"""Beyond it no step is left that makes the sum smaller."""
STARTS_RATE: Final = (0.02, 0.04, 0.08)
STARTS_BEYOND: Final = (1.05, 1.5, 3.0)
"""Starts: rates per day, and asymptotes as multiples of the heaviest weight."""
SHAPES: Final = (0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted curve, and how well it fits.

    Attributes:
        curve: the curve.
        deviations: standard errors of (A, k, i[, m]), in the unit of each.
        residual: standard deviation of the residuals: a share of the weight, or g with absolute errors.
        sum_of_squares: of the residuals.
        aicc: corrected Akaike criterion; less is better.
        weights: how many it was fitted to.
    """

    curve: Curve
    deviations: tuple[float, ...]
    residual: float
    sum_of_squares: float
    aicc: float
    weights: int


def fit(ages_days: Sequence[float], grams: Sequence[float], kind: Kind, errors: Errors = "relative") -> Fitted:
    """Fit one formula.

    Args:
        ages_days: ages, in any order; several weights may have one age.
        grams: the weights, above 0, same length.
        kind: which formula.
        errors: which errors are made small.

    Raises:
        Implausible: there are too few ages, or the weights are no growth.
    """
    ages, weights = _checked(ages_days, grams)

    def residuals(parameters: Numbers) -> Numbers:
        with np.errstate(all="ignore"):
            said = FORMULAS[kind](ages, _plain(parameters))
            return said - weights if errors == "absolute" else np.log(said) - np.log(weights)

    best = min((_least_squares(residuals, start) for start in _starts(ages, weights, kind)), key=lambda one: one[1])
    parameters, squares = best
    if not np.isfinite(squares):
        raise _no_growth()
    freedom = max(1, len(ages) - len(parameters))
    plain, spread = _plain(parameters), squares / freedom
    return Fitted(
        curve=Curve(kind, *(float(one) for one in plain)),
        deviations=_deviations(residuals, parameters, plain, spread),
        residual=float(np.sqrt(spread)),
        sum_of_squares=float(squares),
        aicc=_aicc(len(ages), len(parameters), float(squares)),
        weights=len(ages),
    )


def fit_best(ages_days: Sequence[float], grams: Sequence[float]) -> Fitted:
    """Fit all formulas and return the one that fits best.

    Raises:
        Implausible: there are too few ages, or the weights are no growth.
    """
    return min((fit(ages_days, grams, kind) for kind in KINDS), key=lambda one: one.aicc)


def _checked(ages_days: Sequence[float], grams: Sequence[float]) -> tuple[Numbers, Numbers]:
    ages, weights = np.asarray(ages_days, dtype=np.float64), np.asarray(grams, dtype=np.float64)
    if len(np.unique(ages)) < LEAST_AGES:
        sentence = f"A curve needs weights at {LEAST_AGES} different ages at least; these have {len(np.unique(ages))}."
        raise Implausible("too_few_weights", sentence, f"拟合曲线至少需要 {LEAST_AGES} 个不同日龄的体重。")
    if len(ages) != len(weights) or not np.all(weights > 0) or not np.all(np.isfinite(ages)):
        raise _no_growth()
    return ages, weights


def _no_growth() -> Implausible:
    sentence = "These weights are no growth that a curve could follow; look at their ages and units (grams)."
    return Implausible("no_growth", sentence, "这些体重不像生长曲线，请检查日龄和单位（克）。")


def _plain(parameters: Numbers) -> Numbers:
    """Return (A, k, i[, m]); those that can't be negative are looked for as logarithms."""
    plain = np.exp(parameters)
    plain[2] = parameters[2]
    return plain


def _starts(ages: Numbers, weights: Numbers, kind: Kind) -> list[Numbers]:
    most = float(weights.max())
    half = float(np.interp(most / 2, np.sort(weights), ages[np.argsort(weights)]))
    shapes: tuple[tuple[float, ...], ...] = tuple((shape,) for shape in SHAPES) if kind == "richards" else ((),)
    span = max(1.0, float(np.ptp(ages)))
    rates = (*STARTS_RATE, 4 / span)
    return [
        np.array([log(most * beyond), log(rate), half, *(log(one) for one in shape)])
        for beyond, rate, shape in product(STARTS_BEYOND, rates, shapes)
    ]


def _least_squares(residuals: Callable[[Numbers], Numbers], start: Numbers) -> tuple[Numbers, float]:
    """Return the parameters with the least sum of squares that is found from a start, and that sum."""
    at, damping = start, 1e-2
    errors = residuals(at)
    squares = float(errors @ errors)
    if not np.isfinite(squares):
        return at, float("inf")
    for _ in range(ROUNDS):
        jacobian = _jacobian(residuals, at)
        if not np.all(np.isfinite(jacobian)):
            break
        normal, slope = jacobian.T @ jacobian, jacobian.T @ errors
        moved = False
        while damping < DAMPED_MOST and not moved:
            damped = normal + damping * np.diag(np.maximum(np.diag(normal), SMALL))
            trial = at - np.linalg.solve(damped, slope)
            tried = residuals(trial)
            sum_tried = float(tried @ tried)
            if np.isfinite(sum_tried) and sum_tried <= squares:
                settled = squares - sum_tried <= 1e-15 * max(squares, SMALL)
                at, errors, squares, damping, moved = trial, tried, sum_tried, max(damping / 10, 1e-12), True
                if settled:
                    return at, squares
            else:
                damping *= 10
        if not moved:
            break
    return at, squares


def _jacobian(residuals: Callable[[Numbers], Numbers], at: Numbers) -> Numbers:
    columns = []
    for place in range(len(at)):
        step = np.zeros(len(at))
        step[place] = 1e-6 * max(1.0, abs(at[place]))
        columns.append((residuals(at + step) - residuals(at - step)) / (2 * step[place]))
    return np.stack(columns, axis=1)


def _deviations(
    residuals: Callable[[Numbers], Numbers], at: Numbers, plain: Numbers, spread: float
) -> tuple[float, ...]:
    jacobian = _jacobian(residuals, at)
    variances = np.diag(np.linalg.pinv(jacobian.T @ jacobian)) * spread
    scale = plain.copy()  # d exp(x) = exp(x) dx
    scale[2] = 1.0
    return tuple((np.sqrt(np.maximum(variances, 0)) * scale).tolist())


def _aicc(weights: int, parameters: int, squares: float) -> float:
    counted = parameters + 1  # the residuals' deviation is estimated too
    spare = weights - counted - 1
    if spare <= 0:
        return float("inf")
    return weights * log(max(squares, SMALL) / weights) + 2 * counted * (1 + (counted + 1) / spare)
