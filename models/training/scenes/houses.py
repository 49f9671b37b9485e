"""Houses and pens seen by a camera on the ceiling, on the wall or in the hand, full of rendered birds.

Unlike the flat scenes of scenes.py a house has measures: a camera at a height looks down at an angle through a plain
or fisheye lens, a bird at the far wall is smaller and seen more from the side than one below the camera, and feeder
and drinker lines stand between them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.training.scenes.camera import expose
from models.training.scenes.equipment import Thing, furnish
from models.training.scenes.lens import Lens
from models.training.scenes.library import Flock, Library
from models.training.scenes.rooms import Room, draw_room
from models.training.scenes.scene import Scene, part, shrunk, yolo_line
from models.training.scenes.stage import Pose, Stage

LENGTHS = {"adult": (0.34, 0.44), "broiler": (0.26, 0.42), "juvenile": (0.18, 0.3), "chick": (0.08, 0.14)}
"""Length of a bird of each kind, metres."""
SMALLEST_PX = 11
"""Length of the farthest birds, pixels: the house ends where they would be smaller."""
KIND_SHARES = {"broiler": 4, "adult": 4, "juvenile": 1, "chick": 2}
WHOLE_WH, PART_PX = (640, 480), 640
EMPTY_SHARE = 0.1
CANDIDATES = 9000
"""Places tried; those out of sight or too near to another are dropped."""


@dataclass(frozen=True)
class Birds:
    """Birds on the floor: places (n, 2) in metres, lengths (n,) in metres."""

    places: np.ndarray
    lengths: np.ndarray


def draw_house(rng: np.random.Generator, library: Library, *, size_wh: tuple[int, int] = (960, 720)) -> Scene:
    """Draw one house. The same generator state and library give the same scene."""
    kind = str(rng.choice([name for name in library.kinds() for _ in range(KIND_SHARES.get(name, 1))]))
    length = rng.uniform(*LENGTHS[kind])
    lens = choose_lens(rng, length, size_wh)
    room = choose_room(rng, lens, length)
    stage = Stage(draw_room(rng, room, lens), shadow=tuple(rng.uniform(-0.2, 0.2, 2)))
    things = furnish(rng, room, lens, length)
    birds = scatter(rng, room, lens, length, things)
    flock = library.flock(kind, choose_colours(rng, library.colours(kind)))
    populate(rng, stage, lens, (birds, flock, things))
    return Scene(expose(stage.image, rng), stage.visible_boxes())


def choose_lens(rng: np.random.Generator, length: float, size_wh: tuple[int, int]) -> Lens:
    """Choose a camera: straight down over a pen, tilted under the ceiling, or held at the knee."""
    share = rng.random()
    roll = rng.normal(0, 0.04)
    if share < 0.35:
        height, pitch, field = length * rng.uniform(4, 22), math.radians(rng.uniform(68, 90)), rng.uniform(0.8, 1.9)
        roll = rng.normal(0, 0.2)
    elif share < 0.85:
        height, pitch, field = length * rng.uniform(4, 13), math.radians(rng.uniform(24, 60)), rng.uniform(0.9, 2.0)
    else:
        height, pitch, field = length * rng.uniform(1.8, 4), math.radians(rng.uniform(8, 28)), rng.uniform(0.8, 1.5)
    fisheye = bool(field > 1.5 or rng.random() < 0.25)
    focal = size_wh[0] / field if fisheye else size_wh[0] / 2 / math.tan(field / 2)
    return Lens(float(height), float(pitch), float(roll), float(focal), size_wh, fisheye)


def choose_room(rng: np.random.Generator, lens: Lens, length: float) -> Room:
    """Put walls where the farthest birds are still birds, or nearer."""
    farthest = lens.focal_px * length / SMALLEST_PX
    reach = math.sqrt(max(farthest**2 - lens.height**2, lens.height**2 * 0.3))
    far = reach * rng.uniform(0.5, 1.0)
    half = far * rng.uniform(0.4, 1.2)
    shift = rng.uniform(-0.5, 0.5) * half
    near = -far * rng.uniform(0.3, 1.0) if lens.pitch > 1.1 else -0.6 * lens.height  # radians: about straight down
    pen = rng.random() < 0.4
    if pen:
        half, far = half * rng.uniform(0.3, 0.8), far * rng.uniform(0.4, 0.9)
    wall = lens.height * rng.uniform(0.1, 0.5) if pen else lens.height * rng.uniform(0.9, 1.6)
    return Room(shift - half, shift + half, near, far, float(wall), float(rng.uniform(5, 16) * max(length, 0.2)))


def choose_colours(rng: np.random.Generator, there: Sequence[str]) -> frozenset[str]:
    """Choose one strain, mostly a common one, or a mixture."""
    count = int(rng.choice([1, 1, 1, 2, 7]))
    return frozenset(str(colour) for colour in rng.choice(there, count)) | (
        {"dirty"} if "dirty" in there and rng.random() < 0.3 else set()
    )


def scatter(rng: np.random.Generator, room: Room, lens: Lens, length: float, things: Sequence[Thing]) -> Birds:
    """Place birds on the part of the floor that is seen: evenly, in clusters, around feeders."""
    if rng.random() < EMPTY_SHARE:
        return Birds(np.empty((0, 2)), np.empty(0))
    wanted = int(math.exp(rng.uniform(math.log(10), math.log(500))))
    low, high = np.array((room.left, room.near)) + length * 0.4, np.array((room.right, room.far)) - length * 0.4
    many = seen(lens, length, rng.uniform(low, high, (CANDIDATES, 2)))
    spots = seen(lens, length, np.array([thing.spot for thing in things]).reshape(-1, 2))
    magnets = np.vstack([spots, many[: rng.integers(1, 5)]])
    if not len(magnets):
        return Birds(np.empty((0, 2)), np.empty(0))
    drawn = rng.random(len(many)) < rng.uniform(0, 0.8)
    hubs = magnets[rng.integers(len(magnets), size=len(many))]
    many = np.where(drawn[:, None], rng.normal(hubs, length * rng.uniform(0.8, 4)), many)
    inside = ((many > low) & (many < high)).all(axis=1)
    places = apart(seen(lens, length, many[inside]), length * rng.uniform(0.42, 0.75), wanted)
    return Birds(places, length * rng.uniform(0.86, 1.14, len(places)))


def seen(lens: Lens, length: float, places: np.ndarray) -> np.ndarray:
    """Keep the places (n, 2) where a bird would be on the picture, at least in part."""
    pixels, _ = lens.project(np.column_stack([places, np.full(len(places), length * 0.3)]))
    return np.asarray(places[((pixels > -15) & (pixels < np.array(lens.size_wh) + 15)).all(axis=1)])  # NaN: outside


def apart(places: np.ndarray, gap: float, wanted: int) -> np.ndarray:
    """Keep places, in order, that are not nearer than `gap` to one kept before; `wanted` at most."""
    kept = np.empty((wanted, 2))
    count = 0
    for place in places:
        if count == wanted:
            break
        if not count or ((kept[:count] - place) ** 2).sum(axis=1).min() > gap**2:
            kept[count] = place
            count += 1
    return kept[:count]


def populate(rng: np.random.Generator, stage: Stage, lens: Lens, crowd: tuple[Birds, Flock, Sequence[Thing]]) -> None:
    """Paint birds and things, the farthest first."""
    birds, flock, things = crowd
    points = np.column_stack([birds.places, birds.lengths * 0.25])
    pixels, far = lens.project(points)
    looks = np.degrees(lens.elevation(points)), lens.px_per_metre(points), lens.uprightness(points)
    bright = rng.uniform(0.95, 1.5)
    for number in np.argsort(-np.concatenate([far, [thing.distance for thing in things]])):
        if number >= len(far):
            things[number - len(far)].paint(stage)
            continue
        elevation, scale, upright = (float(look[number]) for look in looks)
        known = flock.pick(rng, elevation)
        bird = known.sprite()
        size = scale * birds.lengths[number] / known.px_per_length * math.sqrt(bird.bgra.shape[0] * bird.bgra.shape[1])
        spot = (float(pixels[number, 0]), float(pixels[number, 1]))
        stage.paste(bird, pose(rng, size, (elevation, upright, bright)), spot, rng)


def pose(rng: np.random.Generator, size_px: float, look: tuple[float, float, float]) -> Pose:
    """Stand a bird upright where it is seen from the side; from straight above any direction will do.

    `look` is how steeply the camera looks down, degrees; the turn of upright things there, degrees; the brightness of
    the flock.
    """
    elevation, upright, bright = look
    turn = rng.uniform(0, 360) if elevation > 74 else upright + rng.normal(0, 4)  # degrees
    tint = bright * rng.uniform(0.88, 1.05) * rng.uniform(0.97, 1.03, 3)
    return Pose(size_px, float(turn), bool(rng.random() < 0.5), rng.uniform(0.93, 1.07), (tint[0], tint[1], tint[2]))


def write_houses(out: Path, library: Library, *, numbers: range, seed: int, split: str = "train") -> int:
    """Write houses as a split of a YOLO data set below `out`, and return the number of boxes.

    Each house gives two pictures: the whole, made smaller as a detector sees it, and a part at full size as a tile
    shows it. Houses that are there already are left alone, so that a run can go on.
    """
    pictures, labels = out / "images" / split, out / "labels" / split
    for folder in (pictures, labels):
        folder.mkdir(parents=True, exist_ok=True)
    boxes = 0
    for number in numbers:
        stem = f"house_{seed}_{number:05d}"
        if (labels / f"{stem}b.txt").exists():
            continue
        rng = np.random.default_rng((seed, number))
        scene = draw_house(rng, library)
        for view, picture in (("a", shrunk(scene, WHOLE_WH)), ("b", part(rng, scene, PART_PX))):
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 94))]
            cv2.imwrite(str(pictures / f"{stem}{view}.jpg"), picture.image, quality)
            text = "".join(yolo_line(box, picture.image.shape[1::-1]) for box in picture.boxes)
            (labels / f"{stem}{view}.txt").write_text(text, encoding="utf-8")
            boxes += len(picture.boxes)
    return boxes
