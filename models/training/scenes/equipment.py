"""Feeder and drinker lines, bells, pans on the floor and people: flat shapes that stand between the birds."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from models.training.scenes.floors import FITTINGS
from models.training.scenes.lens import Lens
from models.training.scenes.rooms import Room
from models.training.scenes.stage import Stage

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Thing:
    """Something that hides birds behind it: how far it is from the camera, metres, and how it is painted."""

    distance: float
    spot: tuple[float, float]
    paint: Callable[[Stage], None]


def furnish(rng: np.random.Generator, room: Room, lens: Lens, length: float) -> list[Thing]:
    """Hang lines and stand pans as houses have them, sized for birds of `length` metres."""
    things: list[Thing] = []
    pen = room.right - room.left < 12 * length
    across = rng.random() < 0.6
    for _ in range(rng.integers(0, 3) if pen else rng.integers(1, 5)):
        line = Line.choose(rng, room, across=across)
        kind = line.feeders if rng.random() < 0.55 else line.nipples
        things.extend(kind(rng, lens, max(length, 0.16)))
    for _ in range(rng.integers(0, 4)):
        spot = (rng.uniform(room.left, room.right), rng.uniform(room.near, room.far))
        things.extend(pan(rng, lens, spot, max(length, 0.16)))
    if rng.random() < 0.06:
        things.extend(person(rng, lens, (rng.uniform(room.left, room.right), rng.uniform(room.near, room.far))))
    return things


def bar(stage: Stage, lens: Lens, ends: np.ndarray, thick: float, colour: Colour) -> None:
    """Paint a rod between two points (2, 3), `thick` metres wide."""
    pixels, _ = lens.project(ends)
    if not np.isfinite(pixels).all() or np.abs(pixels).max() > 4 * max(lens.size_wh):
        return
    half = np.maximum(lens.px_per_metre(ends) * thick / 2, 0.5)
    along = pixels[1] - pixels[0]
    side = np.array((-along[1], along[0])) / max(float(np.hypot(*along)), 1e-6)
    corners = np.stack(
        [pixels[0] + side * half[0], pixels[1] + side * half[1], pixels[1] - side * half[1], pixels[0] - side * half[0]]
    )
    stage.fill(corners, colour)
    lit = np.stack([corners[0], corners[1], (corners[1] * 2 + corners[2]) / 3, (corners[0] * 2 + corners[3]) / 3])
    stage.fill(lit, lighter(colour, 1.25))


def ring(lens: Lens, centre: tuple[float, float, float], radius: float) -> np.ndarray:
    """Return (24, 2) pixels of a level circle; NaN where part of it is behind or far beside the camera."""
    turns = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    x, y, z = centre
    points = np.stack([x + radius * np.cos(turns), y + radius * np.sin(turns), np.full(24, z)], axis=1)
    pixels, _ = lens.project(points)
    pixels[np.abs(pixels) > 4 * max(lens.size_wh)] = np.nan
    return pixels


def whole(*rings: np.ndarray) -> bool:
    """Tell whether all rings can be painted."""
    return all(np.isfinite(points).all() for points in rings)


def lighter(colour: Colour, by: float) -> Colour:
    """Scale a colour, within 0..255."""
    return (min(255.0, colour[0] * by), min(255.0, colour[1] * by), min(255.0, colour[2] * by))


@dataclass(frozen=True)
class Line:
    """A straight line over the floor, from start to end (x, y in metres)."""

    start: tuple[float, float]
    end: tuple[float, float]

    @classmethod
    def choose(cls, rng: np.random.Generator, room: Room, *, across: bool) -> "Line":
        """Lay a line across the view or along it, a little askew."""
        tilt = rng.normal(0, 0.06) * (room.far - room.near)
        if across:
            y = rng.uniform(room.near, room.far)
            return cls((room.left, y - tilt), (room.right, y + tilt))
        x = rng.uniform(room.left, room.right)
        return cls((x - tilt, room.near), (x + tilt, room.far))

    def spots(self, gap: float, most: int = 60) -> np.ndarray:
        """Return (n, 2) places along the line."""
        start, end = np.array(self.start), np.array(self.end)
        count = int(np.clip(np.hypot(*(end - start)) / gap, 2, most))
        return np.asarray(start + (end - start) * (np.arange(count) + 0.5)[:, None] / count)

    def pipe(self, lens: Lens, high: float, thick: float, colour: Colour) -> Iterator[Thing]:
        """Hang the pipe, piece by piece, so that near birds stand before it and far ones behind."""
        places = np.linspace(self.start, self.end, 25)
        ends = np.column_stack([places, np.full(25, high)])
        _, far = lens.project(ends)
        for piece in range(24):
            pair = ends[piece : piece + 2]
            spot = (float(places[piece, 0]), float(places[piece, 1]))
            yield Thing(float(far[piece]), spot, partial(bar, lens=lens, ends=pair, thick=thick, colour=colour))

    def feeders(self, rng: np.random.Generator, lens: Lens, length: float) -> Iterator[Thing]:
        """Hang a pan feeder line: a pipe, and under it cones over round pans, some with a grill."""
        high = length * rng.uniform(0.6, 1.4)
        grey = float(rng.uniform(60, 190))
        yield from self.pipe(lens, high, length * rng.uniform(0.08, 0.16), (grey, grey, grey))
        make = Pan.choose(rng, length, high)
        for x, y in self.spots(length * rng.uniform(1.5, 3)):
            yield from feeder(lens, (float(x), float(y)), make)

    def nipples(self, rng: np.random.Generator, lens: Lens, length: float) -> Iterator[Thing]:
        """Hang a nipple line: a pipe with small cups below it, sometimes a second pipe above."""
        grey = float(rng.uniform(110, 215))
        high = length * rng.uniform(0.7, 1.3)
        yield from self.pipe(lens, high, length * rng.uniform(0.06, 0.14), (grey, grey, grey))
        colour: Colour = (30, 40, 200) if rng.random() < 0.6 else FITTINGS[rng.integers(len(FITTINGS))]
        size = length * rng.uniform(0.06, 0.16)
        for x, y in self.spots(length * rng.uniform(0.5, 1.2), most=110):
            yield from cup(lens, (float(x), float(y), high - size), size, colour)
        cord = rng.uniform(1.5, 3.0)
        for x, y in self.spots(cord):
            ends = np.array([(x, y, high), (x, y, lens.height)])
            yield from rope(lens, ends)


@dataclass(frozen=True)
class Pan:
    """The make of the feeders of one line: measures in metres, how many bars its grill has and their colour."""

    radius: float
    high: float
    colour: Colour
    bars: int
    grill: Colour

    @classmethod
    def choose(cls, rng: np.random.Generator, length: float, high: float) -> "Pan":
        """Choose a make: red plastic above all, bare or with a grill around the feed."""
        colour = FITTINGS[rng.integers(len(FITTINGS))] if rng.random() < 0.4 else (35.0, 40.0, rng.uniform(110, 210))
        bars = int(rng.choice([0, 8, 10, 14]))
        grill = lighter(colour, float(rng.uniform(0.3, 1.3))) if rng.random() < 0.7 else (200.0, 205.0, 205.0)
        return cls(length * rng.uniform(0.38, 0.6), high * rng.uniform(0.7, 1.0), colour, bars, grill)


def feeder(lens: Lens, spot: tuple[float, float], make: Pan) -> Iterator[Thing]:
    """Stand one pan feeder under its pipe: pan, feed, cone, grill."""
    radius, high = make.radius, make.high
    _, far = lens.project(np.array([(*spot, high * 0.5)]))

    def paint(stage: Stage) -> None:
        bottom, top, inner = (ring(lens, (*spot, z), r) for z, r in PAN_RINGS * radius)
        cone = [ring(lens, (*spot, z), r) for z, r in ((radius * 0.3, radius * 0.45), (high * 0.95, radius * 0.16))]
        if not whole(bottom, top, inner, *cone):
            return
        stage.fill(hull(bottom, top), lighter(make.colour, 0.7))
        stage.fill(top, make.colour)
        stage.fill(inner, (70.0, 110.0, 140.0))
        stage.fill(hull(*cone), lighter(make.colour, 0.9))
        for edge, tip in zip(spokes(top, make.bars), spokes(cone[1], make.bars), strict=True):
            along = (tip - edge)[::-1] * (-1, 1)
            half = 0.8 * along / max(float(np.hypot(*along)), 1e-6)
            stage.fill(np.stack([edge - half, edge + half, tip + half, tip - half]), make.grill)

    yield Thing(float(far[0]), spot, paint)


PAN_RINGS = np.array(((0.02, 0.8), (0.35, 1.0), (0.36, 0.86)))
"""Height and radius of a pan's bottom, rim and feed, as shares of its radius."""


def spokes(rim: np.ndarray, bars: int) -> np.ndarray:
    """Choose `bars` points of a ring."""
    return np.asarray(rim[np.linspace(0, len(rim), bars, endpoint=False).astype(int)])


def hull(*rings: np.ndarray) -> np.ndarray:
    """Return the outline around rings of pixels."""
    points = np.vstack(rings).astype(np.float32)
    return np.asarray(cv2.convexHull(points)[:, 0])


def cup(lens: Lens, place: tuple[float, float, float], size: float, colour: Colour) -> Iterator[Thing]:
    """Hang a nipple with its drip cup."""
    _, far = lens.project(np.array([place]))
    x, y, z = place

    def paint(stage: Stage) -> None:
        bar(stage, lens, np.array([(x, y, z), (x, y, z + 2 * size)]), size * 0.7, colour)
        rims = ring(lens, (x, y, z), size), ring(lens, (x, y, z - size), size * 0.8)
        if whole(*rims):
            stage.fill(hull(*rims), colour)
            stage.fill(rims[0], lighter(colour, 0.6))

    yield Thing(float(far[0]), (x, y), paint)


def rope(lens: Lens, ends: np.ndarray) -> Iterator[Thing]:
    """Hang a cord."""
    _, far = lens.project(ends)
    spot = (float(ends[0, 0]), float(ends[0, 1]))
    yield Thing(float(far[0]), spot, partial(bar, lens=lens, ends=ends, thick=0.006, colour=(120.0, 125.0, 125.0)))


def pan(rng: np.random.Generator, lens: Lens, spot: tuple[float, float], length: float) -> Iterator[Thing]:
    """Stand a round feeder, tray, bucket or bell on the floor."""
    colour = FITTINGS[rng.integers(len(FITTINGS))]
    radius, high = length * rng.uniform(0.25, 0.8), length * rng.uniform(0.05, 0.9)
    top = radius * rng.uniform(0.2, 1.1)
    feed: Colour = (70, 115, 150) if rng.random() < 0.5 else lighter(colour, float(rng.uniform(0.5, 1.2)))
    _, far = lens.project(np.array([(*spot, 0.0)]))

    def paint(stage: Stage) -> None:
        rims = ring(lens, (*spot, 0.01), radius), ring(lens, (*spot, high), top), ring(lens, (*spot, high), top * 0.85)
        if whole(*rims):
            stage.fill(hull(rims[0], rims[1]), lighter(colour, 0.75))
            stage.fill(rims[1], colour)
            stage.fill(rims[2], feed)

    yield Thing(float(far[0]), spot, paint)


def person(rng: np.random.Generator, lens: Lens, spot: tuple[float, float]) -> Iterator[Thing]:
    """Let somebody walk through: boots, trousers, a coat, a head. Nobody must be counted as a bird."""
    tones = [tuple(float(v) for v in np.clip(rng.uniform(20, 220) + rng.normal(0, 25, 3), 0, 255)) for _ in range(3)]
    _, far = lens.project(np.array([(*spot, 0.4)]))
    x, y = spot

    def paint(stage: Stage) -> None:
        parts = [(np.array([(x + side, y, 0.0), (x + side, y, 0.4)]), 0.13, tones[0]) for side in (-0.12, 0.12)] + [
            (np.array([(x + side, y, 0.4), (x + side * 0.7, y, 0.9)]), 0.17, tones[1]) for side in (-0.12, 0.12)
        ]
        parts.append((np.array([(x, y, 0.85), (x, y, 1.5)]), 0.42, tones[2]))
        parts.append((np.array([(x, y, 1.5), (x, y, 1.75)]), 0.2, (120.0, 150.0, 200.0)))
        for ends, thick, tone in parts:
            if lens.height > float(ends[:, 2].max()):
                bar(stage, lens, ends, thick, (tone[0], tone[1], tone[2]))

    yield Thing(float(far[0]), spot, paint)
