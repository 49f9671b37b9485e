"""How a bird's box moves between two frames, whatever time lies between them. Pure.

Hens stand, then walk a few steps, then stand: over a second a walk has mostly been forgotten, over 50 ms it has not.
So the velocity is not constant but decays (an Ornstein-Uhlenbeck process), which has a closed form for any interval
(Uhlenbeck and Ornstein 1930, doi 10.1103/PhysRev.36.823) and lets one Kalman filter serve 25 frames a second as well
as one, and a gap of a minute: the bird is then looked for where it last stood. All noise is told in body lengths
(root of the box's area), so that one set of figures serves every camera height.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# One row for each bird followed. Both axes share one covariance: the noise knows no direction.
TRACK = np.dtype(
    [
        ("id", np.int64),
        ("centre", np.float64, 2),  # px
        ("velocity", np.float64, 2),  # px/s
        ("wh", np.float64, 2),  # px
        ("place_var", np.float64),  # px^2
        ("cross_var", np.float64),  # px^2/s
        ("velocity_var", np.float64),  # px^2/s^2
        ("score", np.float32),
        ("hits", np.int64),  # frames it was seen in
        ("seen_s", np.float64),  # how long it was seen, in all
        ("confirmed", np.bool_),
        ("trust", np.float64),  # share of the last seconds in which it was seen, fading
        ("first_seen_s", np.float64),
        ("last_seen_s", np.float64),
    ]
)
Rows = NDArray[np.void]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Motion:
    """Figures of the motion, fitted to 20 of 49 real sequences (docs/decisions/0010-tracker.md).

    Attributes:
        speed: standard deviation of a bird's speed along one axis, in body lengths/s.
        walk_s: how long a walk lasts: the time in which a velocity falls to 1/e, in s.
        jitter: standard deviation of a detector's box centre, in body lengths.
        stray: standard deviation of where a bird is that was lost long ago, in body lengths: most birds lie or come
            back to their place.
        resize_s: the time in which a box takes on a new width and height (a bird turns), in s.
    """

    speed: float = 0.5
    walk_s: float = 0.5
    jitter: float = 0.1
    stray: float = 1.0
    resize_s: float = 0.5

    def born(self, ids: NDArray[np.int64], at_s: float, centres: Floats, wh: Floats) -> Rows:
        """Begin rows for boxes seen for the first time; ``score`` is left 0."""
        rows = np.zeros(len(ids), TRACK)
        rows["id"], rows["centre"], rows["wh"] = ids, centres, wh
        area = lengths(rows) ** 2
        rows["place_var"], rows["velocity_var"] = self.jitter**2 * area, self.speed**2 * area
        rows["hits"], rows["first_seen_s"], rows["last_seen_s"] = 1, at_s, at_s
        return rows

    def predict(self, rows: Rows, passed_s: float) -> None:
        """Move all rows on by ``passed_s`` s, in place."""
        kept = np.exp(-passed_s / self.walk_s)
        reach = self.walk_s * (1 - kept)
        length = lengths(rows)
        speed_var = (self.speed * length) ** 2
        place, cross, velocity = rows["place_var"], rows["cross_var"], rows["velocity_var"]
        wander = 2 * passed_s / self.walk_s - 3 + 4 * kept - kept**2
        rows["centre"] += rows["velocity"] * reach
        rows["velocity"] *= kept
        spread = place + 2 * reach * cross + reach**2 * velocity + speed_var * self.walk_s**2 * wander
        rows["place_var"] = np.minimum(spread, (self.stray * length) ** 2)
        rows["cross_var"] = kept * (cross + reach * velocity) + speed_var * self.walk_s * (1 - kept) ** 2
        rows["velocity_var"] = kept**2 * velocity + speed_var * (1 - kept**2)

    def correct(self, rows: Rows, centres: Floats, wh: Floats, passed_s: float) -> None:
        """Take in the boxes that were matched to these rows, one each, in place."""
        spread = rows["place_var"] + (self.jitter * lengths(rows)) ** 2
        gain, push = rows["place_var"] / spread, rows["cross_var"] / spread
        off = centres - rows["centre"]
        rows["centre"] += gain[:, None] * off
        rows["velocity"] += push[:, None] * off
        rows["velocity_var"] -= push * rows["cross_var"]
        rows["cross_var"] *= 1 - gain
        rows["place_var"] *= 1 - gain
        rows["seen_s"] += passed_s
        rows["wh"] += (1 - np.exp(-passed_s / self.resize_s)) * (wh - rows["wh"])


def lengths(rows: Rows) -> Floats:
    """Return body lengths (n,) in px: the root of the box's area."""
    wh: Floats = rows["wh"]
    return np.sqrt(wh[:, 0] * wh[:, 1])
