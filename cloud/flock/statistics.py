"""Daily statistics of weighings: mean, 95 % interval of the mean, coefficient of variation.

The interval is mean +- t * s / sqrt(n) with Student's t for n - 1 degrees of freedom, which supposes independent
weighings of birds; birds that come back to the scale make it look a little narrower than it is.
"""

from dataclasses import dataclass
from math import sqrt

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
        interval: 95 % interval of the mean; None below 2 values.
        cv_percent: standard deviation in % of the mean; None below 2 values or around zero.
    """

    mean: float
    interval: tuple[float, float] | None
    cv_percent: float | None


def t_975(degrees: int) -> float:
    """Return Student's 97.5 % point; above 30 degrees by the expansion in Abramowitz & Stegun 26.7.5 (< 0.001 off)."""
    if degrees <= len(_T_975):
        return _T_975[degrees - 1]
    z = _Z_975
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / degrees + second / degrees**2


def spread(n: int, total: float, sumsq: float) -> Spread:
    """Compute the statistics from count, sum and sum of squares; ``n`` is at least 1."""
    mean = total / n
    if n == 1:
        return Spread(mean, None, None)
    # Rounding can push a variance of zero just below it.
    deviation = sqrt(max(0.0, (sumsq - n * mean * mean) / (n - 1)))
    half = t_975(n - 1) * deviation / sqrt(n)
    return Spread(mean, (mean - half, mean + half), 100 * deviation / mean if mean else None)
