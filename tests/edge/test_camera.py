import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from edge.camera_config import CameraConfig, masked
from edge.health import Health
from edge.origin import now
from edge.vision.camera import Camera, Frame
from tests.edge.clips import draw_clip, number_of
from tests.edge.waiting import wait_until


@contextmanager
def camera_on(
    source: object, clock: Callable[[], datetime] = now, **settings: object
) -> Iterator[tuple[Camera, Health]]:
    config = CameraConfig.model_validate({"slug": "cam", "source": str(source), "fps": 30} | settings)
    health = Health("cam")
    camera, stop = Camera(config, health, clock), threading.Event()
    thread = threading.Thread(target=camera.read_until, args=(stop,))
    thread.start()
    try:
        yield camera, health
    finally:
        stop.set()
        thread.join()


def frames(camera: Camera, count: int) -> list[Frame]:
    seen: list[Frame] = []
    while len(seen) < count:
        frame = camera.next_frame(seen[-1].number if seen else 0, 10)
        assert frame is not None
        seen.append(frame)
    return seen


def test_a_file_plays_at_its_own_pace_and_again(tmp_path: Path):
    with camera_on(draw_clip(tmp_path / "c.mp4", frames=20, fps=20)) as (camera, health):
        seen = frames(camera, 50)
    numbers = [number_of(frame.image) for frame in seen]
    assert numbers.count(0) >= 2
    assert {(after - before) % 20 for before, after in pairwise(numbers)} <= {1, 2, 3}
    filmed_s = ((numbers[18] - numbers[0]) % 20) / 20
    assert seen[18].at_s - seen[0].at_s == pytest.approx(filmed_s, abs=0.2)
    assert health.status().state == "ok"
    assert health.status().last_at is not None


def test_whoever_is_slow_gets_the_newest_frame(tmp_path: Path):
    with camera_on(draw_clip(tmp_path / "c.mp4", frames=40, fps=20)) as (camera, _health):
        first = frames(camera, 1)[0]
        time.sleep(1)
        late = camera.next_frame(first.number, 1)
    assert late is not None
    assert number_of(late.image) - number_of(first.image) == pytest.approx(20, abs=5)
    assert time.monotonic() - late.at_s < 5


def test_no_more_frames_are_handed_out_than_asked_for(tmp_path: Path):
    with camera_on(draw_clip(tmp_path / "c.mp4"), fps=4) as (camera, _health):
        seen = frames(camera, 8)
    assert seen[-1].at_s - seen[0].at_s == pytest.approx(7 / 4, abs=0.3)
    assert [frame.number for frame in seen] == list(range(1, 9))


def test_a_file_that_is_played_once_ends_with_a_sentence(tmp_path: Path):
    with camera_on(draw_clip(tmp_path / "c.mp4", frames=5), loop=False) as (camera, health):
        frames(camera, 3)
        wait_until(lambda: "set loop = true" in health.status().problem)
        assert health.status().cause == "video_ended"
        assert camera.next_frame(5, 0.3) is None


def test_a_missing_camera_is_told_and_comes_back(tmp_path: Path):
    with camera_on(tmp_path / "c.mp4") as (camera, health):
        wait_until(lambda: health.status().state == "silent")
        assert health.status().cause == "picture_missing"
        assert health.status().problem == f"{tmp_path / 'c.mp4'} is not there; check source, or plug the camera in"
        draw_clip(tmp_path / "d.mp4").rename(tmp_path / "c.mp4")
        frames(camera, 2)
        assert (health.status().state, health.status().cause) == ("ok", "")


@pytest.mark.parametrize("content", [b"", b"this is no video" * 1000])
def test_a_file_that_is_no_video_is_told(tmp_path: Path, content: bytes):
    (tmp_path / "c.mp4").write_bytes(content)
    with camera_on(tmp_path / "c.mp4") as (_camera, health):
        wait_until(lambda: "is no video that can be read" in health.status().problem)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("rtsp://u:p@10.0.0.2:554/1", "rtsp://***@10.0.0.2:554/1"),
        ("rtsp://u:p@ss/w@10.0.0.2/1", "rtsp://***@10.0.0.2/1"),
        ("rtsp://u:p/w@10.0.0.2/1", "rtsp://***@10.0.0.2/1"),
        ("http://10.0.0.2/x.jpg?user=u&pwd=p", "http://10.0.0.2/x.jpg?***"),
        ("rtsp://10.0.0.2/1", "rtsp://10.0.0.2/1"),
        ("clips/a@b.mp4", "clips/a@b.mp4"),
    ],
)
def test_an_address_is_told_without_its_password(source: str, told: str):
    assert masked(source) == told


def test_nothing_prints_the_password_of_a_stream(tmp_path: Path):
    program = """
import logging, threading, sys
logging.basicConfig(level=logging.DEBUG)
from edge.camera_config import CameraConfig, masked
from edge.health import Health
from edge.vision.camera import Camera
stop = threading.Event()
threading.Timer(3, stop.set).start()
Camera(CameraConfig(slug="cam", source=sys.argv[1]), Health("cam")).read_until(stop)
"""
    source = "rtsp://farmer:s3cret@127.0.0.1:9/none"
    ran = subprocess.run([sys.executable, "-c", program, source], capture_output=True, text=True, check=True)
    assert "rtsp://***@127.0.0.1:9/none can't be opened" in ran.stderr
    assert "s3cret" not in ran.stdout + ran.stderr
