"""A camera that was turned stands still until somebody draws on what it shows now; frames are handed in."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from contract.marks import Marks
from contract.messages import CommandResult, Drawing, FlockCount, parse
from edge.drawings import Drawings
from edge.marks import DrawnMarks
from edge.origin import Origin
from edge.outbox import Outbox
from edge.vision.camera import Frame
from edge.vision.composition import Cameras
from tests.edge.samples import BOOT
from tests.edge.test_condition import SLOW_STEP_S, healthy, moved
from tests.edge.test_pipeline import configured
from tests.edge.waiting import wait_until

TINY = Path(__file__).parents[1] / "fixtures/networks/tiny.onnx"
FEEDER = {"zones": [{"slug": "feeder-1", "kind": "feeder", "polygon": [(0.1, 0.1), (0.4, 0.1), (0.4, 0.5)]}]}


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


class Device:
    """One camera whose frames are handed in, and the road from a drawing to it."""

    def __init__(self, outbox: Outbox, folder: Path) -> None:
        settings = {"network": str(TINY), "wellness": {"enabled": False}, "window_s": 10}
        self._outbox = outbox
        self._marks = DrawnMarks(configured(folder, **settings))
        cameras = Cameras(self._marks.config, origin=Origin("edge-1", BOOT), outbox=outbox)
        self.looking = cameras.watch(self._marks.config.cameras[0])._looking
        self.looking.open()
        self._drawings = Drawings(Origin("edge-1", BOOT), outbox, self._marks, cameras)
        self.began = datetime.now(UTC)
        self.at_s = 0.0
        self._number = 0

    def sees(self, frames: Iterable[np.ndarray], seconds: float) -> list[FlockCount]:
        """Take so many frames and return the counts of them."""
        told = []
        for image in islice(frames, int(seconds / SLOW_STEP_S)):
            self.at_s += SLOW_STEP_S
            self._number += 1
            told += self.looking.take(Frame(image, self.began + timedelta(seconds=self.at_s), self.at_s, self._number))
        return [event for event in told if isinstance(event, FlockCount)]

    def draw(self, picture_at_s: float) -> CommandResult:
        at = self.began + timedelta(seconds=self.at_s)
        picture_at = self.began + timedelta(seconds=picture_at_s)
        self._drawings.take(
            Drawing(
                device="edge-1", at=at, drawing=f"d-{picture_at_s:.0f}", camera="cam", picture_at=picture_at,
                size_wh=(320, 180), marks=Marks.model_validate(FEEDER),
            )
        )  # fmt: skip
        wait_until(lambda: any(f"d-{picture_at_s:.0f}" == one.command for one in self._answers()))
        return next(one for one in self._answers() if one.command == f"d-{picture_at_s:.0f}")

    def _answers(self) -> list[CommandResult]:
        rows = self._outbox.waiting(live_since_ms=0, but=(), limit=1000)
        return [parse(CommandResult, row.payload) for row in rows if row.leaf == "result"]


def test_a_turned_camera_counts_again_once_somebody_has_drawn_on_what_it_shows_now(outbox: Outbox, tmp_path: Path):
    device = Device(outbox, tmp_path)
    assert device.sees(healthy(), 600)
    turned = (moved(frame, right=0.15) for frame in healthy())
    before_s = device.at_s
    device.sees(turned, 600)
    assert device.looking.moved_since is not None
    assert device.sees(turned, 60) == []

    refused = device.draw(before_s)
    assert (refused.done, refused.code) == (False, "camera_moved")
    assert device.sees(turned, 60) == []

    assert device.draw(device.at_s).done
    counts = device.sees(turned, 60)
    assert [set(one.by_zone) for one in counts] == [{"feeder-1"}] * len(counts)
    assert len(counts) >= 4
    assert device.looking.moved_since is None
    assert device.sees(turned, 600)  # the new view is the usual one now
