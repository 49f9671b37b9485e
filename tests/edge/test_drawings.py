"""What a person drew: kept, put over edge.toml, refused with its reason; no camera runs here."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.marks import Marks
from contract.messages import CommandResult, Drawing, parse
from edge.config import EdgeConfig
from edge.drawings import Drawings
from edge.marks import TURN, TURNS_MAX, DrawnMarks, Kept, drawn_file
from edge.origin import Origin
from edge.outbox import Outbox
from tests.edge.samples import BOOT
from tests.edge.waiting import wait_until

ORIGIN = Origin("edge-1", BOOT)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SQUARE = [(0.1, 0.1), (0.6, 0.1), (0.6, 0.6), (0.1, 0.6)]
BOW = [(0.1, 0.1), (0.6, 0.6), (0.6, 0.1), (0.1, 0.4)]
OWN = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
LINE = {"slug": "gate-1", "line": [(0.1, 0.5), (0.9, 0.5)]}
FEEDER = {"slug": "feeder-1", "kind": "feeder", "polygon": SQUARE}


class Screens:
    """Cameras that show what a test says, and remember what they were told to look at."""

    def __init__(self, size_wh: tuple[int, int] | None = (1920, 1080), moved_at: datetime | None = None) -> None:
        self.size_wh = size_wh
        self.moved_at = moved_at
        self.looked_at: list[EdgeConfig] = []
        self.lost = False

    def frame_wh(self, camera: str) -> tuple[int, int] | None:
        return self.size_wh if camera == "cam" else None

    def moved_since(self, camera: str) -> datetime | None:
        return self.moved_at if camera == "cam" else None

    def look(self, config: EdgeConfig, camera: str) -> bool:
        assert camera == "cam"
        self.looked_at.append(config)
        return self.lost


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


def configured(folder: Path, **camera: Any) -> EdgeConfig:
    place = {"farm": "f", "house": "h", "device": "edge-1"}
    settings = {"slug": "cam", "source": "demo", "floor": OWN} | camera
    return EdgeConfig.model_validate({"data_dir": folder, "place": place, "cameras": [settings]})


def drawing(marks: dict[str, Any] | None, name: str = "d-1", at: datetime = NOON, **more: Any) -> Drawing:
    fields = {"device": "edge-1", "at": at, "drawing": name, "camera": "cam", "picture_at": at, "size_wh": (960, 540)}
    said = fields | {"marks": None if marks is None else Marks.model_validate(marks)} | more
    return Drawing.model_validate(said)


def answer(outbox: Outbox, drawings: Drawings, one: Drawing) -> CommandResult:
    before = len(results(outbox))
    drawings.take(one)
    wait_until(lambda: len(results(outbox)) > before)
    return results(outbox)[-1]


def results(outbox: Outbox) -> list[CommandResult]:
    rows = outbox.waiting(live_since_ms=0, but=(), limit=100)
    return [parse(CommandResult, row.payload) for row in rows if row.leaf == "result"]


def started(config: EdgeConfig) -> DrawnMarks:
    marks = DrawnMarks(config)
    marks.load()
    return marks


def test_a_drawing_replaces_floor_zones_and_gates_and_outlives_a_restart(outbox: Outbox, tmp_path: Path):
    marks, screens = started(configured(tmp_path)), Screens()
    assert [(view.drawing, view.marks.floor) for view in marks.views()] == [(None, [(0, 0), (1, 0), (1, 1)])]
    said = answer(outbox, Drawings(ORIGIN, outbox, marks, screens), drawing({"zones": [FEEDER], "gates": [LINE]}))
    assert (said.done, said.code, said.command) == (True, "", "d-1")

    again = DrawnMarks(configured(tmp_path))
    [told] = again.load()
    assert "1 zones and 1 gates, drawn on 2026-11-22 12:00 UTC, hold instead of those of edge.toml" in told
    assert str(drawn_file(tmp_path, "cam")) in told
    [camera] = again.config.cameras
    assert screens.looked_at == [marks.config] == [again.config]
    assert (camera.floor, [zone.kind for zone in camera.zones], camera.fps) == (None, ["feeder"], 10)
    assert again.views() == marks.views()
    assert again.views()[0].drawing == "d-1"


def test_what_was_drawn_is_taken_back(outbox: Outbox, tmp_path: Path):
    marks = started(configured(tmp_path))
    drawings = Drawings(ORIGIN, outbox, marks, Screens())
    answer(outbox, drawings, drawing({"floor": SQUARE}))
    assert answer(outbox, drawings, drawing(None, "d-2", NOON + timedelta(minutes=1))).done
    assert marks.config == configured(tmp_path)
    assert started(configured(tmp_path)).views() == marks.views()
    assert marks.views()[0].drawing is None
    assert not answer(outbox, drawings, drawing({"floor": SQUARE}, "d-3", NOON)).done
    assert DrawnMarks(configured(tmp_path, position=2)).load() == []


@pytest.mark.parametrize(
    ("marks", "more", "code", "told"),
    [
        ({"floor": BOW}, {}, "marks_cross", "floor: the border crosses itself"),
        ({"floor": [(0.1, 0.1), (0.5, 0.5), (0.9, 0.9)]}, {}, "marks_flat", "lie on a line"),
        ({"zones": [FEEDER | {"polygon": BOW}]}, {}, "marks_cross", "zones.0.polygon: the border crosses"),
        ({"zones": [FEEDER, FEEDER]}, {}, "names_twice", "used twice: feeder-1"),
        ({"zones": [FEEDER], "gates": [LINE | {"slug": "feeder-1"}]}, {}, "names_twice", "feeder-1"),
        ({"gates": [LINE | {"line": [(0.1, 0.5), (0.1, 0.5)]}]}, {}, "marks_flat", "same point"),
        ({"gates": [{"slug": "hole", "hole": BOW}]}, {}, "marks_cross", "gates.0.hole"),
        ({"floor": SQUARE}, {"camera": "roof"}, "no_such_camera", "it has: cam"),
        ({"floor": SQUARE}, {"size_wh": (640, 480)}, "other_picture", "640 x 480, its frames are 1920 x 1080"),
    ],
)
def test_what_can_not_be_used_is_refused_with_its_reason(
    outbox: Outbox, tmp_path: Path, marks: dict[str, Any], more: dict[str, Any], code: str, told: str
):
    held, screens = started(configured(tmp_path)), Screens()
    said = answer(outbox, Drawings(ORIGIN, outbox, held, screens), drawing(marks, **more))
    assert (said.done, said.code) == (False, code)
    assert told in said.detail
    assert screens.looked_at == []
    assert held.config == configured(tmp_path)
    assert not drawn_file(tmp_path, "cam").exists()


def test_a_gate_on_a_camera_that_is_set_to_look_seldom_is_refused(outbox: Outbox, tmp_path: Path):
    marks = started(configured(tmp_path, fps=2))
    said = answer(outbox, Drawings(ORIGIN, outbox, marks, Screens()), drawing({"gates": [LINE]}))
    assert (said.done, said.code) == (False, "gate_needs_pictures")


def test_a_small_picture_of_the_same_shape_is_the_same_picture(outbox: Outbox, tmp_path: Path):
    marks = started(configured(tmp_path))
    drawings = Drawings(ORIGIN, outbox, marks, Screens((1366, 768)))
    assert answer(outbox, drawings, drawing({"floor": SQUARE}, size_wh=(960, 540))).done


def test_a_camera_that_has_shown_nothing_yet_is_taken_at_its_word(outbox: Outbox, tmp_path: Path):
    marks = started(configured(tmp_path))
    assert answer(outbox, Drawings(ORIGIN, outbox, marks, Screens(None)), drawing({"floor": SQUARE})).done


def test_a_picture_from_before_the_camera_was_turned_is_refused_and_one_from_after_is_a_new_place(
    outbox: Outbox, tmp_path: Path
):
    marks = started(configured(tmp_path))
    drawings = Drawings(ORIGIN, outbox, marks, Screens(moved_at=NOON + timedelta(minutes=5)))
    said = answer(outbox, drawings, drawing({"floor": SQUARE}))
    assert (said.done, said.code) == (False, "camera_moved")
    assert marks.config.cameras[0].position == 1
    assert answer(outbox, drawings, drawing({"floor": SQUARE}, "d-2", NOON + timedelta(minutes=6))).done
    assert started(configured(tmp_path)).config.cameras[0].position == marks.config.cameras[0].position == 1 + TURN


def test_a_camera_that_is_turned_for_ever_stays_within_bounds(outbox: Outbox, tmp_path: Path):
    file = drawn_file(tmp_path, "cam")
    file.parent.mkdir()
    kept = Kept(drawing="d-0", at=NOON, position=1, turns=TURNS_MAX, marks=Marks())
    file.write_text(kept.model_dump_json())
    drawings = Drawings(ORIGIN, outbox, started(configured(tmp_path)), Screens(moved_at=NOON))
    assert answer(outbox, drawings, drawing({"floor": SQUARE}, at=NOON + timedelta(minutes=1))).done


def test_counts_by_hand_that_hold_no_longer_are_said(outbox: Outbox, tmp_path: Path):
    screens = Screens()
    screens.lost = True
    said = answer(outbox, Drawings(ORIGIN, outbox, started(configured(tmp_path)), screens), drawing({"floor": SQUARE}))
    assert (said.done, said.code) == (True, "counts_by_hand_lost")
    assert "count once more" in said.detail


def test_a_drawing_that_comes_again_is_answered_again_also_after_a_restart(outbox: Outbox, tmp_path: Path):
    screens = Screens()
    for _ in range(2):
        drawings = Drawings(ORIGIN, outbox, started(configured(tmp_path)), screens)
        assert answer(outbox, drawings, drawing({"floor": SQUARE})).done
        assert answer(outbox, drawings, drawing({"floor": SQUARE})).done
    assert len(screens.looked_at) == 1


def test_an_older_drawing_never_replaces_a_newer_one(outbox: Outbox, tmp_path: Path):
    marks = started(configured(tmp_path))
    drawings = Drawings(ORIGIN, outbox, marks, Screens())
    assert answer(outbox, drawings, drawing({"floor": SQUARE}, "d-2")).done
    said = answer(outbox, drawings, drawing({"zones": [FEEDER]}, "d-1", NOON - timedelta(seconds=1)))
    assert (said.done, said.code) == (False, "drawn_since")
    assert marks.config.cameras[0].zones == []


def test_a_disk_that_refuses_leaves_all_as_it_was(outbox: Outbox, tmp_path: Path):
    (tmp_path / "cameras").write_text("a file where the folder should be")
    marks, screens = started(configured(tmp_path)), Screens()
    said = answer(outbox, Drawings(ORIGIN, outbox, marks, screens), drawing({"floor": SQUARE}))
    assert (said.done, said.code) == (False, "disk_refuses")
    assert (marks.config, screens.looked_at) == (configured(tmp_path), [])


def test_a_raised_position_ends_what_was_drawn_and_says_so(outbox: Outbox, tmp_path: Path):
    answer(outbox, Drawings(ORIGIN, outbox, started(configured(tmp_path)), Screens()), drawing({"floor": SQUARE}))
    raised = DrawnMarks(configured(tmp_path, position=2))
    [told] = raised.load()
    assert "does not hold any more (position 1, the camera is at 2)" in told
    assert raised.config == configured(tmp_path, position=2)
    assert raised.views()[0].drawing is None


def test_what_does_not_fit_a_changed_edge_toml_is_left_out_and_said(outbox: Outbox, tmp_path: Path):
    answer(outbox, Drawings(ORIGIN, outbox, started(configured(tmp_path)), Screens()), drawing({"gates": [LINE]}))
    changed = DrawnMarks(configured(tmp_path, fps=1))
    [told] = changed.load()
    assert "can't be used with edge.toml: fps = 1 misses birds" in told
    assert changed.config == configured(tmp_path, fps=1)


@pytest.mark.parametrize("content", ["", "{", '{"drawing": "d-1"}', "[]"])
def test_a_damaged_file_is_no_reason_to_stop(tmp_path: Path, content: str):
    drawn_file(tmp_path, "cam").parent.mkdir()
    drawn_file(tmp_path, "cam").write_text(content)
    assert started(configured(tmp_path)).config == configured(tmp_path)


def test_a_device_without_cameras_says_so(outbox: Outbox, tmp_path: Path):
    place = {"farm": "f", "house": "h", "device": "edge-1"}
    config = EdgeConfig.model_validate({"data_dir": tmp_path, "place": place})
    said = answer(outbox, Drawings(ORIGIN, outbox, started(config), None), drawing({"floor": SQUARE}))
    assert (said.done, said.code, said.detail) == (
        False,
        "no_such_camera",
        "this device has no camera cam; it has: none",
    )


CHILD = """
import sys
from pathlib import Path
from tests.edge.test_drawings import configured, corners_of, drawing, started
from datetime import timedelta
from tests.edge.test_drawings import NOON

marks = started(configured(Path(sys.argv[1])))
for number in range(int(sys.argv[2]), 1_000_000):
    camera, kept = marks.checked(
        drawing(corners_of(number), f"d-{number}", NOON + timedelta(seconds=number)), turned=False
    )
    marks.keep(camera, kept)
    print(number, flush=True)
"""


def corners_of(number: int) -> dict[str, Any]:
    right = 0.2 + 0.7 * (number % 97) / 97
    zones = [{"slug": f"zone-{n}", "polygon": SQUARE} for n in range(number % 50)]
    return {"floor": [(0.1, 0.1), (right, 0.1), (right, 0.9)], "zones": zones}


def test_a_power_cut_in_the_middle_of_a_write_leaves_one_whole_drawing(tmp_path: Path):
    rng, told = random.Random(3), 0
    for _ in range(6):
        told = _draw_until_killed(tmp_path, told + 1, rng.uniform(0.02, 0.2))
        kept = Kept.model_validate_json(drawn_file(tmp_path, "cam").read_bytes())
        number = int(kept.drawing.removeprefix("d-"))
        assert number in {told, told + 1}  # the one it told of, or the next, whose word was cut off
        assert kept.marks == Marks.model_validate(corners_of(number))
        assert started(configured(tmp_path)).views()[0].drawing == kept.drawing
        told = number


def _draw_until_killed(folder: Path, first: int, after_s: float) -> int:
    """Return the last drawing that the child said is on the disk."""
    command = [sys.executable, "-c", CHILD, folder, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline()]
        time.sleep(after_s)
        child.kill()
        lines += [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    return int(lines[-1])
