"""A box of its own: this machine's files under an overlay in memory, booted with a real systemd by systemd-nspawn.

What is written there is gone with it; nothing is fetched. It shares the network of this machine, so that a broker of
the test is its broker. A power cut is its end from one moment to the next; files stay as they were, also what was not
synced: what a disk loses of its cache is not shown here.
"""

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

UP_S = 60.0
PLAIN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
NOISY = ("*.wants", "*.requires")


class Container:
    """A box that boots.

    Args:
        folder: for its overlay and its console's log.
        lent: folders of this machine that it sees, read only, wherever they lie (its own /tmp is empty): there -> here.
        size_mb: how much may be written.
    """

    def __init__(self, folder: Path, lent: Mapping[str, Path], size_mb: int = 600) -> None:
        self._memory = folder / "memory"
        self.root = self._memory / "root"
        self._log = folder / "console.log"
        self._lent = lent
        self._size_mb = size_mb
        self._nspawn: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Lay the overlay and take away what this machine starts on boot."""
        self._memory.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={self._size_mb}m", "tmpfs", str(self._memory)], check=True
        )  # fmt: skip
        for name in ("upper", "work", "root"):
            (self._memory / name).mkdir()
        layers = f"lowerdir=/,upperdir={self._memory / 'upper'},workdir={self._memory / 'work'}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(self.root)], check=True)
        units = self.root / "etc/systemd/system"
        for pattern in NOISY:
            for wants in units.glob(pattern):
                shutil.rmtree(wants)
        (self.root / "etc/machine-id").write_text(uuid.uuid4().hex + "\n")
        (units / "default.target").unlink(missing_ok=True)
        (units / "default.target").symlink_to("/lib/systemd/system/multi-user.target")

    def remove(self) -> None:
        """Cut its power and forget all of it."""
        self.cut()
        for mount in (self.root, self._memory):
            subprocess.run(["umount", "-R", str(mount)], check=False, capture_output=True)

    def boot(self) -> None:
        """Boot, and wait until systemd has brought up what it starts."""
        with self._log.open("ab") as log:
            self._nspawn = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "systemd-nspawn", "--quiet", "--boot",
                  "--register=no", "--keep-unit", "--link-journal=no",
                 "--resolv-conf=off", "--console=passive", f"--machine=hw{uuid.uuid4().hex[:8]}",
                 *(f"--bind-ro={here}:{there}" for there, here in self._lent.items()), f"--directory={self.root}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline_s = time.monotonic() + UP_S
        while self.run("systemctl", "is-system-running", check=False) not in {"running", "degraded"}:
            assert time.monotonic() < deadline_s, self.console()
            time.sleep(0.2)

    def cut(self) -> None:
        """Take its power away: everything in it ends at once."""
        if self._nspawn is None:
            return
        leader = self._leader()
        for pid in (leader, self._nspawn.pid):
            if pid:
                os.kill(pid, signal.SIGKILL)
        self._nspawn.wait()
        self._nspawn = None

    def run(self, *command: str, check: bool = True, timeout_s: float = 120) -> str:
        """Run a command in it as root and return what it printed."""
        leader = self._leader()
        if not leader:
            return ""
        done = subprocess.run(
            ["nsenter", "--target", str(leader), "--all", "--", *command],
            capture_output=True, text=True, timeout=timeout_s, check=False, env=PLAIN,
        )  # fmt: skip
        assert done.returncode == 0 or not check, f"{command}: {done.stdout}{done.stderr}\n{self.console()}"
        return done.stdout.strip()

    def journal(self, unit: str) -> str:
        """Return what a unit has logged in this boot."""
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit, check=False)

    def console(self) -> str:
        """Return the end of what it said on its console."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3_000:] if self._log.exists() else ""

    def _leader(self) -> int:
        assert self._nspawn is not None, "it is not booted"
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
        try:
            return int(children.read_text().split()[0])
        except (OSError, IndexError):
            return 0
