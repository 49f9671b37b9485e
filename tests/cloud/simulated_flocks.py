"""Flocks made of numbers, for the forecast's back-test: not by the forecast's own model.

A flock grows by its breed's curve times a vigour of its own (CV 5 % between flocks), which wanders; some have a
setback (disease, heat) of 2 to 8 % over four days, made up for slowly or not at all. Its scale sees birds that come
back, with a day that is off by itself; days are missing now and then.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cloud.flock.forecast import Weighed, past_errors, simple
from cloud.flock.growth import BreedStandard, standard
from contract.statistics import VISITS_PER_BIRD


@dataclass(frozen=True)
class Tested:
    """What a back-test says of forecasts seven days ahead."""

    forecasts: int
    coverage: float
    mean_error_percent: float
    simple_error_percent: float
    bias_percent: float


def simulated(seed: int, breed: str = "ross-308", days: int = 43) -> list[Weighed]:
    chance = np.random.default_rng(seed)
    curve = standard(breed)
    log_vigour, pace = chance.normal(0, 0.05), 0.0
    setback = int(chance.integers(12, 36)) if chance.random() < 0.3 else 10_000
    lost, recovers = chance.uniform(0.02, 0.08), chance.random() < 0.5
    weighed, cv = [], chance.uniform(0.08, 0.14)
    for age in range(days):
        pace = 0.85 * pace + chance.normal(0, 0.0022)
        log_vigour += pace + chance.normal(0, 0.002)
        if setback <= age < setback + 4:
            log_vigour -= lost / 4
        elif recovers and age >= setback + 8:
            log_vigour += 0.04 * (0.6 * lost if age < setback + 20 else 0)
        if chance.random() < 0.08:
            continue
        birds = int(chance.integers(40, 300)) / (2 * VISITS_PER_BIRD - 1)
        error = cv / np.sqrt(birds)
        grams = (curve.grams_at(age) or 0) * np.exp(log_vigour + chance.normal(0, error) + chance.normal(0, 0.009))
        weighed.append(Weighed(age, float(grams), float(error)))
    return weighed


def backtest(flocks: Sequence[Sequence[Weighed]], curve: BreedStandard | None, ahead: int = 7) -> Tested:
    errors, held, simples = [], [], []
    for days in flocks:
        by_age = {day.age_days: place for place, day in enumerate(days)}
        for one in past_errors(days, curve, ahead):
            errors.append(one.percent)
            held.append(one.held)
            plain = simple(days[: by_age[one.made_age_days] + 1], curve, ahead)
            if plain is not None:
                simples.append(100 * abs(plain - one.grams) / one.grams)
    return Tested(
        forecasts=len(errors),
        coverage=float(np.mean(held)),
        mean_error_percent=float(np.mean(np.abs(errors))),
        simple_error_percent=float(np.mean(simples)) if simples else float("nan"),
        bias_percent=float(np.mean(errors)),
    )
