"""Make the training folder of the posture network: crops of single birds, standing, sitting or lying.

    <sprites>/index.json and its pictures    birds rendered in a known posture (models.training.blender)
    -> <out>/train, <out>/val, <out>/test    a folder per posture each, ready for `train-classifier --upright`

A rendered bird is pasted among others of its sheet on a drawn or a real ground, covered in part, seen by a camera
(camera.py) and cut out again as `models.runtime.cut_crops` will do it, with a box that is a little wrong. Sheets are
split, not birds: the birds of a sheet share plumage, light and view.

Real birds keep the network honest about texture: labelled pictures give standing adults as they are, and the same
birds cut free and laid on their side as a camera above would see them. Boxes with 15 chicks and more show chicks packed
in transport boxes, whose legs can't be seen: they count as sitting.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.errors import DatasetError
from models.runtime.classifier import central_square
from models.runtime.crops import cut_crops
from models.runtime.photo import read_picture
from models.training.data.dataset import labelled_pictures
from models.training.scenes.camera import expose
from models.training.scenes.floors import draw_floor
from models.training.scenes.grounds import pick, recoloured
from models.training.scenes.sprites import Sprite, harvest, kind_of
from models.training.scenes.stage import Pose, Stage

POSTURES = {
    "standing": "standing",
    "walking": "standing",
    "pecking": "standing",
    "preening": "standing",
    "sitting": "sitting",
    "lying": "lying",
    "back": "lying",
}
"""What the network calls the postures that are rendered."""
MARGIN = 0.2
"""Share of a bird's longer side kept around its box; stands on the network's card."""
CROP_PX = 128
CANVAS_PX = 256
PACKED = 15
"""Chicks in one picture from which it is a transport box."""


@dataclass(frozen=True)
class PosturePlan:
    """What to make.

    Args:
        sprites: folder of rendered birds with its index.json.
        flock: folder of labelled pictures: images and labels, train and val.
        out: folder to write, made by it.
        skip: stems of pictures whose birds are not cut free well.
        seed: of everything random.
        each: crops of rendered birds per posture for `train`; `val` and `test` get a sixth.
        real: crops of real birds per posture for `train`.
    """

    sprites: Path
    flock: Path
    out: Path
    skip: frozenset[str] = frozenset()
    seed: int = 0
    each: int = 1200
    real: int = 300


@dataclass(frozen=True)
class Rendered:
    """One rendered bird: (h, w, 4) uint8, its posture's class, and how high the camera stood, degrees."""

    bgra: np.ndarray
    posture: str
    elevation_degrees: float


def write_postures(plan: PosturePlan) -> dict[str, int]:
    """Write the folder and return how many crops each `split/posture` holds.

    Raises:
        DatasetError: sprites or pictures are missing or cannot be read.
    """
    rng = np.random.default_rng(plan.seed)
    counts: dict[str, int] = {}
    split_sheets = read_sheets(plan.sprites)
    for split, sheets in split_sheets.items():
        grounds = make_grounds(plan.flock, "train" if split == "train" else "val", rng)
        for posture in ("standing", "sitting", "lying"):
            count = plan.each if split == "train" else plan.each // 6
            crops = (rendered_crop(sheets, posture, grounds, rng) for _ in range(count))
            counts[f"{split}/{posture}"] = write_crops(crops, plan.out / split / posture, "rendered", rng)
        if split == "train" and plan.real:
            for posture, draw in real_birds(plan, grounds, rng).items():
                crops = (draw() for _ in range(plan.real))
                counts[f"{split}/{posture}"] += write_crops(crops, plan.out / split / posture, "real", rng)
    return counts


def read_sheets(folder: Path) -> dict[str, list[list[Rendered]]]:
    """Read rendered birds, sheet by sheet: two of nine sheets for val, two for test, the others for train.

    Raises:
        DatasetError: the index is missing or names a picture that cannot be read.
    """
    try:
        listed = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise DatasetError(f"cannot read {folder}/index.json: render sprites first (docs/training.md)") from error
    sheets: dict[int, list[Rendered]] = defaultdict(list)
    for item in listed:
        bgra = cv2.imread(str(folder / item["file"]), cv2.IMREAD_UNCHANGED)
        if bgra is None or bgra.ndim != 3 or bgra.shape[2] != 4:
            raise DatasetError(f"{folder / item['file']} is no picture with transparency")
        sheets[item["sheet"]].append(Rendered(bgra, POSTURES[item["posture"]], item["elevation_degrees"]))
    split: dict[str, list[list[Rendered]]] = {"train": [], "val": [], "test": []}
    for number, birds in sorted(sheets.items()):
        split["val" if number % 9 == 0 else "test" if number % 9 == 1 else "train"].append(birds)
    return split


def make_grounds(flock: Path, split: str, rng: np.random.Generator, *, count: int = 120) -> list[np.ndarray]:
    """Return grounds (CANVAS_PX, CANVAS_PX, 3) uint8: drawn floors, and windows of real pictures, half recoloured."""
    drawn = [draw_floor(rng, (CANVAS_PX, CANVAS_PX)) for _ in range(count)]
    files = [item.picture for item in labelled_pictures(flock / "images" / split, flock / "labels" / split)]
    real = [real_ground(read_picture(pick(files, rng)), rng) for _ in range(count // 3)]
    return drawn + real


def real_ground(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a random half of a picture or more, as a ground."""
    side = int(min(picture.shape[:2]) * rng.uniform(0.5, 1))
    top, left = (int(rng.integers(length - side + 1)) for length in picture.shape[:2])
    ground = cv2.resize(picture[top : top + side, left : left + side], (CANVAS_PX, CANVAS_PX))
    return recoloured(ground, rng) if rng.random() < 0.5 else np.asarray(ground)


def rendered_crop(
    sheets: Sequence[Sequence[Rendered]], posture: str, grounds: Sequence[np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """Draw one crop of a rendered bird among others of its sheet."""
    while True:
        sheet = pick(sheets, rng)
        fitting = [bird for bird in sheet if bird.posture == posture]
        if fitting:
            crop = staged(pick(fitting, rng), sheet, pick(grounds, rng), rng)
            if crop is not None:
                return crop


def staged(
    bird: Rendered, sheet: Sequence[Rendered], ground: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Paste a bird between others, photograph and cut it out; None when too little of it shows."""
    stage = Stage(out_of_focus(ground, bird.elevation_degrees, rng), shadow=tuple(rng.uniform(-0.2, 0.2, 2)))
    scale = np.exp(rng.uniform(np.log(0.25), np.log(0.9)))
    turn = choose_turn(bird.elevation_degrees, rng)
    crowd = int(rng.choice([0, 0, 1, 2, 3, 5]))
    behind = int(rng.integers(crowd + 1))
    for _ in range(behind):
        paste_beside(stage, pick(sheet, rng), scale, turn, rng)
    centre = CANVAS_PX / 2 + rng.uniform(-8, 8, 2)
    number = stage.paste(sprite_of(bird), pose_of(bird, scale, turn, rng), (centre[0], centre[1]), rng)
    whole = int((stage.owner == number).sum())
    for _ in range(crowd - behind):
        paste_beside(stage, pick(sheet, rng), scale, turn, rng)
    box = stage.visible_box(number)
    if box is None or (stage.owner == number).sum() < 0.6 * whole:
        return None
    return cut(expose(stage.image, rng), np.array(box, np.float32), rng)


def out_of_focus(ground: np.ndarray, elevation_degrees: float, rng: np.random.Generator) -> np.ndarray:
    """Blur the ground often when the camera looks along it, seldom when it looks down."""
    if rng.random() < (0.6 if elevation_degrees < 28 else 0.15):
        return np.asarray(cv2.GaussianBlur(ground, (0, 0), rng.uniform(1, 7)))
    return ground


def choose_turn(elevation_degrees: float, rng: np.random.Generator) -> float:
    """Turn freely what is seen from above, and little what is seen obliquely, unless the lens is a fisheye."""
    if elevation_degrees >= 70 or (elevation_degrees >= 28 and rng.random() < 0.2):
        return float(rng.uniform(0, 360))
    return float(rng.normal(0, 8))


def paste_beside(stage: Stage, bird: Rendered, scale: float, turn: float, rng: np.random.Generator) -> None:
    """Paste another bird of the flock not far from the middle."""
    length = scale * float(np.sqrt(bird.bgra.shape[0] * bird.bgra.shape[1]))
    way, far = rng.uniform(0, 2 * np.pi), length * rng.uniform(0.55, 1.6)
    spot = CANVAS_PX / 2 + far * np.array((np.cos(way), np.sin(way)))
    stage.paste(sprite_of(bird), pose_of(bird, scale, turn, rng), (float(spot[0]), float(spot[1])), rng)


def sprite_of(bird: Rendered) -> Sprite:
    """Give a rendered bird to the stage."""
    return Sprite(bird.bgra, "adult", "top", grey=False, source="rendered")


def pose_of(bird: Rendered, scale: float, turn: float, rng: np.random.Generator) -> Pose:
    """Pose a rendered bird at the flock's scale and turn."""
    length = scale * float(np.sqrt(bird.bgra.shape[0] * bird.bgra.shape[1])) * rng.uniform(0.93, 1.07)
    tint = rng.uniform(0.8, 1.08) * rng.uniform(0.96, 1.04, 3)
    own = turn if bird.elevation_degrees < 70 else float(rng.uniform(0, 360))
    return Pose(length, own, bool(rng.random() < 0.5), float(rng.uniform(0.92, 1.09)), tuple(tint))


def cut(frame: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cut a bird out by a box that is a little wrong, as a detector's are; (CROP_PX, CROP_PX, 3) uint8."""
    size = np.tile(box[2:] - box[:2], 2)
    wrong = (box + size * rng.normal(0, 0.05, 4)).astype(np.float32)
    wrong = np.hstack([np.minimum(wrong[:2], box[2:] - 4), np.maximum(wrong[2:], box[:2] + 4)]).astype(np.float32)
    (crop,) = cut_crops(frame, wrong[None], margin=MARGIN * float(rng.uniform(0.8, 1.2)))
    return central_square(crop, CROP_PX)


def real_birds(
    plan: PosturePlan, grounds: Sequence[np.ndarray], rng: np.random.Generator
) -> dict[str, Callable[[], np.ndarray]]:
    """Give for each posture a function that draws one crop of a real bird of the train pictures."""
    pictures, labels = plan.flock / "images/train", plan.flock / "labels/train"
    boxes = {"standing": list(boxed(pictures, labels, "adult")), "sitting": list(boxed(pictures, labels, "chick"))}
    cuts = [bird for bird in harvest(pictures, labels, skip=plan.skip) if bird.kind == "adult"]

    def cropped(posture: str) -> np.ndarray:
        file, box = pick(boxes[posture], rng)
        return expose(cut(read_picture(file), box, rng).astype(np.float32), rng)

    def free(turns: tuple[float, float]) -> np.ndarray:
        stage = Stage(pick(grounds, rng), shadow=tuple(rng.uniform(-0.1, 0.1, 2)))
        pose = Pose(float(rng.uniform(35, 120)), float(rng.uniform(*turns)), bool(rng.random() < 0.5))
        number = stage.paste(pick(cuts, rng), pose, (CANVAS_PX / 2, CANVAS_PX / 2), rng)
        return cut(expose(stage.image, rng), np.array(stage.visible_box(number), np.float32), rng)

    return {
        "standing": lambda: cropped("standing") if rng.random() < 0.7 else free((-15, 15)),
        "sitting": lambda: cropped("sitting"),
        "lying": lambda: free((60, 300)),
    }


def boxed(pictures: Path, labels: Path, kind: str) -> Iterator[tuple[Path, np.ndarray]]:
    """Yield picture and box (4,) float32 of real birds large enough: adults, or chicks in transport boxes."""
    for item in labelled_pictures(pictures, labels):
        if kind_of(item.picture.stem) != kind or (kind == "chick" and len(item.rows) < PACKED):
            continue
        picture = read_picture(item.picture)
        for box in item.boxes_xyxy(size_wh=(picture.shape[1], picture.shape[0])).astype(np.float32):
            if min(box[2:] - box[:2]) >= 24:
                yield item.picture, box


def write_crops(crops: Iterator[np.ndarray], folder: Path, word: str, rng: np.random.Generator) -> int:
    """Write crops as JPEGs of varied quality and return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for crop in crops:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 95))]
        cv2.imwrite(str(folder / f"{word}_{written:05d}.jpg"), crop, quality)
        written += 1
    return written
