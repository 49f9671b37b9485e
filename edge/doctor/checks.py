"""What the doctor looks at, a sentence each. Nothing is changed; cameras are opened for a moment."""

import os
import platform
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from edge.camera_config import CameraConfig
from edge.config import EdgeConfig
from edge.health import Health

CAMERA_WAIT_S = 15.0
"""Longer than a stream's time-outs for opening and reading."""
LEAST_FREE_MB = 500
LEAST_MEMORY_MB = 400
"""What the agent with a camera and the network takes at most, with some air (docs/benchmarks.md)."""
HOT_CELSIUS = 80.0
"""A Raspberry Pi slows down from 80 °C (Raspberry Pi documentation, "Frequency management and thermal control")."""
LIBRARIES = {
    "onnxruntime": "onnxruntime", "openvino": "openvino", "ncnn": "ncnn", "ai-edge-litert": "litert",
    "opencv-python-headless": "opencv", "numpy": "numpy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: what.
        ok: whether it is as it should be.
        says: what was found.
        advice: what to do about it; empty when ok.
        passing: it is not as it should be now, but may be in a minute: a warning, no problem.
    """

    name: str
    ok: bool
    says: str
    advice: str = ""
    passing: bool = False

    def line(self) -> str:
        """Say it in one line of a terminal."""
        told = f"{self.says}: {self.advice}" if self.advice else self.says
        verdict = "ok     " if self.ok else "warning" if self.passing else "PROBLEM"
        return f"{verdict}  {self.name}: {told}"

    def row(self) -> dict[str, object]:
        """Say it as JSON does."""
        return asdict(self)


def look_at_device() -> Iterator[Check]:
    """Look at the machine: programs, processor, memory, temperature."""
    system = (
        f"henwise {version('henwise')}, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    )
    yield Check("program", ok=True, says=system)
    yield _libraries()
    yield processor(os.cpu_count() or 1, os.getloadavg()[0])
    yield from _memory(Path("/proc/meminfo"))
    yield from _temperature(Path("/sys/class/thermal"))


def look_at_farm(config: EdgeConfig) -> Iterator[Check]:
    """Look at what the configuration names: the folder for data, networks, cameras."""
    yield folder(config.data_dir)
    yield from disk(config.data_dir, config.outbox.max_mb)
    yield from (network(path) for path in sorted({one.network for one in config.cameras}, key=str))
    yield from (camera(one) for one in config.cameras)


def _libraries() -> Check:
    found = []
    for package, name in LIBRARIES.items():
        try:
            found.append(f"{name} {version(package)}")
        except PackageNotFoundError:
            continue
    if not any(one.startswith("onnxruntime") for one in found):
        return Check("libraries", ok=False, says=", ".join(found) or "none", advice="pip install 'henwise[edge]'")
    return Check("libraries", ok=True, says=", ".join(found))


def _memory(meminfo: Path) -> Iterator[Check]:
    if not meminfo.is_file():  # not Linux
        return
    fields = dict(line.split(":", 1) for line in meminfo.read_text("ascii").splitlines() if ":" in line)
    whole_mb, free_mb = (int(fields[name].split()[0]) * 1024 / 1e6 for name in ("MemTotal", "MemAvailable"))
    says = f"{free_mb:.0f} of {whole_mb:.0f} MB available"
    few = free_mb < LEAST_MEMORY_MB
    advice = f"a camera needs about {LEAST_MEMORY_MB} MB; end other programs" if few else ""
    yield Check("memory", ok=not few, says=says, advice=advice)


def _temperature(folder: Path) -> Iterator[Check]:
    readings = []
    for file in sorted(folder.glob("thermal_zone*/temp")):
        try:
            readings.append(int(file.read_text("ascii")) / 1000)
        except (OSError, ValueError):  # a sensor that is switched off
            continue
    if not readings:
        return
    hot = max(readings) >= HOT_CELSIUS
    advice = "it slows down; give it air or a heat sink" if hot else ""
    yield Check("temperature", ok=not hot, says=f"{max(readings):.0f} °C", advice=advice)


def processor(cores: int, load: float) -> Check:
    """Say how busy the processor is; a backup or an update that keeps it busy passes."""
    busy = f"{platform.machine()}, {cores} cores, load {load:.1f}"
    if load > 2 * cores:
        return Check("processor", ok=False, says=busy, advice="other programs keep it busy; see top", passing=True)
    return Check("processor", ok=True, says=busy)


def folder(data_dir: Path) -> Check:
    """Say whether the folder for data can be written, by writing."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir) as file:
            file.write(b"henwise")
    except OSError as error:
        advice = f"make it and give it to the user that runs henwise-edge: chown -R $USER {data_dir}"
        return Check("data folder", ok=False, says=f"{data_dir} can't be written ({error.strerror})", advice=advice)
    return Check("data folder", ok=True, says=f"{data_dir} can be written")


def disk(data_dir: Path, outbox_mb: int) -> Iterator[Check]:
    """Say whether the disk has room for a full outbox."""
    there = next(one for one in (data_dir, *data_dir.absolute().parents) if one.exists())
    free_mb = shutil.disk_usage(there).free / 1e6
    wanted = outbox_mb + LEAST_FREE_MB
    few = free_mb < wanted
    advice = f"a full outbox needs {wanted} MB: free some, or lower outbox.max_mb" if few else ""
    yield Check("disk", ok=not few, says=f"{free_mb:.0f} MB free", advice=advice)


def network(path: Path | None) -> Check:
    """Say whether a network can be opened with ONNX Runtime."""
    from models.errors import ModelsError
    from models.runtime import SHIPPED, Detector

    try:
        detector = Detector.open(path, threads=1)
    except ModelsError as error:
        return Check("network", ok=False, says="can't be used", advice=str(error))
    detector.close()
    card = detector.card
    return Check("network", ok=True, says=f"{card.name} {card.version} ({(path or SHIPPED).name})")


def camera(config: CameraConfig) -> Check:
    """Say whether a camera gives a picture, by asking it for one the way the agent does."""
    from edge.vision.camera import Camera

    health, stop = Health(config.slug), threading.Event()
    reader = Camera(config, health)
    threading.Thread(target=reader.read_until, args=(stop,), daemon=True).start()
    frame = reader.next_frame(0, CAMERA_WAIT_S if config.kind == "stream" else config.read_timeout_s)
    stop.set()
    if frame is None:
        problem = health.status().problem or "it gave no picture in time; check that it is on"
        return Check(f"camera {config.slug}", ok=False, says="no picture", advice=problem)
    high, wide = frame.image.shape[:2]
    return Check(f"camera {config.slug}", ok=True, says=f"gives pictures of {wide}x{high}")
