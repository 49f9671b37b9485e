"""Floors of a poultry house, drawn: litter, wire, grass, concrete, and what stands on them."""

import math

import cv2
import numpy as np

Pair = tuple[tuple[int, int, int], tuple[int, int, int]]

FLOORS: tuple[Pair, ...] = (
    ((70, 110, 150), (30, 50, 75)), ((35, 50, 65), (15, 25, 35)), ((60, 85, 115), (35, 50, 70)),  # litter, old and new
    ((90, 150, 190), (45, 85, 120)), ((120, 150, 175), (70, 95, 120)), ((160, 190, 205), (110, 150, 175)),  # shavings
    ((160, 175, 190), (130, 145, 165)), ((130, 135, 140), (95, 100, 105)), ((40, 95, 75), (20, 55, 35)),  # concrete
)  # fmt: skip
"""Light and dark tone of each floor; blue, green, red, 0..255."""

METAL = (160, 160, 160)
FITTINGS = ((30, 30, 170), (40, 40, 200), METAL, (200, 200, 195), (150, 80, 40), (50, 170, 200), (60, 60, 60))


def cloud(rng: np.random.Generator, size_wh: tuple[int, int], grain_px: float) -> np.ndarray:
    """Return (h, w) float32 of smooth noise, deviation about one, with blots of about `grain_px` pixels."""
    wide, high = size_wh
    cells = rng.standard_normal((max(2, int(high / grain_px)), max(2, int(wide / grain_px)))).astype(np.float32)
    return np.asarray(cv2.resize(cells, size_wh, interpolation=cv2.INTER_CUBIC))


def draw_floor(rng: np.random.Generator, size_wh: tuple[int, int], *, fittings: bool = True) -> np.ndarray:
    """Return (h, w, 3) uint8 of a floor seen from above, without birds."""
    light, dark = (np.array(tone) * rng.uniform(0.75, 1.25) for tone in FLOORS[rng.integers(len(FLOORS))])
    light, dark = light * rng.uniform(0.9, 1.1, 3), dark * rng.uniform(0.92, 1.08, 3)
    grains = ((160, 0.5), (50, 0.4), (15, 0.3), (5, rng.uniform(0.2, 0.9)), (2, rng.uniform(0.1, 0.8)))
    mix = sum(weight * cloud(rng, size_wh, grain) for grain, weight in grains) * 0.35 + 0.5
    floor = np.clip(dark + (light - dark) * np.clip(mix, -0.3, 1.4)[..., None], 0, 255).astype(np.uint8)
    floor = np.ascontiguousarray(floor)
    dress = rng.random()
    if dress < 0.55:
        strew(floor, rng, (light, dark))
    elif dress < 0.68:
        floor = lay_wire(floor, rng)
    if rng.random() < 0.5:
        drop_droppings(floor, rng)
    if fittings:
        for _ in range(rng.integers(0, 4)):
            FURNITURE[rng.integers(len(FURNITURE))](floor, rng)
    return floor


def strew(floor: np.ndarray, rng: np.random.Generator, tones: tuple[np.ndarray, np.ndarray]) -> None:
    """Strew shavings, straw or blades of grass."""
    high, wide = floor.shape[:2]
    longest = rng.uniform(2, 14)
    for _ in range(rng.integers(300, 4000)):
        x, y, turn = rng.uniform(0, wide), rng.uniform(0, high), rng.uniform(0, math.tau)
        length = longest * rng.uniform(0.3, 1.3)
        end = (int(x + length * math.cos(turn)), int(y + length * math.sin(turn)))
        colour = np.clip(tones[rng.integers(2)] * rng.uniform(0.6, 1.5) * rng.uniform(0.93, 1.07, 3), 0, 255).tolist()
        cv2.line(floor, (int(x), int(y)), end, colour, int(rng.choice([1, 1, 1, 2])), cv2.LINE_AA)


def lay_wire(floor: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lay a wire or slatted floor over the ground and return it."""
    high, wide = floor.shape[:2]
    pitch = int(rng.integers(9, 40))
    bar = int(rng.integers(1, max(2, pitch // 4) + 1))
    side = int(math.hypot(high, wide)) + pitch
    grid = np.zeros((side, side), np.float32)
    for offset in range(bar):
        grid[offset::pitch] = 1
        if pitch % 4:  # three of four floors have bars both ways, the others are slats
            grid[:, offset::pitch] = 1
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(0, 90), 1.0)
    turn[:, 2] -= ((side - wide) / 2, (side - high) / 2)
    bars = cv2.warpAffine(grid, turn, (wide, high))[..., None]
    return np.asarray(floor * 0.5 * (1 - bars) + rng.uniform(80, 190) * bars).astype(np.uint8)


def drop_droppings(floor: np.ndarray, rng: np.random.Generator) -> None:
    """Dot the floor with pale and dark blots: a detector must not take them for chicks."""
    high, wide = floor.shape[:2]
    for _ in range(rng.integers(5, 80)):
        centre = (int(rng.uniform(0, wide)), int(rng.uniform(0, high)))
        axes = (int(rng.integers(1, 7)), int(rng.integers(1, 5)))
        tone = rng.uniform(40, 220)
        colour = (tone * 0.9, tone, tone)
        cv2.ellipse(floor, centre, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)


def place_pan(floor: np.ndarray, rng: np.random.Generator) -> None:
    """Place a round feeder or bell drinker with its shadow."""
    high, wide = floor.shape[:2]
    x, y, radius = int(rng.uniform(0, wide)), int(rng.uniform(0, high)), int(rng.integers(15, 100))
    draw_pan(floor, (x, y), radius, rng)


def draw_pan(floor: np.ndarray, centre: tuple[int, int], radius: int, rng: np.random.Generator) -> None:
    """Draw a round pan: shadow, rim, feed or water, and now and then a cone in the middle."""
    axes = (radius, int(radius * rng.uniform(0.6, 1)))
    colour = FITTINGS[rng.integers(len(FITTINGS))]
    inside = tuple(np.clip(np.array(colour) * rng.uniform(0.5, 1.3), 0, 255).tolist())
    if rng.random() < 0.5:
        inside = (110, 165, 195)  # feed
    shadow = (centre[0] + radius // 12, centre[1] + radius // 9)
    cv2.ellipse(floor, shadow, axes, 0, 0, 360, (25, 30, 35), -1, cv2.LINE_AA)
    cv2.ellipse(floor, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
    cv2.ellipse(floor, centre, (int(axes[0] * 0.85), int(axes[1] * 0.85)), 0, 0, 360, inside, -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        cv2.ellipse(floor, centre, (axes[0] // 3, axes[1] // 3), 0, 0, 360, colour, -1, cv2.LINE_AA)


def place_line(floor: np.ndarray, rng: np.random.Generator) -> None:
    """Place a nipple line: a pipe through the picture with cups at equal distances."""
    high, wide = floor.shape[:2]
    point = np.array((rng.uniform(0, wide), rng.uniform(0, high)))
    turn = rng.uniform(0, math.pi)
    along = np.array((math.cos(turn), math.sin(turn)))
    reach = high + wide
    thick = int(rng.integers(3, 15))
    colour = FITTINGS[rng.integers(len(FITTINGS))]
    start, end = (point - reach * along).astype(int), (point + reach * along).astype(int)
    cv2.line(floor, start.tolist(), end.tolist(), colour, thick, cv2.LINE_AA)
    cup = (40, 40, 190) if rng.random() < 0.8 else colour
    for distance in range(-reach, reach, int(rng.integers(30, 90))):
        at = (point + distance * along + (0, thick)).astype(int)
        cv2.circle(floor, at.tolist(), thick, cup, -1, cv2.LINE_AA)


def place_board(floor: np.ndarray, rng: np.random.Generator) -> None:
    """Place a board, wall, cloth or patch of light with straight edges."""
    high, wide = floor.shape[:2]
    corners = np.stack([rng.uniform(-200, wide + 200, 4), rng.uniform(-200, high + 200, 4)], axis=1)
    patch = floor.copy()
    cv2.fillConvexPoly(patch, cv2.convexHull(corners.astype(np.int32)), rng.uniform(20, 220, 3).tolist())
    strength = rng.choice([1.0, 1.0, 0.4])
    floor[:] = cv2.addWeighted(patch, strength, floor, 1 - strength, 0)


def place_clock(floor: np.ndarray, rng: np.random.Generator) -> None:
    """Write a camera's clock overlay into a corner."""
    text = f"2026-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d} {rng.integers(24):02d}:{rng.integers(60):02d}:00"
    high = floor.shape[0]
    at = (int(rng.integers(5, 60)), int(rng.choice([24, 30, high - 12])))
    cv2.putText(floor, text, at, cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.4, 0.9), (245, 245, 245), 1, cv2.LINE_AA)


FURNITURE = (place_pan, place_pan, place_line, place_line, place_board, place_clock)
