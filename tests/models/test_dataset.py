from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import DatasetError
from models.training.data.dataset import check_split, labelled_pictures, labels_folder, read_labels
from models.training.data.layout import read_layout


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A sound data set: one train and one val picture with a bird each."""
    for split in ("train", "val"):
        for kind in ("images", "labels"):
            (tmp_path / kind / split).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / "images" / split / "a.jpg"), np.zeros((20, 40, 3), np.uint8))
        (tmp_path / "labels" / split / "a.txt").write_text("0 0.5 0.5 0.5 0.5\n", encoding="utf-8")
    (tmp_path / "data.yaml").write_text(
        "path: .\ntrain: images/train\nval: [images/val]\nnames: {0: chicken}\n", encoding="utf-8"
    )
    return tmp_path


def test_a_sound_data_set_has_no_problem(dataset: Path):
    layout = read_layout(dataset / "data.yaml")
    report = check_split(layout.train, classes=len(layout.classes))
    assert layout.classes == ("chicken",)
    assert (report.pictures, report.boxes, report.empty, report.problems) == (1, 1, 0, [])


def test_boxes_come_in_pixels_of_the_picture(dataset: Path):
    (item,) = labelled_pictures(dataset / "images/train", dataset / "labels/train")
    assert item.boxes_xyxy(size_wh=(40, 20)).tolist() == [[10, 5, 30, 15]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 0.5 0.5 0.5", "line 1: 4 numbers, expected class x_centre y_centre width height"),
        ("0 0.5 0.5 0.5 0.5\n0 320 240 64 48", "line 2: centre and size must lie in 0..1"),
        ("0 0.5 0.5 0 0.5", "the size above 0"),
        ("1 0.5 0.5 0.5 0.5", "class 1 is not one of the 1 classes"),
        ("-1 0.5 0.5 0.5 0.5", "class -1"),
        ("hen 0.5 0.5 0.5 0.5", "not a number in 'hen"),
        ("0 nan 0.5 0.5 0.5", "must lie in 0..1"),
        ("nan 0.5 0.5 0.5 0.5", "class nan"),
    ],
)
def test_a_bad_line_is_named(dataset: Path, text: str, words: str):
    label = dataset / "labels/train/a.txt"
    label.write_text(text, encoding="utf-8")
    (problem,) = check_split((dataset / "images/train",), classes=1).problems
    assert str(label) in problem
    assert words in problem


def test_a_missing_label_file_is_a_problem_not_an_empty_picture(dataset: Path):
    (dataset / "labels/train/a.txt").unlink()
    (problem,) = check_split((dataset / "images/train",), classes=1).problems
    assert "is missing: a picture without birds needs an empty label file" in problem


def test_an_unreadable_picture_and_a_stray_label_are_named(dataset: Path):
    (dataset / "images/train/b.jpg").write_bytes(b"no picture")
    (dataset / "labels/train/b.txt").touch()
    (dataset / "labels/train/c.txt").touch()
    problems = check_split((dataset / "images/train",), classes=1).problems
    assert any("b.jpg cannot be read as a picture" in problem for problem in problems)
    assert any("c.txt belongs to no picture" in problem for problem in problems)


def test_the_same_box_twice_is_a_problem(dataset: Path):
    (dataset / "labels/train/a.txt").write_text("0 0.5 0.5 0.5 0.5\n" * 2, encoding="utf-8")
    (problem,) = check_split((dataset / "images/train",), classes=1).problems
    assert "same box twice" in problem


def test_a_folder_without_pictures_is_a_problem(dataset: Path):
    (dataset / "images/train/a.jpg").unlink()
    problems = check_split((dataset / "images/train",), classes=1).problems
    assert any("holds no picture" in problem for problem in problems)


def test_labels_lie_beside_images():
    assert labels_folder(Path("farm/images/house1/train")) == Path("farm/labels/house1/train")
    with pytest.raises(DatasetError, match="called images"):
        labels_folder(Path("farm/pictures"))


def test_an_empty_label_file_means_no_bird(tmp_path: Path):
    (tmp_path / "a.txt").touch()
    assert read_labels(tmp_path / "a.txt").shape == (0, 5)
