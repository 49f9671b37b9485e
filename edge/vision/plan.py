"""A picture's place on the house's floor: a homography between shares of the picture and metres. Pure.

The four or more pairs of points are fitted by the normalised direct linear transformation (Hartley and Zisserman,
Multiple View Geometry, algorithm 4.2). A lens that bends straight lines is not modelled: with a fisheye, give points
spread over the part of the picture that counts, and read the miss that ``check-config`` allows as what it is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.errors import BadPlan

MISS_MOST = 0.1
"""A point may lie so far from where the fit puts it, as a share of the plan's extent."""
_FLAT = 1e-3
"""Points whose cloud is thinner than this share of its length lie on a line; so does a fit as badly conditioned."""

Points = NDArray[np.float64]
"""(n, 2)."""


class Plan:
    """Maps shares of a picture to metres on the floor and back.

    Args:
        to_metres: (3, 3) homography, shares of width and height -> m, positive third coordinate on the floor seen.
    """

    def __init__(self, to_metres: NDArray[np.float64]) -> None:
        self._to_metres = to_metres
        self._to_picture: NDArray[np.float64] = np.linalg.inv(to_metres).astype(np.float64)

    @classmethod
    def fitted(cls, picture: Sequence[tuple[float, float]], metres: Sequence[tuple[float, float]]) -> "Plan":
        """Fit a plan to the same points in the picture (shares) and on the floor (m).

        Raises:
            BadPlan: the points don't determine it, or don't fit each other; the message names the worst point.
        """
        shares, floor = np.array(picture, np.float64), np.array(metres, np.float64)
        for name, points in (("picture", shares), ("metres", floor)):
            _refuse_flat(name, points)
        from_shares, from_floor = _normaliser(shares), _normaliser(floor)
        fitted = _direct_linear(_moved(from_shares, shares)[0], _moved(from_floor, floor)[0])
        matrix = np.linalg.inv(from_floor) @ fitted @ from_shares
        _found, thirds = _moved(matrix, shares)
        if abs(np.linalg.det(fitted)) < _FLAT**2 or not (np.sign(thirds) == np.sign(thirds[0])).all():
            raise BadPlan("the points don't fit: do picture and metres name the same points in the same order?")
        plan = cls(matrix * np.sign(thirds[0]))
        plan._refuse_misses(shares, floor)
        return plan

    def metres(self, shares: Points) -> Points:
        """Return where points of the picture (n, 2) lie on the floor, in m; NaN at and beyond the horizon."""
        return _in_front(*_moved(self._to_metres, shares))

    def shares(self, metres: Points) -> Points:
        """Return where points of the floor (n, 2) in m stand in the picture; NaN for what lies behind the camera."""
        # The third coordinate is the inverse of the one of the way there: positive in front.
        return _in_front(*_moved(self._to_picture, metres))

    def magnification(self, shares: Points) -> NDArray[np.float64]:
        """Return which share of the picture a square metre of the floor takes at points of the picture (n, 2).

        It needs no picture size, and it is what a network sees: each camera's picture is fitted to the same input.
        """
        # The area's scale of a projective map x -> Hx is det(H) / w^3.
        thirds = _moved(self._to_metres, shares)[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(thirds > 0, np.abs(thirds**3 / np.linalg.det(self._to_metres)), 0.0)

    def _refuse_misses(self, shares: Points, metres: Points) -> None:
        miss = np.linalg.norm(self.metres(shares) - metres, axis=1)
        worst = int(np.argmax(miss))
        extent = float(np.linalg.norm(np.ptp(metres, axis=0)))
        if not miss[worst] <= MISS_MOST * extent:
            raise BadPlan(
                f"the points don't fit each other: point {worst + 1} is {miss[worst]:.2g} m off; measure it again, or "
                "see whether picture and metres name the same points in the same order"
            )


def _refuse_flat(name: str, points: Points) -> None:
    # Four of which three lie on a line determine nothing; more may hold such three.
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    if spread[1] <= _FLAT * max(spread[0], 1e-12) or (len(points) == 4 and _three_on_a_line(points)):  # noqa: PLR2004
        raise BadPlan(f"{name}: the points lie on a line; take the corners of a wide four-sided part of the floor")


def _three_on_a_line(points: Points) -> bool:
    extent = float(np.linalg.norm(np.ptp(points, axis=0)))
    for left_out in range(len(points)):
        a, b, c = np.delete(points, left_out, axis=0)
        (ux, uy), (vx, vy) = b - a, c - a
        if abs(ux * vy - uy * vx) < _FLAT * 10 * extent**2:
            return True
    return False


def _normaliser(points: Points) -> NDArray[np.float64]:
    centre = points.mean(axis=0)
    scale = np.sqrt(2) / np.linalg.norm(points - centre, axis=1).mean()
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])


def _direct_linear(sources: Points, targets: Points) -> NDArray[np.float64]:
    rows = []
    for (x, y), (u, v) in zip(sources, targets, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    _left, _sizes, right = np.linalg.svd(np.array(rows))
    matrix: NDArray[np.float64] = right[-1].reshape(3, 3)
    return matrix


def _moved(matrix: NDArray[np.float64], points: Points) -> tuple[Points, NDArray[np.float64]]:
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    thirds = homogeneous[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return homogeneous[:, :2] / thirds[:, None], thirds


def _in_front(points: Points, thirds: NDArray[np.float64]) -> Points:
    return np.where((thirds > 0)[:, None], points, np.nan)
