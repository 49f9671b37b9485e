from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.gate import Crossings, GateRules, Hole, HoleCounter, Line
from edge.vision.line_gate import LineCounter, counter_of
from edge.vision.polygon import distance_from
from tests.edge.boxes import tracks
from tests.edge.gate_lines import count, count_rush, lines_through, tracked, true_count, true_tracks
from tests.edge.hens import WALKERS, Noise, read_fixture
from tests.edge.rush import HOLE_CORNERS, PX_PER_M, Rush

# A line from left to right: the house is above it in the picture. Birds are 40 px long: clear of it 12 px away.
LINE = Line((0, 200), (400, 200), inside="left")
HOLE = Hole([(180, 0), (220, 0), (220, 30), (180, 30)], leads="in")
OUT, IN, NONE = Crossings(birds_out=1), Crossings(birds_in=1), Crossings()


def walk(gate: Line | Hole, ys: Iterable[float | None], x: float = 200, every_s: float = 0.5) -> Crossings:
    """Let one bird walk along y, None is out of sight, and stay there until a line has settled what it saw."""
    counter, total = counter_of(gate), NONE
    path = [*ys]
    stays = [path[-1]] * round(GateRules().wait_s / every_s) if isinstance(gate, Line) else []
    for n, y in enumerate(path + stays):
        total += counter.update(n * every_s, tracks(n * every_s, {} if y is None else {1: (x, y)}))
    return total


@pytest.mark.parametrize(
    ("ys", "passed"),
    [
        ([140, 160, 180, 200, 220, 240, 260], OUT),
        ([260, 240, 220, 200, 180, 160, 140], IN),
        ([160, 160, 185, 195, 205, 211, 205, 190, 160, 160], NONE),  # hesitates on the line and turns back
        ([160, 160, 195, 205, 195, 205, 195, 205, 230, 240], OUT),  # hesitates and goes
        ([*[150] * 5, 170, 190, None, None, 215, 230, *[250] * 8], OUT),  # missed on the line: joined after 4 s
        ([*[150] * 8, *[None] * 5, *[250] * 10], OUT),  # missed for longer
        ([*[150] * 5, 170, *[None] * 60, *[250] * 10], NONE),  # away for half a minute: it may be another one
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
    assert walk(LINE, [150] * 40 + [250] * 10 + [150] * 40, every_s=0.1) == NONE
    assert walk(LINE, [150] * 40 + [250] * 50, every_s=0.1) == OUT  # it stays: the bird did go there


def beside_the_line(ids: list[tuple[int | None, int | None]]) -> Crossings:
    """Show two birds that stand on both sides of the line, each under its id of the moment, None while missed."""
    counter, total = LineCounter(LINE), NONE
    for n, (house, out) in enumerate(ids):
        here = {bird: (200.0, y) for bird, y in ((house, 170.0), (out, 230.0)) if bird is not None}
        total += counter.update(n / 10, tracks(n / 10, here))
    return total


@pytest.mark.parametrize(
    "ids",
    [
        [(1, 2)] * 30 + [(2, 1)] * 60,  # ids swapped for good
        [(1, 2)] * 30 + [(None, 1)] * 40 + [(3, 1)] * 60,  # one is missed for 4 s, and its id goes to the other one
        [(1, 2)] * 30 + [(None, 2)] * 30 + [(3, 2)] * 60,  # one comes back under a new id
    ],
)
def test_birds_that_stay_on_their_sides_while_their_ids_change_have_not_passed(
    ids: list[tuple[int | None, int | None]],
):
    assert beside_the_line(ids) == NONE


def test_a_bird_that_is_missed_on_the_line_and_comes_back_under_a_new_id_has_passed():
    counter, total = LineCounter(LINE), NONE
    for n in range(120):
        y = np.interp(n, [30, 60], [150, 250])
        bird = 1 if n < 40 else None if n < 50 else 2
        here = {9: (350.0, 150.0)} | ({bird: (200.0, float(y))} if bird else {})
        total += counter.update(n / 10, tracks(n / 10, here))
    assert total == OUT


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


def with_a_false_box(ys: list[float], seen_s: float) -> Crossings:
    """Let a bird stand in the house at 10 Hz while a false box goes along y from 2 s on, for so long."""
    counter, total = LineCounter(LINE), NONE
    for n in range(120):
        here = {1: (200.0, 150.0)}
        if 20 <= n < 20 + 10 * seen_s:
            here[2] = (260.0, float(np.interp(n, [20, 20 + 10 * seen_s], ys)))
        total += counter.update(n / 10, tracks(n / 10, here))
    return total


def test_a_box_that_lasts_for_a_second_is_no_bird_even_if_it_goes_over_the_line():
    assert with_a_false_box([170, 230], seen_s=1.0) == NONE
    assert with_a_false_box([170, 230], seen_s=4.0) == OUT


def test_a_bird_that_is_missed_while_it_walks_is_looked_for_where_it_was_going():
    counter, total = LineCounter(LINE), NONE
    for n in range(140):
        y = float(np.interp(n, [30, 50], [100, 300]))  # 2.5 body lengths/s
        bird = 1 if n < 36 else None if n < 46 else 2
        here = {9: (290.0, 215.0)} | ({bird: (200.0, y)} if bird else {})
        total += counter.update(n / 10, tracks(n / 10, here))
    assert total == OUT


def test_a_hole_may_lead_out():
    assert walk(Hole(HOLE.corners, leads="out"), [200, 150, 100, 60, 30, *[None] * 8]) == OUT


def test_after_a_minute_without_a_picture_nobody_counts_as_vanished():
    counter = HoleCounter(HOLE)
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


steps = st.lists(st.integers(-15, 15), min_size=1, max_size=60)


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, min_size=1, max_size=4), st.sampled_from([0.1, 0.5, 1.0]))
def test_in_minus_out_is_the_change_of_side(walks: list[list[int]], every_s: float):
    counter, total = LineCounter(Line((0, 200), (4000, 200))), NONE
    most = max(map(len, walks)) + round(GateRules().wait_s / every_s)
    ys = [np.cumsum([180, *walk, *[0] * (most - len(walk))]).tolist() for walk in walks]
    for n in range(most + 1):
        here = {bird: (400.0 * bird, float(y[n])) for bird, y in enumerate(ys)}
        total += counter.update(n * every_s, tracks(n * every_s, here))
    change = sum(piece.side - piece.first for piece in counter._pieces.values())
    assert 2 * (total.birds_in - total.birds_out) == change


def test_real_hens_are_counted_right_when_every_box_is_right():
    hens = read_fixture(WALKERS)
    lines = lines_through(hens, angles=2)
    true, counted = true_count(lines, hens), count(lines, tracked(hens, None, seed=0))
    assert sum(c.birds_in + c.birds_out for c in true) >= 5
    assert counted == true == count(lines, true_tracks(hens))


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
