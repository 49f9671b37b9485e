"""Measure each back end on this device and choose one per network."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from edge.origin import now
from edge.vision.inference_choice import Choice, write_choice
from models.card import load_weights
from models.runtime import SHIPPED, installed

SIZES = (320, 416, 640)
"""Input sizes measured beside the network's own, when they are smaller."""
AS_GOOD = 1.1
"""Of those within a tenth of the quickest, the one with the fewest threads, then the least memory, is chosen."""
PATIENCE_S = 300.0
"""A back end that takes longer than this for all sizes is of no use."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One back end at one size.

    Attributes:
        network: name of the network's file.
        backend: a name of ``models.runtime.LIBRARIES``.
        threads: processor threads.
        input_px: longest side of the input; 0 where it could not even start.
        median_ms: from BGR picture to boxes; None where it failed.
        peak_mb: greatest resident memory of the process so far, with Python and OpenCV.
        problem: why it failed.
    """

    network: str
    backend: str
    threads: int
    input_px: int
    median_ms: float | None = None
    peak_mb: int | None = None
    problem: str = ""

    def row(self) -> dict[str, object]:
        """Say it as JSON does."""
        return asdict(self)


def measure_all(network: Path | None) -> Iterator[Measured]:
    """Measure each installed back end with 1, 2 and all threads; rows come as they are measured.

    Raises:
        WeightsError: the network or its card is missing or damaged.
    """
    path = network or SHIPPED
    own = max(load_weights(path)[0].input_size_wh)
    sizes = sorted({own, *(size for size in SIZES if size < own)})
    for backend in installed():
        for threads in sorted({1, 2, os.cpu_count() or 1} & set(range(1, (os.cpu_count() or 1) + 1))):
            yield from measure_one(path, backend, threads, sizes)


def measure_one(path: Path, backend: str, threads: int, sizes: Sequence[int]) -> Iterator[Measured]:
    """Measure one back end in a process of its own; what kills that process becomes a row that says so."""
    words = [sys.executable, "-m", "edge.vision.bench_one", str(path), backend, str(threads), ",".join(map(str, sizes))]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        yield Measured(path.name, backend, threads, 0, problem=f"took longer than {PATIENCE_S:.0f} s")
        return
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            yield Measured(path.name, backend, threads, **json.loads(line))
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        yield Measured(path.name, backend, threads, 0, problem=f"ended with status {done.returncode}: {last}"[:300])


def best(rows: Iterable[Measured], input_px: int) -> Measured | None:
    """Choose among rows of one network at its own size; None when nothing ran."""
    ran = [row for row in rows if row.median_ms is not None and row.input_px == input_px]
    if not ran:
        return None
    quickest = min(row.median_ms or 0 for row in ran)
    as_good = [row for row in ran if (row.median_ms or 0) <= AS_GOOD * quickest]
    return min(as_good, key=lambda row: (row.threads, row.peak_mb or 0, row.median_ms or 0))


def choose(data_dir: Path, network: Path | None, rows: Iterable[Measured]) -> Choice | None:
    """Choose for one network and write it down for the agent; None when nothing ran.

    Raises:
        OSError: the folder can't be written.
    """
    card, _ = load_weights(network or SHIPPED)
    own = max(card.input_size_wh)
    row = best(rows, own)
    if row is None or row.median_ms is None:
        return None
    choice = Choice(
        network_sha256=card.sha256,
        input_px=own,
        backend=row.backend,
        threads=row.threads,
        median_ms=row.median_ms,
        measured=now(),
    )
    write_choice(data_dir, choice)
    return choice


def table(rows: Sequence[Measured]) -> list[str]:
    """Lay rows out for a terminal; why a back end failed is said once."""
    lines = [f"{'back end':<10}{'threads':>8}{'input px':>10}{'median ms':>11}{'peak MB':>9}"]
    failed: dict[str, str] = {}
    for row in rows:
        if row.median_ms is None:
            failed[row.backend] = row.problem
        else:
            figures = f"{row.input_px:>10}{row.median_ms:>11.1f}{row.peak_mb or 0:>9}"
            lines.append(f"{row.backend:<10}{row.threads:>8}{figures}")
    return lines + [f"{backend:<10}  {problem}" for backend, problem in failed.items()]
