"""Henwise on another Debian or another processor: a tree of it, the wheel, its dependencies, the sensor agent on a pty.

    python -m tests.system.other_machine --mirror http://MIRROR/debian                       # arm64, Python 3.11
    python -m tests.system.other_machine --mirror http://MIRROR/debian --arch amd64 --suite trixie   # Python 3.13

As root, with debootstrap and, for another processor, qemu-user-static. Emulated it takes a quarter of an hour; the
dependencies come from the package index as binary wheels only, so that none must be built on a device.
"""

import argparse
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from contract.place import Place
from tests.servers import Mosquitto
from tests.system.far_away import FarAway

ROOT = Path(__file__).parents[2]
NATIVE = {"x86_64": "amd64", "aarch64": "arm64"}
WHEELS_OF = {"amd64": "x86_64", "arm64": "aarch64"}
GLIBC = {"bookworm": (36, "3.11"), "trixie": (41, "3.13")}
"""Minor version of the C library and version of Python of a Debian."""
QEMU = {"arm64": "qemu-aarch64-static"}
ELF_ARM64 = rb"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
ELF_MASK = rb"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
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
port = "/tmp/climate"
interval_s = 1
"""


def run(*command: str | Path) -> None:
    """Run a command and stop when it fails."""
    subprocess.run(command, check=True)


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


@contextmanager
def tree(folder: Path, arch: str, suite: str, mirror: str) -> Iterator[Path]:
    """A Debian tree with Python, with a /proc and pseudo-terminals of its own."""
    root = folder / "root"
    include = "--include=python3,python3-venv"
    run("debootstrap", "--variant=minbase", f"--arch={arch}", include, suite, root, mirror)
    (root / "dev/pts").mkdir(exist_ok=True)
    (root / "dev/ptmx").unlink(missing_ok=True)
    (root / "dev/ptmx").symlink_to("pts/ptmx")
    try:
        run("mount", "-t", "proc", "proc", root / "proc")
        run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", root / "dev/pts")
        yield root
    finally:
        for where in ("dev/pts", "proc"):
            subprocess.run(["umount", "--lazy", root / where], check=False, capture_output=True)


def agent_sends(root: Path, folder: Path, readings: int) -> float:
    """Run the sensor agent of the tree against a broker here; return its resident memory, in MB."""
    broker = Mosquitto(folder)
    broker.start()
    far = FarAway(Place(farm="farm", house="house-1", device="edge-1"), broker.port)
    far.start()
    (root / "etc/henwise").mkdir(parents=True)
    (root / "etc/henwise/edge.toml").write_text(CONFIG.format(port=broker.port))
    inside = ("chroot", str(root))
    commands = (
        ("/opt/h/bin/henwise-bridge", "simulate", "xy-md02", "--port", "/tmp/climate"),  # noqa: S108  # the tree's own
        ("/opt/h/bin/henwise-edge", "run", "/etc/henwise/edge.toml", "--share", "sensors"),
    )
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            running.append(subprocess.Popen([*inside, *command]))
            time.sleep(2)
        deadline_s = time.monotonic() + 300
        while len(far.readings()) < readings:
            assert time.monotonic() < deadline_s, "the agent sends nothing"
            assert all(one.poll() is None for one in running), "it ended"
            time.sleep(0.5)
        status = Path(f"/proc/{running[1].pid}/status").read_text()
        kb = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
        running[1].terminate()
        assert running[1].wait(60) == 0, "it does not end well"
        return int(kb) / 1000
    finally:
        for one in running:
            one.kill()
            one.wait()
        far.stop()
        broker.kill()


def main(words: Sequence[str]) -> None:
    """Make the tree, install, run, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mirror", required=True)
    parser.add_argument("--arch", choices=sorted(WHEELS_OF), default="arm64")
    parser.add_argument("--suite", choices=sorted(GLIBC), default="bookworm")
    wanted = parser.parse_args(words)
    began_s = time.monotonic()
    with TemporaryDirectory() as name:
        folder = Path(name)
        if NATIVE[platform.machine()] != wanted.arch:
            emulate(wanted.arch)
        fetch_wheels(folder / "wheels", wanted.arch, wanted.suite)
        say(began_s, f"{len(list((folder / 'wheels').iterdir()))} wheels, none of them built here but ours")
        with tree(folder, wanted.arch, wanted.suite, wanted.mirror) as root:
            say(began_s, "the tree stands")
            shutil.copytree(folder / "wheels", root / "opt/wheels")
            inside = ("chroot", root)
            run(*inside, "python3", "-m", "venv", "/opt/h")
            wheel = next((root / "opt/wheels").glob("henwise-*.whl")).name
            pip = ("/opt/h/bin/pip", "install", "--quiet", "--no-index", "--no-compile", "--find-links", "/opt/wheels")
            run(*inside, *pip, f"/opt/wheels/{wheel}[edge]")
            say(began_s, "installed")
            run(
                *inside,
                "/opt/h/bin/python",
                "-c",
                "import platform; print(platform.machine(), platform.python_version())",
            )
            imports = "import cv2, numpy, onnxruntime; print('networks:', onnxruntime.__version__, cv2.__version__)"
            run(*inside, "/opt/h/bin/python", "-c", imports)
            resident_mb = agent_sends(root, folder, 20)
            say(began_s, f"20 readings came; {resident_mb:.0f} MB resident")


if __name__ == "__main__":
    main(sys.argv[1:])
