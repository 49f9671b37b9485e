"""`make demo` from start to numbers on a phone's page, and to nothing left at its end."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest
from playwright.sync_api import Page

from cloud.demo.farm import program
from cloud.demo.processes import free_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.xdist_group("demo")]

LINE = re.compile(r"Henwise: (?P<url>http://127\.0\.0\.1:\d+)  user: (?P<user>\S+)  password: (?P<password>\S+)")


class Demo:
    """A running demo."""

    def __init__(self, process: subprocess.Popen[str], home: Path) -> None:
        self.process = process
        self.home = home
        self.line = self._first_line()

    def _first_line(self) -> re.Match[str]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = LINE.match(line)
        assert found, line + (self.process.stdout.read() or "")
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    command = [program("henwise-cloud"), "demo", "--home", str(home), "--port", str(free_port())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield Demo(process, home)
    finally:
        process.terminate()
        process.wait(90)
        process.stdout.close()


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(demo.line["url"])
    page.locator("input[autocomplete=username]").fill(demo.line["user"])
    page.locator("input[type=password]").fill(demo.line["password"])
    page.locator("button[type=submit]").click()


@pytest.mark.parametrize("page", ["en-US", "zh-CN"], indirect=True)
def test_the_page_shows_live_birds_weight_and_climate_within_a_minute(demo: Demo, page: Page):
    sign_in(page, demo)

    for card in ("birds", "weight", "climate"):
        value = page.locator(f"[data-card={card}] [data-value]").first
        value.wait_for(timeout=60_000)
        assert re.search(r"\d", value.inner_text()), card
    page.locator("[data-card=picture] img").wait_for(timeout=60_000)


def test_ctrl_c_ends_everything_it_started(tmp_path: Path):
    port = free_port()
    command = [program("henwise-cloud"), "demo", "--home", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        Demo(process, tmp_path)
        children = psutil.Process(process.pid).children(recursive=True)
        names = {" ".join(child.cmdline()) for child in children}
        assert any("henwise-edge" in name for name in names)

        os.kill(process.pid, signal.SIGINT)

        assert process.wait(90) == 0
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_killed_demo_leaves_nothing_running(tmp_path: Path):
    command = [program("henwise-cloud"), "demo", "--home", str(tmp_path), "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        Demo(process, tmp_path)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []


def refusal(*arguments: str) -> str:
    """Run the demo with arguments it must refuse; return what it says."""
    started = time.monotonic()
    run = subprocess.run(
        [program("henwise-cloud"), "demo", *arguments], capture_output=True, text=True, timeout=240, check=False
    )
    assert run.returncode != 0
    assert "Traceback" not in run.stdout + run.stderr
    assert time.monotonic() - started < 30
    return run.stderr


def test_a_taken_port_is_a_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refusal("--home", str(tmp_path), "--port", str(port))
    assert f"Port {port} is taken" in said
    assert f"PORT={port + 1}" in said


def test_a_missing_video_is_a_sentence(tmp_path: Path):
    said = refusal("--home", str(tmp_path), "--port", str(free_port()), "--video", "nowhere.mp4")
    assert "nowhere.mp4 is not there" in said


@pytest.mark.parametrize("video", ["folder", "empty.mp4", "rtps://127.0.0.1/stream"])
def test_a_video_that_cannot_be_one_is_a_sentence(tmp_path: Path, video: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.mp4").touch()
    named = video if "://" in video else str(tmp_path / video)
    assert f"{named} is" in refusal("--home", str(tmp_path / "home"), "--port", str(free_port()), "--video", named)


def test_a_second_demo_leaves_the_first_ones_folder_alone(tmp_path: Path):
    command = [program("henwise-cloud"), "demo", "--home", str(tmp_path), "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        Demo(process, tmp_path)
        configured = (tmp_path / "edge.toml").read_text("utf-8")

        said = refusal("--home", str(tmp_path), "--port", str(free_port()))

        assert "Another demo runs" in said
        assert (tmp_path / "edge.toml").read_text("utf-8") == configured
        assert (tmp_path / "scale.tty").exists()
        process.terminate()
        process.wait(90)


def test_a_folder_with_odd_contents_is_a_sentence(tmp_path: Path):
    (tmp_path / "placed_on").touch()
    assert "holds no date" in refusal("--home", str(tmp_path), "--port", str(free_port()))
    (tmp_path / "placed_on").unlink()
    (tmp_path / "edge.toml").mkdir()
    assert "edge.toml: Is a directory" in refusal("--home", str(tmp_path), "--port", str(free_port()))


def test_the_printed_password_is_right_when_the_records_were_deleted(tmp_path: Path):
    (tmp_path / "password").write_text("from-before", "ascii")
    command = [program("henwise-cloud"), "demo", "--home", str(tmp_path), "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        demo = Demo(process, tmp_path)
        credentials = json.dumps({"name": demo.line["user"], "password": demo.line["password"]}).encode()
        request = Request(f"{demo.line['url']}/api/v1/session", credentials, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            assert answer.status == 200
        process.terminate()
        process.wait(90)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    said = refusal("--home", str(tmp_path / "file" / "home"), "--port", str(free_port()))
    assert "can't be made" in said
