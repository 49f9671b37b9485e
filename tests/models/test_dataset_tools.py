"""Divide by scene, find copies, show."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from models.cli import app
from models.errors import DatasetError
from models.training.data.layout import read_layout, split_pictures
from models.training.data.looks import alike, clusters, hash_views
from models.training.data.show import CELL_WH
from models.training.data.split import divide

PICTURES = Path(__file__).parents[1] / "fixtures/pictures"
HENS = PICTURES / "images/cdt_chicken_4849979_1280_jpeg.jpg"


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def write(path: Path, picture: np.ndarray, label: str | None = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture)
    if label is not None:
        path.with_suffix(".txt").write_text(label, encoding="utf-8")
    return path


def scene(seed: int) -> np.ndarray:
    """A picture unlike those of other seeds."""
    rough = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return cv2.resize(rough, (160, 120), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    """Ten scenes of three pictures each; the second is brighter, the third smaller."""
    for number in range(10):
        picture = scene(number)
        write(tmp_path / f"farm/s{number}_a.jpg", picture, "0 0.5 0.5 0.2 0.2\n")
        write(tmp_path / f"farm/s{number}_b.jpg", cv2.convertScaleAbs(picture, alpha=0.9, beta=10))
        write(tmp_path / f"farm/s{number}_c.png", cv2.resize(picture, (80, 60), interpolation=cv2.INTER_AREA))
    return tmp_path / "farm"


def stems(out: Path, split: str) -> set[str]:
    return {path.stem for path in split_pictures(read_layout(out / f"{out.name}.yaml").split(split))}


@pytest.mark.parametrize("rule", ["word", "look", "/(s[0-9])_"])
def test_no_scene_lies_on_both_sides(farm: Path, tmp_path: Path, rule: str):
    out = tmp_path / "out"
    status, output = run("split", farm, "--out", out, "--scene", rule, "--val", 0.2, "--test", 0.1, "--seed", 4)
    assert status == 0, output
    assert "10 scenes; pictures: train 21, val 6, test 3" in output
    scenes = {split: {stem.split("_")[0] for stem in stems(out, split)} for split in ("train", "val", "test")}
    assert not scenes["train"] & scenes["val"]
    assert not (scenes["train"] | scenes["val"]) & scenes["test"]
    assert sum(len(one) for one in scenes.values()) == 10
    status, output = run("check", out / "out.yaml")
    assert status == 0, output


def test_the_seed_decides(farm: Path, tmp_path: Path):
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        assert run("split", farm, "--out", tmp_path / name, "--scene", "word", "--seed", seed)[0] == 0
    assert stems(tmp_path / "one", "val") == stems(tmp_path / "same", "val") != stems(tmp_path / "other", "val")


def test_pictures_without_labels_are_left_out_and_same_names_kept_apart(tmp_path: Path):
    for number in range(4):
        write(tmp_path / f"farm/day{number}/0001.jpg", scene(number))
    write(tmp_path / "farm/day9/0002.jpg", scene(9), label=None)
    out = tmp_path / "out"
    status, output = run("split", tmp_path / "farm", "--out", out, "--scene", "folder", "--val", 0.25)
    assert status == 0
    assert "1 pictures without a label file left out" in output
    assert stems(out, "train") | stems(out, "val") == {f"day{number}_0001" for number in range(4)}
    status, output = run("split", tmp_path / "farm", "--out", out)
    assert (status, "is there already and is not overwritten" in output) == (1, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--scene", "/farm/"], "1 scenes cannot be divided into 2 splits"),
        (["--scene", "day"], "does not match 'day'"),
        (["--scene", "["], "neither word, folder, look nor a regular expression"),
        (["--val", "0.6", "--test", "0.5"], "must lie above 0 and below 1"),
        (["--val", "0"], "must lie above 0 and below 1"),
    ],
)
def test_a_division_that_cannot_be_is_a_sentence(farm: Path, tmp_path: Path, words: list[str], sentence: str):
    status, output = run("split", farm, "--out", tmp_path / "out", *words)
    assert status == 1
    assert sentence in output
    assert not (tmp_path / "out").exists()


@given(scenes=st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=60), seed=st.integers(0, 99))
def test_divisions_keep_scenes_whole_and_leave_no_split_empty(scenes: list[str], seed: int):
    shares = {"train": 0.7, "val": 0.2, "test": 0.1}
    if len(set(scenes)) < 3:
        with pytest.raises(DatasetError, match="cannot be divided"):
            divide(scenes, shares, seed=seed)
        return
    splits = divide(scenes, shares, seed=seed)
    assert set(splits) == set(shares)
    assert len(set(zip(scenes, splits, strict=True))) == len(set(scenes))


def test_shares_are_kept_when_scenes_are_small():
    splits = divide([str(at // 2) for at in range(400)], {"train": 0.7, "val": 0.2, "test": 0.1}, seed=1)
    assert [splits.count(name) for name in ("train", "val", "test")] == [280, 80, 40]


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("flip", [False, True])
def test_flipped_turned_shrunk_and_recoded_copies_look_alike(turn: int, flip: bool):
    picture = cv2.imread(str(HENS))
    copy = np.rot90(picture, turn)
    copy = np.ascontiguousarray(copy[:, ::-1] if flip else copy)
    copy = cv2.resize(copy, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    copy = cv2.imdecode(cv2.imencode(".jpg", copy, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR)
    (pair,) = alike(np.stack([hash_views(picture), hash_views(copy)]), distance=6)
    assert (pair.first, pair.second) == (0, 1)


def test_other_pictures_do_not_look_alike():
    hashes = np.stack([hash_views(scene(seed)) for seed in range(60)])
    assert list(alike(hashes, distance=10)) == []


def test_clusters_go_through_others():
    from models.training.data.looks import Alike

    assert clusters(6, [Alike(1, 4, 0), Alike(4, 5, 3), Alike(0, 2, 1)]) == [0, 1, 0, 3, 1, 1]


@pytest.fixture
def doubled(tmp_path: Path) -> Path:
    """A data set in which val and train share a turned picture, and train holds a small copy of another."""
    hens = cv2.imread(str(HENS))
    farm = tmp_path / "farm"
    for split, name, picture in (
        ("train", "hens", np.ascontiguousarray(np.rot90(hens))),
        ("train", "big", scene(1)),
        ("train", "small", cv2.resize(scene(1), (80, 60), interpolation=cv2.INTER_AREA)),
        ("train", "alone", scene(2)),
        ("val", "hens2", hens),
    ):
        label = farm / f"labels/{split}/{name}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("0 0.5 0.5 0.2 0.2\n", encoding="utf-8")
        write(farm / f"images/{split}/{name}.jpg", picture, label=None)
    (farm / "farm.yaml").write_text("train: images/train\nval: images/val\nnames: [hen]\n", encoding="utf-8")
    return farm


def test_copies_are_reported_and_nothing_is_touched(doubled: Path):
    before = sorted(doubled.rglob("*"))
    status, output = run("dedupe", doubled / "farm.yaml")
    assert status == 0
    assert "5 pictures, 2 pairs, 1 of them across splits; 2 pictures could go" in output
    assert sorted(doubled.rglob("*")) == before


def test_copies_are_moved_with_their_labels_out_of_train(doubled: Path, tmp_path: Path):
    aside = tmp_path / "aside"
    status, output = run("dedupe", doubled / "farm.yaml", "--move", aside)
    assert status == 0
    assert "4 files moved" in output
    moved = {str(path.relative_to(aside)) for path in aside.rglob("*.*")}
    assert moved == {
        "images/train/hens.jpg",
        "images/train/small.jpg",
        "labels/train/hens.txt",
        "labels/train/small.txt",
    }
    assert (doubled / "images/val/hens2.jpg").is_file()
    assert run("check", doubled / "farm.yaml")[0] == 0
    assert "0 pairs" in run("dedupe", doubled / "farm.yaml")[1]


def test_moving_never_overwrites_nor_stays_among_the_pictures(doubled: Path, tmp_path: Path):
    before = sorted(doubled.rglob("*"))
    status, output = run("dedupe", doubled / "farm.yaml", "--move", doubled / "images/train/aside")
    assert (status, "lies among the pictures" in output) == (1, True)
    write(tmp_path / "aside/images/train/small.jpg", scene(7), label=None)
    status, output = run("dedupe", doubled / "farm.yaml", "--move", tmp_path / "aside")
    assert (status, "is there already and is not overwritten" in output) == (1, True)
    assert sorted(doubled.rglob("*")) == before


def test_a_picture_and_its_copy_of_one_name_keep_their_common_label(tmp_path: Path):
    write(tmp_path / "farm/a.jpg", scene(1))
    write(tmp_path / "farm/a.png", scene(1))
    assert run("dedupe", tmp_path / "farm", "--move", tmp_path / "aside")[0] == 0
    assert sorted(path.name for path in (tmp_path / "farm").iterdir()) == ["a.jpg", "a.txt"]


def test_a_sheet_shows_pictures_with_boxes(doubled: Path, tmp_path: Path):
    out = tmp_path / "sheet.jpg"
    status, output = run("show", doubled / "farm.yaml", "--out", out, "--count", 3, "--columns", 2)
    assert status == 0, output
    sheet = cv2.imread(str(out))
    assert sheet.shape == (2 * CELL_WH[1], 2 * CELL_WH[0], 3)
    green = (sheet[..., 1] > 150) & (sheet[..., 0] < 120) & (sheet[..., 2] < 120)
    assert green[: CELL_WH[1], : CELL_WH[0]].sum() > 100
    status, output = run("show", doubled / "farm.yaml", "--out", out)
    assert (status, "is there already" in output) == (1, True)


def test_the_worst_pictures_come_first(tmp_path: Path):
    (tmp_path / "farm.yaml").write_text(f"path: {PICTURES}\nval: images\nnames: [chicken]\n", encoding="utf-8")
    out = tmp_path / "worst.jpg"
    status, output = run("show", tmp_path / "farm.yaml", "--out", out, "--split", "val", "--worst", "--count", 1)
    assert status == 0, output
    assert "1 pictures" in output
    orange = np.abs(cv2.imread(str(out)).astype(int) - (0, 170, 255)).sum(axis=2) < 90
    assert orange.sum() > 100  # the far chicks that the network misses


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dedupe", "{}/none"], "does not exist"),
        (["dedupe", "{}"], "holds no picture"),
        (["split", "{}", "--out", "{}/out"], "holds no picture"),
        (["show", "{}/bare.yaml", "--out", "{}/a.jpg"], "train holds no picture with a label file"),
        (["show", "{}/bare.yaml", "--out", "{}/a.jpg", "--network", "a.onnx"], "with --worst only"),
    ],
)
def test_refusals_are_sentences(tmp_path: Path, words: list[str], sentence: str):
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare.yaml").write_text("train: bare\nnames: [hen]\n", encoding="utf-8")
    status, output = run(*(word.format(tmp_path) for word in words))
    assert status == 1
    assert sentence in output
