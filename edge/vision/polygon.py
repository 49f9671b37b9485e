"""Polygons: how far a point lies from one, whether one is simple. Pure."""

from collections.abc import Sequence
from math import hypot

Place = tuple[float, float]
"""x and y, in any unit that is the same for all: frame pixels, or shares of the picture."""


def distance_from(corners: Sequence[Place], place: Place) -> float:
    """Return how far a point lies outside a polygon, in px; 0 inside it."""
    x, y = place
    inside, nearest = False, float("inf")
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (bx - ax) * (y - ay) / (by - ay):
            inside = not inside
        squared = (bx - ax) ** 2 + (by - ay) ** 2
        share = min(1.0, max(0.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared)) if squared else 0.0
        nearest = min(nearest, hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)))
    return 0.0 if inside else nearest


def area(corners: Sequence[Place]) -> float:
    """Return the area of a polygon, in the square of the corners' unit; 0 when they lie on a line."""
    after = (*corners[1:], corners[0])
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(corners, after, strict=True))) / 2


def crosses_itself(corners: Sequence[Place]) -> bool:
    """Say whether two edges of a polygon meet other than as neighbours at their corner."""
    edges = list(zip(corners, (*corners[1:], corners[0]), strict=True))
    last = len(edges) - 1
    for first, one in enumerate(edges):
        for second in range(first + 1, len(edges)):
            neighbours = second == first + 1 or (first, second) == (0, last)
            if not neighbours and _meet(one, edges[second]):
                return True
    return False


def _meet(one: tuple[Place, Place], other: tuple[Place, Place]) -> bool:
    (a, b), (c, d) = one, other
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(side == 0 and _between(*end) for side, end in zip(sides, ends, strict=True))


def _side(a: Place, b: Place, place: Place) -> float:
    return (b[0] - a[0]) * (place[1] - a[1]) - (b[1] - a[1]) * (place[0] - a[0])


def _between(a: Place, b: Place, place: Place) -> bool:
    return min(a[0], b[0]) <= place[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= place[1] <= max(a[1], b[1])
