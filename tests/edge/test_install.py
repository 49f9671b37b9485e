"""What install writes, into an image: units that systemd itself finds well shut in, and nothing left by uninstall."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge.board import Board, SensorsNote
from edge.systemd.install import ENABLED, SERVICES, Layout, install, uninstall
from edge.systemd.update import Updater

EXPOSURE_MAX = 2.5
"""Of systemd-analyze security, from 0 to 10."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "etc" / "credstore").mkdir(parents=True)
    for name in ("group", "passwd"):
        shutil.copy(Path("/etc") / name, tmp_path / "etc")
    (tmp_path / "etc/credstore/henwise.broker-password").write_text("secret\n")
    return Layout(tmp_path)


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}


def exposure(root: Path, service: str) -> float:
    command = ["systemd-analyze", "security", "--offline=yes", f"--root={root}", f"{service}.service"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
    overall = next(line for line in done.stdout.splitlines() if "Overall exposure level" in line)
    return float(overall.rpartition(": ")[2].split()[0])


def test_services_are_shut_in_and_come_and_go_without_a_trace(layout: Layout):
    before = files(layout.root)
    told: list[str] = []
    for _ in range(2):  # again changes nothing
        install(layout, told.append)
    there = files(layout.root)
    for service in SERVICES:
        assert exposure(layout.root, service) <= EXPOSURE_MAX
        sandbox = layout.at(f"/etc/systemd/system/{service}.service.d/10-sandbox.conf").read_text()
        assert "LoadCredential=henwise.broker-password:/etc/credstore/henwise.broker-password" in sandbox
        assert "@" not in sandbox.replace("@system-service", "").replace("~@privileged @resources @obsolete", "")
    assert {f"etc/systemd/system/multi-user.target.wants/{name}" for name in ENABLED} <= there
    assert "henwise:" in layout.at("/etc/passwd").read_text()
    assert layout.at("/opt/henwise/current").readlink() == Path(sys.prefix).resolve()

    told.clear()
    uninstall(layout, told.append)
    left = files(layout.root) - before - {"etc/.pwd.lock", "etc/passwd-", "etc/group-", "etc/shadow", "etc/gshadow"}
    assert left == {"opt/henwise/current"}
    assert "/opt/henwise" in told[-1]


@pytest.mark.parametrize("there", [True, False])
def test_a_version_that_keeps_dying_gives_way(tmp_path: Path, *, there: bool):
    layout = Layout(tmp_path, prefix=Path("/opt/henwise"))
    prefix = layout.at("/opt/henwise")
    shutil.copytree(Path(install.__code__.co_filename).parent, prefix)
    guard = prefix / "guard"
    (prefix / "old").mkdir()
    (prefix / "new").mkdir()
    (prefix / "current").symlink_to(prefix / "new")
    if there:
        (prefix / "trial").mkdir()
        (prefix / "trial/from").write_text(str(prefix / "old"))
        (prefix / "trial/command").write_text("c-1")
    said = ""
    for _ in range(8):
        said += subprocess.run(["sh", guard], capture_output=True, text=True, check=True).stdout
    assert (prefix / "current").readlink() == prefix / ("old" if there else "new")
    assert ("never came up" in said) is there
    assert (prefix / "failed/command").exists() is there


def test_clearing_up_after_a_power_cut_leaves_what_was_installed_by_hand(tmp_path: Path):
    """The first version is the way back of the first update: deleted, a device whose update fails would be dead."""
    prefix = tmp_path / "opt/henwise"
    for name in ("first", "by-hand", "0.2.0", "0.3.0"):
        (prefix / "versions" / name / "bin").mkdir(parents=True)
    (prefix / "versions/0.2.0/.complete").touch()
    (prefix / "versions/0.3.0/wheels").mkdir()  # the power went while it was installed
    (prefix / "current").symlink_to(prefix / "versions/0.2.0")
    (prefix / "previous").symlink_to(prefix / "versions/first")
    Updater(Layout(tmp_path), lambda _text: None, lambda _command: None).resume()
    assert {home.name for home in (prefix / "versions").iterdir()} == {"first", "by-hand", "0.2.0"}


@pytest.mark.system
def test_an_old_version_that_was_deleted_in_part_when_the_power_went_is_cleared_up(tmp_path: Path):
    layout = Layout(tmp_path, prefix=Path("/opt/henwise"))
    prefix = layout.at("/opt/henwise")
    for name in ("0.1.0", "0.2.0", "0.3.0"):
        (prefix / f"versions/{name}/lib/python3/site-packages/henwise-{name}.dist-info").mkdir(parents=True)
        (prefix / "versions" / name / ".complete").touch()
    (prefix / "current").symlink_to(prefix / "versions/0.3.0")
    (prefix / "previous").symlink_to(prefix / "versions/0.2.0")
    (prefix / "trial").mkdir()
    (prefix / "trial/to").write_text(str(prefix / "versions/0.3.0"))
    Board(layout.at("/run/henwise")).pin(SensorsNote(version="0.3.0", connected=True, cold_floor=[]))
    updater = Updater(layout, lambda _text: None, lambda _command: None, judge_s=20, steady_s=0)
    lib = prefix / "versions/0.1.0/lib"
    subprocess.run(["mount", "--bind", lib, lib], check=True)  # what is in use can't be deleted: it stops in the midst
    try:
        updater.resume()
        homes = {home.name for home in (prefix / "versions").iterdir()}
    finally:
        subprocess.run(["umount", *prefix.glob("versions/0.1.0*/lib")], check=True)
    assert homes > {"0.2.0", "0.3.0"}
    assert not (prefix / "versions/0.1.0").exists(), "half a version looks like a whole one"
    updater.resume()
    assert {home.name for home in (prefix / "versions").iterdir()} == {"0.2.0", "0.3.0"}
