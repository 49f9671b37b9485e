"""Birds that walk over a line before a camera: what is told of them, and what outlives a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from contract.messages import Event, GateCrossing, RollCall
from edge.camera_config import CameraConfig
from edge.config import DoorConfig
from edge.origin import Origin
from edge.vision.camera import Frame
from edge.vision.observers.gates import WINDOW_S, Gates
from edge.vision.observers.seen import Seen
from edge.vision.rollbook import RollBook
from edge.vision.tracking import Tracker
from edge.vision.view import View
from models.runtime import Detections
from tests.edge.samples import BOOT

ORIGIN = Origin("edge-1", BOOT)
CAMERA = CameraConfig.model_validate(
    {
        "slug": "yard",
        "source": "demo",
        "gates": [{"slug": "pop-hole", "line": [[0.5, 0], [0.5, 1]], "inside": "left"}],
    }
)
DOOR = DoorConfig.model_validate({"opens": "06:30", "closes": "20:30", "flock_birds": 480, "timezone": "Asia/Shanghai"})
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI).astimezone(UTC)
WIDE, HIGH = 400, 200


class Walk:
    """Feeds an observer with birds that walk from one side to the other, one below the other."""

    def __init__(self, gates: Gates, start: datetime) -> None:
        self._gates = gates
        self._tracker = Tracker()
        self._view = View(CAMERA)
        self._at = start
        self.told: list[Event] = []

    def across(self, lanes: list[int], *, to_the_left: bool) -> None:
        steps = np.linspace(60, 340, 29)
        for x in steps[::-1] if to_the_left else steps:
            self.frame([(x - 15, lane - 15, x + 15, lane + 15) for lane in lanes])

    def frame(self, boxes: list[tuple[float, float, float, float]]) -> None:
        self._at += timedelta(seconds=0.2)
        at_s = self._at.timestamp()
        found = Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.full(len(boxes), 0.9, np.float32),
            np.zeros(len(boxes), np.int64),
        )
        frame = Frame(np.zeros((HIGH, WIDE, 3), np.uint8), self._at, at_s, 1)
        placed = self._view.place(found.xyxy, (WIDE, HIGH))
        self.told += self._gates.see(Seen(frame, "", found, placed, self._tracker.update(at_s, found)))

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds / 0.2)):
            self.frame([])


def book(path: Path) -> RollBook:
    return RollBook(DOOR, ORIGIN, path / "roll.json")


def test_birds_that_pass_are_told_once_a_minute_by_gate_and_way(tmp_path: Path):
    walk = Walk(Gates(CAMERA, ORIGIN, book=None), NOON)
    walk.across([40, 100, 160], to_the_left=True)
    walk.wait(10)
    walk.across([70], to_the_left=False)
    walk.wait(WINDOW_S)
    crossings = [event for event in walk.told if isinstance(event, GateCrossing)]
    assert [(one.gate, one.birds_out, one.birds_in) for one in crossings] == [("pop-hole", 3, 1)]


def test_the_roll_is_called_with_who_is_out_and_outlives_a_restart(tmp_path: Path):
    walk = Walk(Gates(CAMERA, ORIGIN, book=book(tmp_path)), NOON)
    walk.across([40, 100, 160], to_the_left=True)
    walk.wait(15)

    evening = datetime(2026, 11, 22, 20, 5, tzinfo=SHANGHAI).astimezone(UTC)
    again = Walk(Gates(CAMERA, ORIGIN, book=book(tmp_path)), evening)
    again.across([70], to_the_left=False)
    again.wait(320)

    calls = [event for event in again.told if isinstance(event, RollCall)]
    assert [(one.outside_birds, one.flock_birds, one.alarm) for one in (calls[0], calls[-1])] == [
        (3, 480, True),
        (2, 480, True),
    ]
    assert calls[0].closes_at == datetime(2026, 11, 22, 20, 30, tzinfo=SHANGHAI)


def test_a_new_day_begins_with_everybody_at_home(tmp_path: Path):
    walk = Walk(Gates(CAMERA, ORIGIN, book=book(tmp_path)), NOON)
    walk.across([40], to_the_left=True)
    walk.wait(15)
    tomorrow = Walk(Gates(CAMERA, ORIGIN, book=book(tmp_path)), NOON + timedelta(days=1))
    tomorrow.wait(1)
    [call] = [event for event in tomorrow.told if isinstance(event, RollCall)]
    assert (call.outside_birds, call.alarm) == (0, False)


@pytest.mark.parametrize(
    "content",
    [
        '{"opened_at": 3',
        '{"opened_at": "2026-06-01T06:30:00", "outside_birds": 3, "drift_birds": 0}',
        '{"opened_at": null, "outside_birds": 1e400, "drift_birds": 0}',
        '{"opened_at": "2099-06-01T06:30:00+08:00", "outside_birds": -3, "drift_birds": 0}',
        "[" * 9_000,
    ],
)
def test_a_damaged_file_begins_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str):
    (tmp_path / "roll.json").write_text(content, encoding="utf-8")
    [call] = book(tmp_path).due(NOON)
    assert call.outside_birds == 0
    assert "the roll call begins anew" in caplog.text
