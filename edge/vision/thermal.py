"""A frame of a thermal array (24 x 32 or any size) -> warm and cold areas, huddling, surfaces of birds. Pure, numpy.

What is measured is the surface a pixel sees: feathers, litter, a wall. At 3 m a pixel of a 24 x 32 array is several
centimetres wide, so that a comb or an eye is mixed with what is beside it. It is never the temperature of a body; that
takes a farm's own regression and its error, see ``edge.vision.thermal_body``. Distances weaken the reading, so
birds are compared with their own flock in the same frame, not with a number from a book.

The sensor's driver belongs to ``firmware_bridge``; the agent calls ``look`` with each of its frames, ``warmth`` where
it knows how the array's pixels lie in a camera's picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.paces import Floats, Ids

FEWEST_PX = 8
BIRDS_ABOVE = 2.5
"""Birds are told from the floor where the two differ by at least this, in °C; chicks on a warm floor may not."""
TWO_KINDS = 0.8
"""Share of the variance that lies between two kinds when there are two; a single normal distribution gives 0.64."""
AREA_OFF = 3.0
"""An area of the floor that differs so much from the floor's median is told, in °C,"""
AREA_SHARE = 0.03
"""if it takes this share of the frame."""
BAD_SHARE = 0.05
"""A datasheet allows an array a few dead pixels (MLX90640: 4 of 768); beyond this the frame is refused."""
PLAUSIBLE = (-40.0, 120.0)
NOT_A_BIRD = 45.0
"""No part of a living bird's surface is as hot, in °C: a lamp or a heater is."""
LEAST_SPREAD = 0.5
"""Birds of a flock differ at least so much, in °C: the noise of a cheap array."""
ROBUST = 1.4826

Mask = NDArray[np.bool_]


class BadThermalFrame(ValueError):
    """A frame that can't be used; its sentence says why."""


@dataclass(frozen=True, slots=True)
class Area:
    """A connected part of the frame.

    Attributes:
        off_celsius: how far its mean is from the floor's median, in °C; below 0 it is colder.
        share: of the frame.
        xyxy: its box, shares of the frame's width and height.
    """

    off_celsius: float
    share: float
    xyxy: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class ThermalLook:
    """What one frame shows.

    Attributes:
        floor_celsius: median of the floor.
        bird_celsius: median surface of the birds, None where none can be told from the floor.
        above_air_celsius: the same above the air, if that was given.
        bird_share: share of the frame that shows birds.
        huddle_ratio: how clumped the birds' pixels are beyond chance, 0 to 1.
        cold, warm: areas of the floor, the largest first; lamps and heaters are warm.
        birds: (h, w) which pixels show birds.
    """

    floor_celsius: float
    bird_celsius: float | None
    above_air_celsius: float | None
    bird_share: float
    huddle_ratio: float
    cold: tuple[Area, ...]
    warm: tuple[Area, ...]
    birds: Mask


def look(celsius: Floats, *, air_celsius: float | None = None) -> ThermalLook:
    """Look at one frame.

    Args:
        celsius: (h, w) in °C, at least 8 x 8; dead pixels may be NaN.
        air_celsius: of a thermometer at the birds' height.

    Raises:
        BadThermalFrame: it has another shape, too many dead pixels, or values that nothing in a house has.
    """
    frame = mended(celsius)
    birds = _birds(frame)
    floor = frame[~birds]
    middle = float(np.median(floor))
    surface = float(np.median(frame[birds])) if birds.any() else None
    above = surface - air_celsius if surface is not None and air_celsius is not None else None
    off = np.where(birds, 0.0, frame - middle)
    return ThermalLook(
        floor_celsius=middle,
        bird_celsius=surface,
        above_air_celsius=above,
        bird_share=float(birds.mean()),
        huddle_ratio=_clumped(birds),
        cold=_areas(off, off <= -AREA_OFF),
        warm=_areas(off, off >= AREA_OFF),
        birds=birds,
    )


def mended(celsius: Floats) -> Floats:
    """Return a frame whose few dead pixels (NaN) hold the median of their neighbours.

    Raises:
        BadThermalFrame: see ``look``.
    """
    if celsius.ndim != 2 or min(celsius.shape) < FEWEST_PX:  # noqa: PLR2004  # height and width
        raise BadThermalFrame(f"a thermal frame is (h, w) with at least {FEWEST_PX} each, not {celsius.shape}")
    dead = ~np.isfinite(celsius)
    if dead.mean() > BAD_SHARE:
        raise BadThermalFrame(f"{int(dead.sum())} of {dead.size} pixels of the thermal array are dead; check its cable")
    low, high = float(np.nanmin(celsius)), float(np.nanmax(celsius))
    if low < PLAUSIBLE[0] or high > PLAUSIBLE[1]:
        raise BadThermalFrame(f"the thermal array reads {low:.0f} to {high:.0f} °C; no house is like that")
    frame = celsius.astype(np.float64)
    around = np.pad(frame, 1, constant_values=np.nan)
    for row, column in np.argwhere(dead):
        near = around[row : row + 3, column : column + 3]
        frame[row, column] = np.nanmedian(near) if np.isfinite(near).any() else np.nanmedian(celsius)
    return frame


def warmth(
    celsius: Floats, ids: Ids, xyxy: NDArray[np.float32], to_thermal: Floats, *, fewest_birds: int = 8
) -> Mapping[int, float]:
    """Say how far each bird's surface is off its flock's, in robust standard deviations; below 0 it is colder.

    Args:
        celsius: (h, w) in °C, taken with the camera's frame.
        ids: (n,) of the birds.
        xyxy: (n, 4) their boxes in the camera's frame.
        to_thermal: (3, 3) homography from the camera's pixels to the array's (column, row).
        fewest_birds: with fewer birds measured there is no flock to compare with, and nothing is said.

    Returns:
        track id -> deviation; a bird whose middle does not hold a whole pixel of the array is left out.

    Raises:
        BadThermalFrame: see ``look``.
    """
    frame = mended(celsius)
    said = {int(one): _surface(frame, box.astype(np.float64), to_thermal) for one, box in zip(ids, xyxy, strict=True)}
    known = {one: value for one, value in said.items() if value is not None}
    if len(known) < fewest_birds:
        return {}
    values = np.array(list(known.values()))
    middle = float(np.median(values))
    spread = max(LEAST_SPREAD, ROBUST * float(np.median(np.abs(values - middle))))
    return {one: (value - middle) / spread for one, value in known.items()}


def _surface(frame: Floats, box: Floats, to_thermal: Floats) -> float | None:
    """Return the mean over the pixels whose middle lies in the inner half of a box."""
    centre, quarter = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 4
    corners = centre + quarter * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    mapped = np.hstack([corners, np.ones((4, 1))]) @ to_thermal.T
    if not (mapped[:, 2] > 0).all():
        return None
    places = mapped[:, :2] / mapped[:, 2:]
    low, high = np.ceil(places.min(axis=0) - 0.5).astype(int), np.floor(places.max(axis=0) - 0.5).astype(int)
    if (low < 0).any() or (high >= frame.shape[::-1]).any() or (high < low).any():
        return None
    return float(frame[low[1] : high[1] + 1, low[0] : high[0] + 1].mean())


def _birds(frame: Floats) -> Mask:
    """Return the pixels that are warmer than the floor as birds are."""
    cut = _cut(frame[frame < NOT_A_BIRD])
    if cut is None:
        return np.zeros(frame.shape, np.bool_)
    warm = frame[(frame > cut) & (frame < NOT_A_BIRD)]
    if warm.size > frame.size / 2:
        # Most of a frame is rather floor than birds: then a cold part was cut off, and the birds stand out of the rest.
        cut = _cut(warm, least_apart=TWO_KINDS) or cut
    return np.asarray((frame > cut) & (frame < NOT_A_BIRD))


def _cut(values: Floats, *, least_apart: float = 0.0) -> float | None:
    """Return where values differ most between and least within (Otsu 1979); None where they are of one kind."""
    if not values.size or np.ptp(values) < BIRDS_ABOVE:
        return None
    cuts = np.linspace(values.min(), values.max(), 66)[1:-1]
    upper = np.array([(values > cut).mean() for cut in cuts])
    means = np.array([(values[values <= cut].mean(), values[values > cut].mean()) for cut in cuts])
    apart = means[:, 1] - means[:, 0]
    between = upper * (1 - upper) * apart**2
    best = int(between.argmax())
    of_one_kind = apart[best] < BIRDS_ABOVE or between[best] < least_apart * values.var()
    return None if of_one_kind else float(cuts[best])


def _clumped(birds: Mask) -> float:
    """Return how many birds' pixels have birds on all four sides, beyond what as many scattered pixels would."""
    share = float(birds.mean())
    if not 0 < share < 1:
        return 0.0
    around = np.pad(birds, 1, mode="edge")
    inner = birds & around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    by_chance = share**4
    return max(0.0, (float(inner.sum() / birds.sum()) - by_chance) / (1 - by_chance))


def _areas(off: Floats, mask: Mask) -> tuple[Area, ...]:
    high, wide = mask.shape
    found = []
    for blob in _blobs(mask):
        rows, columns = np.nonzero(blob)
        if len(rows) >= AREA_SHARE * mask.size:
            box = columns.min() / wide, rows.min() / high, (columns.max() + 1) / wide, (rows.max() + 1) / high
            xyxy = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
            found.append(Area(float(off[blob].mean()), float(blob.mean()), xyxy))
    return tuple(sorted(found, key=lambda area: -area.share))


def _blobs(mask: Mask) -> list[Mask]:
    left, blobs = mask.copy(), []
    while left.any():
        blob = np.zeros_like(mask)
        blob[np.unravel_index(int(left.argmax()), mask.shape)] = True
        while True:
            near = np.pad(blob, 1)
            grown = left & (blob | near[:-2, 1:-1] | near[2:, 1:-1] | near[1:-1, :-2] | near[1:-1, 2:])
            if grown.sum() == blob.sum():
                break
            blob = grown
        blobs.append(blob)
        left &= ~blob
    return blobs
