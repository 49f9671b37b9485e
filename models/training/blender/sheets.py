"""Sprites: single birds on a transparent ground, a sheet of them to a render.

The birds of a sheet are one flock: one strain, one camera elevation, one light. They hang in the picture plane of an
orthographic camera, each at another depth so that none shades another, and are cut apart cell by cell.

    <out>/index.json      [{"file": "0000_07.png", "sheet": 0, "kind": "broiler", "posture": "lying", "view": "tilted",
                            "elevation_degrees": 41, "yaw_degrees": 230, "colour": "white", "light_degrees": 120,
                            "px_per_length": 91.2}, ...]
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from models.training.blender import studio
from models.training.blender.anatomy import POSTURES
from models.training.blender.flesh import Flock
from models.training.blender.plumage import DOWN, STRAINS, Coat, coat
from models.training.blender.png import write_png

CELL_PX, ACROSS, DOWNWARDS = 166, 6, 4
CELL = 1.82
"""Side of a cell in bird lengths: room for a lying bird with its legs stretched."""
SHARES = {"standing": 5, "walking": 3, "pecking": 4, "preening": 2, "sitting": 5, "lying": 4, "back": 1}
"""How often each posture is drawn; the lying ones far oftener than in life, for they are what must be learned."""


def render_sheets(
    out: Path, sheets: range, *, seed: int, threads: int, samples: int, between: tuple[float, float] | None = None
) -> None:
    """Render sheets of sprites; sheets already listed in the index are left alone, so that a run can go on.

    Args:
        out: folder of the sprites and their index.
        sheets: numbers of the sheets.
        seed: of everything random.
        threads: processor threads.
        samples: rays per pixel.
        between: lowest and highest elevation of the camera, degrees; None for the usual mixture.
    """
    out.mkdir(parents=True, exist_ok=True)
    index = out / "index.json"
    listed: list[dict[str, Any]] = json.loads(index.read_text(encoding="utf-8")) if index.exists() else []
    done = {item["sheet"] for item in listed}
    studio.open_studio(threads)
    flock = Flock(seed)
    for number in sheets:
        if number not in done:
            rng = np.random.default_rng([seed, number])
            listed.extend(render_sheet(rng, flock, out, number, samples, between))
            index.with_suffix(".part").write_text(json.dumps(listed), encoding="utf-8")
            index.with_suffix(".part").replace(index)
            print(f"sheet {number}: {len(listed)} sprites", flush=True)  # noqa: T201  # a program's progress


def render_sheet(
    rng: np.random.Generator,
    flock: Flock,
    out: Path,
    number: int,
    samples: int,
    between: tuple[float, float] | None,
) -> Iterator[dict[str, Any]]:
    """Render one sheet, write its birds and yield what is known of each."""
    studio.clear()
    kind = str(rng.choice(["broiler", "adult", "juvenile", "chick"], p=[0.42, 0.28, 0.1, 0.2]))
    elevation = math.radians(rng.uniform(*between)) if between else choose_elevation(rng)
    wardrobe = choose_coats(rng, kind)
    light = light_up(rng)
    eye = studio.place_camera(200 * studio.towards(elevation, -math.pi / 2), (0, 0, 0))
    eye.data.type, eye.data.ortho_scale = "ORTHO", CELL * ACROSS
    eye.data.clip_end = 2000
    known = [hang_bird(rng, flock, kind, wardrobe, (column, row), elevation) for row, column in cells()]
    sheet = studio.render((CELL_PX * ACROSS, CELL_PX * DOWNWARDS), samples=samples, seed=number, clear_film=True)
    for place, ((row, column), about) in enumerate(zip(cells(), known, strict=True)):
        cell = sheet[row * CELL_PX : (row + 1) * CELL_PX, column * CELL_PX : (column + 1) * CELL_PX]
        name = f"{number:04d}_{place:02d}.png"
        write_png(out / name, trimmed(cell))
        yield {
            "file": name, "sheet": number, "kind": kind, "view": view_of(elevation),
            "elevation_degrees": round(math.degrees(elevation)), "light_degrees": light,
            "px_per_length": round(CELL_PX / CELL, 2), **about,
        }  # fmt: skip


def cells() -> Iterator[tuple[int, int]]:
    """Yield row and column of every cell."""
    yield from ((row, column) for row in range(DOWNWARDS) for column in range(ACROSS))


def choose_elevation(rng: np.random.Generator) -> float:
    """Choose how high above the floor's plane the camera looks down, radians; straight down is pi / 2."""
    share = rng.random()
    if share < 0.3:
        return math.radians(rng.uniform(72, 90))
    return math.radians(rng.uniform(30, 72) if share < 0.75 else rng.uniform(4, 30))


def view_of(elevation: float) -> str:
    """Name a camera's elevation: `top`, `tilted` or `side`."""
    degrees = math.degrees(elevation)
    return "top" if degrees >= 70 else "tilted" if degrees >= 28 else "side"  # where sprites change


def choose_coats(rng: np.random.Generator, kind: str) -> list[Coat]:
    """Choose one strain, or now and then a mixture."""
    if kind == "chick":
        names = list(rng.choice(list(DOWN), 1 + int(rng.random() < 0.3)))
    elif kind == "broiler":
        names = ["white", "white", "dirty"] if rng.random() < 0.85 else ["buff", "brown"]
    elif rng.random() < 0.35:
        names = ["white"]
    else:
        names = list(rng.choice(list(STRAINS), int(rng.choice([1, 1, 2, 4]))))
    return [coat(rng, kind, str(name)) for name in names for _ in range(3)]


def light_up(rng: np.random.Generator) -> int:
    """Light the sheet and return the direction of its main light in the picture, degrees."""
    tint = (1.0, float(rng.uniform(0.9, 1)), float(rng.uniform(0.78, 1.05)))
    ground = tuple(float(part * rng.uniform(0.12, 0.4)) for part in (0.9, 0.75, 0.55))
    soft = rng.random()
    studio.sky(tint, (ground[0], ground[1], ground[2]), float(rng.uniform(0.25, 0.6)) * (0.5 + soft))
    azimuth = rng.uniform(0, 2 * math.pi)
    place = studio.towards(math.radians(rng.uniform(35, 85)), azimuth) * 100
    studio.lamp(
        "SUN", place, (0, 0, 0), energy=float(2.2 * (1.15 - soft)), size=float(rng.uniform(0.05, 0.8)), colour=tint
    )
    return round(math.degrees(azimuth))


def hang_bird(
    rng: np.random.Generator, flock: Flock, kind: str, wardrobe: list[Coat], cell: tuple[int, int], elevation: float
) -> dict[str, Any]:
    """Hang one bird in its cell and return what is known of it."""
    weights = np.array([SHARES[name] for name in POSTURES], float)
    posture = str(rng.choice(POSTURES, p=weights / weights.sum()))
    worn = wardrobe[rng.integers(len(wardrobe))]
    yaw = rng.uniform(0, 2 * math.pi)
    right, up = np.array((1.0, 0, 0)), np.array((0, math.sin(elevation), math.cos(elevation)))
    across, above = cell[0] - (ACROSS - 1) / 2, (DOWNWARDS - 1) / 2 - cell[1]
    depth = studio.towards(elevation, -math.pi / 2) * 9.0 * ((cell[0] * 7 + cell[1] * 5) % 24 - 12)
    middle = up * 0.3 * math.cos(elevation)  # birds stand on their feet: their middle is higher
    bird = studio.add(
        flock.mesh(kind, posture, rng),
        CELL * (across * right + above * up) + depth - middle,
        (float(rng.normal(0, 0.05)), float(rng.normal(0, 0.05)), yaw),
        rng.uniform(0.93, 1.07, 3),
    )
    studio.dress(bird, worn.materials)
    return {"posture": posture, "yaw_degrees": round(math.degrees(yaw)), "colour": worn.colour}


def trimmed(cell: np.ndarray) -> np.ndarray:
    """Cut a cell down to its bird; what reaches in from the next cell is wiped out."""
    shown = cell[..., 3] > 10  # of 255
    edge = CELL_PX // 4
    bird = np.zeros_like(shown)
    bird[edge:-edge, edge:-edge] = shown[edge:-edge, edge:-edge]
    size = 0
    while size != (size := int(bird.sum())):  # grow from the middle as far as the bird reaches
        grown = bird.copy()
        grown[1:] |= bird[:-1]
        grown[:-1] |= bird[1:]
        grown[:, 1:] |= bird[:, :-1]
        grown[:, :-1] |= bird[:, 1:]
        bird = grown & shown
    rows, columns = np.nonzero(bird)
    alone = cell * bird[..., None]
    return np.asarray(alone[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
