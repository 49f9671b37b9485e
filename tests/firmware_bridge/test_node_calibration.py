import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadCalibration
from firmware_bridge.node.calibration import Fit, Point, drift, fit, point
from firmware_bridge.node.calibration_file import Calibration, load, save
from firmware_bridge.node.least_squares import solve

NOW = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def at(grams: float, *counts: float, noise: float = 5.0, celsius: float | None = None) -> Point:
    return Point(grams, dict(enumerate(counts)), dict.fromkeys(range(len(counts)), noise), celsius)


TWO = [at(0, 84_000), at(2000, 134_000)]


def test_two_masses_make_a_scale():
    found = fit(TWO)
    assert found.grams_per_count == pytest.approx({0: 0.04})
    assert found.grams({0: 84_000}) == pytest.approx(0, abs=1e-6)
    assert found.grams({0: 109_000}) == pytest.approx(1000)
    assert found.worst_grams == pytest.approx(0, abs=1e-6)
    assert found.noise_grams == pytest.approx(0.2)
    assert not found.shared


def test_a_cell_wired_the_other_way_round_weighs_all_the_same():
    found = fit([at(0, 84_000), at(2000, 34_000)])
    assert found.grams({0: 59_000}) == pytest.approx(1000)


@given(
    st.integers(-4_000_000, 4_000_000),
    st.floats(0.005, 2.0),
    st.lists(st.integers(100, 40_000), min_size=2, max_size=6, unique=True),
    st.floats(0, 30_000),
)
def test_whatever_the_cell_its_points_bring_its_scale_back(zero: int, factor: float, masses: list[int], grams: float):
    counts = {mass: zero + mass / factor for mass in masses}
    if (max(masses) - min(masses)) / factor < 1000:
        return
    found = fit([at(mass, raw, noise=0.0) for mass, raw in counts.items()])
    assert found.grams({0: zero + grams / factor}) == pytest.approx(grams, abs=1e-3)


def test_more_masses_even_out_what_each_is_off():
    points = [at(0, 84_000), at(1000, 109_050), at(2000, 133_950), at(5000, 209_000)]
    found = fit(points)
    assert found.grams({0: 209_000}) == pytest.approx(5000, abs=2)
    assert 0.5 < found.worst_grams < 3


CELLS = (0.040, 0.042, 0.038, 0.041)


def loaded(grams: float, shares: tuple[float, ...]) -> Point:
    return at(grams, *(80_000 + grams * share / factor for share, factor in zip(shares, CELLS, strict=True)))


CORNERS = [
    loaded(0, (0.25, 0.25, 0.25, 0.25)),
    loaded(5000, (0.70, 0.12, 0.12, 0.06)),
    loaded(5000, (0.12, 0.70, 0.06, 0.12)),
    loaded(5000, (0.12, 0.06, 0.70, 0.12)),
    loaded(5000, (0.06, 0.12, 0.12, 0.70)),
]


def test_masses_over_each_cell_in_turn_give_each_cell_its_own_factor():
    found = fit(CORNERS)
    assert not found.shared
    assert tuple(found.grams_per_count.values()) == pytest.approx(CELLS, rel=1e-6)
    anywhere = loaded(1600, (0.4, 0.3, 0.2, 0.1))
    assert found.grams(anywhere.counts) == pytest.approx(1600, abs=0.01)


def test_masses_in_the_middle_only_give_all_cells_one_factor():
    middle = (0.25, 0.25, 0.25, 0.25)
    found = fit([loaded(grams, middle) for grams in (0, 1000, 2000, 3000, 4000, 5000)])
    assert found.shared
    assert len(set(found.grams_per_count.values())) == 1
    assert found.grams(loaded(2500, middle).counts) == pytest.approx(2500, abs=0.01)


def test_readings_become_a_point():
    rng = random.Random(1)
    taken = point(500, {0: [round(rng.gauss(96_500, 20)) for _ in range(50)]}, celsius=21.5)
    assert taken.counts[0] == pytest.approx(96_500, abs=10)
    assert taken.noise_counts[0] == pytest.approx(20, rel=0.3)
    assert (taken.grams, taken.celsius) == (500, 21.5)


@pytest.mark.parametrize(
    ("grams", "readings", "problem"),
    [
        (-5, {0: [1] * 20}, "-5 g can't be"),
        (float("nan"), {0: [1] * 20}, "nan g can't be"),
        (1e9, {0: [1] * 20}, "from 0"),
        (500, {}, "no load cell said anything"),
        (500, {0: [1] * 9}, "gave 9 readings, 10 are needed"),
        (500, {0: [5] * 19 + [0x7FFFFF]}, "at the end of its range"),
        (500, {0: [5] * 20, 1: [-0x800000] * 20}, "load cell 1 is at the end"),
    ],
)
def test_readings_that_are_no_point_are_refused(grams: float, readings: dict[int, list[int]], problem: str):
    with pytest.raises(BadCalibration, match=problem):
        point(grams, readings)


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ([], "two different masses"),
        (TWO[:1], "two different masses"),
        ([at(2000, 84_000), at(2000, 134_000)], "two different masses"),
        ([at(0, 84_000), at(2000, 134_000, 5)], "not every load cell spoke"),
        ([at(0, 84_000), at(2000, 84_300)], r"hardly feel 2000 g \(300 counts\)"),
        ([at(0, 84_000), at(2000, 134_000, noise=2000)], "the readings at 2000 g are restless"),
        ([*TWO, at(1000, 112_000)], "do not lie on one line: 1000 g is"),
        ([at(0, 80_000, 80_000), at(2000, 130_000, 30_000)], "work against each other"),
    ],
)
def test_points_that_give_no_scale_are_refused_with_what_to_do(points: list[Point], problem: str):
    with pytest.raises(BadCalibration, match=problem):
        fit(points)


def test_the_zero_moves_with_the_temperature_as_it_was_found_to():
    scale = fit([at(0, 84_000, celsius=20), at(2000, 134_000, celsius=20)])
    slope = drift([at(0, 83_875, celsius=10), at(0, 84_000, celsius=20), at(0, 84_125, celsius=30)], scale)
    assert slope == pytest.approx(0.5)
    compensated = fit([at(0, 84_000, celsius=20), at(2000, 134_000, celsius=20)], drift_grams_per_celsius=slope)
    assert compensated.grams({0: 84_125}, 30) == pytest.approx(0, abs=1e-6)
    assert compensated.grams({0: 84_125}) == pytest.approx(5)  # the temperature isn't known: nothing is guessed


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ([at(0, 84_000, celsius=20), at(0, 84_100, celsius=22)], "5 °C apart"),
        ([at(0, 84_000), at(0, 84_100)], "5 °C apart"),
        ([at(0, 84_000, celsius=10), at(500, 96_500, celsius=20)], "one and the same mass"),
    ],
)
def test_a_drift_that_can_not_be_known_is_refused(points: list[Point], problem: str):
    with pytest.raises(BadCalibration, match=problem):
        drift(points, fit(TWO))


def test_a_calibration_is_kept_with_its_points_and_read_back(tmp_path: Path):
    path = tmp_path / "scale.calibration.json"
    made = Calibration.of(CORNERS, made_at=NOW, machine="a4cf", source="a64", drift_grams_per_celsius=0.5)
    save(path, made)
    again = load(path)
    assert again.model_dump(exclude={"found"}) == made.model_dump(exclude={"found"})
    assert again.fit() == fit(CORNERS, drift_grams_per_celsius=0.5)
    assert isinstance(again.fit(), Fit)
    assert json.loads(path.read_text())["found"]["worst_grams"] < 0.01
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, r"can't be read \(No such file or directory\); make it with `henwise-bridge calibrate`"),
        ("", "is damaged"),
        ("{}", r"is damaged \(made_at\)"),
        ('{"made_at": "2026-11-22T23:00:00Z", "machine": "", "input": "a128", "points": []}', "two different masses"),
    ],
)
def test_a_calibration_file_that_can_not_be_used_is_refused(tmp_path: Path, content: str | None, problem: str):
    path = tmp_path / "scale.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadCalibration, match=problem):
        load(path)


def test_a_folder_that_is_not_there_takes_no_calibration(tmp_path: Path):
    with pytest.raises(BadCalibration, match="can't be written"):
        save(tmp_path / "nowhere/scale.json", Calibration.of(TWO, made_at=NOW, machine=""))


def test_columns_that_follow_from_each_other_have_no_solution():
    assert solve([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [1.0, 2.0, 3.0]) is None
    assert solve([[0.0], [0.0]], [1.0, 2.0]) is None
    assert solve([[1.0, 0.0], [0.0, 2.0], [1.0, 2.0]], [1.0, 4.0, 5.0]) == pytest.approx([1.0, 2.0])
