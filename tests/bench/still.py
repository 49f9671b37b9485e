"""Still birds on the recordings of the Utrecht pens: frozen hens are told, healthy ones are not."""

import re
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

import lap
import numpy as np

from edge.vision.stillness import StillBird, StillBirds, StillRules
from edge.vision.tracking import Tracker
from tests.edge.frozen import frozen
from tests.edge.hens import Noise, Sequence, iou, noisy

VICTIMS = 3
STILL_MIN = (5, 10, 20, 30, 50)
LEAST_S, PLAYED_S, FROZEN_S = 300, 3600, 20
SAME_PLACE = 0.3


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
        places = Places()
        for _, birds in told_still(film, seed):
            places.note(birds)
        alarms += places.longest_s()
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


class Places:
    """The places where a bird was told still, each with the longest time."""

    def __init__(self) -> None:
        self._found: list[tuple[float, float, np.ndarray]] = []

    def note(self, birds: list[StillBird]) -> None:
        """Take those told with a frame."""
        for bird in birds:
            box = bird.xyxy[None]
            self._found = [one for one in self._found if one[1] != bird.since_s or not iou(box, one[2]).any()] + [
                (bird.flock_moved_s, bird.since_s, box)
            ]

    def longest_s(self) -> list[float]:
        """Return the longest time at each place, in s."""
        return [longest_s for longest_s, _, _ in self._found]


def told_still(film: Sequence, seed: int) -> Iterator[tuple[float, list[StillBird]]]:
    """Tell which birds are still, from the shortest of the limits on."""
    tracker, still = Tracker(), StillBirds(StillRules(still_s=60.0 * STILL_MIN[0]))
    for at_s, found in noisy(film, Noise(), seed):
        yield at_s, still.update(at_s, tracker.update(at_s, found))
