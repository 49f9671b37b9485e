"""What may be said of surface temperatures beyond the frame: what is expected, and a body's only with its error. Pure.

Published: broilers of 14 to 35 days in air of 28.0 °C (standard deviation 2.0) had a face maximum of 37.8 °C (0.7);
core temperature could be told to 0.27 °C from it by a regression made on the spot (Bloch and others, Biosystems
Engineering 2019, and its authors' public tables). The mean surface rises with the air and hardly depends on age from 7
to 35 days (Nascimento and others, Revista Brasileira de Ciencia Avicola 13, 2011); cameras read below the rectal
temperature always, most for small birds and at 100 cm (Mitchaothai, Veterinary Sciences 12, 2025).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_SAMPLES = 50
LEAST_AIR_RANGE = 3.0
"""A line through a narrower range of air temperatures says nothing beside it, in °C."""


class NoRelation(ValueError):
    """What is asked can't be answered honestly; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class SurfaceRelation:
    """The surface expected at an air temperature, within the range it was found in.

    Attributes:
        intercept, slope: surface = intercept + slope x air, in °C.
        error_celsius: standard deviation around it.
        air_celsius: range of air temperatures it holds for.
        age_days: range of ages it holds for.
        source: where it is from.
    """

    intercept: float
    slope: float
    error_celsius: float
    air_celsius: tuple[float, float]
    age_days: tuple[float, float]
    source: str

    def deviation(self, surface_celsius: float, *, air_celsius: float, age_days: float) -> float:
        """Return how far a surface is off what is expected, in standard deviations.

        Raises:
            NoRelation: air or age lie outside what the relation was found for.
        """
        for name, value, (low, high) in (
            ("air of", air_celsius, self.air_celsius),
            ("an age of days", age_days, self.age_days),
        ):
            if not low <= value <= high:
                raise NoRelation(f"{self.source} says nothing for {name} {value:g}; it holds from {low:g} to {high:g}")
        return (surface_celsius - self.intercept - self.slope * air_celsius) / self.error_celsius


FACE_MAXIMUM = SurfaceRelation(
    intercept=37.79,
    slope=0.0,
    error_celsius=0.71,
    air_celsius=(26.0, 30.0),
    age_days=(14.0, 35.0),
    source="Bloch 2019 (face maximum, close up)",
)
"""Only for the warmest pixel of a face that fills several pixels, which no array under a ceiling shows; there, learn
the farm's own relation with ``learned``."""


def learned(samples: Sequence[tuple[float, float]], *, age_days: tuple[float, float], source: str) -> SurfaceRelation:
    """Fit a farm's own relation to (air, median surface of the birds) pairs, in °C, of healthy days.

    Raises:
        NoRelation: there are too few samples, or the air hardly changed.
    """
    air, surface = np.array(samples, np.float64).reshape(-1, 2).T
    if len(air) < FEWEST_SAMPLES:
        raise NoRelation(f"{len(air)} frames are too few to learn from; {FEWEST_SAMPLES} are needed")
    if air.max() - air.min() < LEAST_AIR_RANGE:
        raise NoRelation(f"the air changed by {air.max() - air.min():.1f} °C only; {LEAST_AIR_RANGE:g} are needed")
    slope, intercept = np.polyfit(air, surface, 1)
    error = float(np.std(surface - intercept - slope * air, ddof=2))
    return SurfaceRelation(
        float(intercept), float(slope), max(0.1, error), (float(air.min()), float(air.max())), age_days, source
    )


@dataclass(frozen=True, slots=True)
class CoreEstimate:
    """A body temperature with its error, which must be shown with it."""

    celsius: float
    error_celsius: float


@dataclass(frozen=True, slots=True)
class CoreRegression:
    """A farm's own regression from measured birds: core = intercept + face x face maximum + air x air.

    Attributes:
        intercept, face, air: its coefficients.
        error_celsius: root mean square error on birds that it was not fitted to.
        birds: how many birds it was tested on.
        face_celsius, air_celsius: ranges it was fitted in.
    """

    intercept: float
    face: float
    air: float
    error_celsius: float
    birds: int
    face_celsius: tuple[float, float]
    air_celsius: tuple[float, float]

    def __post_init__(self) -> None:
        """Refuse a regression without an honest error."""
        if self.error_celsius <= 0 or self.birds < 1:
            raise NoRelation("a regression to core temperature needs its error on birds that it was not fitted to")


def core(regression: CoreRegression | None, *, face_max_celsius: float, air_celsius: float) -> CoreEstimate:
    """Estimate a core temperature by a farm's own regression.

    Raises:
        NoRelation: there is none, or a value lies outside what it was fitted in.
    """
    if regression is None:
        raise NoRelation("a surface is no body temperature: measure birds and give a regression with its error")
    for value, (low, high) in (
        (face_max_celsius, regression.face_celsius),
        (air_celsius, regression.air_celsius),
    ):
        if not low <= value <= high:
            raise NoRelation(f"{value:g} °C is outside the {low:g} to {high:g} °C that the regression was fitted in")
    celsius = regression.intercept + regression.face * face_max_celsius + regression.air * air_celsius
    return CoreEstimate(celsius, regression.error_celsius)
