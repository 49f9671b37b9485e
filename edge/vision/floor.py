"""The floor as birds are spread over it: a polygon cut into cells of about the same size. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from math import lgamma
from typing import Self

import numpy as np
from numpy.typing import NDArray

from edge.vision.paces import Floats

CELLS = 40
"""About so many cells: enough to see an empty half or corner, few enough that 20 birds can say something."""
FINE = 8
"""Points per cell and direction at which the polygon is looked up."""
FEWEST_BIRDS = 4
"""With fewer, nothing can be said about how they are spread."""

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Floor:
    """A polygon with its cells; made once for a camera.

    Attributes:
        corners: (k, 2) of the polygon.
        has_walls: False when the polygon is only the picture's edge, which no bird knows of.
    """

    corners: Floats
    has_walls: bool
    _shape: tuple[int, int]
    _shares: Floats
    _rim: Floats

    @classmethod
    def of(cls, corners: Corners, *, has_walls: bool = True) -> Self:
        """Cut a polygon of at least three corners, in any unit of length, into cells.

        Raises:
            ValueError: it has no area.
        """
        polygon = np.array(corners, np.float64)
        low, high = polygon.min(axis=0), polygon.max(axis=0)
        if not (high > low).all():
            raise ValueError(f"the floor {corners} has no area")
        wide = max(1, round(float(np.sqrt(CELLS * (high - low)[0] / (high - low)[1]))))
        shape = (min(wide, CELLS), max(1, round(CELLS / wide)))
        points = _grid(low, high, shape)
        inside = within(points, polygon)
        if not inside.any():
            raise ValueError(f"the floor {corners} has no area")
        shares = np.bincount(_cells(points[inside], low, high, shape), minlength=shape[0] * shape[1])
        return cls(polygon, has_walls, shape, shares / shares.sum(), np.sort(to_edge(points[inside], polygon)))

    @property
    def area(self) -> float:
        """Area of the polygon, in its unit squared."""
        x, y = self.corners.T
        return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Say which of (n, 2) points lie on the floor."""
        return within(points, self.corners)

    def rim_share(self, depth: float) -> float:
        """Return the share of the floor that lies within ``depth`` of its edge."""
        return float(np.searchsorted(self._rim, depth) / len(self._rim))

    def spread(self, points: Floats) -> float:
        """Return the share of the floor that birds at (n, 2) points on it use, as an even spread would: 0 to 1.

        It is exp(-D) with D the Kullback-Leibler divergence of the birds from the floor's area over the cells: birds
        spread by chance over half of the floor give a half. A few birds never fill all cells: so D is lowered by what
        as many birds would show if each stood anywhere by chance (exact, from the binomial distribution). That is
        lenient: 40 birds on half of the floor give about 0.65.
        """
        if len(points) < FEWEST_BIRDS:
            return 1.0
        low, high = self.corners.min(axis=0), self.corners.max(axis=0)
        birds = np.bincount(_cells(points, low, high, self._shape), minlength=len(self._shares))
        used = (birds > 0) & (self._shares > 0)
        share = birds[used] / birds[used].sum()
        divergence = float((share * np.log(share / self._shares[used])).sum())
        by_chance = _chance_divergence(len(points), tuple(self._shares.round(6).tolist()))
        return float(np.exp(-max(0.0, divergence - by_chance)))


@lru_cache(maxsize=2048)
def _chance_divergence(birds: int, shares: tuple[float, ...]) -> float:
    p = np.array(sorted(set(shares) - {0.0}))
    times = np.array([shares.count(one) for one in p])
    k = np.arange(1, birds + 1)
    log_gamma = np.array([lgamma(n + 1) for n in range(birds + 1)])
    ways = log_gamma[birds] - log_gamma[k] - log_gamma[birds - k]
    rest = np.log1p(-np.minimum(p, 1 - 1e-9))[:, None] * (birds - k)
    chance = np.exp(ways + np.log(p)[:, None] * k + rest)
    return float(times @ (chance @ (k / birds * np.log(k / birds))) - times @ (p * np.log(p)))


def within(points: Floats, corners: Floats) -> NDArray[np.bool_]:
    """Say which of (n, 2) points lie in a polygon (k, 2): a ray from them crosses its edge an odd number of times."""
    x, y = points[:, :1], points[:, 1:]
    (ax, ay), (bx, by) = corners.T, np.roll(corners, -1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        at_x = ax + (y - ay) * (bx - ax) / (by - ay)
    crossed = ((ay > y) != (by > y)) & (x < at_x)
    return np.asarray(crossed.sum(axis=1) % 2 == 1)


def to_edge(points: Floats, corners: Floats) -> Floats:
    """Return (n,) the distance of (n, 2) points to the nearest edge of a polygon (k, 2)."""
    begin, way = corners, np.roll(corners, -1, axis=0) - corners
    off = points[:, None] - begin
    along = np.clip((off * way).sum(axis=2) / np.maximum((way**2).sum(axis=1), 1e-12), 0, 1)
    return np.asarray(np.linalg.norm(off - along[..., None] * way, axis=2).min(axis=1))


def _grid(low: Floats, high: Floats, shape: tuple[int, int]) -> Floats:
    axes = [low[n] + (np.arange(shape[n] * FINE) + 0.5) / (shape[n] * FINE) * (high - low)[n] for n in (0, 1)]
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def _cells(points: Floats, low: Floats, high: Floats, shape: tuple[int, int]) -> NDArray[np.int64]:
    column, row = np.clip((points - low) / (high - low) * shape, 0, np.array(shape) - 1).astype(np.int64).T
    return np.asarray(row * shape[0] + column)
