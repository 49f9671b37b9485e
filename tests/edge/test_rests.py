"""How long birds that are well lie still in one house, and what that spares the farmer."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from contract.messages import Event
from edge.camera_config import CameraConfig
from edge.config import KeepingConfig
from edge.origin import Origin
from edge.vision.camera import Frame
from edge.vision.keeping import Keeper
from edge.vision.learned import restored
from edge.vision.observers.birds import Birds
from edge.vision.observers.findings import Findings
from edge.vision.observers.seen import Seen
from edge.vision.rests import DAYS_KEPT, FEWEST_S, MOST_S, UsualRests
from edge.vision.view import View
from models.runtime.detections import Detections
from tests.bench.still_days import DAYS, Rests, weeks
from tests.edge.boxes import boxes, tracks
from tests.edge.samples import BOOT

MONDAY = date(2026, 6, 1)
DAY_S = 14 * 3600.0


def learned(longest_min: list[float]) -> UsualRests:
    """Learn from days with these longest rests."""
    usual = UsualRests()
    for n, minutes in enumerate(longest_min):
        usual.watched(MONDAY + timedelta(days=n), DAY_S)
        for rest_s in (60.0, minutes * 60):
            usual.ended(MONDAY + timedelta(days=n), rest_s)
    return usual


def test_nothing_is_known_before_a_day_and_a_night_were_watched():
    assert UsualRests().longest_s() is None
    assert learned([30]).longest_s() is None
    assert learned([30, 20]).longest_s() == 1800


def test_the_longest_rest_is_forgotten_after_some_days():
    assert learned([30, *[10] * DAYS_KEPT]).longest_s() == 1800
    assert learned([30, *[10] * (DAYS_KEPT + 1)]).longest_s() == 600


def test_what_lies_for_most_of_a_day_teaches_nothing():
    assert learned([20, MOST_S / 60 + 1]).longest_s() == 1200


def test_what_was_learned_survives_a_restart():
    usual = learned([12, 25, 18])
    again = UsualRests.restore(json.loads(json.dumps(usual.state())))
    assert again.longest_s() == usual.longest_s() == 1500


@pytest.mark.parametrize("content", ["{", "[]", '{"3": 4}', '{"3": [1]}', '{"3": [1, -1]}', '{"x": [1, 1]}'])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str):
    path = tmp_path / "rests-cam.json"
    path.write_text(content, encoding="utf-8")
    assert restored(path, UsualRests.restore).longest_s() is None
    assert "learned anew" in caplog.text


@pytest.mark.parametrize("law", [0, 1])
def test_about_one_false_alarm_in_four_days_whatever_law_rests_follow_below_six_hours(law: int):
    rests = Rests(np.full(21, 311.0), np.full(6, 240.0), bird_h=14.6)
    draw = list(rests.laws().values())[law]
    played = [weeks(rests, draw, seed) for seed in range(6)]
    later = np.mean([one.alarms[DAYS_KEPT + 1 :] for one in played])
    assert later < 2 / DAYS_KEPT
    assert all(len(one.alarms) == DAYS for one in played)


class House:
    """One bird that lies still among three that walk, at 1 Hz, before the agent's own part."""

    def __init__(self, folder: Path, **wellness: object) -> None:
        self.folder = folder
        config = CameraConfig.model_validate({"slug": "cam", "source": "demo", "wellness": wellness})
        keeper = Keeper(folder, KeepingConfig(enabled=False))
        keeper.open()
        self._view = View(config)
        self._at = datetime(2026, 6, 1, 8, tzinfo=UTC)
        self.still_birds = 0
        self._birds = Birds(
            config,
            findings=Findings(Origin("edge-1", BOOT), "cam", network="n", keeper=keeper),
            posture=None,
            appearance=None,
            tell_still=self._take,
            folder=folder,
        )

    def _take(self, birds: int) -> None:
        self.still_birds = birds

    def play(self, seconds: int, lying_at: tuple[float, float] | None) -> list[Event]:
        told: list[Event] = []
        for _ in range(seconds):
            self._at += timedelta(seconds=1)
            at_s = self._at.timestamp()
            birds = {n: (100.0 * n + 30 * np.sin(at_s / 5 + n), 300.0) for n in (1, 2, 3)}
            birds |= {9: lying_at} if lying_at else {}
            found = boxes(*birds.values())
            frame = Frame(np.full((400, 400, 3), (40, 90, 140), np.uint8), self._at, at_s, 1)
            placed = self._view.place(Detections.none().xyxy, (400, 400))
            told += self._birds.see(Seen(frame, "", found, placed, tracks(at_s, birds)))
        return told


def test_a_bird_is_told_still_once_it_outlasts_all_that_got_up(tmp_path: Path):
    usual = UsualRests()
    usual.watched(MONDAY, FEWEST_S)
    usual.ended(MONDAY, 200.0)
    (tmp_path / "rests-cam.json").write_text(json.dumps(usual.state()), encoding="utf-8")
    house = House(tmp_path, still_min=1, dead_min=60)
    assert house.play(190, (100.0, 100.0)) == []
    assert [one.kind for one in house.play(130, (100.0, 100.0))] == ["still_bird"]
    assert house.still_birds == 1
    house.play(60, (250.0, 100.0))  # it got up: it was well, and the next one may lie as long
    house.play(600, None)
    kept = restored(tmp_path / "rests-cam.json", UsualRests.restore).longest_s()
    assert kept == pytest.approx(300, abs=25)


def test_before_anything_was_learned_only_the_dead_are_told(tmp_path: Path):
    house = House(tmp_path, still_min=1, dead_min=4)
    assert house.play(235, (100.0, 100.0)) == []
    assert [one.kind for one in house.play(60, (100.0, 100.0))] == ["dead_suspect"]


def test_whoever_wants_a_fixed_time_has_it(tmp_path: Path):
    house = House(tmp_path, still_min=1, dead_min=60, usual_rests=False)
    assert [one.kind for one in house.play(130, (100.0, 100.0))] == ["still_bird"]
