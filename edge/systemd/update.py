"""``henwise-edge update``: a signed bundle becomes a version beside the others; it stays if the device comes up.

    /opt/henwise/versions/0.2.0/   an environment of its own for each version, .complete written last
    /opt/henwise/current           the version that runs: a link, replaced at once
    /opt/henwise/trial/            an update is on trial: from, to, starts, command
    /opt/henwise/guard             puts ``from`` back when ``to`` keeps dying; plain sh, no part of any version

A bundle is a tar file of wheels, Henwise's and all it needs, signed with ``ssh-keygen -Y sign -n henwise-update``
(OpenSSH's own format, PROTOCOL.sshsig); nothing is fetched from an index. A power cut at any moment leaves a link to a
whole version; what was begun is judged or cleared up at the next boot.
"""

import fcntl
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.board import Board, SensorsNote
from edge.errors import NotInstalled
from edge.kept_file import write_kept
from edge.language import Said
from edge.systemd.install import SERVICES, Layout, Run, Say, switch

log = logging.getLogger(__name__)

NAMESPACE: Final = "henwise-update"
SIGNER: Final = "henwise"
COMPLETE: Final = ".complete"
WHEELS: Final = "wheels"
"""There while a version is being installed."""
JUDGE_S: Final = 240.0
STEADY_S: Final = 20.0
"""A new version must run so long; one that dies after its first word is no good."""
GONE: Final = ".gone"
"""Ends the name of a version that is being deleted, which a power cut may interrupt."""
KEPT_VERSIONS: Final = 2
_READS_CONFIG: Final = "import sys, pathlib, edge.config_file as c; c.load(pathlib.Path(sys.argv[1]))"
_WHEEL: Final = re.compile(r"henwise-(\d+(?:\.\w+)*)-py3-none-any\.whl")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an update that a command asked for, for the agent to answer with."""

    command: str
    done: bool
    code: str
    detail: str


class Updater:
    """Updates one device; as root.

    Args:
        layout: where everything is.
        say: prints a line.
        run: runs a command.
        judge_s: how long a new version may take to come up, in s.
        steady_s: how long it must run then, in s.
    """

    def __init__(
        self, layout: Layout, say: Say, run: Run, *, judge_s: float = JUDGE_S, steady_s: float = STEADY_S
    ) -> None:
        self._layout = layout
        self._say = say
        self._run = run
        self._judge_s = judge_s
        self._steady_s = steady_s
        self._prefix = layout.at(layout.prefix)
        self._trial = self._prefix / "trial"

    def update(
        self, bundle: Path, signature: Path, *, command: str = "", wanted: str = "", older: bool = False
    ) -> None:
        """Install a bundle, switch to it, and back when the device does not come up.

        Args:
            bundle: the tar file.
            signature: of it.
            command: who waits for the result.
            wanted: the version it must be; any without.
            older: an older version than the running one is meant.

        Raises:
            NotInstalled: the bundle is not to be trusted or not to be installed, or the device fell back.
        """
        with self._alone():
            if self._trial.exists():
                raise NotInstalled(Said("another update is on trial: wait for it", "另一次更新正在验证中，请稍候"))
            self._verify(bundle, signature)
            version = _version_of(bundle)
            self._check_version(version, wanted, older=older)
            home = self._unpack(bundle, version)
            self._begin(home, command)
            self._judge()

    def resume(self) -> None:
        """Judge or clear up what a power cut interrupted.

        Raises:
            NotInstalled: the device fell back.
        """
        with self._alone():
            shutil.rmtree(self._prefix / "trial.part", ignore_errors=True)
            keep = {self._current(), (self._prefix / "previous").resolve()}
            for home in (self._prefix / "versions").glob("*"):
                # One that was installed by hand says of itself neither that it is whole nor that it was begun.
                begun = (home / WHEELS).exists() and not (home / COMPLETE).exists()
                if (begun or home.suffix == GONE) and home.resolve() not in keep:
                    shutil.rmtree(home, ignore_errors=True)
            if not self._trial.exists():
                return
            if (self._trial / "passed").exists():
                self._end()
            elif self._current() != Path(self._read("to")):
                self._tell(done=False, code="interrupted", detail="the update was interrupted; the old version runs")
                self._end()
            else:
                self._judge()

    def _verify(self, bundle: Path, signature: Path) -> None:
        signers = self._prefix / "signers"
        command = [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            str(signers),
            "-I",
            SIGNER,
            "-n",
            NAMESPACE,
            "-s",
            str(signature),
        ]
        if not signers.exists():
            raise NotInstalled(
                Said(
                    f"nobody is trusted with updates: put '{SIGNER} ssh-ed25519 ...' into {signers}",
                    f"尚未信任任何更新签名者：请把 '{SIGNER} ssh-ed25519 ...' 写入 {signers}",
                )
            )
        try:
            with bundle.open("rb") as content:
                done = subprocess.run(command, stdin=content, capture_output=True, text=True, check=False)
        except OSError as error:
            raise NotInstalled(
                Said(
                    f"the signature can't be checked ({error}): apt-get install openssh-client",
                    f"无法校验签名：{error}",
                )
            ) from error
        if done.returncode != 0:
            raise NotInstalled(
                Said(
                    f"{bundle.name} is signed by nobody this device trusts: {(done.stdout or done.stderr).strip()}",
                    f"{bundle.name} 的签名不可信，拒绝安装",
                )
            )

    def _check_version(self, version: str, wanted: str, *, older: bool) -> None:
        if wanted and version != wanted:
            raise NotInstalled(
                Said(f"wanted was {wanted}, the bundle is {version}", f"需要 {wanted}，更新包是 {version}")
            )
        running = _version_in(self._current())
        if not older and running and _ordered(version) < _ordered(running):
            raise NotInstalled(
                Said(f"{version} is older than {running}, which runs", f"{version} 比正在运行的 {running} 更旧")
            )

    def _unpack(self, bundle: Path, version: str) -> Path:
        """Make an environment of the bundle; an interrupted one is begun anew."""
        home = self._prefix / "versions" / version
        if (home / COMPLETE).exists():
            return home
        shutil.rmtree(home, ignore_errors=True)
        wheels = home / WHEELS
        wheels.mkdir(parents=True)
        self._say(Said(f"installing {version} beside the running version", f"正在并行安装 {version}"))
        _extract(bundle, wheels)
        python = getattr(sys, "_base_executable", sys.executable)
        self._run([python, "-m", "venv", str(home)])
        self._run(
            [str(home / "bin/python"), "-m", "pip", "install", "--quiet", "--no-index", "--no-compile",
             "--disable-pip-version-check", "--find-links", str(wheels), f"henwise[edge]=={version}"]
        )  # fmt: skip
        self._run([str(home / "bin/henwise-edge"), "--version"])
        config = self._layout.at(self._layout.folder / "edge.toml")
        if config.exists():
            # Not check-config: a camera that is unplugged just now is no reason to refuse a version.
            self._run([str(home / "bin/python"), "-c", _READS_CONFIG, str(config)])
        shutil.rmtree(wheels)
        os.sync()
        write_kept(home / COMPLETE, b"")
        return home

    def _begin(self, home: Path, command: str) -> None:
        """Put the new version in the old one's place, on trial."""
        beside = self._prefix / "trial.part"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        written = {"from": str(self._current()), "to": str(home.resolve()), "starts": "0", "command": command}
        for name, text in written.items():
            write_kept(beside / name, text.encode())
        before = self._prefix / f".previous.{os.getpid()}"
        before.unlink(missing_ok=True)
        before.symlink_to(self._current())
        before.replace(self._prefix / "previous")
        beside.rename(self._trial)
        switch(self._prefix, home.resolve())
        self._run(["systemctl", "restart", "--no-block", *SERVICES])

    def _judge(self) -> None:
        """Wait until the new version has come up, or go back."""
        version = _version_in(Path(self._read("to")))
        until_s = time.monotonic() + self._judge_s
        up_since_s: float | None = None
        while time.monotonic() < until_s and self._trial.exists() and self._current() == Path(self._read("to")):
            up_since_s = (up_since_s or time.monotonic()) if self._is_up(version) else None
            if up_since_s is not None and time.monotonic() - up_since_s >= self._steady_s:
                write_kept(self._trial / "passed", b"")
                self._tell(done=True, code="", detail=f"the device runs with {version}")
                self._end()
                self._forget_old()
                return
            time.sleep(0.5)
        self._go_back(version)

    def _is_up(self, version: str) -> bool:
        note = Board(self._layout.at("/run/henwise")).read(SensorsNote)
        return note is not None and note.version == version and note.connected

    def _go_back(self, version: str) -> None:
        failed = self._prefix / "failed"
        if self._trial.exists():
            switch(self._prefix, Path(self._read("from")))
            self._tell(done=False, code="update_fell_back", detail=_fell_back(version))
            self._end()
        else:  # the guard was quicker
            command = (failed / "command").read_text(encoding="utf-8") if (failed / "command").exists() else ""
            self._tell(done=False, code="update_fell_back", detail=_fell_back(version), command=command)
        self._run(["systemctl", "restart", "--no-block", *SERVICES])
        raise NotInstalled(Said(_fell_back(version), f"{version} 未能正常启动，已恢复原版本"))

    def _tell(self, *, done: bool, code: str, detail: str, command: str | None = None) -> None:
        whose = self._read("command") if command is None else command
        result = {"command": whose, "done": done, "code": code, "detail": detail}
        write_kept(self._prefix / "result.json", json.dumps(result).encode())
        (self._prefix / "result.json").chmod(0o644)
        self._say(detail)

    def _end(self) -> None:
        ended = self._prefix / f".ended.{os.getpid()}"
        self._trial.rename(ended)
        shutil.rmtree(ended, ignore_errors=True)

    def _forget_old(self) -> None:
        whole = (done.parent for done in (self._prefix / "versions").glob(f"*/{COMPLETE}"))
        homes = [home for home in whole if home.suffix != GONE]
        keep = {self._current(), (self._prefix / "previous").resolve()}
        old = sorted((home for home in homes if home.resolve() not in keep), key=lambda home: _ordered(home.name))
        for home in old[: max(0, len(homes) - KEPT_VERSIONS)]:
            gone = home.with_name(home.name + GONE)
            home.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def _current(self) -> Path:
        return (self._prefix / "current").resolve()

    def _read(self, name: str) -> str:
        try:
            return (self._trial / name).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._prefix.mkdir(parents=True, exist_ok=True)
        with (self._prefix / ".lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotInstalled(Said("another update runs: wait for it", "另一次更新正在进行，请稍候")) from None
            yield


def _fell_back(version: str) -> str:
    return f"the device did not come up with {version}; the version before runs again"


def _version_of(bundle: Path) -> str:
    try:
        with tarfile.open(bundle) as content:
            found = [match.group(1) for name in content.getnames() if (match := _WHEEL.fullmatch(Path(name).name))]
    except (OSError, tarfile.TarError) as error:
        raise NotInstalled(Said(f"{bundle} is no bundle: {error}", f"{bundle} 不是更新包：{error}")) from error
    if len(found) != 1:
        raise NotInstalled(Said(f"{bundle} holds {len(found)} versions of Henwise, not one", f"{bundle} 不是更新包"))
    return found[0]


def _extract(bundle: Path, wheels: Path) -> None:
    """Write the wheels of a bundle into a folder, by their bare names: whatever else is in it stays there."""
    with tarfile.open(bundle) as content:
        for member in content:
            source = content.extractfile(member) if member.isfile() and member.name.endswith(".whl") else None
            if source is not None:
                with source, (wheels / Path(member.name).name).open("wb") as target:
                    shutil.copyfileobj(source, target)


def _version_in(home: Path) -> str:
    """Return the version an environment has; empty when there is none."""
    found = sorted(home.glob("lib/python3*/site-packages/henwise-*.dist-info"))
    return found[-1].name.removeprefix("henwise-").removesuffix(".dist-info") if found else ""


def _ordered(version: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in version.split("."))
