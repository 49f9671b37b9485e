"""A stream from a real RTSP server that stalls, dies and comes back."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.test_camera import camera_on, frames
from tests.edge.waiting import wait_until
from tests.servers import free_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

DEBIANS_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("rtsp_camera.py")


class RtspCamera:
    """The server, started and ended by its handle."""

    def __init__(self) -> None:
        self.port = free_port()
        self.source = f"rtsp://127.0.0.1:{self.port}/cam"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [DEBIANS_PYTHON, str(SERVER), str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "READY\n"

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@pytest.fixture
def rtsp() -> Iterator[RtspCamera]:
    server = RtspCamera()
    server.start()
    yield server
    server.kill()


def test_frames_come_and_differ(rtsp: RtspCamera):
    with camera_on(rtsp.source) as (camera, health):
        seen = frames(camera, 40)
        assert health.status().state == "ok"
    assert {frame.image.shape for frame in seen} == {(240, 320, 3)}
    assert len({frame.image.tobytes() for frame in seen}) > 10


def test_a_frozen_stream_is_noticed_and_opened_again(rtsp: RtspCamera):
    with camera_on(rtsp.source, read_timeout_s=2) as (camera, health):
        last = frames(camera, 40)[-1]
        rtsp.send(signal.SIGSTOP)
        frozen_s = time.monotonic()
        wait_until(lambda: health.status().state == "silent", most_s=20)
        assert time.monotonic() - frozen_s < 8
        assert rtsp.source in health.status().problem
        rtsp.send(signal.SIGCONT)
        wait_until(lambda: health.status().state == "ok", most_s=60)
        after = camera.next_frame(last.number, 20)
        assert after is not None
        assert health.status().faults >= 1


def test_a_killed_camera_comes_back(rtsp: RtspCamera):
    with camera_on(rtsp.source, read_timeout_s=2) as (camera, health):
        frames(camera, 5)
        rtsp.kill()
        wait_until(lambda: health.status().state == "silent", most_s=20)
        # Long enough for the waits between two attempts to have grown as long as they get.
        wait_until(lambda: health.status().faults >= 5, most_s=60)
        rtsp.start()
        wait_until(lambda: health.status().state == "ok", most_s=20)
        assert camera.next_frame(0, 20) is not None
