import numpy as np
import pytest

from models.card import AnswerRule, card_path, read_classifier_card
from models.runtime import DROPPINGS
from models.training.measure.judging import (
    WARM_LAMP,
    Said,
    best_limit,
    best_temperature,
    calibration_error,
    f1_of,
    score_row,
    under,
    with_class_scores,
    with_rule,
)


def said_of(logits: np.ndarray, truth: np.ndarray) -> Said:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return Said((raised / raised.sum(axis=1, keepdims=True)).astype(np.float32), truth.astype(np.int64))


@pytest.fixture
def boastful() -> Said:
    """3,000 answers of a network that is right as often as it says, if its logits are divided by 2.5."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (3000, 3))
    shares = said_of(logits, np.zeros(3000)).probabilities
    truth = np.array([rng.choice(3, p=row / row.sum()) for row in shares.astype(float)])
    return said_of(logits * 2.5, truth)


def test_temperature_undoes_boasting(boastful: Said):
    assert best_temperature(boastful) == pytest.approx(2.5, rel=0.08)


def test_tempered_answers_are_calibrated_and_boasting_is_measured(boastful: Said):
    card = read_classifier_card(card_path(DROPPINGS)).model_copy(update={"classes": ("a", "b", "c")})
    plain = AnswerRule(temperature=1, not_sure_below=0)
    before = score_row(boastful, card.model_copy(update={"answer": plain}), dataset="d", split="val")
    after = score_row(
        boastful,
        with_rule(card.model_copy(update={"answer": plain}), [boastful], accuracy=0.9),
        dataset="d",
        split="val",
    )
    assert before.ece > 0.1
    assert after.ece < 0.03
    assert before.accuracy == after.accuracy
    assert after.sure < 1
    assert after.sure_accuracy is not None
    assert after.sure_accuracy >= 0.9


def test_the_limit_is_the_lowest_that_reaches_the_accuracy(boastful: Said):
    temperature = best_temperature(boastful)
    low = best_limit(boastful, temperature, accuracy=0.7)
    high = best_limit(boastful, temperature, accuracy=0.95)
    assert low < high
    assert best_limit(boastful, temperature, accuracy=1.0) == 0.99  # out of reach: the highest


def test_calibration_error_by_hand():
    said = np.array([0.95, 0.95, 0.65, 0.65], np.float32)
    right = np.array([True, True, True, False])
    assert calibration_error(said, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.15, abs=1e-6)


def test_f1_by_hand_and_only_for_classes_that_occur():
    truth, best = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert f1_of(best, truth, ("a", "b", "c")) == {"a": 0.8, "b": 0.667}


def test_false_accepts_are_sure_answers_for_what_should_be_rejected():
    card = read_classifier_card(card_path(DROPPINGS))
    rule = AnswerRule(temperature=1, not_sure_below=0.6, reject="not_droppings")
    rows = np.full((4, 5), 0.05, np.float32)
    rows[0, 3] = rows[1, 0] = rows[2, 3] = 0.8  # rejected, surely called coccidiosis, rejected
    rows[3] = (0.4, 0.3, 0.1, 0.1, 0.1)  # not sure
    row = score_row(
        Said(rows, np.full(4, 3, np.int64)), card.model_copy(update={"answer": rule}), dataset="d", split="all"
    )
    assert row.false_accept == 0.25
    assert row.sure == 0.75
    assert row.sure_accuracy == 0.667


def test_rows_replace_older_ones_of_the_same_set(boastful: Said):
    card = read_classifier_card(card_path(DROPPINGS)).model_copy(
        update={"classes": ("a", "b", "c"), "answer": AnswerRule(temperature=1, not_sure_below=0)}
    )
    row = score_row(boastful, card, dataset="d", split="val")
    once = with_class_scores(card, [row])
    assert len(with_class_scores(once, [row]).scores) == len(once.scores) == len(card.scores) + 1


def test_a_warm_lamp_takes_blue_away_and_saturates_red():
    picture = np.full((2, 2, 3), (100, 100, 240), np.uint8)
    assert under(picture, WARM_LAMP)[0, 0].tolist() == [75, 100, 255]
