"""Houses drawn from rendered birds. The birds here are tiny ones made by the test: Blender is not needed."""

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import DatasetError
from models.training.data.dataset import check_split
from models.training.scenes.equipment import furnish
from models.training.scenes.houses import apart, draw_house, write_houses
from models.training.scenes.lens import Lens
from models.training.scenes.library import Library
from models.training.scenes.rooms import Room, draw_room
from models.training.scenes.scene import Scene, part, shrunk
from models.training.scenes.stage import Pose, Stage

LENSES = [
    Lens(3.0, math.radians(40), 0.1, 500, (640, 480), fisheye=False),
    Lens(3.0, math.radians(90), 0.0, 300, (640, 480), fisheye=True),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty oval birds of two kinds, seen from all elevations."""
    made = tmp_path_factory.mktemp("sprites")
    listed = []
    for number in range(60):
        bgra = np.zeros((40, 60, 4), np.uint8)
        cv2.ellipse(bgra, (30, 20), (28, 18), 0, 0, 360, (200, 210, 220, 255), -1)
        cv2.imwrite(str(made / f"{number}.png"), bgra)
        listed.append(
            {
                "file": f"{number}.png", "kind": "broiler" if number % 2 else "chick",
                "posture": "lying" if number % 10 == 0 else "standing", "colour": "white" if number % 2 else "yellow",
                "elevation_degrees": number * 1.5, "px_per_length": 60.0,
            }
        )  # fmt: skip
    (made / "index.json").write_text(json.dumps(listed), encoding="utf-8")
    return made


@pytest.mark.parametrize("lens", LENSES)
def test_a_ray_through_a_pixel_meets_the_point_that_was_projected_there(lens: Lens):
    points = np.array([(0.4, 1.1, 0.0), (-0.9, 0.5, 0.3), (0.2, -0.1, 0.0)])
    pixels, far = lens.project(points)
    for point, pixel, distance in zip(points, pixels, far, strict=True):
        if not ((pixel > 1) & (pixel < np.array(lens.size_wh) - 1)).all():
            continue
        ray = lens.rays()[int(pixel[1]), int(pixel[0])]
        met = np.array((0, 0, lens.height)) + ray / np.linalg.norm(ray) * distance
        assert np.abs(met - point).max() < 0.02


@pytest.mark.parametrize("lens", LENSES)
def test_the_scale_is_what_a_short_rod_across_the_view_measures(lens: Lens):
    right = lens.axes()[0] * 0.05
    middle = np.array([(0.1, 0.6, 0.0)])
    ends, _ = lens.project(np.vstack([middle - right, middle + right]))
    measured = float(np.hypot(*(ends[1] - ends[0]))) / 0.1
    assert measured == pytest.approx(float(lens.px_per_metre(middle)[0]), rel=0.12)


def test_a_camera_on_the_ceiling_sees_near_birds_from_above_and_far_ones_from_the_side():
    near, far = LENSES[0].elevation(np.array([(0.0, 0.2, 0.0), (0.0, 12.0, 0.0)]))
    assert math.degrees(near) > 80
    assert math.degrees(far) < 20


def test_what_is_behind_a_plain_camera_is_nowhere_on_its_picture():
    pixels, _ = LENSES[0].project(np.array([(0.0, -20.0, 0.0)]))
    assert np.isnan(pixels).all()


def test_a_flock_is_seen_from_about_the_wished_elevation(folder: Path):
    flock = Library.open(folder).flock("broiler", frozenset({"white"}))
    rng = np.random.default_rng(1)
    for wished in (5.0, 45.0, 88.0):
        seen = [flock.pick(rng, wished).elevation_degrees for _ in range(40)]
        assert max(abs(np.array(seen) - wished)) < 36  # the nearest dozen of thirty birds
        assert len(set(seen)) > 4


def test_lying_birds_are_rare_in_a_flock(folder: Path):
    flock = Library.open(folder).flock("chick", frozenset({"yellow"}))
    rng = np.random.default_rng(2)
    lying = [flock.pick(rng, float(rng.uniform(0, 90))).posture == "lying" for _ in range(400)]
    assert 0.005 < np.mean(lying) < 0.15  # every fifth chick of the library lies


@pytest.mark.parametrize("text", ["", "[]", "[{}]", '[{"file": "a.png"}]'])
def test_a_library_without_sound_birds_is_refused(tmp_path: Path, text: str):
    (tmp_path / "index.json").write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match="Blender"):
        Library.open(tmp_path)


def test_a_sprite_without_transparency_is_refused(folder: Path, tmp_path: Path):
    (tmp_path / "index.json").write_text((folder / "index.json").read_text(encoding="utf-8"), encoding="utf-8")
    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((9, 9, 3), np.uint8))
    flock = Library.open(tmp_path).flock("broiler", frozenset({"white"}))
    with pytest.raises(DatasetError, match="render the library again"):
        flock.pick(np.random.default_rng(0), 1.5).sprite()


def test_houses_are_the_same_again_and_hold_the_birds_their_boxes_say(folder: Path):
    library = Library.open(folder)
    one, two = (draw_house(np.random.default_rng(6), library, size_wh=(320, 240)) for _ in range(2))
    assert (one.image == two.image).all()
    assert (one.boxes == two.boxes).all()
    counts = [len(draw_house(np.random.default_rng(n), library, size_wh=(320, 240)).boxes) for n in range(25)]
    assert min(counts) == 0
    assert max(counts) > 60
    assert np.median(counts) > 5


def test_a_room_has_floor_below_and_walls_around():
    lens = LENSES[0]
    room = Room(-2, 2, -1, 5, 1.0, 3)
    picture = draw_room(np.random.default_rng(3), room, lens)
    assert picture.shape == (480, 640, 3)
    foot, _ = lens.project(np.array([(0.0, 4.99, 0.0)]))
    above = picture[int(foot[0, 1]) - 20, int(foot[0, 0])].astype(int)
    below = picture[int(foot[0, 1]) + 20, int(foot[0, 0])].astype(int)
    assert np.abs(above - below).max() > 5


def test_lines_and_pans_hide_birds_but_are_no_birds(folder: Path):
    lens = LENSES[1]
    bird = Library.open(folder).flock("broiler", frozenset({"white"})).pick(np.random.default_rng(0), 80).sprite()
    stage = Stage(np.full((480, 640, 3), 90, np.uint8))
    for x in range(20, 640, 40):
        for y in range(20, 480, 40):
            stage.paste(bird, Pose(34, 0), (x, y))
    before = (stage.owner >= 0).sum()
    rng = np.random.default_rng(4)
    things = [thing for _ in range(4) for thing in furnish(rng, Room(-3, 3, -3, 3, 1, 3), lens, 0.4)]
    for thing in things:
        thing.paint(stage)
    assert len(things) > 20
    assert (stage.owner >= 0).sum() < before


def test_birds_keep_their_distance():
    places = apart(np.random.default_rng(5).uniform(0, 3, (500, 2)), 0.3, 40)
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2) + 9 * np.eye(len(places))
    assert len(places) == 40
    assert gaps.min() > 0.3


def test_boxes_follow_a_picture_that_is_shrunk_or_cut():
    scene = Scene(np.zeros((720, 960, 3), np.uint8), np.array([(100, 200, 160, 260), (10, 10, 16, 16)], np.float32))
    small = shrunk(scene, (480, 360))
    assert small.boxes.tolist() == [[50, 100, 80, 130]]  # the other became a speck
    for seed in range(20):
        piece = part(np.random.default_rng(seed), scene, 640)
        assert piece.image.shape == (640, 640, 3)
        for x0, y0, x1, y1 in piece.boxes:
            assert 0 <= x0 < x1 <= 640
            assert 0 <= y0 < y1 <= 640


def test_written_houses_are_a_sound_data_set_and_a_run_goes_on(folder: Path, tmp_path: Path):
    library = Library.open(folder)
    written = write_houses(tmp_path, library, numbers=range(3), seed=2, split="val")
    report = check_split((tmp_path / "images/val",), classes=1)
    assert report.problems == []
    assert report.pictures == 6
    assert report.boxes == written
    assert write_houses(tmp_path, library, numbers=range(3), seed=2, split="val") == 0
