"""A pseudo-terminal under a name of our own: the port that a virtual instrument is plugged into.

The far side is a real terminal device: pyserial and pymodbus open it like an adapter. It has no bit rate and no
parity. Nobody listening means that what is said is lost, as on a wire.
"""

import contextlib
import errno
import os
import pty
import select
import time
import tty
from pathlib import Path

from firmware_bridge.errors import LineLost, WrongSettings

READ_BYTES = 256
IDLE_S = 0.02


class Terminal:
    """One port.

    Args:
        name: path of the symbolic link that is made for it.
    """

    def __init__(self, name: Path) -> None:
        self.name = name
        self._master = -1

    def open(self) -> None:
        """Make the terminal and its link.

        Raises:
            WrongSettings: something else has that name, or its folder can't be written.
        """
        if self.name.exists() and not self._is_ours():
            raise WrongSettings(f"{self.name} exists and is not a virtual port; choose another name for the port")
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        device = os.ttyname(slave)
        os.close(slave)
        try:
            self.name.unlink(missing_ok=True)
            self.name.symlink_to(device)
        except OSError as error:
            self.close()
            raise WrongSettings(f"{self.name} can't be made ({error.strerror}); choose another port") from error

    def _is_ours(self) -> bool:
        return self.name.is_symlink() and str(self.name.readlink()).startswith("/dev/pts/")

    def listened_to(self) -> bool:
        """Say whether somebody has the port open."""
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        return not any(event & select.POLLHUP for _, event in poll.poll(0))

    def read(self, timeout_s: float) -> bytes:
        """Return what was sent to the port, empty when nothing came in time.

        Raises:
            LineLost: the terminal was closed.
        """
        if self._master < 0:
            raise LineLost(f"{self.name} is closed")
        if not self.listened_to():
            time.sleep(min(timeout_s, IDLE_S))
            return b""
        if not select.select([self._master], [], [], timeout_s)[0]:
            return b""
        try:
            return os.read(self._master, READ_BYTES)
        except OSError as error:
            if error.errno in (errno.EIO, errno.EAGAIN):  # whoever listened has just left
                return b""
            raise

    def write(self, data: bytes) -> None:
        """Say something to whoever has the port open; lost when nobody has, or nobody reads."""
        if self._master < 0:
            raise LineLost(f"{self.name} is closed")
        if self.listened_to() and select.select([], [self._master], [], 0)[1]:
            with contextlib.suppress(OSError):  # whoever listened has just left
                os.write(self._master, data)

    def close(self) -> None:
        """Pull the plug: whoever reads gets an error; the link goes, too."""
        master, self._master = self._master, -1
        if master >= 0:
            if self._is_ours():
                self.name.unlink()
            os.close(master)
