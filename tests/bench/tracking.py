"""Tracker, gates and still birds on the hand-made tracks of the Utrecht pens, under a detector's noise.

    HENWISE_TRACKS=path/to/tracking python -m tests.bench tracking

The folder holds ``mot_gt/`` and ``overview_CVAT_data4.csv``. Without it the three sequences of tests/fixtures/tracks
are measured, and the tables say so. Seeds are fixed.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import lap
import numpy as np

from edge.vision.gate import Hole
from edge.vision.stillness import StillBird, StillBirds, StillRules
from edge.vision.tracking import Tracker
from tests.edge.boxes import boxes
from tests.edge.frozen import frozen
from tests.edge.gate_lines import count_rush, gate_error
from tests.edge.hens import CROWD, RUNNERS, WALKERS, Noise, Sequence, iou, noisy, read_fixture, read_pens
from tests.edge.mot_scores import Scores, Tally
from tests.edge.rush import HOLE_CORNERS, Rush

TUNED_ON = ("gt_01_20220108", "gt_05", "gt_10")
NOISES = {"none": None, "R .94 P .93": Noise(), "R .97 P .95": Noise(0.97, 0.95), "R .90 P .90": Noise(0.90, 0.90)}
VICTIMS = 3
STILL_MIN = (5, 10, 20, 30)
LEAST_S, PLAYED_S, FROZEN_S = 300, 3600, 20
SAME_PLACE = 0.3


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


def track_rows(hens: list[Sequence]) -> list[str]:
    """Score each set of sequences under each noise."""
    slow = [pen for pen in hens if pen.hz < 20]
    fast = [pen for pen in hens if pen.hz >= 20]
    sets = {
        "1-2 Hz, tuned on": [pen for pen in slow if pen.name.startswith(TUNED_ON)],
        "1-2 Hz, held out": [pen for pen in slow if not pen.name.startswith(TUNED_ON)],
        "20 Hz": fast,
        "the same, every 10th frame (2 Hz)": [pen.every(10) for pen in fast],
    }
    rows = []
    for name, group in sets.items():
        for label, noise in NOISES.items():
            if not group or (label.startswith(("R .97", "R .90")) and "held" not in name):
                continue
            s = follow(group, noise)
            rows.append(
                f"| {name} ({len(group)}) | {label} | {s.hota:.3f} | {s.det_a:.3f} | {s.ass_a:.3f} | {s.idf1:.3f} "
                f"| {s.mota:.3f} | {s.switches} of {s.truths} |"
            )
    return rows


def gate_rows(hens: list[Sequence]) -> list[str]:
    """Count at lines through the pens, at other rates too; the truth is at the full rate."""
    fast = [pen for pen in hens if pen.hz >= 20]
    held = [pen for pen in hens if pen.hz < 20 and not pen.name.startswith(TUNED_ON)]
    tuned = [pen for pen in hens if pen.hz < 20 and pen.name.startswith(TUNED_ON)]
    rows = []
    for name, group, step in [
        ("10 Hz, put between 1-2 Hz, held out", [pen.at_rate(10) for pen in held[::2]], 1),
        ("10 Hz, put between 1-2 Hz, tuned on", [pen.at_rate(10) for pen in tuned[::3]], 1),
        ("20 Hz", fast, 1),
        ("20 Hz, every 2nd frame (10 Hz)", fast, 2),
        ("20 Hz, every 10th frame (2 Hz)", fast, 10),
        ("1-2 Hz, held out", held[::2], 1),
    ]:
        for label in ("none", "R .97 P .95", "R .94 P .93"):
            error = gate_error(group, step, NOISES[label], seed=0)
            if error.crossings:
                rows.append(
                    f"| {name} ({len(group)} pens, {6 * len(group)} lines) | {label} "
                    f"| {error.crossings} | {error.total} "
                    f"| {error.net / error.crossings:.1%} | {error.absolute / error.crossings:.1%} |"
                )
    return rows


def rush_rows() -> list[str]:
    """Count simulated evening rushes through a pop hole."""
    rows = []
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
            rows.append(
                f"| {hz} | {label} | {true_in} / {true_out} | {ins} / {outs} | {net / both:.1%} | {off / both:.1%} |"
            )
    return rows


def stitched(hens: list[Sequence]) -> list[Sequence]:
    """Join the parts of one recording, in their order; each bird goes on as the nearest one of the next part."""
    groups: dict[str, list[Sequence]] = {}
    for pen in hens:
        name = re.sub(r"_?(part2_W)?[A-Z0-9]$", "", re.sub(r"_10$", "_X", pen.name))
        groups.setdefault(f"{name} {pen.hz:g}", []).append(pen)
    return [joined(parts) for parts in groups.values() if parts[0].hz < 20]


def joined(parts: list[Sequence]) -> Sequence:
    """Join sequences of one rate."""
    whole = parts[0]
    for part in parts[1:]:
        last, first = whole.frames == whole.frames.max(), part.frames == part.frames.min()
        off = np.linalg.norm(whole.xyxy[last][:, None, :2] - part.xyxy[first][None, :, :2], axis=2)
        _, to, _ = lap.lapjv(off, extend_cost=True)
        names = {int(part.ids[first][c]): int(whole.ids[last][r]) for r, c in enumerate(to) if c >= 0}
        free = int(whole.ids.max()) + 1
        ids = np.array([names.setdefault(bird, free + n) for n, bird in enumerate(part.ids.tolist())])
        frames = part.frames - part.frames.min() + whole.frames.max() + 1
        whole = replace(
            whole,
            frames=np.r_[whole.frames, frames],
            ids=np.r_[whole.ids, ids],
            xyxy=np.vstack([whole.xyxy, part.xyxy]),
        )
    return whole


def still_rows(hens: list[Sequence]) -> list[str]:
    """Freeze hens of joined recordings played to and fro, and count what is told of the healthy ones."""
    told_s: list[dict[int, float]] = []
    alarms: list[float] = []
    real_h = played_h = 0.0
    for seed, short in enumerate(film for film in stitched(hens) if np.ptp(film.frames) / film.hz >= LEAST_S):
        film = short.to_and_fro(PLAYED_S)
        real_h, played_h = real_h + len(short.ids) / short.hz / 3600, played_h + len(film.ids) / film.hz / 3600
        alarms += [longest for longest, _, _ in still_places(film, seed)]
        for victim in np.unique(film.ids[film.frames == 0])[:VICTIMS].tolist():
            ill = frozen(film, victim, FROZEN_S)
            told_s.append(first_told(ill, ill.xyxy[ill.ids == victim][-1:], seed))
    rows = []
    for minutes in STILL_MIN:
        took = [one[minutes] / 60 for one in told_s if minutes in one]
        rows.append(
            f"| {minutes} | {len(took)} of {len(told_s)} | {median(took) if took else float('nan'):.0f} "
            f"| {sum(longest >= 60 * minutes for longest in alarms)} | {real_h:.1f} ({played_h:.0f}) |"
        )
    return rows


def first_told(film: Sequence, box: np.ndarray, seed: int) -> dict[int, float]:
    """Return after which time a frozen hen was told first, in s, for each limit in min."""
    first: dict[int, float] = {}
    for at_s, birds in told_still(film, seed):
        here = [bird.flock_moved_s for bird in birds if iou(box, bird.xyxy[None])[0, 0] > SAME_PLACE]
        for minutes in STILL_MIN:
            if max(here, default=0.0) >= 60 * minutes:
                first.setdefault(minutes, at_s - FROZEN_S)
    return first


def still_places(film: Sequence, seed: int) -> list[tuple[float, float, np.ndarray]]:
    """Return each still bird told: the longest time in s, since when, and its box."""
    found: list[tuple[float, float, np.ndarray]] = []
    for _, birds in told_still(film, seed):
        for bird in birds:
            box = bird.xyxy[None]
            old = [n for n, (_, since_s, at) in enumerate(found) if since_s == bird.since_s and iou(box, at).any()]
            for n in reversed(old):
                del found[n]
            found.append((bird.flock_moved_s, bird.since_s, box))
    return found


def told_still(film: Sequence, seed: int) -> Iterator[tuple[float, list[StillBird]]]:
    """Tell which birds are still, from the shortest of the limits on."""
    tracker, still = Tracker(), StillBirds(StillRules(still_s=60.0 * STILL_MIN[0]))
    for at_s, found in noisy(film, Noise(), seed):
        yield at_s, still.update(at_s, tracker.update(at_s, found))


def speed_rows() -> list[str]:
    """Time one update for birds spread over the floor and for birds on top of each other, 30 px boxes."""
    rows = []
    for birds in (300, 1000):
        for label, cell in (("one per 2 body lengths squared", 42), ("one per body length squared", 30)):
            times = update_times(birds, cell)
            rows.append(f"| {birds} | {label} | {median(times):.1f} | {max(times):.1f} |")
    return rows


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


TABLES: dict[str, tuple[str, Callable[[list[Sequence]], list[str]]]] = {
    "tracks": ("| set | noise | HOTA | DetA | AssA | IDF1 | MOTA | id switches |", track_rows),
    "gates": ("| set | noise | true crossings | counted | net error | absolute error |", gate_rows),
    "rush": ("| frames/s | noise | true in / out | counted | net error | absolute error |", lambda _: rush_rows()),
    "still": (
        "| min of a moving flock | frozen hens told | after min, median | healthy told | bird-hours, real (played) |",
        still_rows,
    ),
    "speed": ("| birds | density | median ms | most ms |", lambda _: speed_rows()),
}


def table(names: Iterable[str] = TABLES) -> str:
    """Measure all, or some."""
    what, hens = pens()
    lines = [f"### Tracks, gates and still birds: {what}"]
    for name in names:
        head, rows = TABLES[name]
        lines += ["", head, "| --- " * (head.count("|") - 1) + "|", *rows(hens)]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(sys.argv[1:] or TABLES))
