import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera_config import CameraConfig
from edge.errors import NotCalibrated
from edge.vision.calibration import Calibration, HandCount, factor_of
from edge.vision.usual_view import UsualView, view_key

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def counted(birds: int, seen: float, network: str = "n 1", view: str = "v") -> HandCount:
    return HandCount(at=AT, birds=birds, seen=seen, network=network, view=view)


def calibration(folder: Path, view: str = "v") -> Calibration:
    return Calibration(folder / "cameras" / "cam.json", view)


def test_nothing_counted_by_hand_is_factor_one(tmp_path: Path):
    assert calibration(tmp_path).factor("n 1") == 1


def test_one_count_by_hand_is_a_factor_and_more_outvote_a_slip(tmp_path: Path):
    one = calibration(tmp_path)
    assert one.add(212, 200, at=AT, network="n 1") == pytest.approx(1.06)
    assert one.add(2120, 200, at=AT, network="n 1") == 2.5
    assert one.add(210, 200, at=AT, network="n 1") == pytest.approx(1.06)
    assert calibration(tmp_path).factor("n 1") == pytest.approx(1.06)


def test_another_network_or_place_makes_counts_stale_and_their_return_brings_them_back(tmp_path: Path):
    calibration(tmp_path).add(150, 100, at=AT, network="n 1")
    assert calibration(tmp_path).factor("n 2") == 1
    assert calibration(tmp_path, "moved").factor("n 1") == 1
    calibration(tmp_path, "moved").add(120, 100, at=AT, network="n 1")
    assert calibration(tmp_path, "moved").factor("n 1") == 1.2
    assert calibration(tmp_path).factor("n 1") == 1.5


def test_what_another_process_adds_is_followed(tmp_path: Path):
    agent = calibration(tmp_path)
    assert agent.factor("n 1") == 1
    calibration(tmp_path).add(110, 100, at=AT, network="n 1")
    assert agent.factor("n 1") == 1.1


@pytest.mark.parametrize(("birds", "seen"), [(0, 10), (10, 0), (10, 0.5)])
def test_an_empty_picture_teaches_nothing(tmp_path: Path, birds: int, seen: float):
    with pytest.raises(NotCalibrated, match="at least one bird in both"):
        calibration(tmp_path).add(birds, seen, at=AT, network="n 1")


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path):
    (tmp_path / "cameras").write_text("in the way", encoding="utf-8")
    with pytest.raises(NotCalibrated, match=r"can't be written \(.*\); check data_dir"):
        calibration(tmp_path).add(10, 10, at=AT, network="n 1")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"hand_counts": [{"birds": -1}]}', '{"hand_counts": 3}', "[" * 9_000]
)
def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str):
    path = tmp_path / "cameras" / "cam.json"
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert calibration(tmp_path).factor("n 1") == 1
    assert "is set aside as cam.damaged" in caplog.text
    assert path.with_suffix(".damaged").read_text(encoding="utf-8") == content
    calibration(tmp_path).add(11, 10, at=AT, network="n 1")
    assert json.loads(path.read_text(encoding="utf-8"))["hand_counts"][0]["birds"] == 11


def test_a_damaged_file_that_cannot_be_set_aside_is_told_and_not_raised(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "cameras" / "cam.json"
    (path.with_suffix(".damaged") / "in the way").mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    assert calibration(tmp_path).factor("n 1") == 1
    assert "can't be set aside" in caplog.text


@pytest.mark.parametrize("seen", [float("nan"), float("inf"), 1e9])
def test_more_birds_than_there_can_be_are_a_sentence(tmp_path: Path, seen: float):
    with pytest.raises(NotCalibrated, match="a factor needs at least one bird in both"):
        calibration(tmp_path).add(5, seen, at=AT, network="n 1")


def test_the_file_stays_small(tmp_path: Path):
    one = calibration(tmp_path)
    for number in range(205):
        one.add(100 + number, 100, at=AT, network="n 1")
    assert len(one.counts()) == 200
    assert [path.name for path in (tmp_path / "cameras").iterdir()] == ["cam.json"]


@given(st.lists(st.tuples(st.integers(1, 5000), st.floats(1, 5000)), min_size=1, max_size=40))
def test_a_factor_stays_in_its_limits(rows: list[tuple[int, float]]):
    factor = factor_of([counted(*row) for row in rows], network="n 1", view="v")
    assert 0.5 <= factor <= 2.5
    assert factor_of([counted(10, 10)] * 21 + [counted(*row) for row in rows[:9]], network="n 1", view="v") == 1


def test_a_camera_is_another_when_its_place_or_floor_is_and_the_same_with_a_new_password():
    camera = CameraConfig(slug="c", source="rtsp://u:old@10.0.0.2/1")
    assert view_key(camera) == view_key(camera.model_copy(update={"source": "rtsp://u:new@10.0.0.2/1", "fps": 5}))
    for change in ({"source": "rtsp://10.0.0.3/1"}, {"position": 2}, {"floor": ((0, 0), (1, 0), (1, 1))}):
        assert view_key(camera) != view_key(camera.model_copy(update=change))


class Learned:
    """A learner that has learned this and nothing since."""

    def __init__(self, *references: bytes) -> None:
        self.references = list(references)

    def reference(self) -> bytes | None:
        return self.references.pop(0) if self.references else None


def test_the_usual_view_is_kept_at_once_then_hourly_and_per_place(tmp_path: Path):
    camera = CameraConfig(slug="c", source="demo")
    view, learned = UsualView.of(tmp_path, camera), Learned(b"1", b"2")
    assert view.load() is None
    view.keep(0, learned)
    assert view.load() == b"1"
    view.keep(3599, learned)
    assert UsualView.of(tmp_path, camera).load() == b"1"
    view.keep(3600, learned)
    assert view.load() == b"2"
    moved = UsualView.of(tmp_path, camera.model_copy(update={"position": 2}))
    assert moved.load() is None
    moved.keep(0, Learned(b"3"))
    assert (moved.load(), view.load()) == (b"3", None)
    assert len(list((tmp_path / "cameras").iterdir())) == 1


def test_a_full_disk_is_told_and_not_raised(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "cameras").write_text("in the way", encoding="utf-8")
    UsualView.of(tmp_path, CameraConfig(slug="c", source="demo")).keep(0, Learned(b"1"))
    assert "can't be written" in caplog.text
