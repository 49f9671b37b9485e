"""The shipped clip through the shipped network into a real outbox; and what is done with a frame's boxes."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from contract.messages import FlockCount, FlockHealth, Snapshot, parse
from edge.camera_config import SHIPPED_CLIP
from edge.config import EdgeConfig
from edge.errors import NetworkUnusable
from edge.origin import Origin
from edge.outbox import Outbox
from edge.vision.calibration import Calibration
from edge.vision.composition import Cameras
from edge.vision.picture import WIDTH_MOST, small_picture
from edge.vision.pipeline import Watch
from models.card import card_path
from models.runtime import POSTURE
from tests.edge.clips import draw_clip
from tests.edge.samples import BOOT
from tests.edge.waiting import wait_until


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.db", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


def configured(folder: Path, **camera: Any) -> EdgeConfig:
    place = {"farm": "f", "house": "h", "device": "edge-1"}
    settings = {"slug": "cam", "source": "demo", "fps": 5, "window_s": 1} | camera
    return EdgeConfig.model_validate({"data_dir": folder, "place": place, "cameras": [settings]})


def cameras(config: EdgeConfig, outbox: Outbox, **more: Any) -> list[Watch]:
    made = Cameras(config, origin=Origin("edge-1", BOOT), outbox=outbox, **more)
    made.open()
    return [made.watch(camera) for camera in config.cameras]


@asynccontextmanager
async def watching(outbox: Outbox, config: EdgeConfig, **more: Any) -> AsyncIterator[list[Watch]]:
    watches = cameras(config, outbox, **more)
    tasks = [asyncio.create_task(watch.run()) for watch in watches]
    yield watches
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def payloads(outbox: Outbox, leaf: str) -> list[bytes]:
    return [row.payload for row in outbox.waiting(live_since_ms=0, but=(), limit=1000) if row.leaf == leaf]


async def until_there_are(outbox: Outbox, leaf: str, count: int) -> list[bytes]:
    await asyncio.to_thread(wait_until, lambda: len(payloads(outbox, leaf)) >= count, 60)
    return payloads(outbox, leaf)


async def test_the_shipped_clip_is_counted_and_shown(outbox: Outbox, tmp_path: Path):
    truth = json.loads(SHIPPED_CLIP.with_suffix(".json").read_text(encoding="utf-8"))["birds"]
    async with watching(outbox, configured(tmp_path)) as [watch]:
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
        assert 0.3 < count.confidence <= 1
        assert (count.factor, count.share_birds) == (1, count.visible_birds)
    image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (picture.size_wh[1], picture.size_wh[0], 3)
    assert len(picture.boxes) >= 0.6 * min(truth)


async def test_pictures_come_as_often_as_asked(outbox: Outbox, tmp_path: Path):
    async with watching(outbox, configured(tmp_path, snapshot_every_s=1)):
        times = [parse(Snapshot, one).at for one in await until_there_are(outbox, "snapshot", 4)]
    assert [round((after - before).total_seconds()) for before, after in pairwise(times)] == [1] * 3


async def test_how_the_flock_does_is_told_with_each_window(outbox: Outbox, tmp_path: Path):
    async with watching(outbox, configured(tmp_path, wellness={"window_s": 10})):
        [health] = [parse(FlockHealth, one) for one in await until_there_are(outbox, "wellness", 1)]
    assert health.activity_lengths_per_min > 1  # the clip's birds stroll
    assert 0.4 < health.spread_ratio <= 1
    assert payloads(outbox, "finding") == []


async def test_a_camera_that_follows_nobody_tells_no_more_than_counts_and_pictures(outbox: Outbox, tmp_path: Path):
    async with watching(outbox, configured(tmp_path, wellness={"enabled": False, "window_s": 10})):
        await until_there_are(outbox, "count", 12)
    assert {row.leaf for row in outbox.waiting(live_since_ms=0, but=(), limit=1000)} == {"count", "snapshot"}


async def test_a_floor_with_a_zone_and_a_count_by_hand(outbox: Outbox, tmp_path: Path):
    left = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
    config = configured(tmp_path, floor=left, zones=[{"slug": "all-of-it", "polygon": left}])
    async with watching(outbox, config):
        first = parse(FlockCount, (await until_there_are(outbox, "count", 2))[1])
        Calibration.of(tmp_path, config.cameras[0]).add(
            round(2 * first.visible_birds), first.visible_birds, at=first.at, network=first.network
        )
        later = parse(FlockCount, (await until_there_are(outbox, "count", 4))[-1])
    truth = json.loads(SHIPPED_CLIP.with_suffix(".json").read_text(encoding="utf-8"))["birds"]
    assert first.visible_birds < 0.8 * max(truth)
    assert first.by_zone == {"all-of-it": first.visible_birds}
    assert later.factor == pytest.approx(2, rel=0.1)
    assert later.share_birds == pytest.approx(later.visible_birds * later.factor, abs=0.1)


async def test_a_covered_lens_withholds_the_count_and_says_why(outbox: Outbox, tmp_path: Path):
    plain = draw_clip(tmp_path / "covered.mp4", size_wh=(320, 240))
    async with watching(outbox, configured(tmp_path, source=str(plain))) as [watch]:
        await asyncio.to_thread(wait_until, lambda: watch.health.status().cause == "picture_covered", 60)
        await until_there_are(outbox, "snapshot", 1)
    assert payloads(outbox, "count") == []


async def test_two_cameras_share_one_network(outbox: Outbox, tmp_path: Path):
    one = configured(tmp_path).cameras[0]
    config = configured(tmp_path).model_copy(
        update={"cameras": [one.model_copy(update={"slug": slug}) for slug in ("a", "b")]}
    )
    async with watching(outbox, config) as watches:
        await asyncio.to_thread(wait_until, lambda: cameras_counted(outbox) == {"a", "b"}, 60)
    assert watches[0]._looking._detector is watches[1]._looking._detector


def cameras_counted(outbox: Outbox) -> set[str]:
    return {json.loads(one)["camera"] for one in payloads(outbox, "count")}


async def test_a_missing_network_stops_the_watch_with_its_sentence(outbox: Outbox, tmp_path: Path):
    [watch] = cameras(configured(tmp_path, network=str(tmp_path / "none.onnx")), outbox)
    with pytest.raises(NetworkUnusable, match=r"none\.card\.json"):
        await watch.run()


async def test_a_damaged_posture_network_does_not_stop_the_count(outbox: Outbox, tmp_path: Path):
    broken = tmp_path / POSTURE.name
    broken.write_bytes(POSTURE.read_bytes()[:-1])
    shutil.copy(card_path(POSTURE), card_path(broken))
    config = configured(tmp_path, wellness={"window_s": 10})
    async with watching(outbox, config, posture=broken) as [watch]:
        await until_there_are(outbox, "count", 2)
        await until_there_are(outbox, "wellness", 1)
        status = watch.health.status()
    assert (status.state, status.cause) == ("ok", "posture_unusable")
    assert "posture-v2.onnx is not the file its card describes" in status.problem


async def test_a_farms_own_network_that_is_gone_does_not_stop_the_count_either(outbox: Outbox, tmp_path: Path):
    config = configured(tmp_path, wellness={"appearance": tmp_path / "none.onnx"})
    async with watching(outbox, config) as [watch]:
        await until_there_are(outbox, "count", 1)
        assert watch.health.status().cause == "posture_unusable"


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
