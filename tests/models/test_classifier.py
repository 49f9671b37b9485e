"""The shipped droppings network on real droppings, and the rules around any classifier."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.card import AnswerRule, card_path, read_classifier_card, write_card
from models.errors import WeightsError
from models.runtime import DROPPINGS, NOT_SURE, SHIPPED, Classified, Classifier, Detector
from models.runtime.classifier import AT_ONCE, answer, blob_of, central_square, tempered
from models.runtime.photo import read_picture

FIXTURES = Path(__file__).parents[1] / "fixtures"
PHOTOS = {
    "coccidiosis": "cocci.1195",
    "healthy": "healthy.311",
    "newcastle": "pcrncd.159",
    "salmonella": "salmo.517",
}


def photo(name: str) -> np.ndarray:
    return read_picture(FIXTURES / f"droppings/{PHOTOS[name]}.jpg")


@pytest.fixture(scope="module")
def classifier() -> Iterator[Classifier]:
    classifier = Classifier.open(DROPPINGS, threads=1)
    yield classifier
    classifier.close()


@pytest.mark.parametrize("name", PHOTOS)
def test_a_clear_dropping_gets_its_class(classifier: Classifier, name: str):
    said = classifier.classify([photo(name)])
    assert said.answers == (name,)
    assert said.column(name)[0] > 0.7


def test_hens_are_no_droppings(classifier: Classifier):
    hens = read_picture(FIXTURES / "pictures/images/cdt_chicken_4849979_1280_jpeg.jpg")
    assert classifier.classify([hens]).answers == ("not_droppings",)


@pytest.mark.parametrize("side", [150, 448, 1500, 4000])
def test_a_photo_of_any_size_gets_the_same_answer(classifier: Classifier, side: int):
    grown = cv2.resize(
        photo("coccidiosis"), (side, side), interpolation=cv2.INTER_AREA if side < 224 else cv2.INTER_CUBIC
    )
    assert classifier.classify([grown]).answers == ("coccidiosis",)


def test_what_lies_outside_the_middle_square_is_not_looked_at(classifier: Classifier):
    wide = cv2.copyMakeBorder(photo("newcastle"), 0, 0, 200, 200, cv2.BORDER_CONSTANT, value=(0, 0, 255))
    alone = classifier.classify([photo("newcastle")]).probabilities
    assert np.allclose(classifier.classify([wide]).probabilities, alone, atol=1e-5)


def test_many_pictures_are_answered_like_single_ones(classifier: Classifier):
    pictures = [photo(name) for name in PHOTOS] * 9
    assert len(pictures) > 2 * AT_ONCE
    together = classifier.classify(pictures)
    single = [classifier.classify([picture]) for picture in pictures[:4]]
    assert together.answers[:4] == tuple(one.answers[0] for one in single)
    assert np.allclose(together.probabilities[:4], np.concatenate([one.probabilities for one in single]), atol=1e-4)


def test_no_picture_gives_no_answer(classifier: Classifier):
    said = classifier.classify([])
    assert len(said) == 0
    assert said.probabilities.shape == (0, 5)


@pytest.mark.parametrize(
    "picture", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32), np.zeros((0, 8, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(classifier: Classifier, picture: np.ndarray):
    with pytest.raises(ValueError, match="a picture is"):
        classifier.classify([picture])


def test_a_detector_is_no_classifier_nor_the_other_way_round():
    with pytest.raises(WeightsError, match="finds birds and classifies nothing"):
        Classifier.open(SHIPPED)
    with pytest.raises(WeightsError, match="classifies pictures and finds no birds"):
        Detector.open(DROPPINGS)


def test_exchanged_weights_are_refused(tmp_path: Path):
    copied = tmp_path / "d.onnx"
    copied.write_bytes(DROPPINGS.read_bytes() + b"\0")
    card_path(copied).write_bytes(card_path(DROPPINGS).read_bytes())
    with pytest.raises(WeightsError, match="not the file its card describes"):
        Classifier.open(copied)


def test_a_card_may_not_reject_a_class_it_lacks(tmp_path: Path):
    card = read_classifier_card(card_path(DROPPINGS))
    wrong = card.model_copy(update={"answer": card.answer.model_copy(update={"reject": "feathers"})})
    path = write_card(wrong, tmp_path / "d.onnx")
    with pytest.raises(WeightsError, match=r"answer\.reject must be one of the classes"):
        read_classifier_card(path)


def test_the_shipped_card_says_hint_and_names_its_licences():
    card = read_classifier_card(card_path(DROPPINGS))
    assert "never a diagnosis" in card.limits[0]
    assert card.answer.reject == "not_droppings"
    assert all(source.licence and "unlicensed" not in source.licence for source in card.data)


def test_the_light_runtime_never_loads_torch():
    code = "import sys; from models.runtime import Classifier, DROPPINGS; Classifier.open(DROPPINGS); "
    done = subprocess.run(
        [sys.executable, "-c", code + "print('torch' in sys.modules)"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_blob_is_red_green_blue_from_zero_to_one():
    blue = np.zeros((10, 10, 3), np.uint8)
    blue[..., 0] = 255
    blob = blob_of([blue, blue], 32)
    assert blob.shape == (2, 3, 32, 32)
    assert (blob[:, 2] == 1).all()
    assert (blob[:, :2] == 0).all()


def test_a_large_photo_is_averaged_not_sampled():
    chequered = (np.indices((2048, 2048)).sum(axis=0) % 2 * 255).astype(np.uint8)
    square = central_square(np.dstack([chequered] * 3), 64)
    assert abs(square.astype(int) - 127).max() <= 1


ROWS = st.lists(st.lists(st.floats(-8, 8), min_size=4, max_size=4), min_size=1, max_size=6)


@given(ROWS, st.floats(0.3, 5))
def test_tempering_equals_dividing_the_logits(rows: list[list[float]], temperature: float):
    logits = np.array(rows)

    def softmax(values: np.ndarray) -> np.ndarray:
        raised = np.exp(values - values.max(axis=1, keepdims=True))
        return raised / raised.sum(axis=1, keepdims=True)

    said = softmax(logits).astype(np.float32)
    assert np.allclose(tempered(said, temperature), softmax(logits / temperature), atol=1e-3)


def test_a_flat_answer_is_not_sure_and_a_certain_zero_does_no_harm():
    said = np.array([[0.4, 0.35, 0.25], [1.0, 0.0, 0.0]], np.float32)
    ruled = answer(said, ("a", "b", "c"), AnswerRule(temperature=1.0, not_sure_below=0.6))
    assert ruled.answers == (NOT_SURE, "a")
    assert np.isfinite(ruled.probabilities).all()


@pytest.mark.parametrize(
    ("probabilities", "answers", "words"),
    [
        ([[0.5, 0.2]], ("a",), "sum to 1"),
        ([[0.5, 0.5]], ("c",), "neither classes"),
        ([[0.5, 0.5]], ("a", "b"), "must be"),
    ],
)
def test_answers_that_do_not_fit_are_refused(probabilities: list[list[float]], answers: tuple[str, ...], words: str):
    with pytest.raises(ValueError, match=words):
        Classified(("a", "b"), np.array(probabilities, np.float32), answers)
