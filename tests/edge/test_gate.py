from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.gate import Crossings, GateCounter, Hole, Line
from edge.vision.polygon import distance_from
from tests.edge.boxes import tracks
from tests.edge.gate_lines import count, count_rush, lines_through, tracked, true_tracks
from tests.edge.hens import WALKERS, Noise, read_fixture
from tests.edge.rush import HOLE_CORNERS, PX_PER_M, Rush

# A line from left to right: the house is above it in the picture. Birds are 40 px long: clear of it 12 px away.
LINE = Line((0, 200), (400, 200), inside="left")
HOLE = Hole([(180, 0), (220, 0), (220, 30), (180, 30)], leads="in")
OUT, IN, NONE = Crossings(birds_out=1), Crossings(birds_in=1), Crossings()


def walk(gate: Line | Hole, ys: Iterable[float | None], x: float = 200, every_s: float = 0.5) -> Crossings:
    """Let one bird walk along y; None means that it is out of sight."""
    counter, total = GateCounter(gate), NONE
    for n, y in enumerate(ys):
        total += counter.update(n * every_s, tracks(n * every_s, {} if y is None else {1: (x, y)}))
    return total


@pytest.mark.parametrize(
    ("ys", "passed"),
    [
        ([140, 160, 180, 200, 220, 240, 260], OUT),
        ([260, 240, 220, 200, 180, 160, 140], IN),
        ([160, 185, 195, 205, 211, 205, 190, 160, 160], NONE),  # hesitates on the line and turns back
        ([160, 195, 205, 195, 205, 195, 205, 230, 240], OUT),  # hesitates and goes
        ([160, 180, 190, None, None, 215, 230, *[250] * 8], OUT),  # missed on the line: doubted for 3 s
        ([160, 180, 200, 225, 240, 240, 220, 200, 180, 160], Crossings(1, 1)),  # out and back again
        ([230, 240, 250], NONE),  # was there before
        ([205, 230, 240], NONE),  # first seen on the line: nobody knows where it came from
    ],
)
def test_a_line_counts_a_bird_once_it_is_clear_on_the_other_side(ys: list[float | None], passed: Crossings):
    assert walk(LINE, ys) == passed


def test_the_house_may_lie_on_the_right():
    assert walk(Line((0, 200), (400, 200), inside="right"), [160, 180, 200, 220, 240, 260]) == IN
    assert walk(Line((400, 200), (0, 200), inside="left"), [160, 180, 200, 220, 240, 260]) == IN


def test_who_walks_round_the_end_of_the_line_has_not_passed_it():
    assert walk(LINE, [160, 180, 200, 220, 240, 260], x=500) == NONE
    assert walk(LINE, [160, 180, 200, 220, 240, 260], x=410) == OUT  # half a body length beside the end


def test_an_id_that_jumps_to_a_false_box_and_back_has_not_passed():
    assert walk(LINE, [150] * 10 + [250] * 10 + [150] * 10, every_s=0.1) == NONE
    assert walk(LINE, [150] * 10 + [250] * 50, every_s=0.1) == OUT  # it stays: the bird did go there


@pytest.mark.parametrize(
    ("ys", "passed"),
    [
        ([200, 150, 100, 60, 30, *[None] * 8], IN),
        ([None, 20, 40, 70, 100, 140, 140], OUT),
        ([200, 150, 100, 60, 30, None, None, 40, 80, 120, 150], NONE),  # hidden for a moment, then turned back
        ([None, 20, 30, 35, 30, 20, *[None] * 8], NONE),  # looked out
        ([200, 190, 180, *[None] * 8], NONE),  # lost in the crowd, far from the hole
        ([200, 150, 100, 60, 30, *[None] * 8, 30, 60, 90, 120, 140, 140], Crossings(1, 1)),
    ],
)
def test_a_hole_counts_who_vanishes_in_it_and_who_comes_out(ys: list[float | None], passed: Crossings):
    assert walk(HOLE, ys) == passed


def test_a_hole_may_lead_out():
    assert walk(Hole(HOLE.corners, leads="out"), [200, 150, 100, 60, 30, *[None] * 8]) == OUT


def test_after_a_minute_without_a_picture_nobody_counts_as_vanished():
    counter = GateCounter(HOLE)
    total = NONE
    for n, y in enumerate([120, 90, 60, 30]):
        total += counter.update(n / 2, tracks(n / 2, {1: (200, y)}))
    assert total + counter.update(60, tracks(60, {})) + counter.update(63, tracks(63, {})) == NONE


def test_distances_from_a_polygon():
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert distance_from(square, (5, 5)) == 0
    assert distance_from(square, (15, 5)) == pytest.approx(5)
    assert distance_from(square, (13, 14)) == pytest.approx(5)
    assert distance_from([(0.0, 0.0), (0.0, 0.0), (4.0, 0.0)], (0, 3)) == pytest.approx(3)  # a corner given twice


steps = st.lists(st.one_of(st.none(), st.integers(100, 300)), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, min_size=1, max_size=5), st.sampled_from([0.1, 0.5, 1.0]))
def test_in_minus_out_is_the_change_of_side(walks: list[list[int | None]], every_s: float):
    counter, total = GateCounter(LINE), NONE
    first_sides: dict[int, int] = {}
    for n in range(max(map(len, walks))):
        here = {bird: walk[n] for bird, walk in enumerate(walks) if n < len(walk) and walk[n] is not None}
        total += counter.update(n * every_s, tracks(n * every_s, {bird: (200.0, float(y)) for bird, y in here.items()}))
        for bird, path in counter._paths.items():
            if path.side:
                first_sides.setdefault(bird, path.side)
    change = sum(counter._paths[bird].side - side for bird, side in first_sides.items() if bird in counter._paths)
    gone = [bird for bird in first_sides if bird not in counter._paths]
    assert gone == []
    assert 2 * (total.birds_in - total.birds_out) == change


def test_real_hens_are_counted_right_when_every_box_is_right():
    hens = read_fixture(WALKERS)
    lines = lines_through(hens, angles=2)
    true, counted = count(lines, true_tracks(hens)), count(lines, tracked(hens, None, seed=0))
    assert sum(c.birds_in + c.birds_out for c in true) >= 5
    assert counted == true


def test_an_evening_rush_through_a_40_cm_hole():
    rush = Rush(homeward=40, range_bound=10, seed=3)
    film = rush.play(hz=10)
    assert rush.birds_in >= 38
    assert rush.birds_out >= 9
    assert np.ptp(film.xyxy[:, 0]) > PX_PER_M
    for noise, most_off in ((None, 0.05), (Noise(clutter_places=2), 0.16)):
        total = count_rush(Hole(HOLE_CORNERS, leads="in"), film, noise, seed=0)
        off = abs(total.birds_in - rush.birds_in) + abs(total.birds_out - rush.birds_out)
        assert off <= most_off * (rush.birds_in + rush.birds_out), (total, rush.birds_in, rush.birds_out)
