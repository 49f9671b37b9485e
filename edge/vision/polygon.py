"""How far a point lies from a polygon. Pure."""

from collections.abc import Sequence
from math import hypot

Place = tuple[float, float]
"""x and y, in frame pixels."""


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
