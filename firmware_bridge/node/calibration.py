"""Known masses in, grams out: how the raw counts of a node's load cells become a load.

    load = zero + sum over cells of (raw * grams per count)  -  drift * (celsius - celsius when calibrated)

The points are the truth, the factors follow from them by least squares. One cell needs two different masses (an empty
platform is a mass of 0). Several cells under one platform get a factor each when the masses stood over each of them in
turn; otherwise all share one factor, which is right as far as the cells are alike.

What is refused, each with a sentence: restless or saturated readings, masses that can't be, two points of the same
mass, a cell that doesn't feel the mass, points that do not lie on one line.

Pure: no clock, no disk; ``calibration_file`` keeps it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from firmware_bridge.errors import BadCalibration
from firmware_bridge.node.least_squares import solve
from firmware_bridge.node.records import RAW_LEAST, RAW_MOST

READINGS_LEAST = 10
GRAMS_MOST = 500_000.0
FELT_COUNTS_LEAST = 1000
"""With a gain of 128 the range ends at half the supply / 128 (HX711 data sheet, page 4): a cell of 1 mV/V gives two
million counts at its rated load, so that a thousand is a gram or some. Less is no cell under a mass."""

RESTLESS_SHARE = 0.01
ASTRAY_SHARE = 0.01
DRIFT_CELSIUS_LEAST = 5.0


@dataclass(frozen=True, slots=True)
class Point:
    """What the cells said while a known mass stood on the platform.

    Attributes:
        grams: the mass, 0 for an empty platform.
        counts: cell -> mean of its raw readings.
        noise_counts: cell -> standard deviation of its raw readings.
        celsius: air temperature meanwhile; None when it isn't known.
    """

    grams: float
    counts: Mapping[int, float]
    noise_counts: Mapping[int, float]
    celsius: float | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How raw counts become grams.

    Attributes:
        zero_grams: of the platform at zero counts.
        grams_per_count: cell -> factor.
        shared: whether all cells share one factor, because the points can't tell them apart.
        worst_grams: greatest distance of a point from the fit.
        noise_grams: greatest standard deviation of the readings at a point.
        celsius: mean air temperature of the points; None when it isn't known.
        drift_grams_per_celsius: of the zero with the temperature.
    """

    zero_grams: float
    grams_per_count: Mapping[int, float]
    shared: bool
    worst_grams: float
    noise_grams: float
    celsius: float | None = None
    drift_grams_per_celsius: float = 0.0

    def grams(self, counts: Mapping[int, float], celsius: float | None = None) -> float:
        """Return the load for one reading of each cell; ``celsius`` is the air's now, None when it isn't known."""
        load = self.zero_grams + sum(counts[cell] * factor for cell, factor in self.grams_per_count.items())
        if celsius is not None and self.celsius is not None:
            load -= self.drift_grams_per_celsius * (celsius - self.celsius)
        return load


def point(grams: float, readings: Mapping[int, Sequence[int]], *, celsius: float | None = None) -> Point:
    """Take what the cells said in a few seconds as one point.

    Args:
        grams: the known mass that stood on the platform, 0 for none.
        readings: cell -> its raw readings, at least ten.
        celsius: air temperature meanwhile, if it is known.

    Raises:
        BadCalibration: the mass can't be, or the readings are too few or at the end of the converter's range.
    """
    if not (math.isfinite(grams) and 0 <= grams <= GRAMS_MOST):
        raise BadCalibration(f"a mass of {grams:g} g can't be; give it in grams, from 0 (empty) to {GRAMS_MOST:.0f}")
    if not readings:
        raise BadCalibration("no load cell said anything; check the wiring of the HX711 (DT, SCK, 3.3 V, GND)")
    for cell, raw in readings.items():
        if len(raw) < READINGS_LEAST:
            raise BadCalibration(
                f"load cell {cell} gave {len(raw)} readings, {READINGS_LEAST} are needed; listen a few seconds longer"
            )
        if min(raw) <= RAW_LEAST or max(raw) >= RAW_MOST:
            raise BadCalibration(
                f"load cell {cell} is at the end of its range: too heavy a mass, a wire off or broken (E+, E-, A+, A-)"
            )
    means = {cell: fmean(raw) for cell, raw in readings.items()}
    return Point(grams, means, {cell: pstdev(raw) for cell, raw in readings.items()}, celsius)


def fit(points: Sequence[Point], *, drift_grams_per_celsius: float = 0.0) -> Fit:
    """Find the factors that meet all points best.

    Args:
        points: at least two, of different masses; the same cells in each.
        drift_grams_per_celsius: of the zero, as ``drift`` found it.

    Raises:
        BadCalibration: the points can't give a scale one could trust; the message says why and what to do.
    """
    cells, masses = _checked(points)
    zero, factors, shared = _solved(points, cells)
    known = [one.celsius for one in points if one.celsius is not None]
    found = Fit(zero, factors, shared, 0.0, 0.0, fmean(known) if known else None, drift_grams_per_celsius)
    span = max(masses) - min(masses)
    worst = max(points, key=lambda one: abs(found.grams(one.counts) - one.grams))
    astray = abs(found.grams(worst.counts) - worst.grams)
    restless = max(points, key=lambda one: _noise(one, factors))
    noise = _noise(restless, factors)
    if noise > RESTLESS_SHARE * span:
        raise BadCalibration(
            f"the readings at {restless.grams:g} g are restless ({noise:.1f} g, not {RESTLESS_SHARE * span:.1f}): let "
            "nothing touch the platform, wait until it stands still, and repeat that point"
        )
    if astray > ASTRAY_SHARE * span:
        raise BadCalibration(
            f"the points do not lie on one line: {worst.grams:g} g is {astray:.1f} g off ({ASTRAY_SHARE * span:.1f} g "
            "at most); check that mass, that the platform touches nothing, and repeat"
        )
    return Fit(zero, factors, shared, astray, noise, found.celsius, drift_grams_per_celsius)


def drift(points: Sequence[Point], scale: Fit) -> float:
    """Find how the zero moves with the temperature, from points of one and the same mass on warm and cold hours.

    Returns:
        Grams per degree Celsius, to be given to ``fit``.

    Raises:
        BadCalibration: the temperatures are unknown or too close together, or the masses differ.
    """
    known = [(one.celsius, scale.grams(one.counts)) for one in points if one.celsius is not None]
    celsius = [one for one, _ in known]
    if len({one.grams for one in points}) > 1:
        raise BadCalibration("the drift wants one and the same mass at each temperature, best an empty platform")
    if len(known) < 2 or max(celsius) - min(celsius) < DRIFT_CELSIUS_LEAST:  # noqa: PLR2004  # a line needs two
        raise BadCalibration(
            f"the drift wants points at least {DRIFT_CELSIUS_LEAST:g} °C apart; take one in the cold morning and one "
            "in the warm afternoon"
        )
    middle = fmean(celsius)
    slope = solve([[one - middle, 1.0] for one in celsius], [grams for _, grams in known])
    return slope[0] if slope else 0.0


def _checked(points: Sequence[Point]) -> tuple[tuple[int, ...], list[float]]:
    masses = sorted({one.grams for one in points})
    if len(masses) < 2:  # noqa: PLR2004  # a line needs two
        raise BadCalibration("two different masses are needed at least; the empty platform (0 g) may be one of them")
    cells = tuple(sorted(points[0].counts))
    if any(tuple(sorted(one.counts)) != cells for one in points):
        raise BadCalibration("not every load cell spoke at every point; check the wiring and begin again")
    light, heavy = (min(points, key=lambda one: one.grams), max(points, key=lambda one: one.grams))
    felt = sum(abs(heavy.counts[cell] - light.counts[cell]) for cell in cells)
    if felt < FELT_COUNTS_LEAST:
        raise BadCalibration(
            f"the cells hardly feel {heavy.grams:g} g ({felt:.0f} counts); check the wires (E+, E-, A+, A-), that the "
            "mass stands on the platform, and that the cell is mounted the right way up"
        )
    return cells, masses


def _solved(points: Sequence[Point], cells: tuple[int, ...]) -> tuple[float, dict[int, float], bool]:
    # about their means, so that the offset, far greater than any signal, doesn't drown it
    middle = {cell: fmean(one.counts[cell] for one in points) for cell in cells}
    middle_grams = fmean(one.grams for one in points)
    wanted = [one.grams - middle_grams for one in points]
    rows = [[one.counts[cell] - middle[cell] for cell in cells] for one in points]
    each = solve(rows, wanted) if len(points) > len(cells) else None
    factors = each or _together(rows, wanted) * len(cells)
    by_cell = dict(zip(cells, factors, strict=True))
    zero = middle_grams - sum(middle[cell] * factor for cell, factor in by_cell.items())
    return zero, by_cell, each is None


def _together(rows: Sequence[Sequence[float]], wanted: Sequence[float]) -> list[float]:
    factor = solve([[sum(row)] for row in rows], wanted)
    if factor is None:
        raise BadCalibration("the cells work against each other; check that all are wired and mounted alike")
    return factor


def _noise(one: Point, factors: Mapping[int, float]) -> float:
    return math.hypot(*(one.noise_counts[cell] * factor for cell, factor in factors.items()))
