"""``henwise-edge init`` as a person at a terminal meets it: real virtual instruments, a real pseudo-terminal."""

import os
import pty
import select
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge import beginning
from edge.camera_config import CameraConfig, masked, password_in, user_in, with_password, without_password
from edge.cli import app
from edge.config_file import load
from edge.errors import CameraLost
from edge.finding import FoundCamera
from edge.health import Health
from edge.vision.camera import Camera
from tests.edge.picture_camera import PASSWORD, USER, picture_camera
from tests.edge.test_http_pictures import camera_on, frames

BIN = Path(sys.executable).parent


class Person:
    """Types answers into a program on a pseudo-terminal of its own.

    Args:
        command: the program.
        stack: ends it.
    """

    def __init__(self, command: Sequence[str | Path], stack: ExitStack) -> None:
        self._terminal, theirs = pty.openpty()
        environment = os.environ | {"LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8", "LANGUAGE": "en"}
        self._program = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
        os.close(theirs)
        stack.callback(lambda: (self._program.kill(), self._program.wait(), os.close(self._terminal)))
        self.seen = ""
        self._read = 0

    def answers(self, question: str, answer: str = "") -> None:
        """Wait until the program asks something, and answer; nothing: take what it proposes."""
        self._wait_for(lambda: question in self.seen[self._read :], question)
        self._read = self.seen.index(question, self._read) + len(question)
        self._wait_for(lambda: self.seen.rstrip(" ").endswith(":"), question)
        self._read = len(self.seen)
        os.write(self._terminal, f"{answer}\n".encode())

    def leaves(self) -> int:
        """Wait until the program has ended and return its exit code."""
        self._wait_for(lambda: self._program.poll() is not None, "its end")
        return self._program.returncode

    def _wait_for(self, true: Callable[[], bool], what: str, within_s: float = 90) -> None:
        deadline_s = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < deadline_s, f"no {what!r} in:\n{self.seen}"
            if select.select([self._terminal], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self._terminal, 4_096).decode("utf-8", errors="replace")
                except OSError:  # EIO: the program has closed it
                    time.sleep(0.1)


@pytest.fixture
def instruments(tmp_path: Path) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        for family, port in (("xk3190-a9", "scale"), ("xy-md02", "climate")):
            command = [BIN / "henwise-bridge", "simulate", family, "--port", tmp_path / port]
            simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            stack.callback(lambda simulator=simulator: (simulator.kill(), simulator.communicate()))
            assert simulator.stdout is not None
            assert simulator.stdout.readline().startswith("ready ")
        yield stack


@pytest.mark.system
@pytest.mark.timeout(600)
def test_a_person_is_asked_only_what_cannot_be_found(instruments: ExitStack, tmp_path: Path):
    path = tmp_path / "edge.toml"
    path.write_text("# the one before\n")
    ports = [word for name in ("scale", "climate") for word in ("--port", tmp_path / name)]
    folders = ["--data-dir", tmp_path / "data", "--secrets", tmp_path / "secrets"]
    person = Person([BIN / "henwise-edge", "init", path, *ports, *folders], instruments)
    person.answers("Farm, in lower-case letters", "Hill Farm")
    person.answers("Farm, in lower-case letters", "hill")
    person.answers("House", "house-2")
    person.answers("This device")
    person.answers("Broker (host name)", "farm.example.org")
    person.answers("xk3190-a9")
    person.answers("Its name", "platform")
    person.answers("xy-md02")
    person.answers("Its name", "platform")
    person.answers("Its name", "climate")
    assert person.leaves() == 0
    assert "platform is taken already" in person.seen
    assert f"{path} is written" in person.seen
    assert (tmp_path / "edge.toml.before").read_text() == "# the one before\n"
    config = load(path)
    assert (config.place.farm, config.place.house, config.place.device) == ("hill", "house-2", "pi-1")
    assert (config.broker.host, config.broker.tls) == ("farm.example.org", True)
    found = [(one.slug, one.family, one.port) for one in config.instruments]
    assert found == [
        ("platform", "xk3190-a9", str(tmp_path / "scale")),
        ("climate", "xy-md02", str(tmp_path / "climate")),
    ]


class Answers:
    """Answers what it is asked, in order."""

    def __init__(self, *said: str) -> None:
        self._said = list(said)

    def text(self, question: str, default: str = "") -> str:
        del question
        return self._said.pop(0) or default

    def secret(self, question: str) -> str:
        del question
        return self._said.pop(0)

    def yes(self, question: str) -> bool:
        del question
        return True


@pytest.mark.parametrize(
    ("said", "password"),
    [
        (("farm", "house-1", "pi-1", "127.0.0.1", "rtsp://mei@10.0.0.9/small", "s3cr€t"), "s3cr€t"),
        (("farm", "house-1", "pi-1", "127.0.0.1", "rtsp://mei:s%40/x@10.0.0.9/small"), "s@/x"),
    ],
)
def test_a_cameras_password_goes_into_a_file_that_only_root_reads(said: tuple[str, ...], password: str, tmp_path: Path):
    found = beginning.Discovered([], [FoundCamera("rtsp://10.0.0.9", "IPC")])
    secrets = tmp_path / "secrets"
    text = beginning.written(tmp_path / "edge.toml", found, Answers(*said), lambda _: None, secrets=secrets)
    [camera] = tomllib.loads(text)["cameras"]
    assert camera["source"] == "rtsp://mei@10.0.0.9/small"
    file = Path(camera["password_file"])
    assert file == secrets / "henwise.camera-1-password"
    assert file.read_text("utf-8") == f"{password}\n"
    assert file.stat().st_mode & 0o077 == 0
    assert password not in text


@pytest.mark.parametrize("login", ["basic", "MD5"])
def test_a_camera_is_opened_with_the_password_of_its_file(login: str, tmp_path: Path):
    (tmp_path / "password").write_text(f"{PASSWORD}\n", "utf-8")
    with picture_camera(login) as server:
        address = f"http://{USER}@{server.host}/snap.jpg"
        with camera_on(address, single_pictures=True, password_file=tmp_path / "password") as (camera, health):
            assert len(frames(camera, 2)) == 2
            assert PASSWORD not in health.status().problem


def test_a_password_that_cannot_be_read_is_told(tmp_path: Path):
    config = CameraConfig.model_validate(
        {"slug": "cam", "source": "rtsp://mei@127.0.0.1/x", "password_file": tmp_path / "none"}
    )
    assert config.password_file is not None
    with pytest.raises(CameraLost, match=r"the password of rtsp://\*\*\*@127.0.0.1/x can't be read from .*none"):
        Camera(config, Health("cam"))._opened()


def test_a_password_in_edge_toml_still_works_but_is_warned_of(tmp_path: Path):
    place = '[place]\nfarm = "f"\nhouse = "h"\ndevice = "d"\n[[cameras]]\nslug = "cam"\n'
    path = tmp_path / "edge.toml"
    path.write_text(place + 'source = "rtsp://mei:s3cret@127.0.0.1/x"\n')
    answer = CliRunner().invoke(app, ["check-config", str(path)])
    assert answer.exit_code == 0
    assert "warning: edge.toml:7: cameras[0].source: a password stands here" in answer.output
    assert "s3cret" not in answer.output

    path.write_text(place + 'source = "rtsp://127.0.0.1/x"\npassword_file = "p"\n')
    answer = CliRunner().invoke(app, ["check-config", str(path)])
    assert answer.exit_code == 1
    assert "rtsp://user@host/path" in answer.output
    path.write_text(place + 'source = "rtsp://mei@127.0.0.1/x"\npassword_file = "p"\n')
    answer = CliRunner().invoke(app, ["check-config", str(path)])
    assert f"{tmp_path / 'p'} is not there" in answer.output


@pytest.mark.parametrize(
    ("source", "user", "password", "without"),
    [
        ("rtsp://mei:pa@ss/word@h:554/x", "mei", "pa@ss/word", "rtsp://mei@h:554/x"),
        ("rtsp://mei@h/x", "mei", "", "rtsp://mei@h/x"),
        ("rtsp://h:554/x@y", "", "", "rtsp://h:554/x@y"),
        ("http://h/x@2.jpg", "", "", "http://h/x@2.jpg"),
        ("/dev/video0", "", "", "/dev/video0"),
    ],
)
def test_what_stands_in_an_address(source: str, user: str, password: str, without: str):
    assert (user_in(source), password_in(source), without_password(source)) == (user, password, without)
    if user:
        assert password_in(with_password(without, "a@/b")) == "a%40%2Fb"
        assert "mei" not in masked(source)
