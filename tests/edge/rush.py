"""A simulator of the evening rush: hens stream through a pop hole, both ways, seen from above on the range's side.

The wall is the picture's upper edge (y = 0); the hole is 40 cm wide. Hens are ellipses of 32 x 18 cm that walk at .35
to .8 m/s towards the hole, push each other apart, and are seen as long as a third of them is on this side of the wall.
Sizes and speeds are round figures for laying hens, not measured ones.
"""

from dataclasses import dataclass, field

import numpy as np

from tests.edge.hens import Sequence

PX_PER_M = 400.0
LONG_M, BROAD_M = 0.32, 0.18
HOLE_M = (1.3, 1.7)
WIDTH_M, DEPTH_M = 3.0, 2.0
STEP_S = 0.05
HOLE_CORNERS = [(x * PX_PER_M, y) for x, y in zip(HOLE_M + HOLE_M[::-1], (-40.0, -40.0, 40.0, 40.0), strict=True)]


@dataclass
class Rush:
    """The hens of one evening and who has passed.

    Attributes:
        homeward: hens that want in; range_bound: hens that come out; every_s: mean time between two that set out.
    """

    homeward: int
    range_bound: int
    every_s: float = 0.6
    seed: int = 0
    birds_in: int = 0
    birds_out: int = 0
    rows: list[tuple[int, int, float, float, float, float]] = field(default_factory=list)

    def play(self, hz: float = 10) -> Sequence:
        """Let all pass and give what was to be seen."""
        random = np.random.default_rng(self.seed)
        number = self.homeward + self.range_bound
        inward = random.permutation(np.arange(number) < self.homeward)
        starts = np.cumsum(random.exponential(self.every_s, number))
        place = np.column_stack([
            np.where(inward, random.uniform(0.4, WIDTH_M - 0.4, number), random.uniform(1.4, 1.6, number)),
            np.where(inward, DEPTH_M + 0.4, -0.4),
        ])  # fmt: skip
        goal_x = random.uniform(0.4, WIDTH_M - 0.4, number)
        speed, heading = random.uniform(0.35, 0.8, number), np.tile([0.0, -1.0], (number, 1))
        frame_steps = round(1 / hz / STEP_S)
        for step in range(round((starts[-1] + 40) / STEP_S)):
            out = starts <= step * STEP_S
            done = np.where(inward, place[:, 1] < -0.5, place[:, 1] > DEPTH_M + 0.5)
            on = np.flatnonzero(out & ~done)
            place[on], heading[on] = walk(place[on], heading[on], inward[on], goal_x[on], speed[on], random)
            if step % frame_steps == 0:
                self._film(step // frame_steps, on, place[on], heading[on])
        self.birds_in = int((place[inward, 1] < -0.2).sum())
        self.birds_out = int((place[~inward, 1] > 0.5).sum())
        return self._sequence(hz)

    def _film(self, frame: int, birds: np.ndarray, place: np.ndarray, heading: np.ndarray) -> None:
        along, across = LONG_M / 2, BROAD_M / 2
        half = np.sqrt((along * heading) ** 2 + (across * heading[:, ::-1]) ** 2)
        for bird, (left, top), (right, bottom) in zip(birds.tolist(), place - half, place + half, strict=True):
            seen = min(bottom, DEPTH_M) - max(top, 0) > (bottom - top) / 3
            if seen:
                self.rows.append((frame, bird, left, max(top, 0), right, min(bottom, DEPTH_M)))

    def _sequence(self, hz: float) -> Sequence:
        rows = np.array(self.rows)
        return Sequence(f"rush {self.seed}", hz, rows[:, 0].astype(int), rows[:, 1].astype(int), rows[:, 2:] * PX_PER_M)


def walk(
    place: np.ndarray,
    heading: np.ndarray,
    inward: np.ndarray,
    goal_x: np.ndarray,
    speed: np.ndarray,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Move hens on by one step: to their goal, apart from each other, and not through the wall."""
    before_wall = place[:, 1] > 0
    middle = np.clip(place[:, 0], HOLE_M[0] + 0.08, HOLE_M[1] - 0.08)
    leaving = ~inward & (place[:, 1] > 0.25)
    target = np.column_stack([
        np.where(leaving, goal_x, middle),
        np.where(inward, np.where(np.abs(place[:, 0] - middle) < 0.05, -0.6, 0.05), DEPTH_M + 1),
    ])  # fmt: skip
    wish = target - place
    wish /= np.maximum(np.linalg.norm(wish, axis=1, keepdims=True), 1e-6)
    off = place[:, None] - place[None]
    distance = np.linalg.norm(off, axis=2) + np.eye(len(place)) * 9
    push = (off / distance[..., None] * np.clip(0.24 - distance, 0, None)[..., None] * 12).sum(axis=1)
    step = (wish + push + random.normal(0, 0.15, place.shape)) * speed[:, None]
    fast = np.maximum(1, np.linalg.norm(step, axis=1, keepdims=True) / 1.0)
    new = place + step / fast * STEP_S
    in_hole = (new[:, 0] > HOLE_M[0] + 0.05) & (new[:, 0] < HOLE_M[1] - 0.05)
    new[:, 1] = np.where(before_wall & ~in_hole, np.maximum(new[:, 1], 0.1), new[:, 1])
    new[:, 0] = np.where(new[:, 1] < 0.1, np.clip(new[:, 0], HOLE_M[0] + 0.06, HOLE_M[1] - 0.06), new[:, 0])
    turned = 0.85 * heading + 0.15 * wish
    return new, turned / np.linalg.norm(turned, axis=1, keepdims=True)
