"""The clip that ships with Henwise: birds cut from licensed pictures stroll over a drawn floor, and how many show.

Every bird walks a closed round of a few points within the length of the clip, so the last frame runs into the first.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.scenes.encoding import encoder
from models.training.scenes.floors import draw_floor, draw_pan
from models.training.scenes.oblique import View
from models.training.scenes.sprites import Sprite
from models.training.scenes.stage import Pose, Stage

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class ClipPlan:
    """What to film: size in pixels, frames per second, length in seconds, number of birds living on the floor."""

    size_wh: tuple[int, int] = (960, 540)
    fps: int = 12
    length_s: int = 24
    birds: int = 34
    seed: int = 0

    @property
    def frames(self) -> int:
        """Number of frames."""
        return self.fps * self.length_s


@dataclass(frozen=True)
class Round:
    """A bird's round, a value per frame: place (pixels), facing (-1 left .. 1 right), stoop (degrees), size."""

    bird: Sprite
    x: Curve
    y: Curve
    facing: Curve
    stoop: Curve
    size: float


def film(plan: ClipPlan, birds: Sequence[Sprite]) -> Iterator[tuple[np.ndarray, int]]:
    """Yield each frame (h, w, 3) uint8 with the number of birds that show in it. `birds` all face right."""
    rng = np.random.default_rng(plan.seed)
    floor = furnish(rng, plan.size_wh)
    view = View(0.0, near_px=plan.size_wh[1] * 0.2, far_px=plan.size_wh[1] * 0.1)
    rounds = [walk(rng, plan, view, birds[i % len(birds)], home) for i, home in enumerate(homes(rng, plan))]
    for frame in range(plan.frames):
        stage = Stage(floor, shadow=(0.12, 0.1))
        for bird in sorted(rounds, key=lambda item: item.y[frame]):
            length = view.length_px(bird.y[frame], plan.size_wh[1]) * bird.size
            stage.paste(bird.bird, pose(bird, frame, length), (bird.x[frame], bird.y[frame]))
        yield np.clip(stage.image, 0, 255).astype(np.uint8), len(stage.visible_boxes())


def furnish(rng: np.random.Generator, size_wh: tuple[int, int]) -> np.ndarray:
    """Draw the house's floor with two feeder pans."""
    floor = draw_floor(rng, size_wh, fittings=False)
    wide, high = size_wh
    for x, y, share in ((0.27, 0.36, 0.07), (0.72, 0.7, 0.1)):
        draw_pan(floor, (int(x * wide), int(y * high)), int(share * high), rng)
    return floor


def homes(rng: np.random.Generator, plan: ClipPlan) -> Curve:
    """Spread (n, 2) places over the floor, each the farthest of ten tries from the others; some lie at the edge."""
    size = np.array(plan.size_wh)
    placed = np.empty((0, 2))
    for _ in range(plan.birds):
        tries = rng.uniform(-0.03, 1.03, (10, 2)) * size
        gaps = np.linalg.norm(tries[:, None] - placed[None], axis=2).min(axis=1) if len(placed) else np.ones(10)
        placed = np.vstack([placed, tries[gaps.argmax()]])
    return placed


def walk(rng: np.random.Generator, plan: ClipPlan, view: View, bird: Sprite, home: Curve) -> Round:
    """Send a bird on a closed round about its home: legs at a walking pace, rests between them."""
    reach = view.length_px(home[1], plan.size_wh[1]) * rng.uniform(0.5, 1.6)
    points = home + rng.normal(0, reach * 0.6, (rng.integers(2, 5), 2)) * (1.3, 0.7)
    points = np.vstack([points, points[:1]])
    legs = np.linalg.norm(np.diff(points, axis=0), axis=1) + 1
    rests = rng.uniform(0.3, 1.8, len(legs)) * legs.mean()
    steps = np.stack([legs, rests], axis=1).ravel()
    marks = np.concatenate([[0], steps.cumsum()]) / steps.sum()
    at = (np.arange(plan.frames) / plan.frames + rng.random()) % 1
    stops = np.repeat(np.arange(len(points)), 2)[1:]
    share = np.interp(at, marks, stops)
    share = np.floor(share) + smooth(share % 1)
    x, y = (np.interp(share, np.arange(len(points)), points[:, axis]) for axis in (0, 1))
    leg = np.minimum(np.searchsorted(marks, at, side="right") - 1, len(steps) - 1)
    facing = soften(np.where(np.diff(points[:, 0]) >= 0, 1.0, -1.0)[leg // 2], plan.fps // 2)
    resting = soften((leg % 2).astype(np.float64), plan.fps // 2)
    beat = rng.uniform(0, math.tau)
    pecks = np.clip(np.sin(math.tau * rng.integers(6, 14) * at + beat), 0, 1) * 22 * resting
    gait = np.sin(math.tau * plan.length_s * 2 * at + beat) * 3 * (1 - resting)
    return Round(bird, x, y + gait * 0.5, facing, pecks + gait, rng.uniform(0.9, 1.15))


def smooth(share: Curve) -> Curve:
    """Ease 0..1 in and out."""
    return share * share * (3 - 2 * share)


def soften(values: Curve, frames: int) -> Curve:
    """Average a curve that closes on itself over `frames` frames."""
    return np.asarray(
        np.mean([np.roll(values, shift) for shift in range(-(frames // 2), frames - frames // 2)], axis=0)
    )


def pose(bird: Round, frame: int, length_px: float) -> Pose:
    """Turn a bird's round into the pose of one frame; a turning bird shows its narrow side."""
    facing = bird.facing[frame]
    narrow = math.sqrt(0.55 + 0.45 * abs(facing))  # length and stretch together: the width shrinks, the height stays
    return Pose(length_px * narrow, -bird.stoop[frame], mirrored=bool(facing < 0), stretch=narrow)


def write_clip(plan: ClipPlan, birds: Sequence[Sprite], out: Path) -> list[int]:
    """Write the clip and beside it a JSON with the true count of every frame; return the counts.

    Raises:
        TrainingError: the clip cannot be written.
    """
    counts = []
    with encoder(out, plan.size_wh, plan.fps) as write:
        for image, count in film(plan, birds):
            write(image)
            counts.append(count)
    truth = {"fps": plan.fps, "size_wh": plan.size_wh, "birds": counts}
    out.with_suffix(".json").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    return counts
