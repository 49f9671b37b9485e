"""Whole pens and houses, rendered: true light and shadow, every box exact.

    <out>/<number>.png    the picture, before any camera has spoilt it
    <out>/<number>.json   {"size": [720, 540],
                           "birds": [{"box": [x0, y0, x1, y1], "kind": ..., "posture": ..., "pixels": 900}]}

`pixels` are those that nothing hides; birds of which next to nothing shows are left out.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from models.training.blender import furniture, studio
from models.training.blender.anatomy import POSTURES
from models.training.blender.flesh import Flock
from models.training.blender.furniture import Plot
from models.training.blender.png import write_png
from models.training.blender.sheets import choose_coats

SIZE_WH = (720, 540)
LENGTHS = {"adult": (0.34, 0.44), "broiler": (0.26, 0.42), "juvenile": (0.18, 0.3), "chick": (0.08, 0.14)}
SHARES = {"standing": 6, "walking": 3, "pecking": 4, "preening": 2, "sitting": 6, "lying": 0.8, "back": 0.15}
LEAST_PX = 40
SMALLEST_PX = 11
"""Length of the farthest birds, pixels."""


@dataclass(frozen=True)
class Placed:
    """A bird in the scene."""

    item: bpy.types.Object
    kind: str
    posture: str


def render_barns(out: Path, numbers: range, *, seed: int, threads: int, samples: int) -> None:
    """Render scenes; those that are there already are left alone, so that a run can go on."""
    out.mkdir(parents=True, exist_ok=True)
    studio.open_studio(threads)
    flock = Flock(seed)
    for number in numbers:
        known = out / f"{number:05d}.json"
        if not known.exists():
            rng = np.random.default_rng([seed, 1, number])
            picture, birds = render_barn(rng, flock, samples)
            write_png(out / f"{number:05d}.png", picture)
            known.write_text(json.dumps({"size": SIZE_WH, "birds": birds}), encoding="utf-8")
            print(f"scene {number}: {len(birds)} birds", flush=True)  # noqa: T201  # a program's progress


def render_barn(rng: np.random.Generator, flock: Flock, samples: int) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Build and render one scene; return (h, w, 3) uint8 and what is known of its birds."""
    studio.clear()
    kind = str(rng.choice(["broiler", "adult", "juvenile", "chick"], p=[0.4, 0.36, 0.08, 0.16]))
    unit = float(rng.uniform(*LENGTHS[kind]))
    plot, eye = choose_view(rng, unit)
    furniture.floor(rng, 80)
    furniture.walls(rng, plot)
    magnets = furniture.stand_about(rng, plot)
    for _ in range(rng.integers(0, 4)):
        magnets += furniture.hang_line(rng, plot)
    birds = let_in(rng, flock, kind, plot, magnets)
    light_up(rng, eye, plot)
    picture = studio.render(SIZE_WH, samples=samples, seed=int(rng.integers(1 << 30)))
    owners = studio.render_owners(SIZE_WH, [bird.item for bird in birds])
    return picture[..., :3], boxes(owners, birds)


def choose_view(rng: np.random.Generator, unit: float) -> tuple[Plot, bpy.types.Object]:
    """Choose a camera and put walls where birds would become too small."""
    share = rng.random()
    if share < 0.4:
        height, pitch, field = unit * rng.uniform(4, 18), math.radians(rng.uniform(68, 89.9)), rng.uniform(0.8, 1.9)
    elif share < 0.85:
        height, pitch, field = unit * rng.uniform(3.5, 11), math.radians(rng.uniform(26, 60)), rng.uniform(0.9, 1.9)
    else:
        height, pitch, field = unit * rng.uniform(1.8, 4), math.radians(rng.uniform(8, 28)), rng.uniform(0.8, 1.4)
    fisheye = bool(field > 1.5 or rng.random() < 0.2)
    focal = SIZE_WH[0] / field if fisheye else SIZE_WH[0] / 2 / math.tan(field / 2)
    reach = math.sqrt(max((focal * unit / SMALLEST_PX) ** 2 - height**2, height**2 * 0.3)) * rng.uniform(0.4, 1.0)
    near = -reach * rng.uniform(0.3, 1) if pitch > 1.1 else -0.6 * height  # radians: about straight down
    pen = rng.random() < 0.5
    half = reach * rng.uniform(0.3, 1.0) * (0.6 if pen else 1)
    across = math.tan(min(field, 2.0) / 2) * (height / math.sin(pitch) if pitch > 1.1 else 0.7 * reach)
    half = min(half, across * rng.uniform(0.6, 1.3))  # little of the flock may stand where nobody sees it
    if pitch > 1.1:
        reach, near = min(reach, 0.75 * across), max(near, -0.75 * across)
    wall = height * (rng.uniform(0.1, 0.5) if pen else rng.uniform(0.8, 1.5))
    eye = studio.place_camera((0, 0, height), (0, math.cos(pitch), height - math.sin(pitch)), roll=rng.normal(0, 0.06))
    if fisheye:
        eye.data.type, eye.data.panorama_type, eye.data.fisheye_fov = "PANO", "FISHEYE_EQUIDISTANT", field
    else:
        eye.data.angle = field
    return Plot(float(half), float(near), float(reach), float(wall), unit), eye


def let_in(
    rng: np.random.Generator, flock: Flock, kind: str, plot: Plot, magnets: list[tuple[float, float]]
) -> list[Placed]:
    """Let birds in: now and then none, otherwise 4 to 250, partly in clusters and around feeders."""
    if rng.random() < 0.08:
        return []
    wanted = int(math.exp(rng.uniform(math.log(8), math.log(300))))
    hubs = [*magnets, *(plot.spot(rng) for _ in range(rng.integers(1, 5)))]
    drawn, gap = rng.uniform(0, 0.8), plot.unit * rng.uniform(0.5, 0.8)
    wardrobe = choose_coats(rng, kind)
    weights = np.array([SHARES[name] for name in POSTURES])
    birds: list[Placed] = []
    places = np.empty((0, 2))
    for _ in range(wanted * 12):
        if len(birds) == wanted:
            break
        spot = np.array(
            plot.spot(rng) if rng.random() > drawn else rng.normal(hubs[rng.integers(len(hubs))], plot.unit * 2)
        )
        outside = abs(spot[0]) > plot.half_x - plot.unit / 2 or not plot.near < spot[1] < plot.far - plot.unit / 2
        if outside or (len(places) and ((places - spot) ** 2).sum(axis=1).min() < gap**2):
            continue
        places = np.vstack([places, spot])
        posture = str(rng.choice(POSTURES, p=weights / weights.sum()))
        turn = (float(rng.normal(0, 0.05)), float(rng.normal(0, 0.05)), float(rng.uniform(0, 2 * math.pi)))
        size = plot.unit * rng.uniform(0.86, 1.14) * rng.uniform(0.95, 1.05, 3)
        item = studio.add(flock.mesh(kind, posture, rng), (*spot, 0), turn, size)
        studio.dress(item, wardrobe[rng.integers(len(wardrobe))].materials)
        birds.append(Placed(item, kind, posture))
    return birds


def light_up(rng: np.random.Generator, eye: bpy.types.Object, plot: Plot) -> None:
    """Light the house: lamps along the roof, low sun, or infrared beside the lens."""
    tint = (1.0, float(rng.uniform(0.88, 1)), float(rng.uniform(0.72, 1.05)))
    share = rng.random()
    if share < 0.15:
        studio.sky((1, 1, 1), (1, 1, 1), float(rng.uniform(0.02, 0.08)))
        reach = max(plot.far, float(eye.location.z))
        studio.lamp(
            "POINT", eye.location, (0, 1, 0), energy=float(rng.uniform(8, 25)) * reach**2, size=0.05, colour=(1, 1, 1)
        )
        return
    studio.sky(tint, (0.5, 0.42, 0.3), float(rng.uniform(0.15, 0.7)))
    for _ in range(rng.integers(1, 4)):
        place = np.array((*plot.spot(rng), float(eye.location.z) * rng.uniform(1.0, 1.5)))
        if share < 0.5:
            studio.lamp(
                "SUN",
                place,
                (*plot.spot(rng), 0),
                energy=float(rng.uniform(0.6, 2.4)),
                size=float(rng.uniform(0.02, 0.6)),
                colour=tint,
            )
        else:
            energy = float(rng.uniform(6, 20) * place[2] ** 2)
            studio.lamp(
                "AREA",
                place,
                (place[0], place[1], 0),
                energy=energy,
                size=float(rng.uniform(0.1, 1.2) * place[2]),
                colour=tint,
            )


def boxes(owners: np.ndarray, birds: list[Placed]) -> list[dict[str, Any]]:
    """Find the box of what shows of each bird."""
    known = []
    for number, bird in enumerate(birds):
        rows, columns = np.nonzero(owners == number)
        if len(rows) < LEAST_PX:
            continue
        box = [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]
        known.append({"box": box, "kind": bird.kind, "posture": bird.posture, "pixels": len(rows)})
    return known
