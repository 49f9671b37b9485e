"""COCO, Pascal VOC and YOLO polygons into plain YOLO boxes."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from models.cli import app
from models.training.data.dataset import check_split, read_labels
from models.training.data.layout import read_layout

WIDE, HIGH = 400, 300
Box = tuple[str, float, float, float, float]
"""Class, left, top, right, bottom, pixels."""


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["convert", *(str(word) for word in words)])
    return result.exit_code, result.output


def paint(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((HIGH, WIDE, 3), 90, np.uint8))
    return path


def coco(path: Path, pictures: dict[str, Sequence[Box]], **extra: object) -> Path:
    names = sorted({name for boxes in pictures.values() for name, *_ in boxes})
    images = [{"id": at, "file_name": name, "width": WIDE, "height": HIGH} for at, name in enumerate(pictures)]
    annotations = [
        {"id": 0, "image_id": at, "category_id": names.index(name) + 5, "bbox": [x0, y0, x1 - x0, y1 - y0]}
        for at, boxes in enumerate(pictures.values())
        for name, x0, y0, x1, y1 in boxes
    ]
    categories = [{"id": at + 5, "name": name} for at, name in enumerate(names)]
    document = {"images": images, "annotations": annotations, "categories": categories} | extra
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def voc(path: Path, boxes: Sequence[Box], *, filename: str = "") -> Path:
    objects = "".join(
        f"<object><name>{escape(name)}</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax>"
        f"<ymax>{y1}</ymax></bndbox></object>"
        for name, x0, y0, x1, y1 in boxes
    )
    size = f"<size><width>{WIDE}</width><height>{HIGH}</height></size>"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"<annotation><filename>{filename}</filename>{size}{objects}</annotation>"
    path.write_text(text, encoding="utf-8")
    return path


def pixels(out: Path, stem: str, split: str = "train") -> list[Box]:
    """Boxes of a written label file, in pixels, with the names of the YAML."""
    classes = read_layout(out / f"{out.name}.yaml").classes
    rows = read_labels(out / "labels" / split / f"{stem}.txt")
    size = np.array([WIDE, HIGH])
    found = []
    for number, *values in rows:
        centre, half = np.array(values[:2]) * size, np.array(values[2:]) * size / 2
        found.append((classes[int(number)], *(centre - half).tolist(), *(centre + half).tolist()))
    return found


def same(found: Sequence[Box], wanted: Sequence[Box]) -> None:
    assert [name for name, *_ in found] == [name for name, *_ in wanted]
    assert np.array([box[1:] for box in found]) == pytest.approx(np.array([box[1:] for box in wanted]), abs=1e-3)


inside = st.tuples(
    st.sampled_from(["hen", "chick", "<rooster & co>"]),
    st.floats(0, WIDE - 10), st.floats(0, HIGH - 10), st.floats(1, 9), st.floats(1, 9),
).map(lambda box: (box[0], box[1], box[2], box[1] + box[3], box[2] + box[4]))  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(boxes=st.lists(inside, min_size=1, max_size=6))
def test_boxes_survive_coco_voc_and_polygons(boxes: list[Box], tmp_path_factory: pytest.TempPathFactory):
    farm = tmp_path_factory.mktemp("farm")
    paint(farm / "a.png")
    sources = [coco(farm / "coco.json", {"a.png": boxes}), voc(farm / "xml/a.xml", boxes, filename="a.png").parent]
    for at, source in enumerate(sources):
        status, output = run(source, "--out", farm / f"out{at}", "--pictures", farm)
        assert status == 0, output
        same(pixels(farm / f"out{at}", "a"), boxes)
    classes = read_layout(farm / "out0/out0.yaml").classes
    corners = [(classes.index(n), x0 / WIDE, y0 / HIGH, x1 / WIDE, y1 / HIGH) for n, x0, y0, x1, y1 in boxes]
    text = "".join(f"{number} {a} {b} {c} {b} {c} {d} {a} {d}\n" for number, a, b, c, d in corners)
    (farm / "a.txt").write_text(text, encoding="utf-8")
    (farm / "list.txt").write_text("a.png\n", encoding="utf-8")
    (farm / "poly.yaml").write_text(f"train: list.txt\nnames: {json.dumps(classes)}\n", encoding="utf-8")
    assert run(farm / "poly.yaml", "--out", farm / "out2")[0] == 0
    same(pixels(farm / "out2", "a"), boxes)


def test_what_was_converted_passes_the_check(tmp_path: Path):
    paint(tmp_path / "images/a.jpg")
    paint(tmp_path / "images/day2/b.jpg")
    source = coco(tmp_path / "coco.json", {"a.jpg": [("hen", 10, 20, 50, 80)], "day2/b.jpg": []})
    status, output = run(source, "--out", tmp_path / "farm")
    assert status == 0
    assert "2 pictures, 1 boxes, classes hen" in output
    layout = read_layout(tmp_path / "farm/farm.yaml")
    report = check_split(layout.train, classes=1)
    assert (report.pictures, report.boxes, report.empty, report.problems) == (2, 1, 1, [])
    assert (tmp_path / "farm/images/train/day2_b.jpg").is_file()


def test_a_turned_box_becomes_the_box_around_it(tmp_path: Path):
    paint(tmp_path / "images/a.jpg")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("0 0.5 0.2 0.6 0.5 0.5 0.8 0.4 0.5\n", encoding="utf-8")
    (tmp_path / "farm.yaml").write_text("val: images\nnames: [hen]\n", encoding="utf-8")
    assert run(tmp_path / "farm.yaml", "--out", tmp_path / "out")[0] == 0
    same(pixels(tmp_path / "out", "a", "val"), [("hen", 160, 60, 240, 240)])


def test_boxes_are_cut_at_the_edge_and_lost_ones_are_told(tmp_path: Path):
    paint(tmp_path / "a.jpg")
    boxes = [("hen", -20, 50, 30, 400), ("hen", 500, 10, 600, 90), ("hen", 10, 10, 10, 40)]
    status, output = run(coco(tmp_path / "coco.json", {"a.jpg": boxes}), "--out", tmp_path / "out")
    assert status == 0
    assert "2 boxes outside their picture left out" in output
    same(pixels(tmp_path / "out", "a"), [("hen", 0, 50, 30, 300)])


def test_coco_crowds_are_left_out_and_polygons_taken(tmp_path: Path):
    paint(tmp_path / "a.jpg")
    annotations = [
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 100, 100], "iscrowd": 1},
        {"image_id": 1, "category_id": 1, "segmentation": [[10, 10, 60, 20, 40, 90], [60, 60, 70, 70, 65, 80]]},
    ]
    source = coco(
        tmp_path / "coco.json", {}, images=[{"id": 1, "file_name": "a.jpg"}],
        annotations=annotations, categories=[{"id": 1, "name": "hen"}],
    )  # fmt: skip
    status, output = run(source, "--out", tmp_path / "out")
    assert status == 0
    assert "1 boxes around crowds left out" in output
    same(pixels(tmp_path / "out", "a"), [("hen", 10, 10, 70, 90)])


def test_classes_are_kept_or_made_one(tmp_path: Path):
    paint(tmp_path / "a.jpg")
    boxes = [("hen", 10, 10, 50, 50), ("feeder", 90, 90, 150, 150), ("chick", 200, 200, 220, 220)]
    source = coco(tmp_path / "coco.json", {"a.jpg": boxes})
    assert run(source, "--out", tmp_path / "some", "--classes", "hen,chick")[0] == 0
    same(pixels(tmp_path / "some", "a"), [boxes[0], boxes[2]])
    assert run(source, "--out", tmp_path / "one", "--classes", "hen,chick", "--as", "chicken")[0] == 0
    same(pixels(tmp_path / "one", "a"), [("chicken", *boxes[0][1:]), ("chicken", *boxes[2][1:])])
    status, output = run(source, "--out", tmp_path / "none", "--classes", "duck")
    assert (status, "no box of the class 'duck'" in output) == (1, True)


def test_a_second_split_joins_the_first_and_keeps_its_class_numbers(tmp_path: Path):
    paint(tmp_path / "a.jpg")
    paint(tmp_path / "b.jpg")
    out = tmp_path / "out"
    one = coco(tmp_path / "one.json", {"a.jpg": [("hen", 10, 10, 50, 50)]})
    two = coco(tmp_path / "two.json", {"b.jpg": [("chick", 1, 1, 50, 50), ("hen", 60, 60, 90, 90)]})
    assert run(one, "--out", out)[0] == 0
    assert run(two, "--out", out, "--split", "val")[0] == 0
    layout = read_layout(out / "out.yaml")
    assert layout.classes == ("hen", "chick")
    assert set(layout.named) == {"train", "val"}
    same(pixels(out, "b", "val"), [("chick", 1, 1, 50, 50), ("hen", 60, 60, 90, 90)])
    same(pixels(out, "a"), [("hen", 10, 10, 50, 50)])


def test_nothing_is_overwritten_without_force(tmp_path: Path):
    paint(tmp_path / "a.jpg")
    source = coco(tmp_path / "coco.json", {"a.jpg": [("hen", 10, 10, 50, 50)]})
    out = tmp_path / "out"
    assert run(source, "--out", out)[0] == 0
    label = out / "labels/train/a.txt"
    label.write_text("0 0.5 0.5 0.1 0.1\n", encoding="utf-8")
    status, output = run(source, "--out", out)
    assert status == 1
    assert "is there already and is not overwritten" in output
    assert label.read_text("utf-8") == "0 0.5 0.5 0.1 0.1\n"
    assert run(source, "--out", out, "--force")[0] == 0
    same(pixels(out, "a"), [("hen", 10, 10, 50, 50)])


def test_pictures_of_one_name_in_two_folders_stay_two(tmp_path: Path):
    paint(tmp_path / "day1/a.jpg")
    paint(tmp_path / "day2/a.jpg")
    source = coco(tmp_path / "coco.json", {"day1/a.jpg": [("hen", 1, 1, 9, 9)], "day2/a.jpg": []})
    assert run(source, "--out", tmp_path / "out")[0] == 0
    assert {path.name for path in (tmp_path / "out/images/train").iterdir()} == {"day1_a.jpg", "day2_a.jpg"}


def test_a_name_that_climbs_out_of_the_folder_writes_inside(tmp_path: Path):
    paint(tmp_path / "a.jpg")
    source = coco(tmp_path / "set/coco.json", {"../../../a.jpg": [("hen", 1, 1, 9, 9)]})
    assert run(source, "--out", tmp_path / "out", "--pictures", tmp_path)[0] == 0
    assert [path.name for path in (tmp_path / "out/images/train").iterdir()] == ["a.jpg"]


def test_voc_pictures_lie_beside_or_in_jpegimages(tmp_path: Path):
    paint(tmp_path / "JPEGImages/a.JPG")
    paint(tmp_path / "Annotations/b.png")
    voc(tmp_path / "Annotations/a.xml", [("hen", 1, 2, 30, 40)], filename="of another machine.jpg")
    voc(tmp_path / "Annotations/b.xml", [])
    status, output = run(tmp_path / "Annotations", "--out", tmp_path / "out")
    assert status == 0, output
    same(pixels(tmp_path / "out", "a"), [("hen", 1, 2, 30, 40)])
    assert read_labels(tmp_path / "out/labels/train/b.txt").shape == (0, 5)


def test_single_problems_are_told_and_the_rest_is_converted(tmp_path: Path):
    paint(tmp_path / "JPEGImages/a.jpg")
    xml = tmp_path / "Annotations"
    voc(xml / "a.xml", [("hen", 1, 2, 30, 40)])
    voc(xml / "gone.xml", [("hen", 1, 2, 30, 40)], filename="gone.jpg")
    (xml / "broken.xml").write_text("<annotation><object>", encoding="utf-8")
    paint(xml / "odd.jpg")
    (xml / "odd.xml").write_text("<annotation><object><name>hen</name></object></annotation>", encoding="utf-8")
    status, output = run(xml, "--out", tmp_path / "out")
    assert status == 1
    assert "gone.jpg is not in" in output
    assert "broken.xml is not an XML file" in output
    assert "odd.xml, object 1 has no bndbox" in output
    assert "3 problems found; the rest is converted" in output
    same(pixels(tmp_path / "out", "a"), [("hen", 1, 2, 30, 40)])


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", "{", "a.json is not a COCO file: the file: Invalid JSON"),
        ("a.json", '{"images": [], "categories": [{"id": 1}]}', "categories.0.name: Field required"),
        ("a.json", '{"images": [{"id": 1, "file_name": "x.jpg"}], "categories": []}', "the picture x.jpg is not in"),
        ("a.json", '{"images": [], "categories": []}', "no picture can be converted"),
        ("a.txt", "", "is neither a .json (COCO), a folder of .xml (Pascal VOC) nor a .yaml (YOLO)"),
        ("none.json", None, "does not exist: give the COCO file"),
        ("xml", None, "holds no .xml file"),
    ],
)
def test_a_wrong_source_is_a_sentence(tmp_path: Path, name: str, text: str | None, words: str):
    (tmp_path / "xml").mkdir()
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    status, output = run(tmp_path / name, "--out", tmp_path / "out")
    assert status == 1
    assert words in output
    assert not (tmp_path / "out").exists()


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory):
    farm = tmp_path_factory.mktemp("any")
    (farm / "a.json").write_bytes(content)
    (farm / "xml").mkdir()
    (farm / "xml/a.xml").write_bytes(content)
    for source in ("a.json", "xml"):
        status, output = run(farm / source, "--out", farm / "out")
        assert (status, output.startswith("henwise-models: ")) == (1, True)
