"""The whole agent as a process: real broker, real pseudo-terminals, systemd's socket, signals, memory."""

import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiomqtt
import psutil
import pytest

from contract.topics import decode
from edge.health import STALLED_AFTER_S, Health
from tests.edge.waiting import wait_until
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

BIN = Path(sys.executable).parent
CONFIG = """
data_dir = "data"
[place]
farm = "farm"
house = "house-1"
device = "edge-1"
[broker]
port = {port}
"""
SCALE = '[[instruments]]\nslug = "scale"\nfamily = "xk3190-a9"\nport = "{folder}/scale"\n'
CLIMATE = '[[instruments]]\nslug = "climate"\nfamily = "xy-md02"\nport = "{folder}/climate"\ninterval_s = 0.5\n'
WRITES_END = 12_000
"""Less than the outbox's log takes at once, and more than the agent's own log."""
CAMERA = '[[cameras]]\nslug = "cam"\nsource = "demo"\nwindow_s = 1\n'


class Farm:
    """A folder with a configuration, and the processes that belong to it."""

    def __init__(self, folder: Path, port: int, stack: ExitStack) -> None:
        self.folder = folder
        self.broker_port = port
        self._stack = stack

    def start(self, *sections: str, options: Sequence[str] = (), **environment: str) -> "subprocess.Popen[str]":
        text = CONFIG.format(port=self.broker_port) + "".join(one.format(folder=self.folder) for one in sections)
        (self.folder / "edge.toml").write_text(text, encoding="utf-8")
        return self._run("henwise-edge", "run", str(self.folder / "edge.toml"), *options, **environment)

    def simulate(self, family: str, port: str) -> None:
        virtual = self._run("henwise-bridge", "simulate", family, "--port", str(self.folder / port))
        assert virtual.stdout is not None
        assert virtual.stdout.readline().startswith("ready ")

    def _run(self, *command: str, **environment: str) -> "subprocess.Popen[str]":
        log = self._stack.enter_context((self.folder / f"{command[0]}.log").open("a"))
        process = subprocess.Popen(
            [BIN / command[0], *command[1:]],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | environment,
        )
        self._stack.callback(lambda: (process.kill(), process.communicate()))
        return process

    def log(self) -> str:
        return (self.folder / "henwise-edge.log").read_text(encoding="utf-8")


@pytest.fixture
def farm(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Farm]:
    with ExitStack() as stack:
        yield Farm(tmp_path, mosquitto.port, stack)


async def heard(port: int, *wanted: str) -> dict[str, dict[str, Any]]:
    """Return the newest message of each wanted leaf, once all have been heard; all must be of the contract."""
    newest: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(120), aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("henwise/v1/farm/house-1/edge-1/#", qos=1)
        async for message in client.messages:
            decode(message.topic.value, bytes(message.payload))
            newest[message.topic.value.rpartition("/")[2]] = json.loads(message.payload)
            if newest.keys() >= set(wanted):
                return newest
    raise AssertionError("unreachable")


def stop(process: "subprocess.Popen[str]", number: signal.Signals = signal.SIGTERM) -> float:
    """Return how long it took to end well, in s."""
    began_s = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=30) == 0
    return time.monotonic() - began_s


async def test_everything_flows_and_ends_soon(farm: Farm, mosquitto: Mosquitto):
    farm.simulate("xk3190-a9", "scale")
    farm.simulate("xy-md02", "climate")
    agent = farm.start(SCALE, CLIMATE, CAMERA)
    newest = await heard(mosquitto.port, "announcement", "status", "readings", "count", "snapshot")
    assert [one["slug"] for one in newest["announcement"]["instruments"]] == ["scale", "climate"]
    assert newest["announcement"]["cameras"] == ["cam"]
    assert newest["status"]["state"] == "online"
    await asyncio.sleep(10)
    resident = psutil.Process(agent.pid).memory_info().rss / 1e6
    assert resident < 320
    assert stop(agent) < 5
    newest = await heard(mosquitto.port, "status")
    assert newest["status"]["state"] == "offline"
    assert "Traceback" not in farm.log()


def test_an_idle_agent_is_small(farm: Farm):
    farm.simulate("xk3190-a9", "scale")
    farm.simulate("xy-md02", "climate")
    agent = farm.start(SCALE, CLIMATE)
    wait_until(lambda: "connected to" in farm.log())
    time.sleep(5)
    process = psutil.Process(agent.pid)
    assert process.memory_info().rss < 80e6
    loaded = {Path(one.path).name.split(".")[0] for one in process.memory_maps()}
    assert not loaded & {"cv2", "onnxruntime_pybind11_state", "_multiarray_umath"}
    assert stop(agent, signal.SIGINT) < 5


def test_it_starts_and_stops_with_everything_away(farm: Farm, mosquitto: Mosquitto):
    mosquitto.kill()
    agent = farm.start(SCALE, CLIMATE, CAMERA.replace("demo", "/dev/video99"))
    wait_until(lambda: "broker 127.0.0.1" in farm.log() and farm.log().count("is not there") >= 3)
    assert stop(agent) < 5
    assert "Traceback" not in farm.log()


def test_a_broken_network_does_not_stop_the_thermometer(farm: Farm):
    farm.simulate("xy-md02", "climate")
    agent = farm.start(CLIMATE, CAMERA + 'network = "none.onnx"\n')
    wait_until(lambda: "none.card.json" in farm.log() and "connected to" in farm.log())
    wait_until(lambda: told_of("cam", farm) == ("failed", "network_unusable"))
    wait_until(lambda: told_of("climate", farm) == ("ok", ""))
    stop(agent)
    assert "Traceback" not in farm.log()


def told_of(slug: str, farm: Farm) -> tuple[str, str]:
    status = asyncio.run(heard(farm.broker_port, "readings", "status"))["status"]
    return {part["slug"]: (part["state"], part["cause"]) for part in status["parts"]}[slug]


def test_a_card_that_takes_nothing_is_told_while_it_lasts(farm: Farm):
    farm.simulate("xy-md02", "climate")
    agent = farm.start(CLIMATE)
    wal = farm.folder / "data/outbox.db-wal"
    wait_until(lambda: wal.exists() and wal.stat().st_size > WRITES_END)
    # The kernel refuses what lies beyond in any file of this process, as a dying card does.
    soft, hard = resource.prlimit(agent.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (WRITES_END, hard))
    wait_until(lambda: states_of(farm) == {"climate": ("ok", ""), "device": ("failed", "storage_refuses")})
    assert "nothing can be stored (disk I/O error)" in farm.log()
    resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (soft, hard))
    wait_until(lambda: states_of(farm) == {"climate": ("ok", "")})
    asyncio.run(heard(farm.broker_port, "readings"))
    stop(agent)
    assert "Traceback" not in farm.log()


def states_of(farm: Farm) -> dict[str, tuple[str, str]]:
    status = asyncio.run(heard(farm.broker_port, "status"))["status"]
    return {part["slug"]: (part["state"], part["cause"]) for part in status["parts"]}


def test_a_second_agent_on_the_same_data_is_refused(farm: Farm):
    agent = farm.start()
    wait_until(lambda: "connected to" in farm.log())
    second = farm.start()
    assert second.wait(timeout=60) == 1
    assert "another agent works in" in farm.log()
    stop(agent)
    assert "Traceback" not in farm.log()


def test_systemd_is_told(farm: Farm):
    farm.simulate("xy-md02", "climate")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(farm.folder / "notify"))
        line.settimeout(20)
        agent = farm.start(CLIMATE, NOTIFY_SOCKET=str(farm.folder / "notify"), WATCHDOG_USEC="1000000")
        words = [line.recv(1000).decode() for _ in range(4)]
        stop(agent)
        words += iter(lambda: line.recv(1000).decode(), "STOPPING=1")
    assert words.count("READY=1") == 1
    assert [word for word in words if word.startswith("WATCHDOG=1\nSTATUS=1 parts, ")]


def test_the_log_suits_the_journal(farm: Farm):
    agent = farm.start(JOURNAL_STREAM="8:1")
    wait_until(lambda: "connected to" in farm.log())
    stop(agent)
    assert all(line.startswith(("<6>edge.", "<4>edge.")) for line in farm.log().splitlines())


def test_a_part_that_says_nothing_for_too_long_hangs():
    health = Health("cam")
    assert not health.stalled()
    health._last_sign_s -= STALLED_AFTER_S + 1
    assert health.stalled()
    health.lost("silent", "line_lost", "unplugged")
    assert not health.stalled()
