"""The empty house: floor, walls and what is beyond them, cast onto the picture ray by ray."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.training.scenes.floors import cloud, draw_floor
from models.training.scenes.lens import Lens

TEXTURE_PX = 1024


@dataclass(frozen=True)
class Room:
    """A floor with walls around it.

    Args:
        left: x of the left wall, metres; `right`, `near`, `far` likewise (near and far along y).
        wall: height of the walls, metres.
        grain: metres of floor that one drawn texture covers.
    """

    left: float
    right: float
    near: float
    far: float
    wall: float
    grain: float


def draw_room(rng: np.random.Generator, room: Room, lens: Lens) -> np.ndarray:
    """Return (h, w, 3) uint8 of the empty room as the camera sees it."""
    rays = lens.rays().astype(np.float32)
    reach, x, y, z = meet_walls(rays, room, lens.height)
    with np.errstate(divide="ignore", invalid="ignore"):
        ground = np.where(rays[..., 2] < 0, -lens.height / rays[..., 2], np.inf)
    on_floor = ground < reach
    picture = np.empty((*rays.shape[:2], 3), np.float32)
    picture[:] = np.clip(rng.uniform(15, 215) + rng.normal(0, 12, 3), 0, 255)  # ceiling, or a gap between the walls
    walls = np.isfinite(reach) & ~on_floor
    picture[walls] = paint_walls(rng, room, (x[walls], y[walls], z[walls]))
    seen = np.isfinite(ground) & on_floor
    floor = lay_floor(rng, room, rays * np.where(seen, ground, 0)[..., None])
    inside = in_room(room, rays, ground)
    picture[seen] = np.where(inside[seen, None], floor[seen], floor[seen] * rng.uniform(0.25, 0.9))
    return np.clip(picture, 0, 255).astype(np.uint8)


def meet_walls(rays: np.ndarray, room: Room, height: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return how far along each ray the nearest wall stands (inf: none), and x, y, z where it is met."""
    best = np.full(rays.shape[:2], np.inf, np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis, at, (low, high) in (
            (0, room.left, (room.near, room.far)),
            (0, room.right, (room.near, room.far)),
            (1, room.far, (room.left, room.right)),
            (1, room.near, (room.left, room.right)),
        ):
            reach = at / rays[..., axis]
            other = rays[..., 1 - axis] * reach
            up = height + rays[..., 2] * reach
            met = (reach > 0) & (other >= low) & (other <= high) & (up >= 0) & (up <= room.wall)
            best = np.where(met & (reach < best), reach, best)
    safe = np.where(np.isfinite(best), best, 0)
    return best, rays[..., 0] * safe, rays[..., 1] * safe, height + rays[..., 2] * safe


def in_room(room: Room, rays: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Tell which floor points lie between the walls."""
    safe = np.where(np.isfinite(ground), ground, 1e6)
    x, y = rays[..., 0] * safe, rays[..., 1] * safe
    return np.asarray((x > room.left) & (x < room.right) & (y > room.near) & (y < room.far))


def lay_floor(rng: np.random.Generator, room: Room, points: np.ndarray) -> np.ndarray:
    """Spread a drawn floor under points (h, w, 3); far litter is averaged as a lens would."""
    texture = draw_floor(rng, (TEXTURE_PX, TEXTURE_PX), fittings=False)
    scale = TEXTURE_PX / room.grain
    turn = rng.uniform(0, 2 * np.pi)
    c, s = np.cos(turn), np.sin(turn)
    u = (points[..., 0] * c - points[..., 1] * s) * scale
    v = (points[..., 0] * s + points[..., 1] * c) * scale
    span = np.hypot(np.gradient(u, axis=1), np.gradient(v, axis=1))
    maps = u.astype(np.float32), v.astype(np.float32)
    levels = [texture, cv2.blur(texture, (5, 5)), cv2.blur(texture, (17, 17))]
    fine, mid, coarse = (cv2.remap(level, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT) for level in levels)
    sharp, soft = (span < 2.5)[..., None], (span < 9)[..., None]  # texture pixels per picture pixel
    floor = np.where(sharp, fine, np.where(soft, mid, coarse)).astype(np.float32)
    return np.asarray(floor * (1 + rng.uniform(0, 0.25) * cloud(rng, floor.shape[1::-1], 150)[..., None]))


def paint_walls(rng: np.random.Generator, room: Room, where: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Return (n, 3) colours of wall points: panels, boards, a plinth, now and then bright windows."""
    x, y, z = where
    along = x + y
    tone = np.clip(rng.uniform(40, 200) + rng.normal(0, 18, 3), 0, 255)
    colour = np.repeat(tone[None], len(x), axis=0) * (0.75 + 0.25 * np.clip(z / room.wall, 0, 1))[:, None]
    pitch = rng.uniform(0.08, 1.2) * max(room.wall, 0.3)
    seam = (along / pitch) % 1 < rng.uniform(0.03, 0.15)
    colour[seam] *= rng.uniform(0.5, 1.25)
    if rng.random() < 0.4:
        colour[z < room.wall * rng.uniform(0.1, 0.4)] *= rng.uniform(0.5, 1.2)
    if rng.random() < 0.25:
        gap = rng.uniform(1.5, 5)
        colour[((along % gap) < gap * 0.4) & (z > room.wall * 0.35) & (z < room.wall * 0.75)] = rng.uniform(180, 255, 3)
    return colour
