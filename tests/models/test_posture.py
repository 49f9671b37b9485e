"""The shipped posture network on real hens that stand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.card import card_path, read_classifier_card
from models.runtime import POSTURE, Classifier, cut_crops
from models.runtime.photo import read_picture
from models.training.data.dataset import Labelled, read_labels

PICTURES = Path(__file__).parents[1] / "fixtures/pictures"


@pytest.fixture(scope="module")
def classifier() -> Iterator[Classifier]:
    classifier = Classifier.open(POSTURE, threads=1)
    yield classifier
    classifier.close()


def test_five_standing_hens_do_not_lie(classifier: Classifier):
    stem = "cdt_chicken_4849979_1280_jpeg"
    frame = read_picture(PICTURES / "images" / f"{stem}.jpg")
    boxes = Labelled(PICTURES, read_labels(PICTURES / "labels" / f"{stem}.txt")).boxes_xyxy(
        size_wh=(frame.shape[1], frame.shape[0])
    )
    said = classifier.classify(cut_crops(frame, boxes.astype(np.float32), margin=classifier.card.margin))
    assert len(said) == 5
    assert "lying" not in said.answers
    assert said.column("standing").mean() > said.column("lying").mean()


def test_the_card_says_it_is_a_posture_and_no_illness():
    card = read_classifier_card(card_path(POSTURE))
    assert card.classes == ("lying", "sitting", "standing")
    assert card.margin > 0
    assert any("not an illness" in limit for limit in card.limits)
    assert POSTURE.stat().st_size < 3_500_000
