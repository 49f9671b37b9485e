"""Scenes of drawn houses in which rendered birds walk, sit, and lie sick or dead: pictures whose truth is known.

A scene is one sheet of rendered birds (one flock, one camera elevation) in one drawn house. Most birds walk and rest
in turn; some sit for 20 to 45 s at a time; a few lie on their side or back all the time, the sick ones twitching now
and then, the dead ones not at all. Each frame trembles, carries its own noise and has gone through JPEG; light, haze,
infrared and blur are those of ``models.training.scenes.camera``.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.scenes.camera import expose
from models.training.scenes.equipment import Thing, furnish
from models.training.scenes.houses import LENGTHS, apart, choose_room, seen
from models.training.scenes.lens import Lens
from models.training.scenes.library import Library, Rendered
from models.training.scenes.rooms import draw_room
from models.training.scenes.stage import Pose, Stage

SIZE_WH = (640, 480)
FEWEST, MOST = 12, 40
"""Birds of a scene."""
SMALLEST_PX = 34.0
"""Length of the smallest birds, pixels."""
SITTING_SHARE = 0.3
UPRIGHT = ("standing", "walking", "pecking", "preening")
LYING = ("lying", "back")

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Actor:
    """One bird: what it does (`walks`, `sits`, `sick`, `dead`), where in each frame (n, 2) metres, and how it looks.

    ``looks`` holds a picture for rest and one for the way; ``going`` (n,) says in which frames it goes.
    """

    role: str
    places: Curve
    going: NDArray[np.bool_]
    looks: tuple[Rendered, Rendered]
    length: float
    turn: float
    bright: Curve


@dataclass(frozen=True)
class Frame:
    """One picture and, per actor, the box of what shows of it, or None."""

    at_s: float
    image: NDArray[np.uint8]
    boxes: list[tuple[int, int, int, int] | None]


@dataclass(frozen=True)
class Scene:
    """One house and who is in it; ``number`` gives everything random."""

    number: int
    lens: Lens
    floor: NDArray[np.uint8]
    things: list[Thing]
    actors: list[Actor]


def sheets(folder: Path) -> list[Library]:
    """Read a folder of sprites: a library per sheet that shows birds standing, sitting and lying."""
    whole = Library.open(folder)
    names = sorted({bird.path.name[:4] for bird in whole})
    flocks = [[bird for bird in whole if bird.path.name.startswith(name)] for name in names]
    needed = ({"sitting"}, set(UPRIGHT), set(LYING))
    return [Library(flock) for flock in flocks if all({bird.posture for bird in flock} & one for one in needed)]


def draw(number: int, flock: Library, *, lying: int, frames: int, fps: float) -> Scene:
    """Draw the house of one scene and send its birds on their ways; ``lying`` of them lie sick or dead, in turn."""
    for attempt in range(100):
        rng = np.random.default_rng((number, attempt))
        kind = next(iter(flock)).kind
        length = rng.uniform(*LENGTHS[kind])
        lens = look_down(rng, next(iter(flock)).elevation_degrees, length)
        room = choose_room(rng, lens, length)
        low, high = np.array((room.left, room.near)) + length / 2, np.array((room.right, room.far)) - length / 2
        homes = apart(large(lens, length, seen(lens, length, rng.uniform(low, high, (2000, 2)))), length, MOST)
        if len(homes) >= FEWEST:
            homes = homes[: rng.integers(FEWEST, len(homes) + 1)]
            roles = ["sick" if n % 2 == number % 2 else "dead" for n in range(lying)]
            roles += ["sits" if rng.random() < SITTING_SHARE else "walks" for _ in homes[lying:]]
            cast = [act(rng, role, home, flock, (length, frames, fps)) for role, home in zip(roles, homes, strict=True)]
            floor = np.asarray(draw_room(rng, room, lens), np.uint8)
            return Scene(number, lens, floor, furnish(rng, room, lens, length), cast)
    raise ValueError(f"no house of scene {number} has room for {FEWEST} birds")


def look_down(rng: np.random.Generator, elevation_degrees: float, length: float) -> Lens:
    """Hang a plain camera that sees the birds in its middle from one elevation, 45 to 100 pixels long."""
    field = rng.uniform(0.8, 1.2)
    focal = SIZE_WH[0] / 2 / math.tan(field / 2)
    far = focal * length / rng.uniform(45, 100)
    pitch = math.radians(elevation_degrees)
    return Lens(float(far * math.sin(pitch)), pitch, float(rng.normal(0, 0.03)), float(focal), SIZE_WH, fisheye=False)


def large(lens: Lens, length: float, places: Curve) -> Curve:
    """Keep the places (n, 2) where a bird is large enough and its middle well inside the picture."""
    points = np.column_stack([places, np.full(len(places), length * 0.25)])
    pixels, _ = lens.project(points)
    inside = ((pixels > 25) & (pixels < np.array(SIZE_WH) - 25)).all(axis=1)
    return np.asarray(places[inside & (lens.px_per_metre(points) * length >= SMALLEST_PX)])


def act(rng: np.random.Generator, role: str, home: Curve, flock: Library, film: tuple[float, int, float]) -> Actor:
    """Choose how a bird looks and lay out its way."""
    length, frames, fps = film
    resting = {"walks": UPRIGHT, "sits": ("sitting",)}.get(role, LYING)
    looks = [pick(rng, flock, names) for names in (resting, ("walking", "standing"))]
    rest_s = {"walks": (3, 25), "sits": (20, 45)}.get(role)
    places, going = (
        np.repeat(home[None], frames, axis=0), np.zeros(frames, bool)
    ) if rest_s is None else stroll(rng, home, length, rest_s, (frames, fps))  # fmt: skip
    twitches = np.zeros((frames, 2))
    if role == "sick":
        twitches = rng.normal(0, 0.03 * length, (frames, 2)) * (rng.random(frames) < 0.1)[:, None]
    turn = rng.uniform(0, 360) if looks[0].elevation_degrees > 74 else rng.normal(0, 4)
    size = length * rng.uniform(0.88, 1.12)
    return Actor(
        role,
        places + twitches,
        going,
        (looks[0], looks[1]),
        size,
        turn,
        rng.uniform(0.95, 1.2) * rng.uniform(0.97, 1.03, 3),
    )


def pick(rng: np.random.Generator, flock: Library, postures: tuple[str, ...]) -> Rendered:
    """Take one bird of the flock in one of these postures; any upright one where none of them was rendered."""
    fitting = [bird for bird in flock if bird.posture in postures]
    fitting = fitting or [bird for bird in flock if bird.posture in UPRIGHT]
    return fitting[int(rng.integers(len(fitting)))]


def stroll(
    rng: np.random.Generator, home: Curve, length: float, rest_s: tuple[float, float], film: tuple[int, float]
) -> tuple[Curve, NDArray[np.bool_]]:
    """Rest and go in turn about a home, half a length to a whole one per second; return places and who goes when."""
    frames, fps = film
    places, going = np.empty((frames, 2)), np.zeros(frames, bool)
    here, at = home, 0
    while at < frames:
        rest = int(rng.uniform(*rest_s) * fps * (rng.random() if at == 0 else 1))
        places[at : at + rest] = here
        goal = home + rng.normal(0, 1.5 * length, 2)
        steps = max(2, int(float(np.hypot(*(goal - here))) / (length * rng.uniform(0.5, 1.0)) * fps))
        way = here + (goal - here) * np.linspace(0, 1, steps)[:, None]
        part = places[at + rest : at + rest + steps]
        part[:] = way[: len(part)]
        going[at + rest : at + rest + steps] = True
        here, at = goal, at + rest + steps
    return places, going


def play(scene: Scene, fps: float) -> Iterator[Frame]:
    """Yield the frames of a scene."""
    rng = np.random.default_rng((scene.number, 7))
    for number in range(len(scene.actors[0].places)):
        stage = Stage(scene.floor, shadow=(0.1, 0.1))
        laid = paint(stage, scene, number)
        boxes = [stage.visible_box(one) for one in laid]
        lit = expose(stage.image, np.random.default_rng((scene.number, 5)))  # the same light in every frame
        tremble = np.array([[1, 0, rng.normal(0, 0.3)], [0, 1, rng.normal(0, 0.3)]])
        moved = cv2.warpAffine(lit, tremble, SIZE_WH, borderMode=cv2.BORDER_REPLICATE)
        noisy = np.clip(moved + rng.normal(0, 4, moved.shape), 0, 255).astype(np.uint8)
        sent = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
        yield Frame(number / fps, np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8), boxes)


def paint(stage: Stage, scene: Scene, frame: int) -> list[int]:
    """Paint birds and things, the farthest first, and return each actor's number on the stage."""
    lens = scene.lens
    points = np.array([(*one.places[frame], one.length * 0.25) for one in scene.actors])
    pixels, far = lens.project(points)
    scales, upright = lens.px_per_metre(points), lens.uprightness(points)
    numbers = [0] * len(scene.actors)
    for which in np.argsort(-np.concatenate([far, [thing.distance for thing in scene.things]])):
        if which >= len(far):
            scene.things[which - len(far)].paint(stage)
            continue
        actor = scene.actors[which]
        look = actor.looks[int(actor.going[frame])]
        bird = look.sprite()
        side = scales[which] * actor.length / look.px_per_length * math.sqrt(bird.bgra.shape[0] * bird.bgra.shape[1])
        turn = actor.turn + (0 if look.elevation_degrees > 74 else upright[which])
        ahead = actor.places[min(frame + 1, len(actor.places) - 1), 0] < actor.places[frame, 0]
        tint = (float(actor.bright[0]), float(actor.bright[1]), float(actor.bright[2]))
        pose = Pose(float(side), float(turn), bool(ahead), 1.0, tint)
        centre = (float(np.nan_to_num(pixels[which, 0], nan=-999)), float(np.nan_to_num(pixels[which, 1], nan=-999)))
        numbers[which] = stage.paste(bird, pose, centre)
    return numbers
