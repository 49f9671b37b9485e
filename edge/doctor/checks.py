"""What the doctor looks at, a sentence each. Nothing is changed; cameras are opened for a moment."""

import os
import platform
import shutil
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from contract.messages import EARLIEST_YEAR
from edge.camera_config import CameraConfig
from edge.config import EdgeConfig
from edge.doctor.farm_checks import backlog, broker, is_running, line, set_aside
from edge.doctor.said import Check
from edge.health import Health
from edge.language import Said
from edge.machine import Machine

CAMERA_WAIT_S = 15.0
"""Longer than a stream's time-outs for opening and reading."""
LEAST_FREE_MB = 500
LEAST_MEMORY_MB = 400
"""What the agent with a camera and the network takes at most, with some air (docs/benchmarks.md)."""
HOT_CELSIUS = 80.0
"""A Raspberry Pi slows down from 80 °C (Raspberry Pi documentation, "Frequency management and thermal control")."""
_LIBRARIES = Said("libraries", "程序库")
LIBRARIES = {
    "onnxruntime": "onnxruntime", "openvino": "openvino", "ncnn": "ncnn", "ai-edge-litert": "litert",
    "opencv-python-headless": "opencv", "numpy": "numpy",
}  # fmt: skip


def look_at_device() -> Iterator[Check]:
    """Look at the machine: programs, processor, memory, temperature."""
    system = (
        f"henwise {version('henwise')}, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    )
    yield Check(Said("program", "程序"), ok=True, says=system)
    yield _libraries()
    yield processor(os.cpu_count() or 1, os.getloadavg()[0])
    yield from _memory(Path("/proc/meminfo"))
    yield from _temperature(Path("/sys/class/thermal"))
    yield from throttling(Machine())
    yield from clock(Machine(), datetime.now(UTC))


def look_at_farm(config: EdgeConfig) -> Iterator[Check]:
    """Look at what the configuration names: folder, instruments, broker, cloud, networks, cameras."""
    yield folder(config.data_dir)
    yield from disk(config.data_dir, config.outbox.max_mb)
    yield from set_aside(config.data_dir)
    running = is_running(config.data_dir)
    yield from (line(one, running=running) for one in config.instruments)
    yield from broker(config)
    yield from backlog(config.data_dir)
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
        return Check(
            _LIBRARIES, ok=False, says=", ".join(found) or Said("none", "无"), advice="pip install 'henwise[edge]'"
        )
    return Check(_LIBRARIES, ok=True, says=", ".join(found))


def _memory(meminfo: Path) -> Iterator[Check]:
    if not meminfo.is_file():  # not Linux
        return
    fields = dict(line.split(":", 1) for line in meminfo.read_text("ascii").splitlines() if ":" in line)
    whole_mb, free_mb = (int(fields[name].split()[0]) * 1024 / 1e6 for name in ("MemTotal", "MemAvailable"))
    says = Said(f"{free_mb:.0f} of {whole_mb:.0f} MB available", f"可用 {free_mb:.0f} MB，共 {whole_mb:.0f} MB")
    few = free_mb < LEAST_MEMORY_MB
    advice = (
        Said(
            f"a camera needs about {LEAST_MEMORY_MB} MB; end other programs",
            f"一个摄像头约需 {LEAST_MEMORY_MB} MB，请关闭其他程序",
        )
        if few
        else ""
    )
    yield Check(Said("memory", "内存"), ok=not few, says=says, advice=advice)


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
    advice = Said("it slows down; give it air or a heat sink", "正在降频，请改善通风或加散热片") if hot else ""
    yield Check(Said("temperature", "温度"), ok=not hot, says=f"{max(readings):.0f} °C", advice=advice)


def throttling(machine: Machine) -> Iterator[Check]:
    """Say whether the machine is slowed down, or its supply too weak, where it tells."""
    told = machine.throttled()
    if told is None:
        return
    slowed, weak = told
    name = Said("power and speed", "供电与降频")
    if weak:
        advice = Said("use the maker's power supply and a short cable", "请使用原装电源和短线缆")
        yield Check(name, ok=False, says=Said("the supply is too weak", "供电电压不足"), advice=advice)
    elif slowed:
        advice = Said("give it air or a heat sink", "请改善通风或加散热片")
        yield Check(name, ok=False, says=Said("slowed down by heat", "因过热降频"), advice=advice)
    else:
        yield Check(name, ok=True, says=Said("full speed", "全速运行"))


def clock(machine: Machine, at: datetime) -> Iterator[Check]:
    """Say whether the time is right."""
    name, says = Said("clock", "时钟"), f"{at:%Y-%m-%d %H:%M} UTC"
    if at.year < EARLIEST_YEAR:
        advice = Said("connect the device to the network once, so that NTP sets it", "请联网一次，让 NTP 校准时钟")
        yield Check(name, ok=False, says=says, advice=advice)
    elif machine.clock_trusted() is False:
        advice = Said("nobody keeps it right: timedatectl set-ntp true", "未启用时间同步：timedatectl set-ntp true")
        yield Check(name, ok=False, says=says, advice=advice, passing=True)
    else:
        yield Check(name, ok=True, says=says)


def processor(cores: int, load: float) -> Check:
    """Say how busy the processor is; a backup or an update that keeps it busy passes."""
    machine = platform.machine()
    busy = Said(f"{machine}, {cores} cores, load {load:.1f}", f"{machine}，{cores} 核，负载 {load:.1f}")
    name = Said("processor", "处理器")
    if load > 2 * cores:
        advice = Said("other programs keep it busy; see top", "其他程序占用过高，请用 top 查看")
        return Check(name, ok=False, says=busy, advice=advice, passing=True)
    return Check(name, ok=True, says=busy)


def folder(data_dir: Path) -> Check:
    """Say whether the folder for data can be written, by writing."""
    name = Said("data folder", "数据目录")
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir) as file:
            file.write(b"henwise")
    except OSError as error:
        advice = Said(
            f"make it and give it to the user that runs henwise-edge: chown -R $USER {data_dir}",
            f"请创建该目录并交给运行 henwise-edge 的用户：chown -R $USER {data_dir}",
        )
        reason = error.strerror
        says = Said(f"{data_dir} can't be written ({reason})", f"{data_dir} 无法写入（{reason}）")
        return Check(name, ok=False, says=says, advice=advice)
    return Check(name, ok=True, says=Said(f"{data_dir} can be written", f"{data_dir} 可以写入"))


def disk(data_dir: Path, outbox_mb: int) -> Iterator[Check]:
    """Say whether the disk has room for a full outbox."""
    there = next(one for one in (data_dir, *data_dir.absolute().parents) if one.exists())
    free_mb = shutil.disk_usage(there).free / 1e6
    wanted = outbox_mb + LEAST_FREE_MB
    few = free_mb < wanted
    advice = (
        Said(
            f"a full outbox needs {wanted} MB: free some, or lower outbox.max_mb",
            f"离线缓存写满需要 {wanted} MB：请清理磁盘，或调低 outbox.max_mb",
        )
        if few
        else ""
    )
    says = Said(f"{free_mb:.0f} MB free", f"剩余 {free_mb:.0f} MB")
    yield Check(Said("disk", "磁盘"), ok=not few, says=says, advice=advice)


def network(path: Path | None) -> Check:
    """Say whether a network can be opened with ONNX Runtime."""
    name = Said("network", "识别模型")
    from models.errors import ModelsError
    from models.runtime import SHIPPED, Detector

    try:
        detector = Detector.open(path, threads=1)
    except ModelsError as error:
        return Check(name, ok=False, says=Said("can't be used", "无法使用"), advice=str(error))
    detector.close()
    card = detector.card
    return Check(name, ok=True, says=f"{card.name} {card.version} ({(path or SHIPPED).name})")


def open_password(camera: str) -> Check:
    """Say that a camera's password stands in edge.toml."""
    says = Said("its password stands in edge.toml", "密码写在 edge.toml 中")
    advice = Said(
        "put it into a file of root's and name that with password_file; leave only the user in source",
        "请将密码存入 root 专有文件，用 password_file 指定，source 中只保留用户名",
    )
    return Check(Said(f"camera {camera}", f"摄像头 {camera}"), ok=False, says=says, advice=advice, passing=True)


def camera(config: CameraConfig) -> Check:
    """Say whether a camera gives a picture, by asking it for one the way the agent does."""
    from edge.vision.camera import Camera

    name = Said(f"camera {config.slug}", f"摄像头 {config.slug}")
    health, stop = Health(config.slug), threading.Event()
    reader = Camera(config, health)
    threading.Thread(target=reader.read_until, args=(stop,), daemon=True).start()
    frame = reader.next_frame(0, CAMERA_WAIT_S if config.kind == "stream" else config.read_timeout_s)
    stop.set()
    if frame is None:
        late = Said("it gave no picture in time; check that it is on", "没有及时给出画面，请检查是否通电")
        says = Said("no picture", "没有画面")
        return Check(name, ok=False, says=says, advice=health.status().problem or late)
    high, wide = frame.image.shape[:2]
    return Check(name, ok=True, says=Said(f"gives pictures of {wide}x{high}", f"画面 {wide}x{high}"))
