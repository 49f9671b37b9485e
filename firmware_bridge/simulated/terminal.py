"""A pseudo-terminal under a name of our own: the port that a virtual instrument is plugged into.

The far side is a real terminal device: pyserial and pymodbus open it like an adapter. The kernel remembers the bit rate
it was opened with, and a port that was given a line lets only that rate understand what is said; it remembers no
parity. Nobody listening means that what is said is lost, as on a wire.
"""

import contextlib
import errno
import fcntl
import os
import pty
import select
import struct
import time
import tty
from dataclasses import replace
from pathlib import Path

from firmware_bridge.errors import LineLost, WrongSettings
from firmware_bridge.registry import Line
from firmware_bridge.simulated.wire import as_eight_bits, wrong_speed

READ_BYTES = 256
IDLE_S = 0.02
GET_TERMIOS2 = 0x802C542A
"""Linux's TCGETS2 on x86 and Arm: as ``tcgetattr``, with the bit rates as numbers (asm-generic/termbits.h)."""

TERMIOS2 = struct.Struct("=4I20B2I")


class Terminal:
    """One port.

    Args:
        name: path of the symbolic link that is made for it.
        line: how the instrument's port is set; None: it is understood at any speed.
    """

    def __init__(self, name: Path, line: Line | None = None) -> None:
        self.name = name
        self._line = line
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
            return self._carried(os.read(self._master, READ_BYTES), to_us=True)
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
                os.write(self._master, self._carried(data, to_us=False))

    def speed(self) -> int | None:
        """Return the bit/s the instrument speaks at; None when it is understood at any."""
        return self._line.baud if self._line else None

    def _listeners_speed(self) -> int:
        settings = fcntl.ioctl(self._master, GET_TERMIOS2, bytes(TERMIOS2.size))
        speed: int = TERMIOS2.unpack(settings)[-1]
        return speed

    def _carried(self, data: bytes, *, to_us: bool) -> bytes:
        """Return what arrives of ``data`` at the other end of the wire."""
        ours, theirs = self.speed(), self._listeners_speed()
        line = self._line or Line()
        if ours and ours != theirs:
            far, near = (Line(theirs), ours) if to_us else (replace(line, baud=ours), theirs)
            return wrong_speed(data, far, near)
        return data if to_us else as_eight_bits(data, line)

    def close(self) -> None:
        """Pull the plug: whoever reads gets an error; the link goes, too."""
        master, self._master = self._master, -1
        if master >= 0:
            if self._is_ours():
                self.name.unlink()
            os.close(master)
