"""What a camera's picture shows of the floor: which birds count, in which zone, and whose they are. Pure.

A bird stands where its foot point is: the middle of its box in width, three quarters down in height. That is right to
a quarter of a bird whether the camera looks down on it (the feet are under its middle) or across (at the box's end).

Several cameras of a house are joined without being in step: every point of the floor belongs to one camera, the one
in whose floor it lies and that sees it best: where a square metre takes much room in the picture and lies well inside
it, since birds at its border are cut off and seen from the side. Of equals the first by device and slug has it. A
camera counts towards the house only birds that stand on floor of its own. Each device works that out alone, from the
plans of all cameras, and comes to the same borders. A camera without a plan owns all of its floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.camera_config import CameraConfig, ElsewhereConfig
from edge.config import EdgeConfig
from edge.vision.counting import FrameCount
from edge.vision.plan import Plan, Points

FOOT_DOWN = 0.75
"""Where in its box a bird's feet are, from the top."""
_SAME = 1e-9
"""Sights that differ by less than this share are equal."""

Corners = Sequence[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Placed:
    """Where the n birds of one frame stand.

    Attributes:
        on_floor: (n,) bool, they count.
        own: (n,) bool, they count towards the house by this camera; never true where ``on_floor`` is not.
        zones: slug of each zone -> (n,) bool, they are in it and on the floor.
        metres: (n, 2) where on the house's floor, in m, NaN where unknown; None without a plan.
    """

    on_floor: NDArray[np.bool_]
    own: NDArray[np.bool_]
    zones: dict[str, NDArray[np.bool_]]
    metres: Points | None


@dataclass(frozen=True, eq=False)
class Spot:
    """A camera of the house with its plan, as the join sees it.

    Args:
        name: (device, slug), settles who owns what two cameras see equally well.
        plan: where its picture lies.
        floor: corners of the floor in its picture, shares; None = all of it.
    """

    name: tuple[str, str]
    plan: Plan
    floor: Corners | None

    def sight(self, shares: Points) -> NDArray[np.float64]:
        """Return how well it sees points (n, 2) of its picture: share of the picture per m², less towards its border.

        A camera that looks straight down magnifies all of the floor alike; its border settles who has the overlap.
        """
        x, y = shares.T
        well_inside: NDArray[np.float64] = 16 * x * (1 - x) * y * (1 - y)
        return self.plan.magnification(shares) * well_inside

    def sight_of_floor(self, metres: Points) -> NDArray[np.float64]:
        """Return how well it sees points of the floor (n, 2) in m; 0 = not at all."""
        shares = self.plan.shares(metres)
        return np.where(on_floor(shares, self.floor), self.sight(shares), 0.0)


class View:
    """One camera's picture, and what the other cameras of the house see.

    Args:
        config: the camera: its floor and zones.
        spot: the same camera on the house's plan; None without a plan.
        others: the other cameras of the house that have one.
    """

    def __init__(self, config: CameraConfig, spot: Spot | None = None, others: Sequence[Spot] = ()) -> None:
        self._floor = config.floor
        self._zones = config.zones
        self._spot = spot
        self._others = others

    def place(self, xyxy: NDArray[np.float32], size_wh: tuple[int, int]) -> Placed:
        """Say where birds stand.

        Args:
            xyxy: (n, 4) boxes in pixels of the frame.
            size_wh: width and height of the frame, in pixels.
        """
        feet = foot_points(xyxy, size_wh)
        counted = on_floor(feet, self._floor)
        zones = {zone.slug: counted & inside(feet, zone.polygon) for zone in self._zones}
        if self._spot is None:
            return Placed(counted, counted, zones, None)
        metres = self._spot.plan.metres(feet)
        return Placed(counted, counted & self._owns(self._spot, feet, metres), zones, metres)

    def _owns(self, spot: Spot, feet: Points, metres: Points) -> NDArray[np.bool_]:
        mine = spot.sight(feet)
        owns = np.ones(len(feet), bool)
        for other in self._others:
            theirs = other.sight_of_floor(metres)
            near = np.abs(theirs - mine) <= _SAME * np.maximum(theirs, mine)
            # Ahead of us in the order of names, it has what we see equally well; what it doesn't see at all is ours.
            owns &= ~((theirs > 0) & ((theirs > mine) & ~near | near & (other.name < spot.name)))
        return owns


def view_of(config: EdgeConfig, camera: CameraConfig) -> View:
    """Make the view of one of a device's cameras, joined with all other cameras that edge.toml names.

    Raises:
        BadPlan: the points of a plan don't fit; ``check-config`` says it before.
    """
    spots = {one.slug: _spot(config.place.device, one) for one in config.cameras}
    near = [spot for slug, spot in spots.items() if slug != camera.slug and spot]
    far = [_spot(one.device, one) for one in config.elsewhere]
    return View(camera, spots[camera.slug], [*near, *(spot for spot in far if spot)])


def _spot(device: str, camera: CameraConfig | ElsewhereConfig) -> Spot | None:
    if camera.plan is None:
        return None
    return Spot((device, camera.slug), Plan.fitted(camera.plan.picture, camera.plan.metres), camera.floor)


def foot_points(xyxy: NDArray[np.float32], size_wh: tuple[int, int]) -> Points:
    """Return where birds stand, as (n, 2) shares of the picture, given their boxes (n, 4) in pixels."""
    left, top, right, bottom = np.asarray(xyxy, float).T
    feet = np.column_stack([(left + right) / 2, top + FOOT_DOWN * (bottom - top)]) / np.array(size_wh, float)
    clipped: Points = np.clip(feet, 0, np.nextafter(1, 0))
    return clipped


def on_floor(shares: Points, floor: Corners | None) -> NDArray[np.bool_]:
    """Say which points (n, 2) of the picture lie on its floor; None = everywhere in the picture."""
    with np.errstate(invalid="ignore"):
        seen: NDArray[np.bool_] = np.all((shares >= 0) & (shares < 1), axis=1)
    return seen if floor is None else seen & inside(shares, floor)


def inside(points: Points, corners: Corners) -> NDArray[np.bool_]:
    """Say which points (n, 2) lie in a polygon, by crossings of a ray to the right; NaN lies nowhere.

    A point on an edge that two polygons share lies in exactly one of them.
    """
    x, y = points[:, 0], points[:, 1]
    crossed = np.zeros(len(points), bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
            spans = (ay > y) != (by > y)
            crossed ^= spans & (x < ax + (y - ay) * (bx - ax) / (by - ay))
    return crossed


def frame_count(placed: Placed, scores: NDArray[np.float32]) -> FrameCount:
    """Count the birds of a frame where they stand; ``scores`` (n,) are theirs."""
    return FrameCount(
        birds=int(placed.on_floor.sum()),
        own_birds=int(placed.own.sum()),
        by_zone={slug: int(held.sum()) for slug, held in placed.zones.items()},
        scores=scores[placed.on_floor].tolist(),
    )
