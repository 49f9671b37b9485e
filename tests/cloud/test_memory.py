"""What the service frees goes back to the system; in processes of their own, for it can't be undone in one."""

import platform
import subprocess
import sys

import pytest

ROUNDS = """
import sys, threading
import numpy as np, psutil
from cloud.memory import give_back

if sys.argv[1] == "given back":
    give_back()
before = psutil.Process().memory_info().rss
np.ones(24 << 17)  # freed at once: the largest array there was

def fill():
    kept, gone = [], []
    for _ in range(40):
        gone.append(np.ones(1 << 17))  # 1 MB
        kept.append(bytearray(2_000))
    return kept

all_kept = []
for _ in range(4):
    thread = threading.Thread(target=lambda: all_kept.append(fill()))
    thread.start()
    thread.join()
print((psutil.Process().memory_info().rss - before) / 1e6)
"""


def held_mb(how: str) -> float:
    """Return what a process holds that has freed 40 MB of arrays, four times, each beside something small it keeps."""
    ran = subprocess.run([sys.executable, "-c", ROUNDS, how], capture_output=True, text=True, timeout=120, check=True)
    return float(ran.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries don't keep what is freed so")
def test_large_arrays_leave_no_holes_that_the_process_keeps():
    assert held_mb("given back") < 10
    assert held_mb("as glibc has it") > 25, "glibc has changed: give_back is not needed any more"
