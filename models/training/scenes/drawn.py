"""Birds drawn from nothing: round parts with light on them, seen from above or from the side.

The licensed pictures hold no adult flock seen from the ceiling. A body is a smooth outline whose height rises from its
rim like a cushion; the slope of that cushion, lit from one side, gives the shading. Feathers are noise along the body.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.training.scenes.sprites import Sprite

SIZE_PX = 144
"""Side of the square canvas a bird is drawn on; the bird fills about four fifths of it."""

Colour = tuple[float, float, float]

PLUMAGE: dict[str, tuple[Colour, ...]] = {
    "adult": (
        (225, 235, 240), (215, 228, 238), (232, 238, 242), (205, 222, 235),  # white broilers and layers
        (45, 85, 150), (35, 65, 120), (60, 105, 170), (40, 40, 45), (110, 120, 130),  # brown, black, grey
    ),
    "chick": ((120, 215, 245), (150, 225, 245), (185, 225, 240), (95, 190, 235), (70, 110, 150), (200, 220, 240)),
}  # fmt: skip
"""Blue, green, red of the plumage, 0..255."""

COMB: Colour = (50, 50, 200)
LEG: Colour = (70, 165, 215)


@dataclass(frozen=True)
class Part:
    """An ellipse of the bird: centre and half axes in bird lengths, turned by `turn` degrees."""

    x: float
    y: float
    a: float
    b: float
    turn: float
    colour: Colour


def plumage(rng: np.random.Generator, kind: str) -> Colour:
    """Choose the colour of a strain of `kind`."""
    return darker(PLUMAGE[kind][rng.integers(len(PLUMAGE[kind]))], rng.uniform(0.85, 1.05))


def draw_bird(rng: np.random.Generator, *, kind: str, view: str, colour: Colour | None = None) -> Sprite:
    """Draw one bird of `kind` (`adult`, `chick`) seen from `view` (`top`, `side`), of any colour when none is given."""
    down = darker(colour or plumage(rng, kind), rng.uniform(0.92, 1.05))
    parts = from_above(rng, down, kind) if view == "top" else from_side(rng, down, kind)
    light = rng.uniform(0, 2 * math.pi)
    canvas = np.zeros((SIZE_PX, SIZE_PX, 4), np.float32)
    for part in parts:
        lay(canvas, part, light, rng)
    feathers(canvas, rng)
    alpha = cv2.GaussianBlur(canvas[..., 3], (0, 0), 1.0 if kind == "adult" else 2.0)
    bgra = np.dstack([np.clip(canvas[..., :3], 0, 255), np.clip(alpha, 0, 1) * 255]).astype(np.uint8)
    x, y, wide, high = cv2.boundingRect((bgra[..., 3] > 20).astype(np.uint8))  # of 255
    return Sprite(np.ascontiguousarray(bgra[y : y + high, x : x + wide]), kind, view, grey=False, source="drawn")


def from_above(rng: np.random.Generator, down: Colour, kind: str) -> list[Part]:
    """List the parts of a bird seen from the ceiling, head to the right, back parts first."""
    width = rng.uniform(0.2, 0.29) if kind == "adult" else rng.uniform(0.22, 0.28)
    bend = rng.uniform(-0.14, 0.14)
    parts = [Part(-0.02, 0, 0.31, width, 0, down)]
    if kind == "adult":
        tail = Part(-0.33, rng.uniform(-0.03, 0.03), 0.12, width * rng.uniform(0.3, 0.6), 0, darker(down, 0.9))
        wings = [Part(-0.06, side * width * 0.62, 0.22, width * 0.4, side * 6, darker(down, 0.95)) for side in (1, -1)]
        parts = [tail, *parts, *wings]
    reach = rng.uniform(0.2, 0.34)  # a hen that lies or preens draws its head in
    head = rng.uniform(0.075, 0.1) if kind == "adult" else rng.uniform(0.12, 0.15)
    parts.append(Part(reach * 0.8, bend * 0.6, 0.13, head * 1.15, 0, down))
    parts.append(Part(reach + 0.06, bend, head * 1.2, head, math.degrees(bend), down))
    beak_x = reach + 0.06 + head * 1.2
    if kind == "adult" and rng.random() < 0.7:
        parts.append(Part(beak_x - head * 0.9, bend, head * 0.8, head * 0.3, math.degrees(bend), COMB))
    return [*parts, Part(beak_x, bend, 0.03, 0.018, 0, LEG)]


def from_side(rng: np.random.Generator, down: Colour, kind: str) -> list[Part]:
    """List the parts of a bird seen from the side, head to the right, back parts first."""
    lean = rng.uniform(-35, 5)
    sitting = rng.random() < 0.3
    deep = rng.uniform(0.19, 0.27)
    legs = [] if sitting else [Part(x, 0.32, 0.025, 0.12, 0, LEG) for x in (-0.04, 0.08)]
    feet = [] if sitting else [Part(x + 0.03, 0.43, 0.06, 0.018, 0, LEG) for x in (-0.04, 0.08)]
    body = Part(0, 0.08, 0.29, deep, lean, down)
    tail = Part(-0.27, -0.02, 0.12, 0.08, lean + 35, darker(down, 0.92))
    wing = Part(-0.04, 0.07, 0.18, deep * 0.6, lean, darker(down, 0.95))
    up = rng.uniform(-0.32, -0.05)
    head = rng.uniform(0.065, 0.085) if kind == "adult" else rng.uniform(0.12, 0.15)
    neck = Part(0.2, up * 0.5, 0.08, 0.16, 25, down)
    skull = Part(0.25, up, head, head, 0, down)
    comb = Part(0.24, up - head * 0.9, head * 0.9, head * 0.4, 10, COMB)
    face = Part(0.25 + head * 0.5, up + head * 0.2, head * 0.45, head * 0.6, 0, COMB)
    beak = Part(0.25 + head * 1.1, up, 0.035, 0.02, 0, LEG)
    red = [comb, face] if kind == "adult" else []
    return [*legs, *feet, tail, body, wing, neck, skull, *red, beak]


def darker(colour: Colour, by: float) -> Colour:
    """Scale a colour."""
    return (colour[0] * by, colour[1] * by, colour[2] * by)


def lay(canvas: np.ndarray, part: Part, light: float, rng: np.random.Generator) -> None:
    """Paint one part over the canvas, (S, S, 4) float32: blue, green, red 0..255, alpha 0..1."""
    scale = SIZE_PX * 0.92
    centre = (int(SIZE_PX / 2 + part.x * scale), int(SIZE_PX / 2 + part.y * scale))
    axes = (max(1, int(part.a * scale)), max(1, int(part.b * scale)))
    mask = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    cv2.ellipse(mask, centre, axes, part.turn, 0, 360, 255, -1, cv2.LINE_AA)
    if not mask.any():
        return
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3)  # half of 255
    cushion = cv2.GaussianBlur(np.sqrt(depth / max(float(depth.max()), 1.0)), (0, 0), 2)
    slope_y, slope_x = np.gradient(cushion * min(axes))
    lit = 0.86 + 0.22 * (slope_x * math.cos(light) + slope_y * math.sin(light)) + 0.14 * cushion
    colour = np.array(part.colour, np.float32) * rng.uniform(0.95, 1.05)
    alpha = (mask / 255.0)[..., None].astype(np.float32)
    canvas[..., :3] = canvas[..., :3] * (1 - alpha) + colour * np.clip(lit, 0.35, 1.25)[..., None] * alpha
    canvas[..., 3:] = np.maximum(canvas[..., 3:], alpha)


def feathers(canvas: np.ndarray, rng: np.random.Generator) -> None:
    """Roughen the plumage with short strokes of light and shade along the body."""
    coarse = cv2.resize(
        rng.standard_normal((28, 14)).astype(np.float32), (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_CUBIC
    )
    fine = cv2.GaussianBlur(rng.standard_normal((SIZE_PX, SIZE_PX)).astype(np.float32), (0, 0), 1.0)
    strength = rng.uniform(0.01, 0.06)
    canvas[..., :3] *= 1 + strength * (coarse + 2 * fine)[..., None]
