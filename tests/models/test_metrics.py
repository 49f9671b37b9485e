import numpy as np
import pytest

from models.training.measure.evaluate import best_score, with_scores
from models.training.measure.metrics import Figures, average_precision, judge, overlap

BIRDS = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], [60, 0, 70, 10]], np.float32)


def scores(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_overlap_of_shifted_boxes():
    shifted = BIRDS[:1] + np.array([5, 0, 5, 0], np.float32)
    assert overlap(BIRDS[:1], shifted)[0, 0] == pytest.approx(50 / 150)
    assert overlap(BIRDS[:1], BIRDS[1:2])[0, 0] == 0


def test_perfect_boxes_score_one():
    figures = Figures.of([judge(BIRDS, scores(0.9, 0.8, 0.7, 0.6), BIRDS)], score=0.5)
    assert (figures.precision, figures.recall, figures.map50, figures.map50_95) == (1, 1, 1, 1)
    assert (figures.count_mae, figures.count_mape) == (0, 0)


def test_a_second_box_on_one_bird_is_false():
    found = np.vstack([BIRDS, BIRDS[:1]])
    figures = Figures.of([judge(found, scores(0.9, 0.8, 0.7, 0.6, 0.5), BIRDS)], score=0.1)
    assert figures.precision == pytest.approx(0.8)
    assert figures.recall == 1
    assert figures.count_mape == pytest.approx(0.25)


def test_average_precision_by_hand():
    # by falling score: right, wrong, right, and one of three birds missed; precision 1 to recall 1/3, 2/3 to 2/3
    found = np.array([BIRDS[0], [100, 100, 110, 110], BIRDS[1]], np.float32)
    areas = average_precision([judge(found, scores(0.9, 0.8, 0.7), BIRDS[:3])])
    assert areas is not None
    assert areas[0] == pytest.approx((34 * 1 + 33 * 2 / 3) / 101, abs=1e-9)


def test_loose_boxes_count_at_low_overlap_only():
    loose = BIRDS + np.array([0, 0, 0, 4], np.float32)  # IoU 10/14
    areas = average_precision([judge(loose, scores(0.9, 0.8, 0.7, 0.6), BIRDS)])
    assert areas is not None
    assert areas.tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]


def test_pictures_without_birds_have_no_recall_but_a_count_error():
    none = np.empty((0, 4), np.float32)
    figures = Figures.of([judge(BIRDS[:2], scores(0.9, 0.8), none)], score=0.5)
    assert (figures.recall, figures.map50, figures.count_mape) == (None, None, None)
    assert (figures.precision, figures.count_mae) == (0, 2)


def test_the_threshold_between_right_and_wrong_boxes_is_chosen():
    found = np.vstack([BIRDS, BIRDS + 200])
    judged = [judge(found, scores(0.9, 0.8, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3), BIRDS)]
    assert 0.4 < best_score([judged]) <= 0.6


def test_new_figures_replace_old_ones_of_the_same_set():
    from models.card import card_path, read_card
    from models.runtime import SHIPPED

    card = read_card(card_path(SHIPPED))
    row = card.scores[0].model_copy(update={"precision": 0.123})
    changed = with_scores(card, [row])
    assert len(changed.scores) == len(card.scores)
    assert [kept.precision for kept in changed.scores if kept.dataset == row.dataset] == [0.123]
