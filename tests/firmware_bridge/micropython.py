"""The node's firmware under a real MicroPython: its WebAssembly port in Node, with the bench's chips soldered on."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from firmware_bridge.simulated.terminal import Terminal

ROOM = Path(__file__).parents[1] / "micropython"
FIRMWARE = Path(__file__).parents[2] / "firmware_bridge/node/firmware"
RUN_S = 90


def command(script: Path) -> list[str]:
    """The interpreter that ``make test`` installs; without it a test fails and says so."""
    assert (ROOM / "node_modules").is_dir(), "MicroPython is not installed: cd tests/micropython && npm ci"
    node = shutil.which("node")
    assert node, "Node.js is not on PATH: make test brings it"
    return [node, str(ROOM / "host.mjs"), str(script), str(ROOM / "bench"), str(FIRMWARE)]


def printed(script: Path) -> str:
    """Run a file to its end and return what it printed."""
    done = subprocess.run(command(script), capture_output=True, text=True, timeout=RUN_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def result(name: str) -> dict[str, Any]:
    """Run a file of ``runs`` and return the JSON object it printed."""
    last = printed(ROOM / "runs" / f"{name}.py").splitlines()[-1]
    found: dict[str, Any] = json.loads(last)
    return found


@contextmanager
def plugged_in(script: Path, terminal: Terminal) -> Iterator[subprocess.Popen[bytes]]:
    """Run a file whose UART is the far end of an open pseudo-terminal; it is ended with the context."""
    ends_here = f'exec "$@" 3<&{terminal._master}'
    process = subprocess.Popen(
        ["bash", "-c", ends_here, "bash", *command(script)],
        pass_fds=[terminal._master],
        stderr=subprocess.PIPE,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
