"""Memory that a process with many threads and large arrays does not need any more goes back to the system."""

import ctypes
from typing import Final

# glibc's malloc.h, see mallopt(3)
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
ARENAS: Final = 2
LARGE_BYTES: Final = 256 * 1024


def give_back() -> None:
    """Let threads share two heaps, and large pieces have memory of their own; before the first thread starts.

    glibc gives each thread a heap of its own, and after the first large array that is freed it takes the next ones from
    these heaps, where what is freed lies between what is not. What is staged grows to a hundred megabytes and goes,
    again and again: a quarter of the process was such holes (docs/benchmarks.md). Other C libraries don't know the
    call.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
