"""Processes by name: start, wait until ready, kill, stop all in reverse; nothing is left behind."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud.errors import PartFailed

PR_SET_PDEATHSIG = 1
STOP_WITHIN_S = 10.0
LOG_TAIL_LINES = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One process.

    Attributes:
        name: what people call it; also the name of its log.
        argv: the command.
        ready: says whether it does its work already.
        ready_within_s: how long it may take to come up, in s.
    """

    name: str
    argv: list[str]
    ready: Callable[[], bool]
    ready_within_s: float = 120.0


def answers(port: int) -> bool:
    """Say whether somebody accepts connections on 127.0.0.1:``port``."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    """Ask the kernel to end this child when the demo is killed: a stale part would hold its port."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """The demo's running parts, in the order of their start."""

    def __init__(self, log_dir: Path, environment: dict[str, str] | None = None) -> None:
        self._log_dir = log_dir
        self._environment = environment or {}
        self._running: dict[str, tuple[Part, subprocess.Popen[Any]]] = {}

    def start(self, part: Part) -> None:
        """Start ``part`` and wait until it is ready.

        Raises:
            PartFailed: it ended or stayed silent; the message holds the end of its log.
        """
        self._log_dir.mkdir(parents=True, exist_ok=True)
        with self._log(part.name).open("ab") as log:
            process = subprocess.Popen(
                part.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the demo only, which then stops its parts in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # this process has no threads
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self._environment},
            )
        self._running[part.name] = (part, process)
        self._await(part, process)

    def _await(self, part: Part, process: subprocess.Popen[Any]) -> None:
        deadline = time.monotonic() + part.ready_within_s
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise PartFailed(f"{part.name} ended with code {process.returncode}:\n{self.tail(part.name)}")
            if part.ready():
                return
            time.sleep(0.05)
        raise PartFailed(f"{part.name} did not come up within {part.ready_within_s:.0f} s:\n{self.tail(part.name)}")

    def kill(self, name: str) -> None:
        """End a part as a power cut would: SIGKILL, at once."""
        _, process = self._running[name]
        process.kill()
        process.wait()

    def restart(self, name: str) -> None:
        """Start a part that has ended again."""
        self.start(self._running[name][0])

    def pid(self, name: str) -> int:
        """Return a part's process id."""
        return self._running[name][1].pid

    def ended(self) -> list[str]:
        """Return the names of parts that are not running."""
        return [name for name, (_, process) in self._running.items() if process.poll() is not None]

    def stop(self) -> None:
        """Stop all parts, the last started first: SIGTERM, and SIGKILL for one that does not listen."""
        for name in reversed(self._running):
            process = self._running[name][1]
            process.terminate()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def tail(self, name: str) -> str:
        """Return the last lines of a part's log."""
        lines = self._log(name).read_text("utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-LOG_TAIL_LINES:]) or "  (it said nothing)"

    def _log(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"
