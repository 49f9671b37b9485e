"""`henwise-models compare`: gain told from luck."""

import json
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from models.card import card_path, read_card, write_card
from models.cli import app
from models.runtime import SHIPPED
from models.training.measure import compare
from models.training.measure.compare import differences

ROOT = Path(__file__).parents[2]
PICTURES = Path(__file__).parents[1] / "fixtures/pictures"


def pictures(number: int) -> list[str]:
    return [f"{at}.jpg" for at in range(number)]


def by_figure(a: np.ndarray, b: np.ndarray, scenes: list[str]) -> dict[str, compare.Difference]:
    return {row.figure: row for row in differences(a, b, scenes)}


def test_a_gain_on_every_picture_is_no_luck():
    a = np.tile([5.0, 5, 10], (40, 1))  # hits, found, true
    b = np.tile([8.0, 8, 10], (40, 1))
    rows = by_figure(a, b, pictures(40))
    assert (rows["recall"].a, rows["recall"].b, rows["recall"].difference) == (0.5, 0.8, 0.3)
    assert (rows["recall"].low, rows["recall"].high, rows["recall"].verdict) == (0.3, 0.3, "better")
    assert (rows["count_mae"].difference, rows["count_mae"].verdict) == (-3, "better")
    assert rows["precision"].verdict == "may be luck"
    assert by_figure(b, a, pictures(40))["count_mape"].verdict == "worse"


def test_one_lucky_picture_is_not_taken_for_a_gain():
    a = np.tile([5.0, 5, 10], (20, 1))
    b = a.copy()
    b[0] = [10, 10, 10]
    row = by_figure(a, b, pictures(20))["recall"]
    assert row.difference == 0.025
    assert (row.low, row.verdict) == (0, "may be luck")


def test_frames_of_one_scene_do_not_count_as_many():
    rng = np.random.default_rng(1)
    scene_gain = rng.normal(1, 3, 8).round().clip(-4, 4).repeat(25)
    a = np.tile([5.0, 5, 10], (200, 1))
    b = a + np.stack([scene_gain, scene_gain, np.zeros(200)], axis=1)
    alone = by_figure(a, b, pictures(200))["recall"]
    together = by_figure(a, b, [str(at // 25) for at in range(200)])["recall"]
    assert alone.difference == together.difference
    assert together.high - together.low > 3 * (alone.high - alone.low)


def test_the_interval_is_as_wide_as_theory_says():
    """Differences of mean +-1 with equal chance: the mean of n has a standard deviation of 1 / sqrt(n)."""
    signs = np.tile([1.0, -1.0], 200)
    a = np.tile([5.0, 5, 10], (400, 1))
    b = a + np.stack([signs, signs, np.zeros(400)], axis=1)
    row = by_figure(a, b, pictures(400))["recall"]
    assert row.high - row.low == pytest.approx(2 * 1.96 / 20 / 10, rel=0.08)


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=6),
    seed=st.integers(0, 9),
)
def test_a_network_against_itself_never_differs(rows: list[tuple[int, int, int]], seed: int):
    tally = np.array([(min(hits, found, true), found, true) for hits, found, true in rows], np.float64)
    for row in differences(tally, tally, pictures(len(rows)), seed=seed, draws=50):
        assert row.verdict == "may be luck"
        assert row.difference in {0, None}


def test_two_networks_are_compared_on_pictures(tmp_path: Path):
    shy = tmp_path / "shy.onnx"
    shutil.copy(SHIPPED, shy)
    card = read_card(card_path(SHIPPED))
    write_card(card.model_copy(update={"thresholds": card.thresholds.model_copy(update={"score": 0.9})}), shy)
    for kind in ("images", "labels"):
        shutil.copytree(PICTURES / kind, tmp_path / kind)
    (tmp_path / "farm.yaml").write_text("val: images\nnames: [chicken]\n", encoding="utf-8")
    words = ["compare", str(SHIPPED), str(shy), str(tmp_path / "farm.yaml"), "--scene", "word"]
    result = CliRunner().invoke(app, [*words, "--json"])
    document = json.loads(result.stdout)
    jsonschema.validate(document, json.loads((ROOT / "docs/comparison.schema.json").read_text("utf-8")))
    (part,) = document["datasets"]
    assert (part["pictures"], part["scenes"], document["score_b"]) == (4, 2, 0.9)
    recall = next(row for row in part["differences"] if row["figure"] == "recall")
    assert recall["b"] < recall["a"]
    tables = CliRunner().invoke(app, words).stdout
    assert "4 pictures in 2 scenes, 29 birds" in tables
    assert "too few for the intervals" in tables


def test_a_rule_for_scenes_that_fits_no_name_is_refused(tmp_path: Path):
    (tmp_path / "farm.yaml").write_text(f"path: {PICTURES}\nval: images\nnames: [chicken]\n", encoding="utf-8")
    words = ["compare", str(SHIPPED), str(SHIPPED), str(tmp_path / "farm.yaml"), "--scene"]
    for rule, sentence in (("day([0-9]+)", "every picture needs a scene"), ("(", "nor a regular expression")):
        result = CliRunner().invoke(app, [*words, rule])
        assert result.exit_code == 1
        assert sentence in result.stderr


def test_the_schema_in_the_docs_is_the_one_of_the_code():
    assert (ROOT / "docs/comparison.schema.json").read_text("utf-8") == compare.schema()
