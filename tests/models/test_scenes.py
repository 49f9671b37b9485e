from pathlib import Path

import cv2
import numpy as np
import pytest

from models.training.data.dataset import check_split, labelled_pictures
from models.training.scenes.drawn import draw_bird
from models.training.scenes.flocks import draw_scene, write_scenes
from models.training.scenes.floors import draw_floor
from models.training.scenes.oblique import View, hang_line
from models.training.scenes.sprites import Sprite, harvest
from models.training.scenes.stage import Pose, Stage

PICTURES = Path(__file__).parents[1] / "fixtures/pictures"


@pytest.fixture(scope="module")
def hens() -> list[Sprite]:
    return harvest(PICTURES / "images", PICTURES / "labels")


def block(value: int, side: int = 40) -> Sprite:
    """A square 'bird' of one colour."""
    bgra = np.full((side, side, 4), value, np.uint8)
    bgra[..., 3] = 255
    return Sprite(bgra, "adult", "top", grey=False, source="test")


def test_birds_are_cut_out_of_a_real_picture(hens: list[Sprite]):
    whole = [hen for hen in hens if hen.source.startswith("cdt_chicken_4849979")]
    assert len(whole) >= 3
    for hen in whole:
        solid = (hen.bgra[..., 3] > 127).mean()
        assert 0.3 < solid < 0.95
        assert hen.kind == "adult"
        assert not hen.grey


def test_cutting_out_gives_the_same_birds_again(hens: list[Sprite]):
    again = harvest(PICTURES / "images", PICTURES / "labels")
    assert [hen.bgra.tobytes() for hen in again] == [hen.bgra.tobytes() for hen in hens]


def test_a_skipped_picture_gives_no_bird():
    left = harvest(PICTURES / "images", PICTURES / "labels", skip=frozenset({"cdt_chicken_4849979_1280_jpeg"}))
    assert not any(bird.source.startswith("cdt_chicken_4849979") for bird in left)


def test_a_box_is_exactly_the_visible_part():
    stage = Stage(np.zeros((200, 200, 3), np.uint8))
    stage.paste(block(200), Pose(40, 0), (60, 60))
    stage.paste(block(100), Pose(40, 0), (80, 60))  # hides the right half of the first
    first, second = stage.visible_boxes()
    assert np.abs(first - (40, 40, 60, 80)).max() <= 1
    assert np.abs(second - (60, 40, 100, 80)).max() <= 1


def test_every_box_is_the_bounding_box_of_its_pixels(hens: list[Sprite]):
    rng = np.random.default_rng(4)
    stage = Stage(draw_floor(rng, (320, 320)))
    for _ in range(25):
        pose = Pose(rng.uniform(20, 60), rng.uniform(0, 360), stretch=rng.uniform(0.8, 1.2))
        stage.paste(hens[rng.integers(len(hens))], pose, tuple(rng.uniform(0, 320, 2)), rng)
    for number in range(25):
        ys, xs = np.nonzero(stage.owner == number)
        box = stage.visible_box(number)
        if box is not None:
            assert box == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


def test_a_hidden_bird_and_one_outside_are_not_counted():
    stage = Stage(np.zeros((200, 200, 3), np.uint8))
    stage.paste(block(200), Pose(40, 0), (60, 60))
    stage.paste(block(100), Pose(60, 0), (60, 60))
    stage.paste(block(50), Pose(40, 0), (400, 400))
    assert len(stage.visible_boxes()) == 1


def test_a_feeder_before_the_birds_hides_them():
    stage = Stage(np.zeros((200, 200, 3), np.uint8))
    stage.paste(block(200), Pose(40, 0), (60, 60))
    stage.cover(np.full((200, 200, 3), 9, np.uint8), np.ones((200, 200), np.bool_))
    assert len(stage.visible_boxes()) == 0
    assert (stage.image == 9).all()


def test_a_line_of_feeders_is_drawn_only_inside_its_mask():
    layer, mask = hang_line(np.random.default_rng(3), View(0.2, 90, 15), 320)
    assert mask.any()
    assert not mask.all()
    assert layer[mask].any(axis=1).mean() > 0.99


@pytest.mark.parametrize("kind", ["adult", "chick"])
@pytest.mark.parametrize("view", ["top", "side"])
def test_a_drawn_bird_is_one_piece_and_fills_its_picture(kind: str, view: str):
    for seed in range(10):
        bird = draw_bird(np.random.default_rng(seed), kind=kind, view=view)
        pieces, _ = cv2.connectedComponents((bird.bgra[..., 3] > 60).astype(np.uint8))
        assert pieces == 2  # the background and one bird
        assert (bird.bgra[..., 3] > 60).mean() > 0.3


def test_the_same_seed_draws_the_same_scene(hens: list[Sprite]):
    one, two, other = (draw_scene(np.random.default_rng(seed), hens, size_px=320) for seed in (7, 7, 8))
    assert (one.image == two.image).all()
    assert (one.boxes == two.boxes).all()
    assert not np.array_equal(one.image, other.image)


def test_scenes_hold_flocks_and_now_and_then_nobody(hens: list[Sprite]):
    counts = [len(draw_scene(np.random.default_rng(seed), hens, size_px=320).boxes) for seed in range(40)]
    assert max(counts) > 60
    assert np.median(counts) > 5
    assert min(counts) == 0


def test_written_scenes_are_a_sound_data_set(hens: list[Sprite], tmp_path: Path):
    written = write_scenes(tmp_path, hens, count=6, seed=2, split="val", size_px=320)
    report = check_split((tmp_path / "images/val",), classes=1)
    assert report.problems == []
    assert report.pictures == 6
    assert report.boxes == written


def test_written_boxes_are_the_drawn_ones(hens: list[Sprite], tmp_path: Path):
    write_scenes(tmp_path, hens, count=1, seed=5, size_px=320)
    (item,) = labelled_pictures(tmp_path / "images/train", tmp_path / "labels/train")
    drawn = draw_scene(np.random.default_rng((5, 0)), hens, size_px=320).boxes
    assert np.allclose(item.boxes_xyxy(size_wh=(320, 320)), drawn, atol=0.01)
