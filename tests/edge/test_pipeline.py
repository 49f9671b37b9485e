"""The shipped clip through the shipped network into a real outbox; and what is done with a frame's boxes."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from contract.messages import FlockCount, Snapshot, parse
from edge.camera_config import SHIPPED_CLIP, CameraConfig
from edge.errors import NetworkUnusable
from edge.origin import Origin
from edge.outbox import Outbox
from edge.vision.detecting import SharedDetector
from edge.vision.picture import WIDTH_MOST, small_picture
from edge.vision.pipeline import Watch
from models.runtime import Detector
from tests.edge.samples import BOOT
from tests.edge.waiting import wait_until


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.db", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


@asynccontextmanager
async def watching(outbox: Outbox, detector: SharedDetector, **settings: Any) -> AsyncIterator[Watch]:
    config = CameraConfig.model_validate({"slug": "cam", "source": "demo", "fps": 5, "window_s": 1} | settings)
    watch = Watch(config, detector=detector, outbox=outbox, origin=Origin("edge-1", BOOT))
    task = asyncio.create_task(watch.run())
    yield watch
    task.cancel()
    await asyncio.wait([task])


def payloads(outbox: Outbox, leaf: str) -> list[bytes]:
    return [row.payload for row in outbox.waiting(live_since_ms=0, but=(), limit=1000) if row.leaf == leaf]


async def until_there_are(outbox: Outbox, leaf: str, count: int) -> list[bytes]:
    await asyncio.to_thread(wait_until, lambda: len(payloads(outbox, leaf)) >= count, 60)
    return payloads(outbox, leaf)


async def test_the_shipped_clip_is_counted_and_shown(outbox: Outbox):
    truth = json.loads(SHIPPED_CLIP.with_suffix(".json").read_text(encoding="utf-8"))["birds"]
    async with watching(outbox, SharedDetector(None, Detector.open)) as watch:
        counts = [parse(FlockCount, one) for one in await until_there_are(outbox, "count", 4)]
        [picture] = [parse(Snapshot, one) for one in payloads(outbox, "snapshot")]
        assert not watch.stalled()
    for count in counts:
        assert 0.6 * min(truth) < count.visible_birds < 1.4 * max(truth)
        assert count.visible_low <= count.visible_birds <= count.visible_high
        assert 1 <= count.window_s < 2
        assert 2 <= count.frames <= 10
        assert count.network == picture.network
        assert count.network
    image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (picture.size_wh[1], picture.size_wh[0], 3)
    assert len(picture.boxes) >= 0.6 * min(truth)


async def test_pictures_come_as_often_as_asked(outbox: Outbox):
    async with watching(outbox, SharedDetector(None, Detector.open), snapshot_every_s=1):
        times = [parse(Snapshot, one).at for one in await until_there_are(outbox, "snapshot", 4)]
    assert [round((after - before).total_seconds()) for before, after in pairwise(times)] == [1] * 3


async def test_two_cameras_share_one_network(outbox: Outbox):
    opened: list[Path | None] = []

    def open_detector(path: Path | None) -> Detector:
        opened.append(path)
        return Detector.open(path)

    shared = SharedDetector(None, open_detector)
    async with watching(outbox, shared, slug="a"), watching(outbox, shared, slug="b"):
        await asyncio.to_thread(wait_until, lambda: cameras_counted(outbox) == {"a", "b"}, 60)
    assert opened == [None]


def cameras_counted(outbox: Outbox) -> set[str]:
    return {json.loads(one)["camera"] for one in payloads(outbox, "count")}


async def test_a_missing_network_stops_the_watch_with_its_sentence(outbox: Outbox, tmp_path: Path):
    config = CameraConfig(slug="cam", source="demo")
    detector = SharedDetector(tmp_path / "none.onnx", Detector.open)
    watch = Watch(config, detector=detector, outbox=outbox, origin=Origin("edge-1", BOOT))
    with pytest.raises(NetworkUnusable, match=r"none\.card\.json"):
        await watch.run()


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_a_wide_frame_shrinks_with_its_boxes():
    frame = np.zeros((1080, 1920, 3), np.uint8)
    picture = small_picture(frame, boxes((-4, 20, 100, 2000), (10, 20, 30, 40)), np.array([0.4, 0.9], np.float32))
    assert picture.size_wh == (WIDTH_MOST, 540)
    assert [(box.xyxy, box.score) for box in picture.boxes] == [((5, 10, 15, 20), 0.9), ((0, 10, 50, 540), 0.4)]


def test_a_small_frame_stays_as_it_is():
    frame = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    picture = small_picture(frame, boxes(), np.empty(0, np.float32))
    assert (picture.size_wh, picture.boxes) == ((64, 48), [])
    assert picture.jpeg[:2] == b"\xff\xd8"
    assert base64.b64encode(picture.jpeg)
