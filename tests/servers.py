"""Real servers for the tests: each on a free loopback port, in a folder of its own, ended by its own handle."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

UP_S = 10.0


def free_port() -> int:
    """Return a TCP port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """Wait until somebody listens on the port; fail when the process has ended."""
    deadline = time.monotonic() + UP_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} before it listened on {port}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"{process.args!r} did not listen on {port} within {UP_S:g} s")


class Mosquitto:
    """A mosquitto that can be killed and started again on the same port, memory only.

    Args:
        folder: for its configuration and log.
        settings: further lines of its configuration.
    """

    def __init__(self, folder: Path, *settings: str) -> None:
        self.port = free_port()
        self._folder = folder
        self._settings = settings or ("allow_anonymous true",)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        # Started by root it drops to the user mosquitto, who may not read a test's folder.
        lines = (f"listener {self.port} 127.0.0.1", "persistence false", "user root", *self._settings)
        (self._folder / "mosquitto.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        with (self._folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([program, "-c", self._folder / "mosquitto.conf"], stdout=log, stderr=log)
        wait_for_port(self.port, self._process)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, SIGSTOP for example."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut does; nothing happens when it isn't running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
