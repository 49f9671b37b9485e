"""Kept pictures: bounded, whole after a power cut, judged, packed."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from contract.messages import Box, HealthFinding, Verdict
from edge.cli import app
from edge.config import KeepingConfig
from edge.vision.keeping import FOLDER, Keeper
from edge.vision.kept import all_kept
from edge.vision.picture import Picture, small_picture
from edge.vision.uncertain import FRAMES, Uncertain
from models.training.data.dataset import check_split
from models.training.data.layout import read_layout
from tests.edge.samples import finding

AT = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
SCORES = np.array([0.9, 0.8, 0.3, 0.27], np.float32)
NET = "chicken 1"


def picture(seed: int = 0, size_wh: tuple[int, int] = (160, 120)) -> Picture:
    image = np.random.default_rng(seed).integers(0, 255, (size_wh[1], size_wh[0], 3), np.uint8)
    xyxy = np.array([[10, 10, 50, 40], [60, 20, 90, 60], [-5, 100, 20, 130], [10, 10, 50, 40]], np.float32)
    return small_picture(image, xyxy, SCORES)


def keeper_in(folder: Path, **how: int) -> Keeper:
    keeper = Keeper(folder, KeepingConfig(**how))
    keeper.open()
    return keeper


def feed(keeper: Keeper, *, hours: float, every_s: float = 600, camera: str = "cam", start: datetime = AT) -> int:
    kept = 0
    for n in range(int(hours * 3600 / every_s)):
        at = start + timedelta(seconds=n * every_s)
        if keeper.wants(camera, at, SCORES, 0.3):
            keeper.uncertain(camera, at, picture(n), NET)
            kept += 1
    return kept


def found(name: str = "f-1", minutes: int = 0) -> HealthFinding:
    return finding().model_copy(update={"finding": name, "at": AT + timedelta(minutes=minutes)})


def verdict(answer: str, *, about: str | None = "f-1", birds: int | None = None, minutes: int = 0) -> Verdict:
    return Verdict.model_validate(
        {
            "device": "edge-1", "at": AT + timedelta(hours=1), "verdict": "v-1", "camera": "cam", "finding": about,
            "about_at": AT + timedelta(minutes=minutes), "answer": answer, "birds": birds,
        }
    )  # fmt: skip


def test_a_frame_is_uncertain_by_its_scores_or_by_a_jump():
    sure = np.full(20, 0.9, np.float32)
    judge = Uncertain(0.3)
    assert not any(judge.is_uncertain(sure) for _ in range(FRAMES))
    assert judge.is_uncertain(sure[:12])
    assert not Uncertain(0.3).is_uncertain(sure)
    assert Uncertain(0.3).is_uncertain(np.array([0.9, 0.35, 0.25], np.float32))
    assert not Uncertain(0.3).is_uncertain(np.empty(0, np.float32))


def test_so_many_a_day_spread_over_the_day(tmp_path: Path):
    keeper = keeper_in(tmp_path, uncertain_per_day=4)
    assert feed(keeper, hours=17) == 4
    times = [kept.record.at for kept in all_kept(tmp_path / FOLDER)]
    assert min(later - before for before, later in pairwise(times)) >= timedelta(hours=3)
    assert feed(keeper, hours=5, camera="other") == 2
    assert feed(keeper_in(tmp_path, uncertain_per_day=4), hours=3, start=AT + timedelta(hours=14)) == 0
    assert feed(keeper, hours=1, start=AT + timedelta(days=1)) == 1
    assert feed(keeper_in(tmp_path / "none", uncertain_per_day=0), hours=24) == 0


def test_the_oldest_go_first_and_a_persons_word_last(tmp_path: Path):
    keeper = keeper_in(tmp_path, most_mb=1)
    big = picture(1, (600, 450))
    keeper.finding(found("judged"), big, NET, big.boxes[0])
    keeper.judged(verdict("right", about="judged"))
    room = 1_000_000 // len(big.jpeg)
    for n in range(3 * room):
        keeper.finding(found(f"f-{n}", n + 1), big, NET, big.boxes[0])
    names = [kept.record.finding for kept in all_kept(tmp_path / FOLDER)]
    assert names[0] == "judged"
    assert names[-1] == f"f-{3 * room - 1}"
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.*")) <= 1_000_000
    assert len(names) == keeper.pictures >= room - 2


def test_what_a_power_cut_left_half_is_cleared_away(tmp_path: Path):
    keeper = keeper_in(tmp_path)
    keeper.finding(found(), picture(), NET, picture().boxes[0])
    camera = tmp_path / FOLDER / "cam"
    whole = sorted(camera.iterdir())
    for name, content in {
        "1-uncertain.jpg": b"a picture without a record", "2-uncertain.json": b"{}", "3-uncertain.jpg.part": b"half",
        "4-uncertain.json": b"\x00" * 40, "4-uncertain.jpg": b"x",
    }.items():  # fmt: skip
        (camera / name).write_bytes(content)
    assert keeper_in(tmp_path).pictures == 1
    assert sorted(camera.iterdir()) == whole


@pytest.mark.parametrize("answer", ["right", "false_alarm"])
def test_a_verdict_becomes_a_label_and_survives_a_restart(tmp_path: Path, answer: str):
    keeper = keeper_in(tmp_path)
    keeper.finding(found(), picture(), NET, picture().boxes[1])
    assert keeper_in(tmp_path).judged(verdict(answer))
    [kept] = all_kept(tmp_path / FOLDER)
    assert kept.record.judged is not None
    assert (kept.record.judged.answer, kept.record.kind, kept.record.found) == (
        answer,
        "still_bird",
        picture().boxes[1],
    )
    assert not keeper.judged(verdict(answer, about="f-9"))


def test_a_count_of_a_recent_snapshot_keeps_its_picture(tmp_path: Path):
    keeper = keeper_in(tmp_path)
    for minute in range(20):
        keeper.snapshot("cam", AT + timedelta(minutes=minute), picture(minute), NET)
    assert keeper.judged(verdict("count", about=None, birds=31, minutes=17))
    assert not keeper.judged(verdict("count", about=None, birds=31, minutes=2))
    [kept] = all_kept(tmp_path / FOLDER)
    assert (kept.record.why, kept.record.at, kept.jpeg.read_bytes()) == (
        "count",
        AT + timedelta(minutes=17),
        picture(17).jpeg,
    )
    assert kept.record.judged is not None
    assert kept.record.judged.birds == 31


def test_a_full_disk_costs_a_picture_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    keeper = keeper_in(tmp_path)
    (tmp_path / FOLDER).write_bytes(b"in the way")
    keeper.finding(found(), picture(), NET, picture().boxes[0])
    assert keeper.pictures == 0
    assert "was not kept" in caplog.text


def test_a_folder_in_a_files_place_is_left_and_a_disk_that_is_full_keeps_no_half(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    place = tmp_path / FOLDER / "cam"
    for name in ("a.json/x", "b.jpg/x", "c.part/x"):
        (place / name).mkdir(parents=True)
    keeper = keeper_in(tmp_path)
    assert "can't be cleared up" in caplog.text
    stem = "20260601T060000000-finding-f-1"
    (place / f"{stem}.json" / "in the way").mkdir(parents=True)
    keeper.finding(found(), picture(), NET, picture().boxes[0])
    assert keeper.pictures == 0
    assert sorted(path.name for path in place.iterdir()) == [f"{stem}.json", "a.json", "b.jpg", "c.part"]


def test_nothing_is_kept_when_nobody_wants_it(tmp_path: Path):
    keeper = Keeper(tmp_path, KeepingConfig(enabled=False))
    keeper.open()
    keeper.finding(found(), picture(), NET, picture().boxes[0])
    keeper.snapshot("cam", AT, picture(), NET)
    assert feed(keeper, hours=24) == 0
    assert not keeper.judged(verdict("count", about=None, birds=3))
    assert list(tmp_path.rglob("*.*")) == []


def edge_toml(folder: Path) -> Path:
    path = folder / "edge.toml"
    path.write_text(
        'data_dir = "data"\n[place]\nfarm = "f"\nhouse = "h"\ndevice = "edge-1"\n'
        '[[cameras]]\nslug = "cam"\nsource = "demo"\n',
        encoding="utf-8",
    )
    return path


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["collect", *map(str, words)])
    return result.exit_code, result.output


def filled(folder: Path) -> Path:
    keeper = keeper_in(folder / "data", uncertain_per_day=8)
    assert feed(keeper, hours=18) == 8
    for name, answer in (("f-1", "right"), ("f-2", "false_alarm"), ("f-3", "")):
        keeper.finding(found(name, 5), picture(7), NET, Box(xyxy=(0, 100, 40, 120), score=0.7))
        if answer:
            assert keeper.judged(verdict(answer, about=name))
    return edge_toml(folder)


def test_the_pack_is_a_data_set_that_the_training_accepts(tmp_path: Path):
    code, said = run(filled(tmp_path), "--out", tmp_path / "pack")
    assert (code, "11 pictures, 2 judged, 3 birds" in said) == (0, True), said
    layout = read_layout(tmp_path / "pack" / "dataset.yaml")
    assert layout.classes == ("chicken",)
    reports = [check_split(folders, classes=1) for folders in (layout.train, layout.val)]
    assert [(report.pictures, report.boxes, report.problems) for report in reports] == [(9, 27, []), (2, 6, [])]
    verdicts = json.loads((tmp_path / "pack" / "verdicts.json").read_text(encoding="utf-8"))
    assert len(verdicts) == 11
    assert {one["judged"]["answer"] for one in verdicts.values() if "judged" in one} == {"right", "false_alarm"}
    birds = sorted(path.relative_to(tmp_path / "pack" / "birds").parts[:2] for path in tmp_path.rglob("birds/*/*/*"))
    assert birds == [("false_alarm", "still_bird"), ("not_judged", "still_bird"), ("right", "still_bird")]
    bird = cv2.imread(str(next(tmp_path.rglob("birds/right/still_bird/*.jpg"))))
    assert bird is not None
    assert bird.shape[:2] == (26, 47)
    assert "labelling" in (tmp_path / "pack" / "README.txt").read_text(encoding="utf-8")
    assert len(list(all_kept(tmp_path / "data" / FOLDER))) == 11


def test_a_zip_of_one_day_that_empties_the_store(tmp_path: Path):
    config = filled(tmp_path)
    out = tmp_path / "new" / "pack.zip"
    code, said = run(config, "--out", out, "--since", "2026-06-01T12:00:00", "--move")
    assert code == 0, said
    with zipfile.ZipFile(out) as file:
        assert file.testzip() is None
        packed = [name for name in file.namelist() if name.startswith("images/")]
    left = [kept.record.at for kept in all_kept(tmp_path / "data" / FOLDER)]
    assert len(packed) + len(left) == 11
    assert max(left) < datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert len(packed) >= 4
    assert list(out.parent.iterdir()) == [out]


def test_one_picture_is_a_data_set_too(tmp_path: Path):
    keeper = keeper_in(tmp_path / "data")
    keeper.finding(found(), picture(), NET, picture().boxes[0])
    code, said = run(edge_toml(tmp_path), "--out", tmp_path / "pack")
    assert code == 0, said
    layout = read_layout(tmp_path / "pack" / "dataset.yaml")
    assert check_split(layout.val, classes=1).problems == []


def test_what_cannot_be_packed_is_said(tmp_path: Path):
    config = edge_toml(tmp_path)
    assert run(config, "--out", tmp_path / "pack") == (1, f"nothing is kept in {tmp_path / 'data' / FOLDER}\n")
    filled(tmp_path)
    code, said = run(config, "--out", tmp_path)
    assert (code, "is there already: give a new name" in said) == (1, True)
    code, said = run(config, "--out", tmp_path / "pack", "--since", "2027-01-01")
    assert (code, "since 2027-01-01" in said) == (1, True)
    assert run(tmp_path / "none.toml", "--out", tmp_path / "x")[0] == 1


def test_a_store_that_was_emptied_beside_a_running_agent(tmp_path: Path):
    config = filled(tmp_path)
    keeper = keeper_in(tmp_path / "data")
    assert run(config, "--out", tmp_path / "pack.zip", "--move")[0] == 0
    assert not keeper.judged(verdict("right"))
    keeper.finding(found("f-9"), picture(), NET, picture().boxes[0])
    assert keeper.judged(verdict("right", about="f-9"))
    assert len(list(all_kept(tmp_path / "data" / FOLDER))) == 1
