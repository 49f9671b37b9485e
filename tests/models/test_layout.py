"""The YAML of a data set, in the shapes found in the world."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import DatasetError
from models.training.data.layout import read_layout, resolved_yaml, split_pictures


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    for folder in ("images/train", "images/val/monday", "more/val"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("images/train/a.jpg", "images/val/monday/b.PNG", "images/val/c.jpeg", "more/val/d.tif"):
        (tmp_path / name).touch()
    (tmp_path / "images/val/notes.doc").touch()
    return tmp_path


def write(farm: Path, text: str) -> Path:
    path = farm / "farm.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def names_of(farm: Path, text: str, split: str = "val") -> list[str]:
    layout = read_layout(write(farm, text))
    return [item.name for item in split_pictures(layout.split(split), layout.roots)]


@pytest.mark.parametrize(
    "root", ["", "path: .", "path: ''", "path: ~", "path: {farm}", "path: ../nowhere", "path: C:\\data\\farm"]
)
def test_folders_are_found_whatever_the_path_says(farm: Path, root: str):
    text = f"{root.format(farm=farm)}\nval: images/val\nnames: [chicken]\n"
    assert names_of(farm, text) == ["c.jpeg", "b.PNG"]


def test_a_path_relative_to_the_yaml_is_followed(farm: Path):
    (farm / "yaml").mkdir()
    path = farm / "yaml" / "farm.yaml"
    path.write_text("path: ../more\nval: val\nnames: [chicken]\n", encoding="utf-8")
    assert [item.name for item in split_pictures(read_layout(path).val)] == ["d.tif"]


def test_a_split_may_be_several_folders_or_a_list_of_pictures(farm: Path):
    assert names_of(farm, "val: [images/val, more/val, images/val]\nnames: [a]") == ["c.jpeg", "b.PNG", "d.tif"]
    (farm / "val.txt").write_text(f"./images/train/a.jpg\n\n{farm}/more/val/d.tif\n", encoding="utf-8")
    assert names_of(farm, "val: val.txt\nnames: [a]") == ["a.jpg", "d.tif"]


def test_a_list_may_be_relative_to_the_root(farm: Path):
    (farm / "lists").mkdir()
    (farm / "lists/val.txt").write_text("more/val/d.tif\n", encoding="utf-8")
    layout = read_layout(write(farm, "val: lists/val.txt\nnames: [a]"))
    assert split_pictures(layout.val, layout.roots) == [farm / "more/val/d.tif"]


def test_publishers_who_write_dots_before_the_folder_are_understood(farm: Path):
    assert names_of(farm, "train: ../images/train\nvalid: ../more/val\nnames: [a]") == ["d.tif"]


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        ("nc: 1\nnames: [chicken]", ("chicken",)),
        ("names: {0: hen, 1: chick}", ("hen", "chick")),
        ("names: {'1': chick, '0': hen}", ("hen", "chick")),
        ("names: {2: hen}", ("class 0", "class 1", "hen")),
        ("nc: 2", ("class 0", "class 1")),
        ("names: [1, yes]", ("1", "True")),
    ],
)
def test_names_come_in_many_shapes(farm: Path, names: str, classes: tuple[str, ...]):
    assert read_layout(write(farm, f"val: images/val\n{names}")).classes == classes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("names: [a]", "must say train, val and names"),
        ("- a list", "must say train, val and names"),
        ("", "must say train, val and names"),
        ("a: [", "is not a YAML file"),
        ("val: images/val", "names must be a list of class names"),
        ("val: images/val\nnc: 0", "names must be a list of class names"),
        ("val: images/val\nnames: chicken", "names must be a list of class names"),
        ("val: images/val\nnames: {hen: 0}", "must map class numbers to names"),
        ("val: images/val\nnames: {1000000000: hen}", "class numbers in names must lie in"),
    ],
)
def test_a_wrong_yaml_is_refused(farm: Path, text: str, words: str):
    with pytest.raises(DatasetError, match=words):
        read_layout(write(farm, text))


def test_a_split_that_is_not_there_is_refused_when_it_is_asked_for(farm: Path):
    layout = read_layout(write(farm, "train: images/none\nval: images/val\nnames: [a]"))
    assert layout.val
    with pytest.raises(DatasetError, match=r"images/none, which does not exist"):
        layout.split("train")
    with pytest.raises(DatasetError, match=r"has no test; it names train, val"):
        layout.split("test")


def test_files_that_are_no_yaml_are_refused(farm: Path):
    with pytest.raises(DatasetError, match="does not exist"):
        read_layout(farm / "none.yaml")
    with pytest.raises(DatasetError, match="is a folder"):
        read_layout(farm)
    (farm / "a.onnx").write_bytes(b"\x08\xff\xfe")
    with pytest.raises(DatasetError, match="is not a YAML file"):
        read_layout(farm / "a.onnx")


def test_a_resolved_yaml_names_the_same_pictures_from_anywhere(farm: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(farm)
    layout = read_layout(write(Path(), "path: .\ntrain: ../images/train\nvalid: [images/val, more/val]\nnames: [a, b]"))
    (farm / "elsewhere").mkdir()
    resolved = farm / "elsewhere/resolved.yaml"
    resolved.write_text(resolved_yaml(layout, ("train", "val")), encoding="utf-8")
    monkeypatch.chdir("/")
    again = read_layout(resolved)
    assert again.classes == ("a", "b")
    assert [item.name for item in split_pictures(again.train)] == ["a.jpg"]
    assert [item.name for item in split_pictures(again.val)] == ["c.jpeg", "b.PNG", "d.tif"]
    assert all(entry.is_absolute() for entry in again.val)


@given(data=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["path", "val", "names", "nc", "0"]), inner)
)))  # fmt: skip
def test_any_yaml_is_read_or_refused(data: object, tmp_path_factory: pytest.TempPathFactory):
    import yaml

    path = tmp_path_factory.mktemp("any") / "farm.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    try:
        layout = read_layout(path)
        assert layout.val
    except DatasetError as error:
        assert str(path) in str(error)
