"""The scores are worked out by hand here; on a real sequence they were equal to TrackEval 1.3.0 in all digits."""

import numpy as np
import pytest

from tests.edge.mot_scores import Scores, Tally

HERE, THERE = [0.0, 0, 10, 10], [100.0, 0, 110, 10]


def scores(*frames: tuple[dict[int, list[float]], dict[int, list[float]]]) -> Scores:
    tally = Tally()
    for truth, told in frames:
        arrays = [(np.array([*side], int), np.array([*side.values()]).reshape(-1, 4)) for side in (truth, told)]
        tally.add(*arrays[0], *arrays[1])
    return tally.scores()


def test_a_perfect_tracker_scores_one():
    got = scores(*[({1: HERE, 2: THERE}, {7: HERE, 9: THERE})] * 4)
    assert (got.hota, got.det_a, got.ass_a, got.idf1, got.mota, got.switches) == (1, 1, 1, 1, 1, 0)


def test_one_switch_halfway():
    # 4 boxes, told as 2 + 2: IDTP 2, so IDF1 = 2*2/(4+4); each of 4 hits has TPA 2 of 4; one switch in 4 boxes.
    got = scores(*[({1: HERE}, {7: HERE})] * 2, *[({1: HERE}, {8: HERE})] * 2)
    assert got.idf1 == pytest.approx(0.5)
    assert (got.det_a, got.ass_a) == (1, pytest.approx(0.5))
    assert got.hota == pytest.approx(np.sqrt(0.5))
    assert (got.switches, got.mota) == (1, pytest.approx(0.75))


def test_misses_and_false_boxes():
    # 2 hits, 2 misses, 1 false box: DetA 2/5, AssA 2/4, MOTA 1 - 3/4, IDF1 2*2/(4+3).
    got = scores(({1: HERE}, {7: HERE}), ({1: HERE}, {}), ({1: HERE}, {}), ({1: HERE}, {7: HERE, 8: THERE}))
    assert got.det_a == pytest.approx(0.4)
    assert got.ass_a == pytest.approx(0.5)
    assert got.mota == pytest.approx(0.25)
    assert got.idf1 == pytest.approx(4 / 7)


def test_a_loose_box_counts_at_the_low_thresholds_only():
    # IoU .6: a hit at .05, .10, ... .60, so at 12 of 19 thresholds.
    got = scores(({1: [0, 0, 10, 10]}, {1: [0, 0, 10, 6]}))
    assert got.hota == pytest.approx(12 / 19)


def test_an_empty_film_has_no_scores_to_divide_by_zero():
    got = scores(({1: HERE}, {}))
    assert (got.hota, got.idf1, got.mota) == (0, 0, 0)
