"""henwise-edge count and calibrate, as a user calls them, with the shipped network on shipped pictures."""

import json
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from edge.camera_config import SHIPPED_CLIP, CameraConfig, masked
from edge.cli import app
from edge.vision.desk import Birds, PathCount, PictureCount, schema
from edge.vision.desk_words import table
from edge.vision.drawing import Album, Clip
from edge.vision.footage import Footage
from models.runtime import Detector
from tests.edge.picture_camera import PASSWORD, USER, picture_camera

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "tests/fixtures/pictures/images/chickcounter_G_520.jpg"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def counted(answer: Result) -> list[dict]:
    document = json.loads(answer.stdout)
    jsonschema.validate(document, json.loads((ROOT / "docs/count.schema.json").read_text(encoding="utf-8")))
    return document


def test_a_picture_a_folder_and_a_video_are_counted_and_drawn(run: Run, tmp_path: Path):
    folder = tmp_path / "鸡舍"
    folder.mkdir()
    for name in ("10.jpg", "9.jpg"):
        shutil.copy(PICTURE, folder / name)
    black = tmp_path / "night.png"
    cv2.imwrite(str(black), np.zeros((48, 64, 3), np.uint8))
    answer = run("count", PICTURE, folder, "demo", black, "--json", "--save", "out", "--every", "10", "--tiles", "off")
    assert answer.exit_code == 1, answer.output
    picture, many, clip, night = counted(answer)
    assert picture["birds"]["median"] == len(Detector.open().detect(cv2.imread(str(PICTURE)))) > 0
    assert picture["birds"]["low"] == picture["birds"]["high"] == picture["birds"]["median"]
    assert [row["name"] for row in many["pictures"]] == ["9.jpg", "10.jpg"]
    assert {row["birds"] for row in many["pictures"]} == {picture["pictures"][0]["birds"]}
    birds = json.loads(SHIPPED_CLIP.with_suffix(".json").read_text(encoding="utf-8"))["birds"]
    assert [row["at_s"] for row in clip["pictures"]] == [0, 10, 20]
    assert 0.6 * min(birds) < clip["birds"]["median"] < 1.4 * max(birds)
    assert 0 < clip["birds"]["confidence"] <= 1
    assert (night["birds"], night["pictures"][0]["cause"]) == (None, "picture_dark")
    saved = [Path(path) for one in (picture, many, clip) for path in one["saved"]]
    assert [path.suffix for path in saved] == [".jpg", ".jpg", ".jpg", ".mp4"]
    drawn, plain = cv2.imread(str(saved[0])), cv2.imread(str(PICTURE))
    assert drawn.shape == plain.shape
    assert np.abs(drawn.astype(int) - plain).max() > 100


def test_the_clip_plays(tmp_path: Path):
    clip = Clip(tmp_path / "new", "a", 2, set())
    for level in range(6):
        clip.add("", np.full((99, 1301, 3), 40 * level, np.uint8))
    [path] = clip.close()
    shown = [
        "ffprobe",
        "-v",
        "error",
        "-count_frames",
        "-show_entries",
        "stream=codec_name,width,height,nb_read_frames",
    ]
    told = subprocess.run([*shown, "-of", "csv=p=0", str(path)], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "vp9,1280,96,6"


def test_two_pictures_of_one_name_are_both_saved(run: Run, tmp_path: Path):
    other = tmp_path / "other" / PICTURE.name
    other.parent.mkdir()
    shutil.copy(PICTURE, other)
    [one, two] = counted(run("count", PICTURE, other, "--json", "--save", "out", "--score", "0.9"))
    assert one["saved"] != two["saved"]
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_floor_and_a_higher_score_count_fewer(run: Run):
    words = ("count", PICTURE, "--json", "--tiles", "off")
    [whole] = counted(run(*words))
    [half] = counted(run(*words, "--floor", "0,0 0.5,0 0.5,1 0,1"))
    [sure] = counted(run(*words, "--score", "0.99"))
    assert 0 < half["birds"]["median"] < whole["birds"]["median"]
    assert sure["birds"] is None or sure["birds"]["median"] < whole["birds"]["median"]


def test_what_cannot_be_read_is_a_sentence_and_the_others_go_on(run: Run, tmp_path: Path):
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    (tmp_path / "empty").mkdir()
    answer = run("count", "none.jpg", "bad.jpg", "bad.mp4", "empty", PICTURE, "--tiles", "off")
    assert answer.exit_code == 1
    assert answer.stderr.splitlines() == [
        "none.jpg is not there",
        "bad.jpg is no picture that can be read",
        "bad.mp4 is neither a picture nor a video that can be read; try it in a player",
        "empty holds no pictures (.bmp, .jpeg, .jpg, .png, .tif, .tiff, .webp)",
    ]
    assert str(PICTURE) in answer.stdout


@pytest.mark.parametrize(("path", "kind"), [("snap.jpg", "stream"), ("none.jpg", "unreadable")])
def test_a_camera_is_counted_by_its_address_and_its_password_never_told(run: Run, path: str, kind: str):
    with picture_camera("MD5") as server:
        address = f"http://{USER}:{PASSWORD}@{server.host}/{path}"
        answer = run("count", address, "--json", "--seconds", "2", "--every", "0.2", "--tiles", "off")
    assert PASSWORD not in answer.output
    [row] = counted(answer)
    assert row["kind"] == kind
    assert len(row["pictures"]) >= (2 if kind == "stream" else 0)
    # The camera of the test shows plain grey: nothing that could be counted.
    assert {one["cause"] for one in row["pictures"]} <= {"picture_covered"}
    assert row["birds"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--lang", "fr"), "--lang fr: allowed are en and zh"),
        (("--tiles", "9x1"), "--tiles 9x1: allowed are auto, off, close, or columns x rows: 3x2, each 1 to 8"),
        (("--tiles", "many"), "--tiles many: allowed are"),
        (("--floor", "0,0 1,1"), "--floor 0,0 1,1: allowed are three or more corners"),
        (("--floor", "0,0 1,1 2,2"), "--floor 0,0 1,1 2,2: allowed are three or more corners"),
        (("--floor", "a"), "--floor a: allowed are three or more corners"),
        (("--network", "none.onnx"), "none.card.json"),
        (("--network", "."), "cannot read"),
        (("--floor", "0,0 1,1 0.5,0.5"), "--floor 0,0 1,1 0.5,0.5: the corners lie on a line"),
        (("--save", PICTURE), f"--save {PICTURE} can't be written: File exists; name another folder"),
    ],
)
def test_a_wish_that_cannot_be_is_a_sentence(run: Run, words: tuple[str, ...], told: str):
    answer = run("count", PICTURE, *words)
    assert answer.exit_code == 1
    assert told in answer.stderr
    assert "Traceback" not in answer.output


def row(path: str, *birds: int | None) -> PathCount:
    pictures = [
        PictureCount(name=f"{n}.jpg", at_s=0, birds=one, cause="" if one else "picture_dark")
        for n, one in enumerate(birds)
    ]
    seen = [one for one in birds if one]
    total = Birds(median=seen[0], low=seen[0], high=seen[-1], confidence=0.87) if seen else None
    return PathCount(path=path, kind="folder", birds=total, pictures=pictures, network="chicken 1", saved=["o/a.jpg"])


def test_the_table_is_told_in_english_and_chinese():
    counts = [row("鸡舍", 12, 15, None), row("yard.jpg", 3)]
    english, chinese = table(counts, "en").splitlines(), table(counts, "zh").splitlines()
    assert english[0].split() == ["footage", "pictures", "birds", "from", "-", "to", "confidence"]
    assert english[2].split() == ["鸡舍", "3", "12", "12", "-", "15", "87%"]
    assert english[3].split() == ["yard.jpg", "1", "3", "-", "87%"]
    assert "  not counted: 2.jpg: the picture is too dark" in english
    assert chinese[0].split() == ["素材", "张数", "只数", "范围", "可信度"]
    assert "  未计数: 2.jpg: 画面太暗" in chinese
    assert english[-1].startswith("Birds that can be seen")


def test_the_schema_in_the_docs_is_the_programs():
    assert (ROOT / "docs/count.schema.json").read_text(encoding="utf-8") == schema()


@pytest.mark.parametrize(
    ("named", "kind", "told"),
    [
        ("demo", "video", "demo"),
        ("/dev/video0", "stream", "/dev/video0"),
        ("rtsp://u:p@10.0.0.2/1", "stream", "rtsp://***@10.0.0.2/1"),
    ],
)
def test_what_footage_is(named: str, kind: str, told: str):
    assert (Footage.of(named).kind, Footage.of(named).told) == (kind, told)


EDGE = """
data_dir = "data"
[place]
farm = "f"
house = "h"
device = "d"
[[cameras]]
slug = "ceiling"
source = "demo"
window_s = 1
"""


def test_a_camera_is_calibrated_by_hand(run: Run, tmp_path: Path):
    (tmp_path / "edge.toml").write_text(EDGE, encoding="utf-8")
    told = run("calibrate", "edge.toml", "ceiling", "50", "--seen", "40")
    assert told.exit_code == 0, told.output
    assert told.stdout == "ceiling saw 40, 50 by hand; its factor is now 1.25 (docs/counting.md)\n"
    watched = run("calibrate", "edge.toml", "ceiling", "20")
    assert watched.exit_code == 0, watched.output
    assert "20 by hand" in watched.stdout
    [file] = (tmp_path / "data" / "cameras").iterdir()
    assert len(json.loads(file.read_text(encoding="utf-8"))["hand_counts"]) == 2


def test_calibrating_a_camera_that_is_not_there_is_a_sentence(run: Run, tmp_path: Path):
    (tmp_path / "edge.toml").write_text(EDGE.replace('"demo"', '"none.mp4"'), encoding="utf-8")
    unknown = run("calibrate", "edge.toml", "door", "5")
    assert (unknown.exit_code, unknown.stderr) == (1, "edge.toml has no camera door; known are: ceiling\n")
    assert CameraConfig(slug="ceiling", source="demo").kind == "file"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_a_picture_of_too_many_pixels_is_a_sentence(run: Run, tmp_path: Path):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(bomb)
    answer = run("count", "bomb.png", PICTURE, "--tiles", "off", "--json")
    assert answer.exit_code == 1
    assert answer.stderr.splitlines() == ["bomb.png is no picture that can be read"]
    assert [one["birds"] is None for one in counted(answer)] == [True, False]


@pytest.mark.parametrize("address", [f"ftp://{USER}:{PASSWORD}@camera/x", "rtsp://", "rtsp://[::1/x"])
def test_an_address_of_no_camera_is_a_sentence_without_its_password(run: Run, address: str):
    answer = run("count", address, "--json")
    assert answer.exit_code == 1
    [problem] = answer.stderr.splitlines()
    assert problem.startswith(masked(address) + ": ")
    assert PASSWORD not in answer.output
    assert counted(answer)[0]["path"] == masked(address)


def test_a_name_with_a_raised_number_is_a_name(run: Run, tmp_path: Path):
    (tmp_path / "many").mkdir()
    shutil.copy(PICTURE, tmp_path / "many/²1.jpg")
    answer = run("count", "many", "--tiles", "off", "--json")
    assert counted(answer)[0]["pictures"][0]["birds"]


def test_a_drawing_too_long_for_a_jpeg_is_an_error_of_writing(tmp_path: Path):
    with pytest.raises(OSError, match=r"a\.png is too large for a JPEG"):
        Album(tmp_path, set()).add("a.png", np.zeros((1, 70_000, 3), np.uint8))
