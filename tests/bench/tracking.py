"""Tracker, gates and still birds on the hand-made tracks of the Utrecht pens, under a detector's noise.

    HENWISE_TRACKS=path/to/tracking python -m tests.bench tracking

The folder holds ``mot_gt/`` and ``overview_CVAT_data4.csv``. Without it the three sequences of tests/fixtures/tracks
are measured, and the tables say so. Seeds are fixed.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

import numpy as np

from edge.vision.gate import Hole
from edge.vision.tracking import Tracker
from tests.bench import still_days
from tests.bench.still import still_rows, stitched
from tests.edge.boxes import boxes
from tests.edge.gate_lines import GateError, count_rush, gate_error
from tests.edge.hens import CROWD, RUNNERS, WALKERS, Noise, Sequence, noisy, read_fixture, read_pens
from tests.edge.mot_scores import Scores, Tally
from tests.edge.rush import HOLE_CORNERS, Rush

TUNED_ON = ("gt_01_20220108", "gt_05", "gt_10")
NOISES = {"none": None, "R .94 P .93": Noise(), "R .97 P .95": Noise(0.97, 0.95), "R .90 P .90": Noise(0.90, 0.90)}
SEEDS = (0, 1, 2)


def pens() -> tuple[str, list[Sequence]]:
    """Read the sequences and say what they are."""
    folder = os.environ.get("HENWISE_TRACKS")
    if folder:
        return "49 sequences", read_pens(Path(folder))
    return "3 shipped sequences (HENWISE_TRACKS not set)", [read_fixture(name) for name in (CROWD, RUNNERS, WALKERS)]


def follow(hens: Iterable[Sequence], noise: Noise | None, seed: int = 0) -> Scores:
    """Score our tracker on the sequences as one."""
    tally = Tally()
    for pen in hens:
        tally.begin()
        tracker = Tracker()
        for (_, ids, xyxy), (at_s, found) in zip(pen, noisy(pen, noise, seed), strict=True):
            told = tracker.update(at_s, found)
            tally.add(ids, xyxy, told.ids, told.xyxy)
    return tally.scores()


def track_rows(hens: list[Sequence]) -> Iterator[str]:
    """Score each set of sequences under each noise."""
    slow = [pen for pen in hens if pen.hz < 20]
    fast = [pen for pen in hens if pen.hz >= 20]
    sets = {
        "1-2 Hz, tuned on": [pen for pen in slow if pen.name.startswith(TUNED_ON)],
        "1-2 Hz, held out": [pen for pen in slow if not pen.name.startswith(TUNED_ON)],
        "20 Hz": fast,
        "the same, every 10th frame (2 Hz)": [pen.every(10) for pen in fast],
    }
    for name, group in sets.items():
        for label, noise in NOISES.items():
            if not group or (label.startswith(("R .97", "R .90")) and "held" not in name):
                continue
            s = follow(group, noise)
            yield (
                f"| {name} ({len(group)}) | {label} | {s.hota:.3f} | {s.det_a:.3f} | {s.ass_a:.3f} | {s.idf1:.3f} "
                f"| {s.mota:.3f} | {s.switches} of {s.truths} |"
            )


def at_hz(pen: Sequence, hz: float) -> Sequence:
    """Put frames between a slow pen's, up to this rate."""
    return pen.at_rate(round(hz / pen.hz))


def gate_rows(hens: list[Sequence]) -> Iterator[str]:
    """Count at lines through the pens, 6 each, at the rate that a gate asks for and at those of the recordings."""
    held = [pen for pen in hens if pen.hz < 20 and not pen.name.startswith(TUNED_ON)]
    tuned = [pen for pen in hens if pen.hz < 20 and pen.name.startswith(TUNED_ON)]
    for name, group, hz in [
        ("held out", held, 10),
        ("tuned on", tuned, 10),
        ("held out", held, 5),
        ("held out", held, 0),
    ]:
        films = [at_hz(pen, hz) if hz else pen for pen in group]
        label = f"{hz} Hz, put between 1-2 Hz" if hz else "1-2 Hz"
        for noise in ("none", "R .97 P .95", "R .94 P .93"):
            seeds = SEEDS[: 1 if noise == "none" else len(SEEDS)]
            error = gate_error([(film, film) for film in films], NOISES[noise], seeds)
            yield gate_row(f"{label}, {name} ({len(films)} pens, {6 * len(films)} lines)", noise, error)


def rate_rows(hens: list[Sequence]) -> Iterator[str]:
    """Count at 20 lines through the pen that was filmed at 20 Hz, as slower cameras would, and as the others look."""
    for pen in (pen for pen in hens if pen.hz >= 20):
        shown = {f"{pen.hz / step:g} Hz": (pen.every(step), pen) for step in (2, 4, 10, 20)}
        slow = at_hz(pen.every(20), 10)
        shown["1 Hz, 10 Hz put between"] = (slow, pen)
        shown["the same, and the truth made of it too"] = (slow, slow)
        for name, films in shown.items():
            for noise in ("none", "R .97 P .95", "R .94 P .93"):
                seeds = range(1 if noise == "none" else 10)
                yield gate_row(name, noise, gate_error([films], NOISES[noise], seeds, many=True))


def gate_row(name: str, noise: str, error: GateError) -> str:
    """Lay out a row of a table of gates."""
    true, counted = error.true, error.counted
    return (
        f"| {name} | {noise} | {true.birds_in} / {true.birds_out} | {counted.birds_in} / {counted.birds_out} "
        f"| {error.net / error.crossings:.1%} | {error.absolute / error.crossings:.1%} |"
    )


def rush_rows() -> Iterator[str]:
    """Count simulated evening rushes through a pop hole."""
    for hz in (10, 5, 2):
        for label in ("none", "R .97 P .95", "R .94 P .93"):
            ins, outs, true_in, true_out, off = 0, 0, 0, 0, 0
            for seed in range(2):
                rush = Rush(homeward=120, range_bound=20, seed=seed)
                film = rush.play(hz)
                got = count_rush(Hole(HOLE_CORNERS, leads="in"), film, NOISES[label], seed)
                ins, outs = ins + got.birds_in, outs + got.birds_out
                true_in, true_out = true_in + rush.birds_in, true_out + rush.birds_out
                off += abs(got.birds_in - rush.birds_in) + abs(got.birds_out - rush.birds_out)
            net = abs((ins - outs) - (true_in - true_out))
            both = true_in + true_out
            yield (
                f"| {hz} | {label} | {true_in} / {true_out} | {ins} / {outs} | {net / both:.1%} | {off / both:.1%} |"
            )


def speed_rows() -> Iterator[str]:
    """Time one update for birds spread over the floor and for birds on top of each other, 30 px boxes."""
    for birds in (300, 1000):
        for label, cell in (("one per 2 body lengths squared", 42), ("one per body length squared", 30)):
            times = update_times(birds, cell)
            yield f"| {birds} | {label} | {median(times):.1f} | {max(times):.1f} |"


def update_times(birds: int, cell_px: float) -> list[float]:
    """Return the processor times of 40 updates at 2 Hz, in ms, without the first."""
    random, tracker = np.random.default_rng(0), Tracker()
    places = random.uniform(0, cell_px * birds**0.5, (birds, 2))
    times = []
    for n in range(40):
        places += random.normal(0, 2, places.shape)
        seen = places[random.random(birds) < 0.94]
        found = boxes(*(seen + random.normal(0, 1.5, seen.shape)).tolist(), size=30)
        began = time.thread_time()
        tracker.update(n / 2, found)
        times.append((time.thread_time() - began) * 1000)
    return times[1:]


TABLES: dict[str, tuple[str, Callable[[list[Sequence]], Iterable[str]]]] = {
    "tracks": ("| set | noise | HOTA | DetA | AssA | IDF1 | MOTA | id switches |", track_rows),
    "gates": ("| set | noise | true in / out | counted | net error | absolute error |", gate_rows),
    "rates": ("| shown | noise | true in / out | counted | net error | absolute error |", rate_rows),
    "rush": ("| frames/s | noise | true in / out | counted | net error | absolute error |", lambda _: rush_rows()),
    "still": (
        "| min of a moving flock | frozen hens told | after min, median | healthy told | bird-hours, real (played) |",
        still_rows,
    ),
    "days": (
        "| rests go on at | a day at 20 min | first 5 days | later | most | limit, min (p90) | dead told after, min |",
        lambda hens: still_days.rows(stitched(hens), Noise()),
    ),
    "speed": ("| birds | density | median ms | most ms |", lambda _: speed_rows()),
}


def lines(names: Iterable[str] = TABLES) -> Iterator[str]:
    """Measure all, or some, and give each line as soon as it is known: a table takes up to an hour of a core."""
    what, hens = pens()
    yield f"### Tracks, gates and still birds: {what}"
    for name in names:
        head, rows = TABLES[name]
        yield from ("", head, "| --- " * (head.count("|") - 1) + "|")
        yield from rows(hens)


def table(*names: str) -> str:
    """Measure all, or some."""
    return "\n".join(lines(names or TABLES))


if __name__ == "__main__":
    for line in lines(sys.argv[1:] or TABLES):
        print(line, flush=True)
