from random import Random
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.tracking import Tracker, TrackerConfig, Tracks
from models.runtime.detections import Detections
from tests.edge.boxes import boxes
from tests.edge.hens import CROWD, RUNNERS, WALKERS, Noise, Sequence, noisy, read_fixture
from tests.edge.mot_scores import Scores, Tally


def test_a_bird_is_told_from_its_second_frame_on_and_keeps_its_id():
    tracker = Tracker()
    assert len(tracker.update(0, boxes((100, 100)))) == 0
    told = [tracker.update(n * 0.5, boxes((100 + 5 * n, 100))) for n in range(1, 9)]
    assert [t.ids.tolist() for t in told] == [[1]] * 8
    assert told[-1].seen.all()
    assert told[-1].age_s == pytest.approx([4.0])
    assert told[-1].xyxy[0] == pytest.approx([120, 80, 160, 120], abs=2)


def test_at_25_frames_a_second_a_flash_is_not_a_bird():
    tracker = Tracker()
    told = [len(tracker.update(n / 25, boxes((100, 100)))) for n in range(8)]
    assert told == [0] * 5 + [1] * 3
    blinking = [tracker.update(1 + n / 25, boxes((300, 100)) if n % 3 else boxes()) for n in range(30)]
    assert all(2 not in t.ids and (t.xyxy[:, 0] < 200).all() for t in blinking)


def test_a_missed_bird_is_told_for_a_second_where_it_should_be():
    tracker = Tracker()
    for n in range(80):
        tracker.update(n / 4, boxes((100, 100)))
    away = [tracker.update(20 + n / 4, boxes()) for n in range(8)]
    assert [t.ids.tolist() for t in away] == [[1]] * 4 + [[]] * 4
    assert not away[0].seen.any()
    assert away[3].unseen_s == pytest.approx([1.0])
    assert away[3].xyxy[0] == pytest.approx([80, 80, 120, 120], abs=1)


def test_a_still_bird_behind_others_for_40_s_comes_back_under_its_id():
    tracker = Tracker()
    for n in range(20):
        tracker.update(n / 2, boxes((100, 100), (300, 300)))
    for n in range(80):
        tracker.update(10 + n / 2, boxes((300, 300)))
    # A single box may be anything; the second one proves it.
    assert tracker.update(50, boxes((101, 99), (300, 300))).ids.tolist() == [2]
    assert tracker.update(50.5, boxes((100, 101), (300, 300))).ids.tolist() == [1, 2]
    assert tracker.update(51, boxes((100, 100), (300, 300))).first_seen_s.tolist() == [0, 0]


def test_who_is_lost_in_a_hole_is_not_taken_for_the_next_one_that_comes_out():
    tracker = Tracker(exits=[[(80, 0), (120, 0), (120, 30), (80, 30)]])
    for n in range(10):
        tracker.update(n / 2, boxes((100, 120 - 10 * n)))
    for n in range(10, 14):
        tracker.update(n / 2, boxes())
    for n in range(14, 18):
        told = tracker.update(n / 2, boxes((100, 30 + 10 * (n - 14))))
    assert told.ids.tolist() == [2]


def test_a_flash_beside_a_lost_bird_does_not_take_its_id():
    tracker = Tracker()
    for n in range(100):
        tracker.update(n / 10, boxes((100, 100)))
    for n in range(100, 110):
        tracker.update(n / 10, boxes())
    flash = tracker.update(11, boxes((130, 100)))
    assert not flash.seen.any()
    back = [tracker.update(11 + n / 10, boxes((100, 100))) for n in range(1, 5)]
    assert back[-1].ids.tolist() == [1]


def test_after_the_memory_it_is_a_new_bird():
    tracker = Tracker(TrackerConfig(memory_s=20))
    for n in range(4):
        tracker.update(n, boxes((100, 100)))
    for n in range(2):
        told = tracker.update(30 + n, boxes((100, 100)))
    assert told.ids.tolist() == [2]


def test_a_weak_box_carries_a_bird_on_but_begins_none():
    tracker = Tracker()
    for n in range(4):
        tracker.update(n, boxes((100, 100)))
    told = [tracker.update(n, boxes((100, 100), (400, 100), score=0.15)) for n in range(4, 8)]
    assert [t.ids.tolist() for t in told] == [[1]] * 4
    assert all(t.seen.all() for t in told)
    assert told[-1].scores == pytest.approx([0.15])
    assert not tracker.update(8, boxes((100, 100), score=0.05)).seen.any()


def test_a_second_box_inside_a_bird_is_no_bird():
    tracker = Tracker()
    for n in range(6):
        both = np.array([[80, 80, 120, 120], [85, 85, 105, 112]], np.float32)
        told = tracker.update(n, Detections(both, np.array([0.9, 0.5], np.float32), np.zeros(2, np.int64)))
    assert told.ids.tolist() == [1]


def test_two_birds_side_by_side_are_not_mixed_up_when_one_is_missed():
    tracker = Tracker()
    for n in range(6):
        tracker.update(n / 2, boxes((100, 100), (130, 100)))
    for n in range(6, 10):
        alone = tracker.update(n / 2, boxes((130, 100)))
        assert alone.ids[alone.seen].tolist() == [2]
    for n in range(10, 12):
        both = tracker.update(n / 2, boxes((100, 100), (130, 100)))
    assert both.ids.tolist() == [1, 2]
    assert both.xyxy[:, 0] == pytest.approx([80, 110], abs=3)


def test_boxes_without_an_area_are_left_out():
    tracker = Tracker()
    for n in range(3):
        told = tracker.update(n, boxes((10, 10), size=0))
    assert len(told) == 0


@pytest.mark.parametrize("at_s", [5.0, 4.0])
def test_frames_out_of_order_are_refused(at_s: float):
    tracker = Tracker()
    tracker.update(5, boxes())
    with pytest.raises(ValueError, match=r"order of their times: .* after 5"):
        tracker.update(at_s, boxes())


@st.composite
def films(draw: st.DrawFn) -> list[tuple[float, Detections]]:
    gaps = draw(st.lists(st.sampled_from([0.04, 0.1, 0.5, 1.0, 7.0, 600.0]), min_size=1, max_size=12))
    at = np.cumsum(gaps)
    corner, extent = st.integers(-50, 300), st.sampled_from([0, 0.01, 1, 20, 45, 3000])
    box = st.tuples(corner, corner, extent, extent, st.sampled_from([0.0, 0.12, 0.3, 0.9]))
    film = []
    for at_s in at.tolist():
        rows = np.array(draw(st.lists(box, max_size=9)), np.float32).reshape(-1, 5)
        xyxy = np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:4]])
        film.append((at_s, Detections(xyxy, rows[:, 4].copy(), np.zeros(len(rows), np.int64))))
    return film


@settings(max_examples=150, deadline=None)
@given(films())
def test_whatever_comes_ids_are_unique_and_boxes_finite_and_no_box_is_two_birds(film: list[tuple[float, Detections]]):
    tracker = Tracker()
    first_seen_s: dict[int, float] = {}
    for at_s, detections in film:
        told = tracker.update(at_s, detections)
        assert len(np.unique(told.ids)) == len(told)
        assert np.isfinite(told.xyxy).all()
        assert (told.xyxy[:, :2] <= told.xyxy[:, 2:]).all()
        assert told.seen.sum() <= (detections.scores >= 0.1).sum()
        assert (told.seen == (told.unseen_s == 0)).all()
        born = dict(zip(told.ids.tolist(), told.first_seen_s.tolist(), strict=True))
        assert all(first_seen_s.setdefault(bird, since_s) == since_s for bird, since_s in born.items())


@settings(max_examples=100, deadline=None)
@given(films(), st.randoms(use_true_random=False))
def test_the_order_of_boxes_decides_nothing(film: list[tuple[float, Detections]], random: Random):
    straight, mixed = Tracker(), Tracker()
    for at_s, found in film:
        order = random.sample(range(len(found)), len(found))
        shuffled = Detections(found.xyxy[order], found.scores[order], found.class_ids[order])
        one, other = straight.update(at_s, found), mixed.update(at_s, shuffled)
        assert one.ids.tolist() == other.ids.tolist()
        assert np.array_equal(one.xyxy, other.xyxy)


@pytest.mark.parametrize(
    ("name", "noise", "least_hota", "least_idf1", "most_switches"),
    [
        (WALKERS, None, 0.9, 0.9, 3),
        (CROWD, None, 0.65, 0.65, 28),
        (RUNNERS, None, 0.75, 0.75, 25),
        (WALKERS, Noise(), 0.7, 0.75, 10),
        (CROWD, Noise(), 0.4, 0.45, 65),
        (RUNNERS, Noise(), 0.5, 0.6, 40),
    ],
)
def test_real_hens_keep_their_ids(
    name: str, noise: Noise | None, least_hota: float, least_idf1: float, most_switches: int
):
    got = followed(read_fixture(name), noise)
    assert (got.hota >= least_hota, got.idf1 >= least_idf1, got.switches <= most_switches) == (True, True, True), got


def followed(hens: Sequence, noise: Noise | None) -> Scores:
    tally, tracker = Tally(), Tracker()
    for (_, ids, xyxy), (at_s, detections) in zip(hens, noisy(hens, noise, seed=1), strict=True):
        told = tracker.update(at_s, detections)
        tally.add(ids, xyxy, told.ids, told.xyxy)
    return tally.scores()


def test_a_thousand_birds_are_all_followed_in_reasonable_time():
    random = np.random.default_rng(0)
    places, tracker = random.uniform(0, 1900, (1000, 2)), Tracker()
    began_s = process_time()
    for n in range(10):
        places += random.normal(0, 3, places.shape)
        told = tracker.update(n / 2, boxes(*places.tolist(), size=40))
    assert (process_time() - began_s) / 10 < 0.25  # median 25 ms on two busy cores
    assert isinstance(told, Tracks)
    assert len(told) >= 980
