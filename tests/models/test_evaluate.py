"""`henwise-models evaluate`: the figures by hand, the document, and the data sets of the world."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from models.card import card_path, read_card
from models.cli import app
from models.runtime import SHIPPED
from models.training.measure import report
from models.training.measure.looking import Looked, sources

ROOT = Path(__file__).parents[2]
PICTURES = Path(__file__).parents[1] / "fixtures/pictures"
HENS = "cdt_chicken_4849979_1280_jpeg"


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["evaluate", *(str(word) for word in words)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    """The shipped pictures as a data set in a folder of its own."""
    for kind in ("images", "labels"):
        shutil.copytree(PICTURES / kind, tmp_path / kind / "val")
    (tmp_path / "farm.yaml").write_text("val: images/val\nnames: [chicken]\n", encoding="utf-8")
    return tmp_path


def document(*words: object) -> dict:
    status, output, errors = run(*words, "--json")
    assert status == 0, errors
    parsed = json.loads(output)
    jsonschema.validate(parsed, json.loads((ROOT / "docs/evaluation.schema.json").read_text("utf-8")))
    return parsed


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def looked(name: str, found: np.ndarray, truth: np.ndarray, scores: list[float], classes: list[int]) -> Looked:
    return Looked(Path(name), found, np.array(scores, np.float32), truth, np.array(classes, np.int64), scale=0.5)


SMALL, LARGE, FAR = (0, 0, 40, 40), (100, 100, 300, 300), (500, 500, 540, 540)  # 20, 100 and 20 px in the input


@pytest.fixture
def two() -> list[Looked]:
    """Two pictures: one small bird found and one large bird missed; one bird counted twice, and a weak third time."""
    return [
        looked("a.jpg", boxes(SMALL), boxes(SMALL, LARGE), [0.9], [0, 1]),
        looked("b.jpg", boxes(SMALL, SMALL, FAR), boxes(SMALL), [0.8, 0.6, 0.1], [1]),
    ]


def test_figures_of_two_pictures_by_hand(two: list[Looked]):
    figures = report.overall(two, score=0.5)
    assert (figures.pictures, figures.boxes) == (2, 3)
    assert (figures.precision, figures.recall, figures.f1) == (0.6667, 0.6667, 0.6667)  # 2 of 3, 2 of 3
    assert (figures.count_mae, figures.count_mape) == (1, 0.75)  # one too few of two, one too many of one
    assert (figures.count_bias, figures.count_bias_share) == (0, 0)
    assert figures.map50 == round(67 / 101, 4)  # precision 1 up to recall 2/3: the steps 0 to .66


def test_one_size_ignores_the_birds_of_others(two: list[Looked]):
    small, large = report.by_size(two, score=0.5)
    assert (small.low_px, small.high_px, small.boxes, small.recall) == (12, 24, 2, 1)
    assert (large.low_px, large.high_px, large.boxes, large.recall, large.ap50) == (96, None, 1, 0, 0)
    assert small.ap50 == 1  # the second box and the stray one come after both birds are found


def test_a_box_of_another_size_on_a_bird_is_neither_right_nor_wrong(two: list[Looked]):
    found = looked("c.jpg", boxes(LARGE, SMALL), boxes(LARGE, SMALL), [0.9, 0.5], [0, 0])
    assert [row.ap50 for row in report.by_size([found], score=0.4)] == [1, 1]


def test_pictures_are_told_apart_by_their_number_of_birds(two: list[Looked]):
    empty = looked("d.jpg", boxes(FAR), boxes(), [0.7], [])
    rows = report.by_number([*two, empty], score=0.5)
    assert [(row.low, row.high, row.pictures, row.count_bias, row.count_mape) for row in rows] == [
        (0, 0, 1, 1, None),
        (1, 1, 1, 1, 1),
        (2, 10, 1, -1, 0.5),
    ]


def test_recall_of_each_class(two: list[Looked]):
    rows = report.by_class(two, ["hen"], score=0.5)
    assert [(row.name, row.boxes, row.recall) for row in rows] == [("hen", 1, 1), ("class 1", 2, 0.5)]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["/a/cam1_01.jpg", "/a/cam1_02.jpg", "/a/cam2_01.jpg", "/a/cam2_02.jpg"], ["cam1", "cam1", "cam2", "cam2"]),
        (["/a/0001.jpg", "/a/0002.jpg"], ["", ""]),
        (["/a/IMG_1.jpg", "/a/IMG_2.jpg"], ["", ""]),
        (["/a/x/1.jpg", "/a/x/2.jpg", "/a/y/1.jpg", "/a/y/2.jpg"], ["x", "x", "y", "y"]),
        (["/h1/images/1.jpg", "/h1/images/2.jpg", "/h2/images/1.jpg", "/h2/images/2.jpg"],
         ["h1/images", "h1/images", "h2/images", "h2/images"]),
        (["/a/2026_1.jpg", "/a/2026_2.jpg", "/a/2025_1.jpg", "/a/2025_2.jpg"], ["", "", "", ""]),
        ([], []),
    ],
)  # fmt: skip
def test_sources_are_first_words_or_folders(names: list[str], wanted: list[str]):
    assert sources([Path(name) for name in names]) == wanted


def test_the_shipped_network_is_measured_by_default(farm: Path):
    parsed = document(farm / "farm.yaml")
    (part,) = parsed["datasets"]
    assert parsed["network"]["name"] == "chicken"
    assert (part["dataset"], part["split"], part["overall"]["pictures"], part["overall"]["boxes"]) == (
        "farm",
        "val",
        4,
        29,
    )
    assert [row["source"] for row in part["by_source"]] == ["cdt", "chickcounter"]
    assert sum(row["boxes"] for row in part["by_size"]) == 29
    assert sum(row["pictures"] for row in part["by_number"]) == 4
    assert parsed["pooled"] is None


def test_people_get_tables(farm: Path):
    status, output, _ = run(farm / "farm.yaml", "--no-by-size")
    assert status == 0
    assert "precision" in output
    assert "chickcounter" in output
    assert "by size" not in output
    assert "{" not in output


def test_several_data_sets_are_pooled(farm: Path):
    (farm / "more.yaml").write_text("val: images/val\nnames: [chicken]\n", encoding="utf-8")
    parsed = document(farm / "farm.yaml", farm / "more.yaml", "--score", 0.5)
    assert [part["dataset"] for part in parsed["datasets"]] == ["farm", "more"]
    assert parsed["pooled"]["boxes"] == 58
    assert (parsed["score"], parsed["score_from"]) == (0.5, "option")


def test_pictures_of_any_depth_and_channels_count_alike(farm: Path):
    hens = cv2.imread(str(farm / f"images/val/{HENS}.jpg"))
    grey = cv2.cvtColor(hens, cv2.COLOR_BGR2GRAY)
    pictures = {
        "plain": hens,
        "alpha": cv2.cvtColor(hens, cv2.COLOR_BGR2BGRA),
        "deep": hens.astype(np.uint16) * 257,
        "grey": grey,
        "deepgrey": grey.astype(np.uint16) * 257,
    }
    folder = farm / "images/all"
    folder.mkdir()
    labels = farm / "labels/all"
    labels.mkdir()
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / f"{name}.png"), picture)
        shutil.copy(PICTURES / f"labels/{HENS}.txt", labels / f"{name}.txt")
    recalls = {}
    for name in pictures:
        (farm / "list.txt").write_text(f"images/all/{name}.png\n", encoding="utf-8")
        (farm / "one.yaml").write_text("val: list.txt\nnames: [hen]\n", encoding="utf-8")
        recalls[name] = document(farm / "one.yaml")["datasets"][0]["overall"]["recall"]
    assert recalls["plain"] == recalls["alpha"] == recalls["deep"] >= 0.8
    assert recalls["grey"] == recalls["deepgrey"] >= 0.6


def test_what_cannot_be_judged_is_left_out_and_told(farm: Path):
    labels = farm / "labels/val"
    (labels / "chickcounter_G_520.txt").unlink()
    (labels / f"{HENS}.txt").write_text("0 320 200 40 40\n", encoding="utf-8")
    (farm / "images/val/broken.jpg").write_bytes(b"no picture")
    (labels / "broken.txt").touch()
    status, output, errors = run(farm / "farm.yaml", "--json")
    (part,) = json.loads(output)["datasets"]
    assert status == 0
    assert (part["overall"]["pictures"], part["unlabelled"], len(part["problems"])) == (2, 1, 2)
    assert "1 pictures have no label file and are left out" in errors
    assert "broken.jpg cannot be read as a picture" in errors
    assert f"{HENS}.txt, line 1: centre and size must lie in 0..1" in errors


def test_polygons_count_as_the_boxes_around_them(farm: Path):
    before = document(farm / "farm.yaml")["datasets"][0]["overall"]
    for path in (farm / "labels/val").glob("*.txt"):
        rows = [[float(word) for word in line.split()] for line in path.read_text("utf-8").splitlines()]
        corners = [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for _, x, y, w, h in rows]
        text = "".join(f"0 {a} {b} {c} {b} {c} {d} {a} {d}\n" for a, b, c, d in corners)
        path.write_text(text, encoding="utf-8")
    after = document(farm / "farm.yaml")["datasets"][0]["overall"]
    assert after == pytest.approx(before, abs=0.01)


def test_only_the_named_classes_count(farm: Path):
    (farm / "farm.yaml").write_text("val: images/val\nnames: {0: chicken, 1: feeder}\n", encoding="utf-8")
    label = farm / f"labels/val/{HENS}.txt"
    label.write_text(label.read_text("utf-8") + "1 0.5 0.5 0.1 0.1\n", encoding="utf-8")
    (all_of_them,) = document(farm / "farm.yaml")["datasets"]
    (chicken,) = document(farm / "farm.yaml", "--classes", "chicken")["datasets"]
    assert (all_of_them["overall"]["boxes"], chicken["overall"]["boxes"]) == (30, 29)
    assert [row["name"] for row in all_of_them["by_class"]] == ["chicken", "feeder"]
    assert chicken["classes"] == ["chicken"]
    status, _, errors = run(farm / "farm.yaml", "--classes", "duck")
    assert (status, "has no class 'duck'; it has chicken, feeder" in errors) == (1, True)


def test_judged_pictures_are_saved_with_their_boxes(farm: Path):
    out = farm / "seen"
    status, _, _ = run(farm / "farm.yaml", "--save", out)
    assert status == 0
    assert len(list(out.iterdir())) == 4
    drawn = cv2.imread(str(next(out.glob(f"*{HENS}.jpg"))))
    plain = cv2.imread(str(farm / f"images/val/{HENS}.jpg"))
    assert drawn.shape[0] > plain.shape[0]  # the strip that says what the colours mean
    assert np.abs(drawn[-plain.shape[0] :].astype(int) - plain).max() > 100
    status, _, errors = run(farm / "farm.yaml", "--save", out)
    assert (status, "holds something already" in errors) == (1, True)


def test_figures_are_written_onto_the_card_of_a_named_network_only(farm: Path):
    own = farm / "own.onnx"
    shutil.copy(SHIPPED, own)
    shutil.copy(card_path(SHIPPED), card_path(own))
    before = card_path(SHIPPED).read_bytes()
    assert run(farm / "farm.yaml", "--network", own, "--write")[0] == 0
    row = next(row for row in read_card(card_path(own)).scores if row.dataset == "farm")
    assert (row.pictures, row.boxes) == (4, 29)
    assert row.f1 is not None
    assert row.count_bias is not None
    assert run(farm / "farm.yaml", "--write")[0] == 1
    assert card_path(SHIPPED).read_bytes() == before


def test_the_best_threshold_is_found(farm: Path):
    status, output, _ = run(farm / "farm.yaml", "--choose")
    assert status == 0
    assert 0.05 <= float(output.removeprefix("best threshold: ")) <= 0.9
    assert run(farm / "farm.yaml", "--choose", "--write")[0] == 1


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A view of 3840 pixels that holds 32 pictures of five hens, each hen some 60 pixels."""
    hens = cv2.resize(cv2.imread(str(PICTURES / f"images/{HENS}.jpg")), (480, 480), interpolation=cv2.INTER_AREA)
    rows = np.array([[float(word) for word in line.split()] for line in
                     (PICTURES / f"labels/{HENS}.txt").read_text("utf-8").splitlines()])  # fmt: skip
    lines = [
        f"0 {(column + x) / 8} {(row + y) / 4} {w / 8} {h / 4}\n"
        for row in range(4) for column in range(8) for _, x, y, w, h in rows
    ]  # fmt: skip
    cv2.imwrite(str(tmp_path / "wide.png"), np.tile(hens, (4, 8, 1)))
    (tmp_path / "wide.txt").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "list.txt").write_text("wide.png\n", encoding="utf-8")
    (tmp_path / "wide.yaml").write_text("val: list.txt\nnames: [hen]\n", encoding="utf-8")
    return tmp_path / "wide.yaml"


def test_a_closer_look_finds_the_small_birds_of_a_wide_view(wide: Path):
    whole, closer = document(wide, "--tiles", "off"), document(wide)
    larger = document(wide, "--size", 960, "--tiles", "off")
    assert (whole["tiles"], closer["tiles"]) == ("off", "auto")
    figures, better = whole["datasets"][0]["overall"], closer["datasets"][0]["overall"]
    assert better["recall"] > 0.95 > figures["recall"] + 0.1
    assert better["map50"] >= figures["map50"]  # boxes under the threshold are in it
    assert larger["network"]["input_size_wh"] == [960, 960]
    assert larger["datasets"][0]["by_size"][-1]["low_px"] >= whole["datasets"][0]["by_size"][-1]["low_px"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--size", "650"], "--size must be a multiple of 32, not 650"),
        (["--backend", "abacus"], "there is no back end abacus"),
        (["--network", SHIPPED, "--write", "--size", "320"], "leave them away to --write"),
    ],
)
def test_odd_views_are_refused(farm: Path, words: list[object], sentence: str):
    before = card_path(SHIPPED).read_bytes()
    status, _, errors = run(farm / "farm.yaml", *words)
    assert status == 1
    assert sentence in errors
    assert card_path(SHIPPED).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([SHIPPED, "farm.yaml"], "is a network: name it with --network"),
        (["none.yaml"], "none.yaml does not exist: give the YAML file of a data set"),
        (["farm.yaml", "--split", "test"], "has no test; it names val"),
        (["farm.yaml", "--network", "none.onnx"], "cannot read"),
        (["empty.yaml"], "no picture of val can be measured: there is none"),
        (["bare.yaml"], "no picture of val can be measured: 1 without a label file, first"),
    ],
)
def test_refusals_are_sentences(farm: Path, monkeypatch: pytest.MonkeyPatch, words: list[object], sentence: str):
    for name in ("empty", "bare"):
        (farm / name).mkdir()
        (farm / f"{name}.yaml").write_text(f"val: {name}\nnames: [chicken]\n", encoding="utf-8")
    shutil.copy(PICTURES / f"images/{HENS}.jpg", farm / "bare")
    monkeypatch.chdir(farm)
    status, _, errors = run(*words)
    assert status == 1
    assert sentence in errors
    assert "Traceback" not in errors


def test_the_schema_in_the_docs_is_the_one_of_the_code():
    assert (ROOT / "docs/evaluation.schema.json").read_text("utf-8") == report.schema()


def test_measuring_needs_no_torch(farm: Path):
    code = (
        "import sys\nfrom models.cli import app\n"
        f"try: app(['evaluate', {str(farm / 'farm.yaml')!r}, '--json'])\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.exit(bool({'torch', 'ultralytics'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0
