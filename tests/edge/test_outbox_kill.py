"""kill -9 while events are being put: what was committed is there, numbered without gaps or repeats."""

import random
import subprocess
import sys
import time
from pathlib import Path

from edge.outbox import Outbox

CHILD = """
import sys
from pathlib import Path
from edge.outbox import Outbox
from tests.edge.samples import reading, snapshot, weight

path, boot = Path(sys.argv[1]), sys.argv[2]
def told(numbered):
    print(numbered.result(), flush=True)
with Outbox(path, boot) as outbox:
    print("ready", flush=True)
    while True:
        for event in (reading(), weight(), snapshot(20_000)) * 10:
            last = outbox.put(event)
            last.add_done_callback(told)
        last.result()  # a slow disk must not make it give up events that were never committed
"""
KILLS = 12


def test_nothing_committed_is_lost_and_no_number_is_missing_or_twice(tmp_path: Path):
    path = tmp_path / "o.sqlite"
    told: dict[str, int] = {}
    rng = random.Random(7)
    for boot in (f"{number:016x}" for number in range(1, KILLS + 1)):
        told[boot] = _put_until_killed(path, boot, rng.uniform(0.05, 0.5))
    assert sum(told.values()) > 0
    with Outbox(path, "f" * 16) as outbox:
        rows = sorted(outbox.waiting(live_since_ms=0, but=(), limit=1_000_000), key=lambda row: row.id)
    for boot, last_told in told.items():
        seqs = [row.seq for row in rows if row.boot == boot]
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(seqs) >= last_told


def _put_until_killed(path: Path, boot: str, after_s: float) -> int:
    """Return the last number that the child was told is on the disk."""
    with subprocess.Popen([sys.executable, "-c", CHILD, path, boot], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        first = child.stdout.readline()  # however slow the disk is, something is committed before the kill
        time.sleep(after_s)
        child.kill()
        whole_lines = [line for line in (first + child.stdout.read()).splitlines(keepends=True) if line.endswith("\n")]
    return int(whole_lines[-1]) if whole_lines else 0
