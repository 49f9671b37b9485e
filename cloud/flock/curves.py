"""Growth curves by formula, for breeds without a table: Gompertz, logistic, Richards. Pure.

With t the age in days, A the weight that growth goes towards in g, k the rate per day and i the age at the inflection:

- Gompertz:  w = A exp(-exp(-k (t - i)));                 at the inflection w = A / e
- logistic:  w = A / (1 + exp(-k (t - i)));               at the inflection w = A / 2
- Richards:  w = A (1 + m exp(-k (t - i)))^(-1/m), m > 0; m = 1 is the logistic, m towards 0 the Gompertz

(Gompertz 1825; Verhulst 1838; Richards 1959, J. Exp. Bot. 10, 290-301; in this form e.g. Tjorve and Tjorve 2010,
J. Theor. Biol. 267, 417-425.) Of Chinese natives Gompertz fits best (Zhao 2015, Open J. Anim. Sci. 5(2)).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, overload

import numpy as np
from numpy.typing import NDArray

from cloud.flock.growth import BreedStandard

Kind = Literal["gompertz", "logistic", "richards"]
KINDS: Final[tuple[Kind, ...]] = ("gompertz", "logistic", "richards")

OLDEST_DAYS: Final = 200
"""Native birds are sold until day 166 (GoGoChicken); a curve is tabled a little further."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A growth curve.

    Attributes:
        kind: which formula.
        asymptote_grams: A.
        rate_per_day: k.
        inflection_days: i.
        shape: m, of Richards only.
    """

    kind: Kind
    asymptote_grams: float
    rate_per_day: float
    inflection_days: float
    shape: float | None = None

    @overload
    def grams_at(self, age_days: float) -> float: ...
    @overload
    def grams_at(self, age_days: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def grams_at(self, age_days: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
        """Return the weight in g at an age in days, for numbers or arrays of them."""
        parameters = np.array([self.asymptote_grams, self.rate_per_day, self.inflection_days, self.shape or 0.0])
        told = FORMULAS[self.kind](np.asarray(age_days, dtype=np.float64), parameters)
        return told if isinstance(age_days, np.ndarray) else float(told)

    def tabled(self, breed: str, source: str, oldest_days: int = OLDEST_DAYS) -> BreedStandard:
        """Return the curve as a standard from day 0, as all that reads standards takes it."""
        ages = np.arange(oldest_days + 1, dtype=np.float64)
        grams: NDArray[np.float64] = self.grams_at(ages)
        return BreedStandard(breed, source, tuple(range(oldest_days + 1)), tuple(grams.round(1).tolist()))


Formula = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
"""Ages of shape (n,) and parameters (A, k, i[, m]) -> g, shape (n,)."""


def _gompertz(t: NDArray[np.float64], p: NDArray[np.float64]) -> NDArray[np.float64]:
    grams: NDArray[np.float64] = p[0] * np.exp(-np.exp(-p[1] * (t - p[2])))
    return grams


def _logistic(t: NDArray[np.float64], p: NDArray[np.float64]) -> NDArray[np.float64]:
    grams: NDArray[np.float64] = p[0] / (1 + np.exp(-p[1] * (t - p[2])))
    return grams


def _richards(t: NDArray[np.float64], p: NDArray[np.float64]) -> NDArray[np.float64]:
    grams: NDArray[np.float64] = p[0] * (1 + p[3] * np.exp(-p[1] * (t - p[2]))) ** (-1 / p[3])
    return grams


FORMULAS: Final[dict[Kind, Formula]] = {"gompertz": _gompertz, "logistic": _logistic, "richards": _richards}
