import json
from pathlib import Path

import pytest

from models.card import card_path, load_weights, read_card, sha256_of, write_card
from models.errors import WeightsError
from models.runtime import SHIPPED


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped network and its card, to be spoiled."""
    weights = tmp_path / "chicken-v3.onnx"
    weights.write_bytes(SHIPPED.read_bytes())
    card_path(weights).write_bytes(card_path(SHIPPED).read_bytes())
    return weights


def edit(weights: Path, **changes: object) -> None:
    path = card_path(weights)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), encoding="utf-8")


def test_the_shipped_card_fits_its_weights():
    card, content = load_weights(SHIPPED)
    assert card.sha256 == sha256_of(content)
    assert card.classes == ("chicken",)


def test_the_shipped_card_tells_where_it_is_weak_and_what_it_scored():
    card = read_card(card_path(SHIPPED))
    assert len(card.limits) >= 3
    measured = {(row.dataset, row.split): row for row in card.scores}
    assert measured["flock", "val"].pictures == 55
    assert measured["flock", "val"].boxes == 250
    assert measured["flock", "val"].map50 is not None


def test_every_source_of_training_names_its_licence():
    for source in read_card(card_path(SHIPPED)).data:
        assert source.licence


def test_no_unlicensed_source_was_trained_on():
    licences = " ".join(source.licence for source in read_card(card_path(SHIPPED)).data)
    assert "unlicensed" not in licences.lower()


def test_a_card_survives_writing_and_reading(copied: Path):
    card = read_card(card_path(copied))
    assert read_card(write_card(card, copied)) == card


def test_exchanged_weights_are_refused(copied: Path):
    copied.write_bytes(copied.read_bytes() + b"\0")
    with pytest.raises(WeightsError, match="not the file its card describes"):
        load_weights(copied)


def test_weights_without_a_card_are_refused(copied: Path):
    card_path(copied).unlink()
    with pytest.raises(WeightsError, match="needs its card beside it"):
        load_weights(copied)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"extra": 1}, "extra: Extra inputs are not permitted"),
        ({"sha256": "abc"}, "sha256: String should match"),
        ({"input_size_wh": [650, 640]}, "input_size_wh.0: Input should be a multiple of 32"),
        ({"classes": []}, "classes"),
        ({"classes": ["a", "a"]}, "classes must differ"),
        ({"thresholds": {"score": 0.3, "nms_iou": 0.5, "max_boxes": 300}}, "thresholds.max_boxes"),
    ],
)
def test_a_wrong_field_is_named(copied: Path, changes: dict[str, object], words: str):
    edit(copied, **changes)
    with pytest.raises(WeightsError) as refusal:
        read_card(card_path(copied))
    assert words in str(refusal.value)


def test_a_card_that_is_not_json_is_refused(copied: Path):
    card_path(copied).write_bytes(b"\xff\xfe not json")
    with pytest.raises(WeightsError, match="is wrong"):
        read_card(card_path(copied))


@pytest.mark.parametrize("named", [".", "..", "/"])
def test_a_folder_in_place_of_a_network_is_a_sentence(named: str):
    with pytest.raises(WeightsError, match="cannot read"):
        load_weights(Path(named))
