"""Synthetic flocks: birds pasted on drawn floors at house densities, every box exact.

    ground (floors.py) -> birds, far ones first (stage.py) -> light and camera (camera.py) -> boxes of what is visible

Trials with a first version took mAP50 on unseen real pens from .35 (licensed pictures alone) to .80.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from models.training.scenes.camera import expose
from models.training.scenes.drawn import draw_bird, plumage
from models.training.scenes.floors import draw_floor
from models.training.scenes.oblique import View, hang_line, raise_wall
from models.training.scenes.scene import Scene, yolo_line
from models.training.scenes.sprites import Sprite
from models.training.scenes.stage import Pose, Stage

SIZE_PX = 640
EMPTY_SHARE = 0.04
"""Share of scenes without a bird: floors, feeders and droppings that must not be counted."""


def draw_scene(rng: np.random.Generator, sprites: Sequence[Sprite], *, size_px: int = SIZE_PX) -> Scene:
    """Draw one random flock. The same generator state and sprites give the same scene."""
    wanted = wanted_birds(rng)
    view = choose_view(rng, wanted, size_px)
    stage = Stage(draw_floor(rng, (size_px, size_px)), shadow=tuple(rng.uniform(-0.25, 0.25, 2)))
    if view.horizon > 0:
        raise_wall(stage.image, view, rng)
    flock = choose_flock(rng, sprites, upright=view.horizon > 0)
    for x, y in scatter(rng, view, wanted, size_px):
        bird = flock[rng.integers(len(flock))]
        stage.paste(bird, choose_pose(rng, bird, view.length_px(y, size_px), oblique=view.horizon > 0), (x, y), rng)
    if view.horizon > 0 and rng.random() < 0.6:
        stage.cover(*hang_line(rng, view, size_px))
    return Scene(expose(stage.image, rng), stage.visible_boxes())


def wanted_birds(rng: np.random.Generator) -> int:
    """Draw a number of birds: 0 now and then, otherwise 4 to 260 with equal weight per octave."""
    return 0 if rng.random() < EMPTY_SHARE else int(math.exp(rng.uniform(math.log(4), math.log(260))))


def choose_view(rng: np.random.Generator, wanted: int, size_px: int) -> View:
    """Choose a camera that shows so many birds without piling them up."""
    crowd = size_px / math.sqrt(wanted + 1)
    if rng.random() < 0.3:  # seen obliquely: a person's or a wall camera's view
        near = rng.uniform(1.2, 2.6) * max(crowd, 36)
        return View(rng.uniform(0.02, 0.35), min(near, 0.45 * size_px), rng.uniform(9, 30))
    length = min(math.exp(rng.uniform(math.log(14), math.log(130))), crowd * rng.uniform(0.9, 1.25))
    tilt = rng.choice([0, 0, rng.uniform(0.1, 0.6)])
    return View(0.0, length * (1 + tilt), length * (1 - tilt))


def choose_flock(rng: np.random.Generator, sprites: Sequence[Sprite], *, upright: bool) -> list[Sprite]:
    """Choose a handful of birds of one kind: mostly one strain, cut out or drawn, as in a real house."""
    kind = "chick" if rng.random() < 0.4 else "adult"
    cuts = [sprite for sprite in sprites if sprite.kind == kind]
    count = int(rng.choice([3, 6, 10, 20]))
    drawn_share = rng.choice([0.0, 0.5, 1.0]) if cuts else 1.0
    strain = plumage(rng, kind) if rng.random() < 0.75 else None
    tint = GREY_TINTS[rng.integers(len(GREY_TINTS))]
    flock = []
    for _ in range(count):
        if rng.random() < drawn_share:
            flock.append(draw_bird(rng, kind=kind, view="side" if upright else "top", colour=strain))
        else:
            flock.append(coloured(cuts[rng.integers(len(cuts))], tint))
    return flock


def coloured(bird: Sprite, tint: tuple[float, float, float]) -> Sprite:
    """Give a bird cut from a grey picture the colour of its flock; leave others alone."""
    if not bird.grey:
        return bird
    bgra = bird.bgra.copy()
    bgra[..., :3] = np.clip(bgra[..., :3] * np.array(tint), 0, 255)
    return replace(bird, bgra=bgra)


def choose_pose(rng: np.random.Generator, bird: Sprite, length_px: float, *, oblique: bool) -> Pose:
    """Turn birds seen from above freely; those seen from the side mostly stand, in an oblique view nearly always."""
    upright = bird.view == "side" and rng.random() < (0.95 if oblique else 0.4)
    turn = rng.normal(0, 10) if upright else rng.uniform(0, 360)
    tint = rng.uniform(0.8, 1.08) * rng.uniform(0.96, 1.04, 3)
    return Pose(
        length_px=length_px * rng.uniform(0.85, 1.15),
        turn_degrees=float(turn),
        mirrored=bool(rng.random() < 0.5),
        stretch=rng.uniform(0.85, 1.18),
        tint=tuple(tint),
    )


GREY_TINTS = (
    (0.45, 0.85, 1.0),
    (0.7, 0.9, 1.0),
    (0.3, 0.5, 0.65),
    (0.85, 0.95, 1.0),
    (0.8, 0.75, 1.0),
    (1.0, 1.0, 1.0),
)
"""Colours of down for chicks cut from grey pictures; blue, green, red."""


def scatter(rng: np.random.Generator, view: View, wanted: int, size_px: int) -> list[tuple[float, float]]:
    """Place birds, partly in clusters, not closer than a share of their length; far ones first."""
    huddle = rng.uniform(0, 0.8)
    nests = rng.uniform(0.1, 0.9, (rng.integers(1, 5), 2)) * size_px
    closest = rng.uniform(0.34, 0.7)
    placed = np.empty((0, 2))
    for _ in range(wanted * 6):
        if len(placed) == wanted:
            break
        spot = rng.uniform(0, size_px, 2)
        if rng.random() < huddle:
            reach = view.length_px(size_px / 2, size_px) * (1 + 0.4 * math.sqrt(wanted))
            spot = rng.normal(nests[rng.integers(len(nests))], reach)
        floor_top = view.horizon * size_px
        if not (0 <= spot[0] < size_px and floor_top <= spot[1] < size_px):
            continue
        gap = (placed - spot) * (1, 1.6 if view.horizon else 1)
        if not len(placed) or (gap**2).sum(axis=1).min() > (closest * view.length_px(spot[1], size_px)) ** 2:
            placed = np.vstack([placed, spot])
    order = placed[:, 1].argsort() if view.horizon or view.near_px != view.far_px else range(len(placed))
    return [(float(placed[i, 0]), float(placed[i, 1])) for i in order]


def write_scenes(
    out: Path,
    sprites: Sequence[Sprite],
    *,
    count: int,
    seed: int,
    split: str = "train",
    size_px: int = SIZE_PX,
) -> int:
    """Write `count` scenes as a split of a YOLO data set below `out`; return the number of boxes written."""
    pictures, labels = out / "images" / split, out / "labels" / split
    for folder in (pictures, labels):
        folder.mkdir(parents=True, exist_ok=True)
    boxes = 0
    for index in range(count):
        rng = np.random.default_rng((seed, index))  # one generator per scene: any scene can be drawn again alone
        scene = draw_scene(rng, sprites, size_px=size_px)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 94))]
        cv2.imwrite(str(pictures / f"scene_{seed}_{index:05d}.jpg"), scene.image, quality)
        text = "".join(yolo_line(box, (size_px, size_px)) for box in scene.boxes)
        (labels / f"scene_{seed}_{index:05d}.txt").write_text(text, encoding="utf-8")
        boxes += len(scene.boxes)
    return boxes
