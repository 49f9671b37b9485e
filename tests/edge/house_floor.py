"""Pinhole cameras above a floor, as real ones hang in a house: for tests of plans and of the join."""

from dataclasses import dataclass

import numpy as np

from edge.vision.plan import Plan

FOCAL = 0.55
"""Focal length in picture widths: 84 degrees across, a usual wide lens."""
ASPECT = 16 / 9


@dataclass(frozen=True)
class Ceiling:
    """A camera at (x, y, height) in m that looks at a point of the floor."""

    at: tuple[float, float, float]
    look_at: tuple[float, float]

    def shares(self, metres: np.ndarray, height: float = 0.0) -> np.ndarray:
        """Project points (n, 2) at a height above the floor; NaN behind the camera."""
        forward = np.array([*self.look_at, 0.0]) - np.array(self.at)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0, 0, 1.0])
        right = right / np.linalg.norm(right) if np.linalg.norm(right) > 1e-6 else np.array([1.0, 0, 0])
        down = np.cross(forward, right)
        rays = np.column_stack([metres, np.full(len(metres), height)]) - np.array(self.at)
        depth = rays @ forward
        depth = np.where(depth > 1e-9, depth, np.nan)
        return np.column_stack(
            [0.5 + FOCAL * (rays @ right) / depth, 0.5 + FOCAL * ASPECT * (rays @ down) / depth],
        )

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Four points near where it looks, in the picture and on the floor."""
        x, y = self.look_at
        metres = np.array([[x - 1, y - 1], [x + 1, y - 1], [x + 1, y + 1], [x - 1, y + 1]])
        return self.shares(metres), metres

    def plan(self) -> Plan:
        """Its plan, without an error of measuring."""
        return Plan.fitted(*self.points())
