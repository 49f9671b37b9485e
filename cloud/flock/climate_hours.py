"""How long a house was how: hours in bands, doses, and how much of a day was comfortable. Pure.

A reading stands until the next one of its instrument, at most ``HOLDS_MIN`` minutes: what a dead sensor did not see is
not known. Hours and doses are of the measured time only and never stretched to a whole day; where less than
``LEAST_SHARE`` of the time was measured there is none.

Ammonia exposure is the concentration summed over time, in ppm x hours (Haber's product of concentration and time, as
occupational hygiene uses it). One day at the EU's 20 ppm is 480 ppm h.

The comfort score is ours, and says no more than this: the share of the measured time, in %, in which everything that
was measured lay inside its band. The bands are in ``Bands`` and may be a farm's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cloud.flock.comfort import HEAT_STRESS_THI
from cloud.flock.reckoned import Reckoned, known, lacking

Stamps = NDArray[np.int64]
Values = NDArray[np.float64]

HOLDS_MIN: Final = 15
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
LEAST_SHARE: Final = 0.5

THI_STEPS: Final = (HEAT_STRESS_THI, 81.0, 84.0)
"""Where heat zones begin: the onset is published (St-Pierre 2003); the steps above are ours, those of the alerts."""
FEATHERED_DAYS: Final = 21
"""Younger birds want 25 to 32 °C, so an index made for feathered ones says nothing of them; the alerts' own age."""
THVI_STEPS: Final = (30.0, 32.0, 34.0)
"""In °C; the index is Tao and Xin's (2003), the steps are ours: their times to each state were not at hand."""
AMMONIA_STEPS: Final = (10.0, 20.0, 25.0)
"""In ppm: Cobb-style guideline; EU 2007/43 annex II; from 25 ppm 2 to 7 % less weight at day 28 (engormix, DOL 53)."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a span in each band.

    Attributes:
        bands: hours below the first step, between the steps, from the last step on.
        measured: their sum.
        span: hours of the whole span.
    """

    bands: tuple[float, ...]
    measured: float
    span: float

    @property
    def enough(self) -> bool:
        """Say whether so much was measured that the hours tell of the span."""
        return self.measured >= LEAST_SHARE * self.span > 0

    def at_least(self, band: int) -> Reckoned:
        """Return the hours in a band and those above it."""
        return known(sum(self.bands[band:])) if self.enough else lacking(self.why)

    @property
    def why(self) -> Literal["too_few_hours", "not_measured"]:
        """Return what is lacking."""
        return "too_few_hours" if self.measured else "not_measured"


@dataclass(frozen=True, slots=True)
class Band:
    """What a quantity shall lie in, ends included."""

    low: float
    high: float

    def holds(self, values: Values) -> NDArray[np.bool_]:
        """Say of each value whether it lies inside; a missing one (NaN) does not."""
        inside: NDArray[np.bool_] = (values >= self.low) & (values <= self.high)
        return inside


HUMIDITY_BAND: Final = Band(45.0, 70.0)
"""In %: 45 to 65 % is a breeder's guideline (Cobb style), 70 % the EU's limit of the mean over 48 h (2007/43)."""
AMMONIA_BAND: Final = Band(0.0, 20.0)
CARBON_DIOXIDE_BAND: Final = Band(0.0, 3000.0)
"""In ppm, EU 2007/43 annex II, at the height of the birds' heads."""
TARGET_WITHIN_CELSIUS: Final = 3.0
"""Ours: birds' thermoneutral zone is about 2 °C wide for chicks and 4 to 5 °C for grown ones (Czarick, UGA)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in Unix ms, and for how many minutes a reading in it stands at most."""

    from_ms: int
    to_ms: int
    holds_min: float = HOLDS_MIN

    @property
    def hours(self) -> float:
        """Return how long it is."""
        return (self.to_ms - self.from_ms) / HOUR_MS

    def held(self, at_ms: Stamps) -> Values:
        """Return for how many hours each reading stands, until the next or the end; times rise."""
        gaps = np.diff(np.append(at_ms, self.to_ms))
        return np.clip(gaps, 0, self.holds_min * MINUTE_MS) / HOUR_MS


def hours_in(at_ms: Stamps, values: Values, steps: Sequence[float], span: Span) -> Hours:
    """Return the hours of a span in the bands between rising steps; NaN counts as not measured.

    Args:
        at_ms: rising Unix times, shape (n,), within the span.
        values: the readings, shape (n,).
        steps: where bands begin, rising.
        span: the whole.
    """
    hours = span.held(at_ms)
    there = ~np.isnan(values)
    band = np.searchsorted(np.asarray(steps), values[there], side="right")
    sums = np.bincount(band, weights=hours[there], minlength=len(steps) + 1)
    return Hours(tuple(sums.tolist()), float(sums.sum()), span.hours)


def dose(at_ms: Stamps, values: Values, span: Span) -> Reckoned:
    """Return a concentration summed over the measured time of a span, in its unit x hours."""
    hours = hours_in(at_ms, values, (), span)
    if not hours.enough:
        return lacking(hours.why)
    return known(float(np.nansum(values * span.held(at_ms))))


def time_mean(at_ms: Stamps, values: Values, span: Span) -> Reckoned:
    """Return the mean over the measured time of a span."""
    hours = hours_in(at_ms, values, (), span)
    total = dose(at_ms, values, span)
    return total.through(lambda one: one / hours.measured)


def comfort_score(at_ms: Stamps, measured: Sequence[tuple[Values, Band]], span: Span) -> Reckoned:
    """Return the share of the measured time in which all that was measured lay in its band, in %.

    Args:
        at_ms: common times of all columns, shape (n,).
        measured: columns of shape (n,), NaN where not measured, each with its band; at least the temperature.
        span: the whole.
    """
    if not measured:
        return lacking("not_measured")
    hours = span.held(at_ms)
    seen = ~np.isnan(measured[0][0])
    fine = np.ones(len(at_ms), dtype=bool)
    for values, band in measured:
        # What one instrument did not say at an instant is not held against it.
        fine &= band.holds(values) | np.isnan(values)
    total = float(hours[seen].sum())
    if total < LEAST_SHARE * span.hours or total <= 0:
        return lacking("too_few_hours" if total else "not_measured")
    return known(100 * float(hours[seen & fine].sum()) / total)
