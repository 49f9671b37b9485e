import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from models.card import card_path, read_classifier_card
from models.cli import app
from models.runtime import DROPPINGS, SHIPPED

PHOTOS = Path(__file__).parents[1] / "fixtures/droppings"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_folder_is_answered_photo_by_photo_as_json():
    done = run("classify", PHOTOS, "--json")
    assert done.exit_code == 0
    answers = json.loads(done.stdout)
    assert [Path(one["path"]).stem for one in answers] == ["cocci.1195", "healthy.311", "pcrncd.159", "salmo.517"]
    assert [one["answer"] for one in answers] == ["coccidiosis", "healthy", "newcastle", "salmonella"]
    for one in answers:
        assert set(one) == {"path", "answer", "probabilities", "sure", "note"}
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=0.001)
        assert one["sure"] is True
        assert "not a diagnosis" in one["note"]


def test_every_answer_warns_in_both_languages():
    english = run("classify", PHOTOS / "pcrncd.159.jpg").stdout
    assert "Newcastle disease (Newcastle disease " in english
    assert "screening hint, not a diagnosis" in english
    chinese = run("classify", PHOTOS / "pcrncd.159.jpg", "--lang", "zh").stdout
    assert "新城疫" in chinese
    assert "仅供参考, 不能代替兽医诊断" in chinese


def test_what_cannot_be_read_is_said_and_the_others_are_still_answered(tmp_path: Path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "b.jpg").touch()
    (tmp_path / "empty").mkdir()
    done = run("classify", tmp_path, tmp_path / "none.jpg", tmp_path / "empty", PHOTOS / "healthy.311.jpg", "--json")
    assert done.exit_code == 1
    assert [one["answer"] for one in json.loads(done.stdout)] == ["healthy"]
    for name in ("a.jpg is no picture", "b.jpg is no picture", "none.jpg: No such file", "empty holds no photo"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--network", "cats"), "give droppings or posture, or the .onnx"),
        (("--network", SHIPPED), "classifies nothing"),
        (("--lang", "fr"), "there is en and zh"),
    ],
)
def test_wrong_options_are_sentences(words: tuple[object, ...], sentence: str):
    done = run("classify", PHOTOS, *words)
    assert done.exit_code == 1
    assert sentence in done.stderr


def test_a_folder_without_photos_is_an_error(tmp_path: Path):
    done = run("classify", tmp_path)
    assert done.exit_code == 1
    assert "holds no photo" in done.stderr


def test_a_grey_photo_of_16_bits_is_read(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((300, 200), 30000, np.uint16))
    done = run("classify", tmp_path, "--json")
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)) == 1


@pytest.fixture
def sorted_photos(tmp_path: Path) -> Path:
    """The fixtures in a folder per class."""
    folder = tmp_path / "farm" / "val"
    names = {"cocci": "coccidiosis", "healthy": "healthy", "pcrncd": "newcastle", "salmo": "salmonella"}
    for file in PHOTOS.glob("*.jpg"):
        part = folder / names[file.stem.split(".")[0]]
        part.mkdir(parents=True)
        shutil.copy(file, part)
    return folder


def test_evaluate_classifier_writes_rule_and_figures_onto_the_card(tmp_path: Path, sorted_photos: Path):
    network = tmp_path / "mine.onnx"
    shutil.copy(DROPPINGS, network)
    shutil.copy(card_path(DROPPINGS), card_path(network))
    done = run("evaluate-classifier", network, sorted_photos, "--choose", "--write")
    assert done.exit_code == 0, done.output
    row = next(one for one in read_classifier_card(card_path(network)).scores if one.dataset == "farm")
    assert (row.split, row.pictures, row.accuracy) == ("val", 4, 1.0)
    assert set(row.f1) == {"coccidiosis", "healthy", "newcastle", "salmonella"}
    assert row.false_accept is None  # no picture of the reject class


def test_a_folder_of_an_unknown_class_is_named(sorted_photos: Path):
    (sorted_photos / "healthy").rename(sorted_photos / "well")
    done = run("evaluate-classifier", DROPPINGS, sorted_photos)
    assert done.exit_code == 1
    assert "well is not a class of the network" in done.output


def test_card_shows_a_classifier_too():
    assert json.loads(run("card", DROPPINGS).stdout)["task"] == "classify"


def test_evaluate_classifier_shows_the_pictures_in_warm_light(tmp_path: Path, sorted_photos: Path):
    plain, warm = (json.loads(run("evaluate-classifier", DROPPINGS, sorted_photos, *more).stdout.splitlines()[0])
                   for more in ((), ("--warm",)))  # fmt: skip
    assert warm["split"] == "val in warm light"
    assert plain["split"] == "val"
    assert warm["ece"] != plain["ece"]
