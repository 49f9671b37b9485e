"""Henwise on another Debian or another processor: a tree of it, the wheel, its dependencies, the sensor agent on a pty.

    python -m tests.system.other_machine                                # arm64, Python 3.11
    python -m tests.system.other_machine --arch amd64 --suite trixie    # Python 3.13

As root, with debootstrap, mosquitto and, for another processor, qemu-user-static. The tree is fetched and unpacked by
this machine and not configured, and the wheels are fetched by it: emulated are only Python, pip's installing and the
agent. Dependencies come from the package index as binary wheels only, so that none must be built on a device.
"""

import argparse
import json
import platform
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cloud.store.embedded import EmbeddedSeries
from cloud.store.series import SeriesKey
from tests.cloud.service import cloud_process
from tests.servers import Mosquitto
from tests.system.test_kills import measured

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PORT = "run/climate"
NATIVE = {"x86_64": "amd64", "aarch64": "arm64"}
WHEELS_OF = {"amd64": "x86_64", "arm64": "aarch64"}
GLIBC = {"bookworm": (36, "3.11"), "trixie": (41, "3.13")}
"""Minor version of the C library and version of Python of a Debian."""
QEMU = {"arm64": "qemu-aarch64-static"}
ELF_ARM64 = rb"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
ELF_MASK = rb"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
PLAIN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root"}
"""As on a device: with what Python compiled kept, which takes longest when it is emulated."""
CONFIG = """
data_dir = "/var/lib/henwise"
[place]
farm = "farm"
house = "house-1"
device = "edge-1"
[broker]
port = {port}
[[instruments]]
slug = "climate"
family = "xy-md02"
port = "/{line}"
interval_s = 1
"""


def run(*command: str | Path, stdin: Any = None, env: dict[str, str] | None = None) -> None:
    """Run a command and stop when it fails."""
    subprocess.run(command, stdin=stdin, env=env, check=True)


def run_in(root: Path, *command: str) -> None:
    """Run a program of the tree."""
    run("chroot", root, *command, env=PLAIN)


def say(began_s: float, words: str) -> None:
    """Print a line with the time that has passed."""
    print(f"{time.monotonic() - began_s:6.0f} s  {words}", flush=True)


def emulate(arch: str) -> None:
    """Have the kernel run programs of another processor."""
    register = Path("/proc/sys/fs/binfmt_misc/register")
    if not register.exists():
        run("mount", "-t", "binfmt_misc", "none", register.parent)
    if not (register.parent / f"henwise-{arch}").exists():
        program = shutil.which(QEMU[arch])
        assert program, f"{QEMU[arch]} is not here: apt-get install qemu-user-static"
        line = b":henwise-%s:M::%s:%s:%s:F" % (arch.encode(), ELF_ARM64, ELF_MASK, program.encode())
        register.write_bytes(line)


def fetch_wheels(folder: Path, arch: str, suite: str) -> None:
    """Build Henwise's wheel and fetch what its edge needs on that machine, binary only."""
    minor, python = GLIBC[suite]
    platforms = [f"manylinux_2_{number}_{WHEELS_OF[arch]}" for number in range(17, minor + 1)]
    platforms += [f"manylinux2014_{WHEELS_OF[arch]}"]
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    [wheel] = folder.glob("henwise-*.whl")
    choice = [word for name in platforms for word in ("--platform", name)]
    pip = (sys.executable, "-m", "pip", "--quiet", "download", "--only-binary=:all:", "--python-version", python)
    run(*pip, *choice, "--dest", folder, f"{wheel}[edge]")


def own_mirror() -> str:
    """Return where this machine has its packages from."""
    asked = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0]


def lay(root: Path, arch: str, suite: str, mirror: str) -> None:
    """Unpack a Debian tree with Python; no script of a package is run."""
    include = "--include=python3,python3-venv"
    run("debootstrap", "--foreign", "--variant=minbase", f"--arch={arch}", include, suite, root, mirror)
    for package in sorted((root / "var/cache/apt/archives").glob("*.deb")):
        with subprocess.Popen(("dpkg-deb", "--fsys-tarfile", package), stdout=subprocess.PIPE) as content:
            run("tar", "-C", root, "--keep-directory-symlink", "-xf", "-", stdin=content.stdout)
    authorities = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))  # put together by a script of a package
    (root / "etc/ssl/certs/ca-certificates.crt").write_bytes(b"".join(one.read_bytes() for one in authorities))
    if (root / "proc").is_symlink():  # to this machine's
        (root / "proc").unlink()
    (root / "proc").mkdir(exist_ok=True)
    (root / "dev/pts").mkdir(exist_ok=True)


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """A /proc of its own, and this machine's pseudo-terminals: the instrument speaks on one of them from here."""
    try:
        run("mount", "-t", "proc", "proc", root / "proc")
        run("mount", "--bind", "/dev/pts", root / "dev/pts")
        yield
    finally:
        for where in ("dev/pts", "proc"):
            subprocess.run(["umount", "--lazy", root / where], check=False, capture_output=True)


def install(root: Path, wheels: Path) -> None:
    """Install as a user does, from a folder of wheels."""
    shutil.copytree(wheels, root / "opt/wheels", dirs_exist_ok=True)
    run_in(root, "python3", "-m", "venv", "/opt/h")
    pip = ("/opt/h/bin/pip", "install", "--quiet", "--no-index", "--no-compile", "--find-links", "/opt/wheels")
    run_in(root, *pip, "henwise[edge]")


def look(root: Path) -> None:
    """Say what runs there, with the networks' libraries, too."""
    python = ("/opt/h/bin/python", "-c")
    run_in(root, *python, "import platform; print(platform.machine(), platform.python_version())")
    run_in(
        root, *python, "import cv2, numpy, onnxruntime; print('networks:', onnxruntime.__version__, cv2.__version__)"
    )
    run_in(root, "/opt/h/bin/henwise-edge", "--version")
    run_in(root, "/opt/h/bin/henwise-edge", "check-config", "/etc/henwise/edge.toml")


def agent_delivers(root: Path, folder: Path, most: int) -> tuple[int, float]:
    """Run the sensor agent of the tree against a broker and the service here until so much is acknowledged.

    Returns:
        points in the service's store, each with the value that the agent measured, and the agent's resident MB.
    """
    with ExitStack() as stack:
        broker = Mosquitto(folder)
        (root / "etc/henwise").mkdir(parents=True, exist_ok=True)
        (root / "etc/henwise/edge.toml").write_text(CONFIG.format(port=broker.port, line=PORT))
        look(root)
        broker.start()
        stack.callback(broker.kill)
        stack.enter_context(cloud_process(folder, broker.port))
        # Not emulated: qemu-user knows no TCGETS2, which the virtual line asks for; a device's line needs none.
        bridge = stack.enter_context(running(BIN / "henwise-bridge", "simulate", "xy-md02", "--port", root / PORT))
        assert bridge.stdout is not None
        assert bridge.stdout.readline().startswith(b"ready "), "no virtual instrument"
        command = ("/opt/h/bin/henwise-edge", "run", "/etc/henwise/edge.toml", "--share", "sensors")
        agent = stack.enter_context(running("chroot", root, *command))
        outbox, deadline_s = root / "var/lib/henwise/outbox.db", time.monotonic() + 600
        while len(acknowledged(outbox)) < most:
            assert time.monotonic() < deadline_s, "nothing is acknowledged"
            assert (agent.poll(), bridge.poll()) == (None, None), "it ended"
            time.sleep(0.5)
        status = Path(f"/proc/{agent.pid}/status").read_text()
        kb = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
        agent.terminate()
        assert agent.wait(120) == 0, "it does not end well"
    return points(folder / "data/series.db", acknowledged(outbox)), int(kb) / 1000


@contextmanager
def running(*command: str | Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program until it is no longer needed."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=PLAIN)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def acknowledged(outbox: Path) -> list[dict[str, Any]]:
    """Return the readings of an outbox that the service has committed; none while it is being made."""
    try:
        with closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT payload FROM outbox WHERE acked_ms IS NOT NULL AND leaf = 'readings'")
            said = [json.loads(payload) for (payload,) in rows]
    except sqlite3.OperationalError:
        return []
    return [one for one in said if one["instrument"] == "climate"]


def points(file: Path, readings: list[dict[str, Any]]) -> int:
    """Look for each value of these readings in the store; return how many that are."""
    series, found = EmbeddedSeries(file), 0
    series.open()
    try:
        for one in readings:
            at_ms = round(datetime.fromisoformat(one["at"]).timestamp() * 1000)
            for source, quantity, value in measured("readings", one):
                name = SeriesKey("farm", "house-1", "edge-1", source, quantity)
                assert series.window(name, at_ms, at_ms + 1, 2).mean.tolist() == [value], "it is not in the store"
                found += 1
    finally:
        series.close()
    return found


def main(words: Sequence[str]) -> None:
    """Make the tree, install, run, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mirror", help="of Debian; this machine's own unless given")
    parser.add_argument("--arch", choices=sorted(WHEELS_OF), default="arm64")
    parser.add_argument("--suite", choices=sorted(GLIBC), default="bookworm")
    parser.add_argument("--folder", type=Path, help="to work in and keep; a tree that is there is used again")
    wanted = parser.parse_args(words)
    began_s = time.monotonic()
    with TemporaryDirectory() as name:
        folder = wanted.folder or Path(name)
        root, wheels, logs = folder / "root", folder / "wheels", Path(name) / "logs"
        logs.mkdir()
        if NATIVE[platform.machine()] != wanted.arch:
            emulate(wanted.arch)
        if not wheels.exists():
            fetch_wheels(wheels, wanted.arch, wanted.suite)
            say(began_s, f"{len(list(wheels.iterdir()))} wheels, none of them built here but ours")
        if not root.exists():
            lay(root, wanted.arch, wanted.suite, wanted.mirror or own_mirror())
            say(began_s, "the tree stands")
        with mounted(root):
            if not (root / "opt/h/bin/henwise-edge").exists():
                install(root, wheels)
                say(began_s, "installed")
            stored, resident_mb = agent_delivers(root, logs, 40)
            say(began_s, f"{stored} values came into the service's store and are acknowledged; {resident_mb:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
