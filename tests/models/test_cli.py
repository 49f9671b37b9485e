import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from models.cli import app
from models.errors import TrainingError
from models.runtime import SHIPPED
from models.training.scenes.encoding import Write, encoder, mpeg4

Encoder = Callable[[Path, tuple[int, int], int], AbstractContextManager[Write]]

PICTURES = Path(__file__).parents[1] / "fixtures/pictures"
ROOT = Path(__file__).parents[2]


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """The shipped pictures as a data set."""
    path = tmp_path / "pictures.yaml"
    path.write_text(f"path: {PICTURES}\ntrain: images\nval: images\nnames: [chicken]\n", encoding="utf-8")
    return path


def test_check_counts_pictures_and_boxes(dataset: Path):
    status, output = run("check", dataset)
    assert status == 0
    assert "train: 4 pictures, 29 boxes, 1 without birds" in output


def test_check_ends_with_an_error_when_something_is_wrong(tmp_path: Path):
    status, output = run("check", tmp_path / "none.yaml")
    assert status == 1
    assert "does not exist: give the YAML file" in output
    assert "Traceback" not in output


def test_card_prints_the_shipped_card():
    status, output = run("card", SHIPPED)
    assert status == 0
    assert json.loads(output)["name"] == "chicken"


def test_scenes_and_clip_are_drawn_from_labelled_pictures(tmp_path: Path):
    farm = tmp_path / "farm"
    for kind in ("images", "labels"):
        (farm / kind).mkdir(parents=True)
        (farm / kind / "train").symlink_to(PICTURES / kind)
    status, output = run("scenes", farm, "--out", tmp_path / "scenes", "--count", 2, "--seed", 1)
    assert status == 0
    assert "2 scenes with" in output
    cast = tmp_path / "cast.txt"
    cast.write_text("cdt_chicken_4849979_1280_jpeg right  # five hens\n", encoding="utf-8")
    clip = tmp_path / "clip.mp4"
    status, output = run("clip", farm / "images/train", "--cast", cast, "--out", clip, "--length-s", 1)
    assert status == 0
    assert cv2.VideoCapture(str(clip)).get(cv2.CAP_PROP_FRAME_COUNT) == 12
    assert len(json.loads(clip.with_suffix(".json").read_text("utf-8"))["birds"]) == 12


def write_black(open_encoder: Encoder, out: Path, *, frames: int) -> None:
    with open_encoder(out, (64, 64), 5) as write:
        for _ in range(frames):
            write(np.zeros((64, 64, 3), np.uint8))


@pytest.mark.parametrize("open_encoder", [encoder, mpeg4])
def test_a_clip_that_cannot_be_written_is_a_sentence(open_encoder: Encoder, tmp_path: Path):
    with pytest.raises(TrainingError, match="cannot write"):
        write_black(open_encoder, tmp_path / "none/a.mp4", frames=50)


def test_a_clip_is_written_without_the_program_ffmpeg(tmp_path: Path):
    write_black(mpeg4, tmp_path / "a.mp4", frames=7)
    assert cv2.VideoCapture(str(tmp_path / "a.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == 7


def test_a_cast_with_a_wrong_line_is_refused(tmp_path: Path):
    cast = tmp_path / "cast.txt"
    cast.write_text("a_hen up\n", encoding="utf-8")
    status, output = run("clip", PICTURES / "images", "--cast", cast, "--out", tmp_path / "clip.mp4")
    assert status == 1
    assert "'a_hen up' is not" in output


def test_training_refuses_a_missing_start_before_it_loads_anything(dataset: Path, tmp_path: Path):
    status, output = run("train", dataset, "--weights", tmp_path / "none.pt", "--out", tmp_path / "run")
    assert status == 1
    assert "none.pt does not exist: give a checkpoint" in output


def test_training_refuses_to_resume_nothing(dataset: Path, tmp_path: Path):
    status, output = run("train", dataset, "--weights", tmp_path / "a.pt", "--out", tmp_path / "run", "--resume")
    assert status == 1
    assert "nothing to resume" in output


def test_export_refuses_a_missing_checkpoint(tmp_path: Path):
    about = ROOT / "models/recipes/chicken-v3.toml"
    status, output = run("export", tmp_path / "last.pt", "--about", about, "--out", tmp_path / "a.onnx")
    assert status == 1
    assert "last.pt does not exist" in output


def test_no_two_verbs_have_one_name():
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(names) == len(set(names)) >= 13
