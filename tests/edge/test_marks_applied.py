"""Marks drawn while the shipped clip is watched: applied from one frame to the next, with nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from contract.marks import Marks
from contract.messages import CommandResult, Drawing, Event, FlockCount, GateCrossing, Snapshot, parse
from contract.topics import LEAVES
from edge.drawings import Drawings
from edge.marks import DrawnMarks
from edge.origin import Origin
from edge.outbox import Outbox
from edge.vision.calibration import Calibration
from edge.vision.composition import Cameras
from edge.vision.pipeline import Watch
from tests.edge.samples import BOOT
from tests.edge.test_pipeline import configured, until_there_are
from tests.edge.waiting import wait_until

pytestmark = pytest.mark.timeout(600)

LEFT = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]
ACROSS = {"slug": "gate-1", "line": [(0.5, 0.0), (0.5, 1.0)]}
ALONG = {"slug": "gate-2", "line": [(0.0, 0.5), (1.0, 0.5)]}


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.db", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


class Device:
    """One camera that runs, and what is drawn for it."""

    def __init__(self, outbox: Outbox, folder: Path, **camera: Any) -> None:
        self.marks = DrawnMarks(configured(folder, **camera))
        self.marks.load()
        origin = Origin("edge-1", BOOT)
        self.cameras = Cameras(self.marks.config, origin=origin, outbox=outbox)
        self.cameras.open()
        self.watch: Watch = self.cameras.watch(self.marks.config.cameras[0])
        self._drawings = Drawings(origin, outbox, self.marks, self.cameras)
        self._names = iter(f"d-{n}" for n in range(99))

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Device"]:
        task = asyncio.create_task(self.watch.run())
        await asyncio.to_thread(wait_until, lambda: self.watch.frame_wh, 60)
        yield self
        task.cancel()
        await asyncio.wait([task])

    async def draw(self, **marks: Any) -> None:
        at = datetime.now(UTC)
        assert self.watch.frame_wh is not None
        drawing = Drawing(
            device="edge-1", at=at, drawing=next(self._names), camera="cam", picture_at=at, size_wh=self.watch.frame_wh,
            marks=Marks.model_validate(marks),
        )  # fmt: skip
        await asyncio.to_thread(self._drawings.take, drawing)


def told(outbox: Outbox, leaf: str) -> list[Any]:
    kind = LEAVES[leaf].message
    assert issubclass(kind, Event)
    rows = outbox.waiting(live_since_ms=0, but=(), limit=10_000)
    return [parse(kind, row.payload) for row in sorted(rows, key=lambda row: row.seq) if row.leaf == leaf]


async def test_a_zone_is_counted_from_the_next_window_on_and_a_picture_is_sent_at_once(outbox: Outbox, tmp_path: Path):
    async with Device(outbox, tmp_path).running() as device:
        await until_there_are(outbox, "count", 2)
        await device.draw(floor=LEFT, zones=[{"slug": "feeder-1", "kind": "feeder", "polygon": LEFT}])
        before = len(told(outbox, "count"))
        await until_there_are(outbox, "count", before + 3)
        await until_there_are(outbox, "snapshot", 2)
    counts: list[FlockCount] = told(outbox, "count")
    assert counts[0].by_zone == {}
    assert counts[-1].by_zone == {"feeder-1": counts[-1].visible_birds}
    assert 0 < counts[-1].visible_birds < 0.8 * counts[0].visible_birds
    # The windows go on without a hole: no more than the one that was open began anew.
    pauses = [later.at.timestamp() - later.window_s - one.at.timestamp() for one, later in pairwise(counts)]
    assert max(pauses) < 2
    pictures: list[Snapshot] = told(outbox, "snapshot")
    assert len(pictures) == 2  # the second is five minutes early


async def test_a_gate_drawn_on_a_running_camera_counts_and_one_that_stays_keeps_what_it_counted(
    outbox: Outbox, tmp_path: Path
):
    async with Device(outbox, tmp_path, wellness={"enabled": False}).running() as device:
        assert device.watch._camera._config.fps == 5
        await device.draw(gates=[ACROSS])
        looking = device.watch._looking
        await asyncio.to_thread(wait_until, lambda: looking._scene.config.gates and looking._tracker, 60)
        await asyncio.sleep(4)
        await device.draw(gates=[ACROSS, ALONG])
        await until_there_are(outbox, "gate", 1)
        await device.draw(gates=[ALONG])
        await until_there_are(outbox, "gate", 3)
        await device.draw()
        await until_there_are(outbox, "gate", 4)
    crossings: list[GateCrossing] = told(outbox, "gate")
    assert [one.gate for one in crossings] == ["gate-1", "gate-1", "gate-2", "gate-2"]
    assert all(one.window_s < 60 for one in crossings)  # each was told when the marks changed, not a minute later
    [results] = [[(one.done, one.code) for one in told(outbox, "result")]]
    assert results == [(True, "")] * 4


async def test_counts_by_hand_of_another_floor_hold_no_longer_and_that_is_said(outbox: Outbox, tmp_path: Path):
    device = Device(outbox, tmp_path)
    async with device.running():
        first: FlockCount = parse(FlockCount, (await until_there_are(outbox, "count", 2))[1])
        seen = first.visible_birds
        Calibration.of(tmp_path, device.marks.config.cameras[0]).add(
            round(2 * seen), seen, at=first.at, network=first.network
        )
        before = len(told(outbox, "count"))
        corrected: FlockCount = parse(FlockCount, (await until_there_are(outbox, "count", before + 2))[-1])
        assert corrected.factor == pytest.approx(2, rel=0.1)
        await device.draw(floor=LEFT)
        before = len(told(outbox, "count"))
        plain: FlockCount = parse(FlockCount, (await until_there_are(outbox, "count", before + 2))[-1])
        assert plain.factor == 1
        await device.draw()  # the same floor as at first: they hold again
        before = len(told(outbox, "count"))
        again: FlockCount = parse(FlockCount, (await until_there_are(outbox, "count", before + 2))[-1])
        assert again.factor == corrected.factor
    answers: list[CommandResult] = told(outbox, "result")
    assert [one.code for one in answers] == ["counts_by_hand_lost", ""]
