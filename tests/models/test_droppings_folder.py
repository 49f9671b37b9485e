"""The training folder of the droppings network, made from a handful of drawn photos."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import DatasetError
from models.training.scenes.grounds import SIDE_PX, corner_ground, relit, swap_ground
from models.training.teach.droppings import REJECT, DroppingsPlan, block_of, drawn_again, kept_apart, write_droppings


def photo(seed: int) -> np.ndarray:
    """A red blot in the middle of grey ground."""
    picture = np.random.default_rng(seed).integers(90, 130, (224, 224, 3), np.uint8)
    cv2.circle(picture, (112, 112), 40, (0, 0, 255), -1)
    return picture


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> DroppingsPlan:
    """Two classes of 40 photos in train and 4 in val, and two pictures of birds."""
    tmp_path = tmp_path_factory.mktemp("droppings")
    for split, count in (("train", 40), ("val", 4)):
        for name in ("sick", "well"):
            folder = tmp_path / "photos" / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                cv2.imwrite(str(folder / f"{name}.{number}.jpg"), photo(number))
        birds = tmp_path / "flock/images" / split
        birds.mkdir(parents=True)
        cv2.imwrite(str(birds / "hen.jpg"), photo(99))
    return DroppingsPlan(tmp_path / "photos", tmp_path / "flock", tmp_path / "out", made=4)


@pytest.fixture(scope="module")
def counts(plan: DroppingsPlan) -> dict[str, int]:
    """The folder written."""
    return write_droppings(plan)


def test_every_split_has_every_class_and_rejects(plan: DroppingsPlan, counts: dict[str, int]):
    for split in ("train", "val", "test"):
        for name in ("sick", "well", REJECT):
            folder = plan.out / split / name
            assert counts[f"{split}/{name}"] == len(list(folder.iterdir())) > 0
    assert counts["test/sick"] == 4


def test_no_photo_is_in_two_splits_and_blocks_stay_together(plan: DroppingsPlan, counts: dict[str, int]):
    names = {split: {file.name for file in (plan.out / split / "sick").glob("sick*")} for split in ("train", "val")}
    assert len(names["train"]) + len(names["val"]) == 40
    blocks = {split: {block_of(Path(name)) for name in found} for split, found in names.items()}
    assert not blocks["train"] & blocks["val"]


def test_the_same_seed_makes_the_same_folder(plan: DroppingsPlan, counts: dict[str, int], tmp_path: Path):
    again = DroppingsPlan(plan.photos, plan.flock, tmp_path / "again", made=4)
    write_droppings(again)
    for file in plan.out.rglob("*.jpg"):
        assert (again.out / file.relative_to(plan.out)).read_bytes() == file.read_bytes()


def test_a_missing_folder_is_a_sentence(plan: DroppingsPlan, tmp_path: Path):
    with pytest.raises(DatasetError, match="holds no picture"):
        write_droppings(DroppingsPlan(plan.photos, tmp_path / "none", tmp_path / "out", made=4))
    with pytest.raises(DatasetError, match="holds no picture"):
        write_droppings(DroppingsPlan(tmp_path / "none", plan.flock, tmp_path / "out", made=4))


def test_blocks_are_told_by_series_and_number():
    assert block_of(Path("cocci.14.jpg")) == block_of(Path("cocci.0.jpg")) != block_of(Path("cocci.15.jpg"))
    assert block_of(Path("pcrcocci.3.jpg")) != block_of(Path("cocci.3.jpg"))
    assert block_of(Path("holiday.jpg")) == "holiday"


def test_the_part_kept_aside_has_about_its_share():
    files = [Path(f"a.{number}.jpg") for number in range(300)]
    train, val = kept_apart(files, 0.15, np.random.default_rng(3))
    assert 45 <= len(val) <= 60
    assert sorted(train + val) == sorted(files)


def test_a_swapped_ground_keeps_the_middle_and_changes_the_corners():
    rng = np.random.default_rng(0)
    ground = np.full((SIDE_PX, SIDE_PX, 3), (200, 0, 0), np.uint8)
    swapped = swap_ground(photo(1), ground, rng)
    middle, corner = swapped[SIDE_PX // 2, SIDE_PX // 2], swapped[4, 4]
    assert middle[2] > 200 > middle[0]
    assert corner[0] > 60 > corner[2]


def test_corner_ground_shows_no_blot():
    for seed in range(20):
        ground = corner_ground(photo(seed), np.random.default_rng(seed)).astype(int)
        assert ground.shape == (SIDE_PX, SIDE_PX, 3)
        assert (ground[..., 2] - ground[..., 0]).max() < 100


def test_every_photo_of_train_is_shown_again_on_other_grounds_and_under_other_lamps(
    plan: DroppingsPlan, counts: dict[str, int]
):
    photos = len(list((plan.out / "train/sick").glob("sick*")))
    for word, times in (("swapped", plan.swapped), ("relit", plan.relit)):
        assert len(list((plan.out / "train/sick").glob(f"{word}_*"))) == int(times * photos)
        assert not list((plan.out / "val").rglob(f"{word}_*"))


def test_no_photo_is_drawn_a_second_time_before_each_was_drawn_once():
    files = [Path(str(number)) for number in range(10)]
    drawn = list(drawn_again(files, 1.6, np.random.default_rng(0)))
    assert len(drawn) == 16
    assert set(drawn[:10]) == set(files)
    assert len(set(drawn[10:])) == 6


def test_lamps_reach_from_cold_to_a_heat_lamps_red():
    rng = np.random.default_rng(0)
    grey = np.full((1, 1, 3), 128, np.uint8)
    ratios = np.array([relit(grey, rng)[0, 0] / 128 for _ in range(500)])
    assert ratios[:, 0].min() < 0.65
    assert ratios[:, 2].max() > 1.25
    assert (ratios[:, 0] / ratios[:, 2]).max() > 1.2
    assert ratios[:, 1].min() > 0.8
