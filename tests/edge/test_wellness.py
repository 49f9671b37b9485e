"""How the flock did: simulated flocks whose truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.crowding import crowding
from edge.vision.floor import Floor
from edge.vision.wellness import Wellness, WellnessWindow
from tests.edge.flocks import HEN, PEN, SIDE, Boxes, anywhere, boxes_at, in_the_corner, trembling, walking
from tests.edge.hens import CROWD, RUNNERS, WALKERS, read_fixture

FPS = 2


def over_a_window(frames: list[Boxes], *, seen_share: float = 1.0, fps: float = FPS) -> Wellness:
    rng = np.random.default_rng(5)
    window = WellnessWindow((len(frames) - 1) / fps, PEN)
    for number, boxes in enumerate(frames):
        told = window.update(number / fps, np.arange(len(boxes)), boxes, rng.random(len(boxes)) < seen_share)
    assert told is not None
    return told


@pytest.mark.parametrize("birds", [1, 12, 300])
@pytest.mark.parametrize("fps", [0.5, 2, 20])
def test_trembling_boxes_around_birds_at_rest_are_no_way(birds: int, fps: float):
    rng = np.random.default_rng(1)
    at_rest = boxes_at(anywhere(rng, birds))
    told = over_a_window([trembling(rng, at_rest) for _ in range(241)], fps=fps)
    assert told.activity_lengths_per_min < 0.02


@pytest.mark.parametrize("lengths_per_min", [3, 12, 40])
def test_the_way_of_walking_birds_is_measured(lengths_per_min: float):
    rng = np.random.default_rng(2)
    step = lengths_per_min * HEN[0] / (60 * FPS)
    told = over_a_window([trembling(rng, boxes) for boxes in walking(rng, 40, frames=601, step=step)])
    assert told.activity_lengths_per_min == pytest.approx(lengths_per_min, rel=0.2)


@pytest.mark.parametrize(("name", "lowest", "highest"), [(RUNNERS, 2, 4), (CROWD, 2, 5), (WALKERS, 0.5, 4)])
def test_trembling_boxes_neither_hasten_real_hens_nor_move_frozen_ones(name: str, lowest: float, highest: float):
    rng = np.random.default_rng(2)
    hens = read_fixture(name)
    pen = Floor.of(frame_of(hens.xyxy))
    told = []
    for share, frozen in ((0.0, False), (0.05, False), (0.05, True)):
        window = WellnessWindow(15, pen)
        first = next(iter(hens))
        for at_s, ids, xyxy in hens:
            ids_now, boxes = (first[1], first[2]) if frozen else (ids, xyxy)
            shaken = trembling(rng, boxes.astype(np.float32), share)
            closed = window.update(at_s, ids_now, shaken, np.ones(len(ids_now), bool))
            told += [(share, frozen, closed)] if closed else []
    true, noisy, still = (
        np.mean([one.activity_lengths_per_min for share, frozen, one in told if (share, frozen) == which])
        for which in ((0.0, False), (0.05, False), (0.05, True))
    )
    assert lowest < true < highest
    assert noisy == pytest.approx(true, rel=0.15)
    assert still < 0.02


def frame_of(xyxy: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Return the corners of what all boxes of a sequence lie in."""
    (left, top), (right, bottom) = xyxy[:, :2].min(axis=0).tolist(), xyxy[:, 2:].max(axis=0).tolist()
    return (left, top), (right, top), (right, bottom), (left, bottom)


def test_gaps_in_seeing_cost_little_way():
    rng = np.random.default_rng(3)
    frames = list(walking(rng, 40, frames=601, step=2))
    assert over_a_window(frames, seen_share=0.6).activity_lengths_per_min == pytest.approx(
        over_a_window(frames).activity_lengths_per_min, rel=0.15
    )


def test_two_birds_whose_ids_are_mixed_up_have_not_run():
    rng = np.random.default_rng(4)
    here, there = boxes_at(np.array([[100.0, 100], [900, 900]])), boxes_at(np.array([[900.0, 900], [100, 100]]))
    frames = [trembling(rng, here if number < 60 else there, 0.02) for number in range(121)]
    assert over_a_window(frames).activity_lengths_per_min == 0


@pytest.mark.parametrize("birds", [5, 20, 100, 400])
def test_birds_spread_by_chance_use_the_whole_floor(birds: int):
    rng = np.random.default_rng(6)
    spread = [PEN.spread(anywhere(rng, birds)) for _ in range(50)]
    assert np.mean(spread) > 0.93


def test_five_birds_set_out_evenly_are_not_huddled():
    boxes = boxes_at(np.array([[200.0, 200], [800, 200], [500, 500], [200, 800], [800, 800]]))
    told = crowding(boxes, PEN)
    assert (told.spread_ratio, told.huddle_ratio) == (1.0, 0.0)
    assert told.apart_ratio > 1.5


@pytest.mark.parametrize(("share", "birds", "off"), [(0.5, 200, 0.08), (0.25, 200, 0.1), (0.5, 40, 0.18)])
def test_birds_on_a_part_of_the_floor_use_about_that_share_of_it(share: float, birds: int, off: float):
    rng = np.random.default_rng(7)
    spread = [PEN.spread(anywhere(rng, birds) * [share, 1]) for _ in range(50)]
    assert np.mean(spread) == pytest.approx(share, abs=off)


@pytest.mark.parametrize("birds", [12, 60, 300])
def test_a_huddle_is_told_from_a_flock_of_the_same_size(birds: int):
    rng = np.random.default_rng(8)
    huddled = over_a_window([boxes_at(in_the_corner(rng, birds))] * 21)
    loose = over_a_window([boxes_at(anywhere(rng, birds)) for _ in range(21)])
    assert huddled.huddle_ratio > 0.6
    assert loose.huddle_ratio < 0.1
    assert huddled.spread_ratio < 0.5 * loose.spread_ratio
    assert huddled.packed_xyxy is not None
    assert (huddled.packed_xyxy < SIDE / 1.8).all()


def test_a_house_so_full_that_all_touch_says_nothing_about_huddling():
    rng = np.random.default_rng(9)
    told = crowding(boxes_at(anywhere(rng, 400), (100, 100)), PEN)
    assert told.huddle_ratio == 0


def test_birds_at_the_walls_and_at_the_drinker_are_seen_there():
    along = np.linspace(40, SIDE - 40, 12)
    walls = np.concatenate([np.stack([along, np.full(12, 15.0)], 1), np.stack([np.full(12, 985.0), along], 1)])
    assert crowding(boxes_at(walls), PEN).rim_ratio > 0.9
    drinker = Floor.of(((450, 450), (550, 450), (550, 550), (450, 550)))
    middle = np.random.default_rng(1).uniform(460, 540, (20, 2))
    assert crowding(boxes_at(middle), PEN).rim_ratio == 0
    assert crowding(boxes_at(middle), PEN, (drinker,)).rim_ratio > 0.9
    free = Floor.of(((0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)), has_walls=False)
    assert crowding(boxes_at(walls), free).rim_ratio == 0


def test_birds_off_the_floor_do_not_count():
    half = Floor.of(((0, 0), (500, 0), (500, SIDE), (0, SIDE)))
    rng = np.random.default_rng(10)
    assert crowding(boxes_at(anywhere(rng, 30) * [0.5, 1]), half).birds == 30
    assert crowding(boxes_at(anywhere(rng, 30) * [0.5, 1] + [500, 0]), half).birds == 0


def test_an_odd_floor_is_cut_into_cells_by_its_area():
    triangle = Floor.of(((0, 0), (1000, 0), (0, 1000)))
    rng = np.random.default_rng(11)
    inside = [row for row in rng.uniform(0, 1000, (4000, 2)) if row.sum() < 1000][:200]
    assert triangle.spread(np.array(inside)) > 0.93
    assert triangle.area == 500_000
    with pytest.raises(ValueError, match="no area"):
        Floor.of(((0, 0), (1, 0), (2, 0)))


def test_a_camera_that_was_away_begins_a_new_window():
    window = WellnessWindow(10, PEN)
    boxes = boxes_at(anywhere(np.random.default_rng(12), 5))
    ids, seen = np.arange(5), np.ones(5, bool)
    assert window.update(0, ids, boxes, seen) is None
    assert window.update(500, ids, boxes, seen) is None
    told = window.update(510, ids, boxes, seen)
    assert told is not None
    assert told.window_s == 10


def test_an_empty_floor_gives_a_window_too():
    window = WellnessWindow(1, PEN)
    none = np.empty((0, 4), np.float32)
    told = [window.update(at, np.empty(0, np.int64), none, np.empty(0, bool)) for at in (0.0, 1.0)][1]
    assert told is not None
    assert (told.birds, told.activity_lengths_per_min, told.huddle_ratio) == (0, 0, 0)


flocks = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@settings(max_examples=30, deadline=None)
@given(rng=flocks, scale=st.sampled_from([0.01, 0.5, 3, 40]))
def test_the_unit_of_length_changes_nothing(rng: np.random.Generator, scale: float):
    frames = [np.asarray(one, np.float32) for one in walking(rng, 15, frames=20, step=9)]
    scaled_pen = Floor.of(tuple((x * scale, y * scale) for x, y in PEN.corners.tolist()))
    windows = WellnessWindow(9, PEN), WellnessWindow(9, scaled_pen)
    for number, boxes in enumerate(frames):
        plain, scaled = (
            window.update(number / FPS, np.arange(15), (boxes * by).astype(np.float32), np.ones(15, bool))
            for window, by in zip(windows, (1, scale), strict=True)
        )
        if plain is not None and scaled is not None:
            for name in ("activity_lengths_per_min", "spread_ratio", "huddle_ratio", "apart_ratio", "rim_ratio"):
                assert getattr(plain, name) == pytest.approx(getattr(scaled, name), abs=1e-3)
            return
    raise AssertionError("no window was closed")


@settings(max_examples=30, deadline=None)
@given(rng=flocks)
def test_the_order_of_the_birds_changes_nothing(rng: np.random.Generator):
    windows = WellnessWindow(9, PEN), WellnessWindow(9, PEN)
    for number, boxes in enumerate(walking(rng, 15, frames=19, step=9)):
        order = rng.permutation(15)
        ids, seen = np.arange(15), rng.random(15) < 0.9
        told = windows[0].update(number / FPS, ids, boxes, seen)
        shuffled = windows[1].update(number / FPS, ids[order], boxes[order], seen[order])
    assert told is not None
    assert shuffled is not None
    for name in ("activity_lengths_per_min", "spread_ratio", "huddle_ratio", "apart_ratio", "rim_ratio"):
        assert getattr(told, name) == pytest.approx(getattr(shuffled, name), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(rng=flocks, birds=st.integers(0, 60), size=st.floats(1, 400))
def test_ratios_stay_in_their_bounds(rng: np.random.Generator, birds: int, size: float):
    told = crowding(boxes_at(rng.uniform(-50, SIDE + 50, (birds, 2)), (size, size)), PEN)
    assert 0 <= told.spread_ratio <= 1
    assert 0 <= told.huddle_ratio <= 1
    assert 0 <= told.rim_ratio <= 1
    assert told.apart_ratio >= 0
