"""Crops for the posture network, from a few drawn stand-ins for rendered birds."""

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import DatasetError
from models.training.teach.postures import (
    CROP_PX,
    MARGIN,
    PosturePlan,
    boxed,
    choose_turn,
    cut,
    read_sheets,
    write_postures,
)

PICTURES = Path(__file__).parents[1] / "fixtures/pictures"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PosturePlan:
    """Nine sheets of three birds, an ellipse each, and a flock of two pictures."""
    folder = tmp_path_factory.mktemp("postures")
    (folder / "sprites").mkdir()
    listed = []
    for sheet in range(9):
        for posture in ("walking", "sitting", "back"):
            bird = np.zeros((60, 100, 4), np.uint8)
            cv2.ellipse(bird, (50, 30), (45, 25), 0, 0, 360, (230, 230, 240, 255), -1)
            name = f"{sheet}_{posture}.png"
            cv2.imwrite(str(folder / "sprites" / name), bird)
            listed.append({"file": name, "sheet": sheet, "posture": posture, "elevation_degrees": 10 * sheet})
    (folder / "sprites/index.json").write_text(json.dumps(listed), encoding="utf-8")
    for split in ("train", "val"):
        images, labels = folder / "flock/images" / split, folder / "flock/labels" / split
        images.mkdir(parents=True)
        labels.mkdir(parents=True)
        cv2.imwrite(str(images / "a.jpg"), np.full((200, 300, 3), 120, np.uint8))
        (labels / "a.txt").touch()
    return PosturePlan(folder / "sprites", folder / "flock", folder / "out", each=6, real=0)


def test_every_split_gets_crops_of_every_posture(plan: PosturePlan):
    counts = write_postures(plan)
    assert {name.split("/")[1] for name in counts} == {"standing", "sitting", "lying"}
    assert counts["train/lying"] == 6
    assert counts["test/standing"] == 1
    for name, count in counts.items():
        files = list((plan.out / name).iterdir())
        assert len(files) == count
        assert cv2.imread(str(files[0])).shape == (CROP_PX, CROP_PX, 3)


def test_sheets_are_split_and_postures_renamed(plan: PosturePlan):
    split = read_sheets(plan.sprites)
    assert {name: len(sheets) for name, sheets in split.items()} == {"train": 7, "val": 1, "test": 1}
    assert {bird.posture for bird in split["test"][0]} == {"standing", "sitting", "lying"}
    assert {bird.elevation_degrees for bird in split["test"][0]} == {10}


def test_missing_sprites_are_a_sentence(tmp_path: Path):
    with pytest.raises(DatasetError, match="render sprites first"):
        read_sheets(tmp_path)


def test_a_sprite_without_transparency_is_named(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((9, 9, 3), np.uint8))
    about = [{"file": "a.png", "sheet": 0, "posture": "lying", "elevation_degrees": 90}]
    (tmp_path / "index.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"a\.png is no picture with transparency"):
        read_sheets(tmp_path)


def test_what_is_seen_from_the_side_stays_upright():
    rng = np.random.default_rng(0)
    assert max(abs(choose_turn(10, rng)) for _ in range(300)) < 45
    assert max(choose_turn(90, rng) for _ in range(300)) > 270


def test_a_crop_holds_its_whole_bird_most_of_the_time():
    rng = np.random.default_rng(0)
    frame = np.zeros((200, 200, 3), np.uint8)
    frame[60:140, 80:120] = 255
    shares = [(cut(frame, np.array([80, 60, 120, 140], np.float32), rng) > 127).mean() for _ in range(50)]
    exact = 40 * 80 / (80 * (1 + 2 * MARGIN)) ** 2
    assert float(np.median(shares)) == pytest.approx(exact, rel=0.2)
    assert not math.isclose(min(shares), max(shares))  # no two boxes are equally wrong


def test_transport_boxes_of_chicks_and_adults_are_told_apart():
    adults = {file.stem for file, _ in boxed(PICTURES / "images", PICTURES / "labels", "adult")}
    chicks = [box for _, box in boxed(PICTURES / "images", PICTURES / "labels", "chick")]
    assert adults == {"cdt_A_chicken_crossing_the_road_mp4_60_jpg", "cdt_chicken_4849979_1280_jpeg"}
    assert chicks
    assert all(min(box[2:] - box[:2]) >= 24 for box in chicks)
