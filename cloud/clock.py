"""Whether this machine's clock may be believed.

One without a battery for it, such as a Raspberry Pi, begins with the time of its last shutdown, until somebody sets it.
``edge.machine`` asks the kernel the same; neither floor may see the other.
"""

import ctypes
import time
from typing import Final

WAIT_S: Final = 24 * 3_600.0
"""Since power-on: by then whoever sets the clock has done so, or nobody will."""

TIMEX_BYTES: Final = 256
"""More than ``struct timex`` has anywhere."""
_STATUS_AT: Final = 5 * ctypes.sizeof(ctypes.c_long)
_UNSYNCHRONISED: Final = 0x40
"""STA_UNSYNC of adjtimex(2)."""


def is_believed() -> bool:
    """Say whether the kernel says that the clock is kept right, or can't say it, or nobody has set it for a day."""
    return _kept_right() is not False or time.clock_gettime(time.CLOCK_BOOTTIME) > WAIT_S


def _kept_right() -> bool | None:
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    buffer = ctypes.create_string_buffer(TIMEX_BYTES)
    if adjtimex is None or adjtimex(buffer) < 0:  # a sandbox may forbid even asking
        return None
    return not ctypes.c_int.from_buffer(buffer, _STATUS_AT).value & _UNSYNCHRONISED
