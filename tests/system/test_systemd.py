"""A device under a real systemd: on boot, through kills, hangs, power cuts and broken disks; not one reading is lost.

By default a few kills and cuts; HENWISE_TEST_KILLS=50 HENWISE_TEST_CUTS=20 for as many as a release wants, and
HENWISE_TEST_UPDATES=20 for so many updates that are interrupted (a quarter of an hour; HENWISE_TEST_SEED=12 and so on
for other moments, so that it can be done in parts).
"""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from contract.place import Place
from tests.servers import Mosquitto
from tests.system.container import Container
from tests.system.far_away import FarAway

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("HENWISE_TEST_KILLS", "4"))
CUTS = int(os.environ.get("HENWISE_TEST_CUTS", "3"))
UPDATES = int(os.environ.get("HENWISE_TEST_UPDATES", "1"))
SEED = int(os.environ.get("HENWISE_TEST_SEED", "11"))
BACK_S = 30.0
PLACE = Place(farm="farm", house="house-1", device="edge-1")
HOME = "/opt/henwise/versions/first"
DEPS, LENT = "/deps", "/lent"
CONFIG = """
[place]
farm = "farm"
house = "house-1"
device = "edge-1"
[broker]
port = {port}
[[instruments]]
slug = "climate"
family = "xy-md02"
port = "/run/sim/climate"
interval_s = 0.2
[[cameras]]
slug = "cam"
source = "/dev/video99"
"""
SIMULATOR = f"""
[Unit]
Before=henwise-sensors.service
[Service]
User=henwise
RuntimeDirectory=sim
Environment=PYTHONPATH={DEPS}
ExecStart={HOME}/bin/henwise-bridge simulate xy-md02 --port /run/sim/climate
[Install]
WantedBy=multi-user.target
"""
TESTED = f"""
[Service]
Environment=PYTHONPATH={DEPS} PYTHONDONTWRITEBYTECODE=1
WatchdogSec=6
TimeoutAbortSec=2
RestartSec=0.5
"""

pytestmark = [pytest.mark.system, pytest.mark.timeout(1_500), pytest.mark.xdist_group("systemd")]


def wheel(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    [built] = folder.glob("henwise-*.whl")
    return built


class Device:
    """A box on which Henwise is installed as a user does it, its dependencies apart: they are those of this test."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.box = Container(folder, {LENT: site_packages()})
        self.broker = broker
        self.far = FarAway(PLACE, broker.port)
        self._folder = folder

    def make(self) -> None:
        self.box.make()
        self._bring_dependencies()
        shutil.copy(wheel(self._folder), self.box.root / "opt")
        (self.box.root / "etc/henwise").mkdir()
        (self.box.root / "etc/henwise/edge.toml").write_text(CONFIG.format(port=self.broker.port))
        (self.box.root / "etc/systemd/system/sim-climate.service").write_text(SIMULATOR)
        for service in ("sensors", "vision"):
            tested = self.box.root / f"etc/systemd/system/henwise-{service}.service.d/90-test.conf"
            tested.parent.mkdir()
            tested.write_text(TESTED)
        self.box.boot()
        self.box.run("python3", "-m", "venv", HOME)
        self.box.run("sh", "-c", f"{HOME}/bin/pip install --quiet --no-index --no-deps /opt/henwise-*.whl")
        self.box.run("env", f"PYTHONPATH={DEPS}", f"{HOME}/bin/henwise-edge", "install")
        self.box.run("systemctl", "enable", "--now", "sim-climate.service")
        self.far.start()
        self.far.wait_for_more(60)

    def remove(self) -> None:
        self.far.stop()
        self.box.remove()

    def _bring_dependencies(self) -> None:
        """Make a folder of links to what is installed here, without Henwise itself: its version is the box's own."""
        deps = self.box.root / DEPS.lstrip("/")
        deps.mkdir()
        for entry in site_packages().iterdir():
            if "henwise" not in entry.name:
                (deps / entry.name).symlink_to(Path(LENT) / entry.name)

    def pid(self, service: str) -> int:
        return int(self.box.run("systemctl", "show", "-P", "MainPID", f"henwise-{service}"))

    def restarts(self, service: str) -> int:
        return int(self.box.run("systemctl", "show", "-P", "NRestarts", f"henwise-{service}"))

    def part(self, slug: str) -> tuple[str, str]:
        parts = {one["slug"]: one for one in self.far.status.get("parts", [])}
        return (parts[slug]["state"], parts[slug]["cause"]) if slug in parts else ("", "")

    def rows(self) -> list[tuple[str, int, int | None]]:
        """Return boot, seq and whether it is committed of everything in the device's outbox."""
        file = self.box.root / "var/lib/henwise/outbox.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return db.execute("SELECT boot, seq, acked_ms FROM outbox").fetchall()

    def assert_nothing_is_lost(self) -> None:
        """Wait until all is committed; then everything that ever was in the outbox has been heard, once."""
        deadline_s = time.monotonic() + 60
        while any(acked is None for _, _, acked in self.rows()[:-20]):
            assert time.monotonic() < deadline_s, "the outbox does not get empty"
            time.sleep(0.5)
        stored = {(boot, seq) for boot, seq, acked in self.rows() if acked is not None}
        heard = self.far.heard
        assert stored <= heard.keys()
        assert self.far.changed_since == []
        by_boot = Counter(boot for boot, _ in heard)
        assert {boot: max(seq for one, seq in heard if one == boot) for boot in by_boot} == dict(by_boot), "a gap"
        readings = [(one["instrument"], one["at"]) for one in self.far.readings().values()]
        assert len(readings) == len(set(readings)), "a reading came twice"


def site_packages() -> Path:
    return next(Path(path) for path in sys.path if path.endswith("site-packages"))


def wait_until(condition: Callable[[], bool], within_s: float = 60) -> None:
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {within_s:.0f} s"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    folder = tmp_path_factory.mktemp("device")
    broker = Mosquitto(folder)
    broker.start()
    device = Device(folder, broker)
    try:
        device.make()
        yield device
    finally:
        device.remove()
        broker.kill()


def test_it_starts_on_boot_and_the_cameras_process_speaks_through_the_other(device: Device):
    device.box.cut()
    device.box.boot()
    assert device.far.wait_for_more(BACK_S) < BACK_S
    wait_until(lambda: device.part("climate") == ("ok", ""))
    wait_until(lambda: device.part("cam") == ("silent", "picture_missing") or device.part("cam")[0] == "failed")
    assert device.part("cam")[1] == "picture_missing", "a dead camera, as vision has told it"
    for service in ("sensors", "vision"):
        status = Path("/proc") / "self"
        assert status.exists()
        assert device.box.run("systemctl", "is-active", f"henwise-{service}") == "active"
        owner = device.box.run("ps", "-o", "user=", "-p", str(device.pid(service)))
        assert owner == "henwise"
    commands = device.box.run("ps", "axww", "-o", "args=")
    assert "password" not in commands


def test_each_process_comes_back_from_every_kill(device: Device):
    chance = random.Random(7)
    slowest_s = 0.0
    for _ in range(KILLS):
        for service in ("sensors", "vision"):
            killed = device.pid(service)
            device.box.run("kill", "-9", str(killed))
            wait_until(lambda service=service, killed=killed: device.pid(service) not in {0, killed})
        slowest_s = max(slowest_s, device.far.wait_for_more(BACK_S))
        time.sleep(chance.uniform(0, 1.5))
    print(f"{KILLS} kills of each: the first reading {slowest_s:.1f} s after the kill at most")
    device.assert_nothing_is_lost()


def test_one_that_hangs_is_ended_by_the_watchdog_and_the_other_goes_on(device: Device):
    hung, other = device.pid("sensors"), device.pid("vision")
    device.box.run("kill", "-STOP", str(hung))
    wait_until(lambda: device.pid("sensors") not in {0, hung}, 40)
    device.far.wait_for_more(BACK_S)
    assert device.pid("vision") == other
    assert "Watchdog timeout" in device.box.journal("henwise-sensors")


def test_a_line_that_is_unplugged_is_told_and_found_again(device: Device):
    before = device.pid("sensors")
    device.box.run("systemctl", "stop", "sim-climate")
    wait_until(lambda: device.part("climate")[0] == "silent")
    device.box.run("systemctl", "start", "sim-climate")
    wait_until(lambda: device.part("climate") == ("ok", ""))
    device.far.wait_for_more()
    assert device.pid("sensors") == before


def test_a_full_disk_passes_and_takes_nothing_along(device: Device):
    before = device.pid("sensors")
    device.box.run("sh", "-c", "head -c 2G /dev/zero > /var/lib/fill || true")
    wait_until(lambda: "nothing can be stored" in device.box.journal("henwise-sensors"))
    device.box.run("rm", "/var/lib/fill")
    device.far.wait_for_more(BACK_S)
    assert device.pid("sensors") == before
    device.assert_nothing_is_lost()


def test_a_disk_that_is_read_only_is_waited_for(device: Device):
    device.box.run("mount", "--bind", "-o", "ro", "/var/lib/henwise", "/var/lib/henwise")
    device.box.run("mount", "-o", "remount,bind,ro", "/var/lib/henwise")
    device.box.run("systemctl", "restart", "--no-block", "henwise-sensors")
    wait_until(lambda: device.restarts("sensors") >= 2)
    device.box.run("umount", "--lazy", "/var/lib/henwise")
    device.far.wait_for_more(BACK_S)
    device.assert_nothing_is_lost()


def test_no_power_cut_loses_what_was_committed(device: Device):
    chance = random.Random(20)
    slowest_s = 0.0
    for _ in range(CUTS):
        time.sleep(chance.uniform(0.3, 2.5))
        device.box.cut()
        device.box.boot()
        slowest_s = max(slowest_s, device.far.wait_for_more(BACK_S))
    print(f"{CUTS} cuts: the first reading {slowest_s:.1f} s after the boot at most")
    device.assert_nothing_is_lost()


def bundle(device: Device, version: str, broken: str = "") -> str:
    """Put a signed bundle of another version into the box, return its path there; ``broken``: what its agent does."""
    folder = device.box.root / "opt"
    [built] = folder.glob("henwise-0.1.0-*.whl")
    made = folder / built.name.replace("0.1.0", version)
    with zipfile.ZipFile(built) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("henwise-0.1.0.dist-info/"):
                content = content.replace(b"0.1.0", version.encode())
            if name == "edge/agent.py" and broken:
                content = broken.encode()
            new.writestr(name.replace("henwise-0.1.0.dist-info", f"henwise-{version}.dist-info"), content)
    tar = folder / f"henwise-{version}.tar"
    with tarfile.open(tar, "w") as content:
        content.add(made, made.name)
    made.unlink()
    key = folder / "key"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        (folder / "henwise/signers").write_text(f"henwise {key.with_suffix('.pub').read_text()}")
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "henwise-update", tar], check=True)
    return f"/opt/{tar.name}"


def update(device: Device, path: str, *, check: bool = True) -> str:
    words = ["env", f"PYTHONPATH={DEPS}", "PIP_NO_DEPS=1", "/opt/henwise/current/bin/henwise-edge", "update", path]
    return device.box.run("sh", "-c", f"{' '.join(words)} 2>&1", check=check, timeout_s=300)


def running(device: Device) -> str:
    return device.box.run("readlink", "/opt/henwise/current").rpartition("/")[2]


def test_an_update_stays_when_the_device_comes_up_and_gives_way_by_itself_when_not(device: Device):
    good = bundle(device, "0.1.1")
    assert "the device runs with 0.1.1" in update(device, good)
    assert running(device) == "0.1.1"
    device.far.wait_for_more(BACK_S)

    crashing = bundle(device, "0.1.2", broken="raise SystemExit(3)\n")
    assert "did not come up" in update(device, crashing, check=False)
    wait_until(lambda: running(device) == "0.1.1")
    device.far.wait_for_more(BACK_S)

    forged = bundle(device, "0.1.3")
    with (device.box.root / forged.lstrip("/")).open("ab") as tar:
        tar.write(b"\0" * 512)
    assert "signed by nobody" in update(device, forged, check=False)
    assert "older than" in update(device, bundle(device, "0.0.9"), check=False)
    assert running(device) == "0.1.1"
    device.assert_nothing_is_lost()


MOMENTS = (("test -e /opt/henwise/trial", 25), ("test -e /opt/henwise/versions/{}/wheels", 20), ("true", 3))
"""What has begun when the power is cut, and how long ago at most, in s: the trial, the installing, the command."""


def test_an_update_that_a_power_cut_interrupts_leaves_a_device_that_starts(device: Device):
    chance = random.Random(SEED)
    resuming = device.box.root / "etc/systemd/system/henwise-resume.service.d/90-test.conf"
    resuming.parent.mkdir()
    resuming.write_text(f"[Service]\nEnvironment=PYTHONPATH={DEPS} PYTHONDONTWRITEBYTECODE=1\n")
    bundles = {version: bundle(device, version) for version in ("0.1.5", "0.1.6")}
    ended: Counter[str] = Counter()
    slowest_s = 0.0
    for number in range(UPDATES):
        before = running(device)
        wanted = next(version for version in bundles if version != before)
        device.box.run("rm", "-rf", f"/opt/henwise/versions/{wanted}")  # installed anew each time
        program = "/opt/henwise/current/bin/henwise-edge"
        variables = ("-E", f"PYTHONPATH={DEPS}", "-E", "PIP_NO_DEPS=1", "-E", "PYTHONDONTWRITEBYTECODE=1")
        words = (*variables, f"--unit=update-{number}", program, "update", "--older", bundles[wanted])
        device.box.run("systemd-run", "--quiet", *words)
        begun, most_s = MOMENTS[number % len(MOMENTS)]
        reached = ("sh", "-c", f"{begun.format(wanted)} && echo reached; true")
        wait_until(lambda reached=reached: device.box.run(*reached) == "reached", 180)
        time.sleep(chance.uniform(0, most_s))
        device.box.cut()
        device.box.boot()
        slowest_s = max(slowest_s, device.far.wait_for_more(BACK_S))
        over = ("sh", "-c", "test -e /opt/henwise/trial || echo over")
        wait_until(lambda over=over: device.box.run(*over) == "over", 300)
        device.far.wait_for_more(BACK_S)
        assert running(device) in {before, wanted}
        ended["new" if running(device) == wanted else "old"] += 1
    shutil.rmtree(resuming.parent)  # ours, and not what an installation leaves behind
    print(f"{UPDATES} updates interrupted: {dict(ended)}, the first reading {slowest_s:.1f} s after the boot at most")
    device.assert_nothing_is_lost()


def test_uninstall_leaves_what_it_names(device: Device):
    device.box.run("systemctl", "disable", "--now", "sim-climate")  # it runs as the user that goes
    told = device.box.run("env", f"PYTHONPATH={DEPS}", f"{HOME}/bin/henwise-edge", "uninstall")
    assert "/var/lib/henwise" in told
    left = device.box.run("sh", "-c", "ls /etc/systemd/system/ /etc/tmpfiles.d /etc/udev/rules.d | grep henwise; true")
    assert left.replace("henwise-sensors.service.d", "").replace("henwise-vision.service.d", "").strip() == ""
    assert device.box.run("sh", "-c", "getent passwd henwise || echo gone") == "gone"
    assert device.box.run("stat", "-c", "%U", "/var/lib/henwise/outbox.db") == "root"
