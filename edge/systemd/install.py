"""``henwise-edge install`` and ``uninstall``: what the device is under systemd, as files and a few commands."""

import grp
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

from edge.errors import NotInstalled
from edge.kept_file import write_kept
from edge.language import Said
from edge.secret import CREDSTORE, OURS

SERVICES: Final = ("henwise-sensors", "henwise-vision")
BESIDE: Final = ("henwise-update.service", "henwise-update.path", "henwise-resume.service")
ENABLED: Final = (*(f"{name}.service" for name in SERVICES), "henwise-update.path", "henwise-resume.service")
GROUPS: Final = ("dialout", "video", "plugdev", "systemd-journal")
"""Who may open serial lines and cameras, and read the journal; those that this system knows."""
SENSORS_SHARE, VISION_SHARE = 0.25, 0.7
"""Of the machine's memory: above it a service is ended and started anew, before the machine stands still."""
_UNREADABLE: Final = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108  # where a service can't look

Run = Callable[[list[str]], None]
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is.

    Attributes:
        root: of the system; another folder for an image that is being built.
        prefix: where versions are, and ``current``.
        folder: where edge.toml is.
    """

    root: Path = Path("/")
    prefix: Path = Path("/opt/henwise")
    folder: Path = Path("/etc/henwise")
    data: Path = field(default=Path("/var/lib/henwise"))

    def at(self, path: Path | str) -> Path:
        """Return where a path of the running system is now."""
        return self.root / str(path).lstrip("/")


def install(layout: Layout, say: Say, *, run: Run | None = None, start: bool = True) -> None:
    """Write units, user, rules and folders, and start the services; again changes what is there.

    Args:
        layout: where everything is.
        say: prints a line.
        run: runs a command; none: for real.
        start: start the services, too.

    Raises:
        NotInstalled: this is not root, no systemd, or the program lies where a service can't read it.
    """
    run = run or run_command
    _check(layout)
    _point_at_this_version(layout)
    for path, text in documents(layout).items():
        _write(layout.at(path), text, 0o755 if path.name == "guard" else 0o644)
    say(Said("units, user, udev rules and folders are written", "服务单元、用户、udev 规则和目录已写入"))
    of_root = _of_root(layout)
    for command in (["systemd-sysusers", "henwise.conf"], ["systemd-tmpfiles", "--create", "henwise.conf"]):
        run([command[0], *of_root, *command[1:]])
    _hand_over(layout)
    if layout.root == Path("/"):
        _reload_udev(run)
        run(["systemctl", "daemon-reload"])
    run(["systemctl", *of_root, "enable", *ENABLED])
    if start and layout.root == Path("/"):
        run(["systemctl", "restart", "--no-block", *SERVICES, "henwise-update.path"])
        say(
            Said(
                "the services start; look with: systemctl status 'henwise-*'",
                "服务已启动；查看：systemctl status 'henwise-*'",
            )
        )


def uninstall(layout: Layout, say: Say, *, run: Run | None = None) -> None:
    """Take away all that ``install`` wrote; what the farm owns stays, and is named.

    Raises:
        NotInstalled: this is not root.
    """
    run = run or run_command
    if os.geteuid() != 0:
        raise NotInstalled(_as_root())
    units = [name for name in ENABLED if layout.at(f"/etc/systemd/system/{name}").exists()]
    if units:
        run(["systemctl", *_of_root(layout), "disable", *([] if layout.root != Path("/") else ["--now"]), *units])
    for path in documents(layout):
        layout.at(path).unlink(missing_ok=True)
    for name in SERVICES:
        shutil.rmtree(layout.at(f"/etc/systemd/system/{name}.service.d"), ignore_errors=True)
    shutil.rmtree(layout.at("/run/henwise"), ignore_errors=True)
    if layout.root == Path("/"):
        run(["systemctl", "daemon-reload"])
        _reload_udev(run)
        # The user goes too: what stays belongs to root then, so that no later user inherits it by its number.
        for folder in (layout.data, layout.folder):
            if folder.exists():
                run(["chown", "-R", "root:root", str(folder)])
        run(["userdel", "henwise"])
    left = [str(path) for path in (layout.data, layout.folder, layout.prefix) if layout.at(path).exists()]
    say(
        Said(
            f"everything is gone but your data, settings and the program: {', '.join(left)}; delete them by hand",
            f"已全部移除，保留您的数据、设置和程序：{'、'.join(left)}；不需要时请手动删除",
        )
    )


def documents(layout: Layout) -> dict[Path, str]:
    """Return every file that ``install`` writes, by its path on the system."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6
    values = {
        "prefix": str(layout.prefix),
        "folder": str(layout.folder),
        "config": str(layout.folder / "edge.toml"),
        "groups": " ".join(_known_groups(layout)),
        "credentials": "\n".join(_credentials(layout)),
        "memory_sensors": f"{max(200, memory_mb * SENSORS_SHARE):.0f}M",
        "memory_vision": f"{max(700, memory_mb * VISION_SHARE):.0f}M",
    }
    system, found = Path("/etc/systemd/system"), {}
    for name in BESIDE:
        found[system / name] = _filled(name, values)
    for name in SERVICES:
        found[system / f"{name}.service"] = _filled(f"{name}.service", values)
        found[system / f"{name}.service.d" / "10-sandbox.conf"] = _filled("sandbox.conf", values)
    found[Path("/etc/sysusers.d/henwise.conf")] = _filled("henwise.sysusers", values)
    found[Path("/etc/tmpfiles.d/henwise.conf")] = _filled("henwise.tmpfiles", values)
    found[Path("/etc/udev/rules.d/70-henwise.rules")] = _filled("henwise.rules", values)
    found[layout.prefix / "guard"] = _filled("guard", values)
    return found


def _filled(name: str, values: dict[str, str]) -> str:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _check(layout: Layout) -> None:
    if os.geteuid() != 0:
        raise NotInstalled(_as_root())
    if shutil.which("systemctl") is None:
        raise NotInstalled(
            Said(
                "this system has no systemd: run henwise-edge run yourself",
                "本系统没有 systemd：请自行运行 henwise-edge run",
            )
        )
    here = Path(sys.prefix).resolve()
    if any(here.is_relative_to(folder) for folder in _UNREADABLE) and layout.root == Path("/"):
        version = f"{layout.prefix}/versions/1"
        raise NotInstalled(
            Said(
                f"the program is in {here}, where no service can read it: python3 -m venv {version}, pip install there",
                f"程序位于 {here}，服务无法读取：请用 python3 -m venv {version} 并在其中安装",
            )
        )


def _as_root() -> Said:
    return Said("only root may do that: sudo henwise-edge ...", "只有 root 可以执行：sudo henwise-edge ...")


def _point_at_this_version(layout: Layout) -> None:
    """Let ``current`` be the environment this runs in."""
    prefix = layout.at(layout.prefix)
    prefix.mkdir(parents=True, exist_ok=True)
    switch(prefix, Path(sys.prefix).resolve())


def switch(prefix: Path, version: Path) -> None:
    """Let ``current`` be another version, at once and for good: after a power cut it is the old one or the new one."""
    beside = prefix / f".current.{os.getpid()}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(version)
    beside.replace(prefix / "current")
    folder = os.open(prefix, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _hand_over(layout: Layout) -> None:
    """Give edge.toml and what ``enroll`` wrote to the service's group to read, secrets to root alone."""
    folder = layout.at(layout.folder)
    try:
        group = grp.getgrnam("henwise").gr_gid
    except KeyError:  # an image of another system: its first boot makes the user
        return
    for file in folder.iterdir():
        if file.is_file():
            os.chown(file, -1, group)
            file.chmod(0o640)
    config = folder / "edge.toml"
    if config.exists():  # a configuration from the cloud takes its place
        shutil.chown(config, "henwise", "henwise")


def _credentials(layout: Layout) -> Iterable[str]:
    for file in sorted(layout.at(CREDSTORE).glob(f"{OURS}*")):
        yield f"LoadCredential={file.name}:{CREDSTORE / file.name}"


def _known_groups(layout: Layout) -> list[str]:
    try:
        lines = layout.at("/etc/group").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    there = {line.split(":", 1)[0] for line in lines}
    return [name for name in GROUPS if name in there]


def _write(path: Path, text: str, mode: int) -> None:
    write_kept(path, text.encode())
    path.chmod(mode)


def _reload_udev(run: Run) -> None:
    if shutil.which("udevadm"):  # a container has none, and its host's serial names
        run(["udevadm", "control", "--reload"])


def _of_root(layout: Layout) -> list[str]:
    return [] if layout.root == Path("/") else [f"--root={layout.root}"]


def run_command(command: list[str]) -> None:
    """Run a command.

    Raises:
        NotInstalled: it failed; the sentence says what it said.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        problem = f"{' '.join(command)}: {done.stderr.strip() or done.returncode}"
        raise NotInstalled(Said(problem, problem))
