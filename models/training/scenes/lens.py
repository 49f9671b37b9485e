"""Where the points of a house fall on a camera's picture, through a plain or a fisheye lens. Pure.

The camera hangs at (0, 0, height), looks along +y and down by `pitch`; x is to the right, z is up; metres, radians.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Lens:
    """A camera.

    Args:
        height: above the floor, metres.
        pitch: how far it looks down, radians; pi / 2 is straight down.
        roll: turn about its own axis, radians.
        focal_px: pixels per radian near the axis.
        size_wh: of the picture, pixels.
        fisheye: True for an equidistant fisheye lens, False for a plain one.
    """

    height: float
    pitch: float
    roll: float
    focal_px: float
    size_wh: tuple[int, int]
    fisheye: bool

    def axes(self) -> Points:
        """Return (3, 3): rows are right, up and forward of the camera in the house."""
        c, s = math.cos(self.pitch), math.sin(self.pitch)
        right, up, ahead = np.array((1.0, 0, 0)), np.array((0, s, c)), np.array((0, c, -s))
        cr, sr = math.cos(self.roll), math.sin(self.roll)
        return np.stack([cr * right + sr * up, cr * up - sr * right, ahead])

    def project(self, points: Points) -> tuple[Points, Points]:
        """Return pixels (n, 2) and distances (n,) of points (n, 3); a point behind the camera is at NaN pixels."""
        rays = (points - (0, 0, self.height)) @ self.axes().T
        far = np.linalg.norm(rays, axis=1)
        flat = np.hypot(rays[:, 0], rays[:, 1])
        angle = np.arctan2(flat, rays[:, 2])
        limit = 1.75 if self.fisheye else 1.45  # radians off the axis
        with np.errstate(invalid="ignore"):
            reach = self.focal_px * np.where(angle < limit, angle if self.fisheye else np.tan(angle), np.nan)
        along = rays[:, :2] / np.maximum(flat, 1e-12)[:, None]
        middle = np.array(self.size_wh) / 2
        return middle + reach[:, None] * along * (1, -1), far

    def rays(self) -> Points:
        """Return (h, w, 3), the direction in the house that each pixel looks."""
        wide, high = self.size_wh
        down, across = np.mgrid[:high, :wide] + 0.5
        x, y = (across - wide / 2) / self.focal_px, (high / 2 - down) / self.focal_px
        if not self.fisheye:
            local = np.dstack([x, y, np.ones_like(x)])
        else:
            angle = np.hypot(x, y)
            share = np.sinc(angle / math.pi)  # sin(angle) / angle
            local = np.dstack([x * share, y * share, np.cos(angle)])
        return np.asarray(local @ self.axes())

    def px_per_metre(self, points: Points) -> Points:
        """Return (n,) pixels per metre across the line of sight at points (n, 3)."""
        rays = (points - (0, 0, self.height)) @ self.axes().T
        far = np.linalg.norm(rays, axis=1)
        return np.asarray(self.focal_px / np.maximum(far if self.fisheye else rays[:, 2], 0.05))

    def elevation(self, points: Points) -> Points:
        """Return (n,) how steeply the camera looks down on points (n, 3), radians."""
        gap = np.array((0, 0, self.height)) - points
        return np.asarray(np.arcsin(gap[:, 2] / np.linalg.norm(gap, axis=1)))

    def uprightness(self, points: Points) -> Points:
        """Return (n,) the turn, degrees against the clock, of what stands upright at points (n, 3) in the picture."""
        here, _ = self.project(points)
        above, _ = self.project(points + np.array((0, 0, 0.05)))
        lift = above - here
        return np.asarray(np.degrees(np.arctan2(-lift[:, 0], -lift[:, 1])))
