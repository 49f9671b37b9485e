"""Real paths of hens (MOT format) and what a detector would make of them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.runtime.detections import Detections

FIXTURES = Path(__file__).parents[1] / "fixtures" / "tracks"
WALKERS, CROWD, RUNNERS = "walkers_20hz.txt", "crowd.txt", "runners.txt"


@dataclass(frozen=True)
class Sequence:
    """Hand-made tracks of one pen: rows sorted by frame, boxes left, top, right, bottom in px."""

    name: str
    hz: float
    frames: np.ndarray
    ids: np.ndarray
    xyxy: np.ndarray

    def __iter__(self) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
        """Give time in s, ids and boxes of each frame, also of those without a bird."""
        for frame in range(self.frames.min(), self.frames.max() + 1):
            first, last = np.searchsorted(self.frames, [frame, frame + 1])
            yield (frame - self.frames.min()) / self.hz, self.ids[first:last], self.xyxy[first:last]

    def every(self, step: int) -> "Sequence":
        """Keep each step-th frame only, as a slower camera would."""
        kept = (self.frames - self.frames.min()) % step == 0
        frames = (self.frames[kept] - self.frames.min()) // step
        return Sequence(f"{self.name}/{step}", self.hz / step, frames, self.ids[kept], self.xyxy[kept])

    def to_and_fro(self, seconds: float) -> "Sequence":
        """Play forwards and backwards in turn for so long: no bird jumps, and steps are as long and as frequent.

        A bird that lies still at a turn does so for twice as long, and one that never moved does so for ever.
        """
        last = int(np.ptp(self.frames))
        turn = np.r_[np.arange(last), np.arange(last, 0, -1)]
        shown = np.resize(turn, round(seconds * self.hz) + 1) + self.frames.min()
        first, end = np.searchsorted(self.frames, shown), np.searchsorted(self.frames, shown, "right")
        rows = np.concatenate([np.arange(a, b) for a, b in zip(first, end, strict=True)])
        frames = np.repeat(np.arange(len(shown)), end - first)
        return Sequence(f"{self.name}<>", self.hz, frames, self.ids[rows], self.xyxy[rows])

    def at_rate(self, times: int) -> "Sequence":
        """Put frames between the frames, as a faster camera would: each bird's box goes there in a straight line."""
        parts = []
        for bird in np.unique(self.ids):
            hers = self.ids == bird
            at = (self.frames[hers] - self.frames.min()) * times
            new = np.arange(at[0], at[-1] + 1)
            # Nobody knows the way of a bird that has no box for longer.
            known = np.diff(at, append=at[-1])[np.searchsorted(at, new, "right") - 1] <= times
            boxes = np.column_stack([np.interp(new, at, side) for side in self.xyxy[hers].T])
            parts.append((new[known], np.full(known.sum(), bird), boxes[known]))
        frames, ids, xyxy = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((ids, frames))
        return Sequence(f"{self.name}*{times}", self.hz * times, frames[order], ids[order], xyxy[order])


def read_sequence(path: Path, hz: float) -> Sequence:
    """Read ``frame,id,left,top,width,height,...`` lines."""
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    xyxy = np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])
    return Sequence(path.stem, hz, rows[:, 0].astype(int), rows[:, 1].astype(int), xyxy)


def read_fixture(name: str) -> Sequence:
    """Read one of the sequences that the project ships."""
    return read_sequence(FIXTURES / name, 20 if name == WALKERS else 1)


def read_pens(folder: Path) -> list[Sequence]:
    """Read all sequences of the Utrecht set, with the rates that its overview states."""
    with (folder / "overview_CVAT_data4.csv").open(encoding="utf-8-sig") as lines:
        rates = {row["video_name"]: float(row["Hz_CVAT"]) for row in csv.DictReader(lines, delimiter=";")}
    return [
        read_sequence(path, rates[path.stem.removeprefix("gt_")]) for path in sorted((folder / "mot_gt").glob("*.txt"))
    ]


@dataclass(frozen=True)
class Noise:
    """What a detector does to true boxes.

    Attributes:
        recall: share of the birds that get a box.
        precision: share of the boxes that are a bird's first.
        burst_s: how long a bird stays missed once it is (at least one frame), mean, in s.
        crowd: how many times likelier a bird is missed when its box overlaps another by IoU .1 or more.
        centre, size: standard deviations of the error of centre and of log width and height, in body lengths.
        doubled: share of the false boxes that sit on a bird, for ``burst_s`` like the misses; of the rest, half come
            and go at fixed places (drinkers), as long each, and half are anywhere, once.
        clutter_places: how many such places there are.
    """

    recall: float = 0.94
    precision: float = 0.93
    burst_s: float = 1.0
    crowd: float = 3.0
    centre: float = 0.05
    size: float = 0.08
    doubled: float = 0.5
    clutter_places: int = 3


def noisy(sequence: Sequence, noise: Noise | None, seed: int) -> Iterator[tuple[float, Detections]]:
    """Give each frame's boxes as a detector would; the true ones if ``noise`` is None."""
    random = np.random.default_rng(seed)
    detector = noise and _Detector(sequence, noise, random)
    for at_s, ids, xyxy in sequence:
        boxes, scores = detector.look(ids, xyxy) if detector else (xyxy, np.full(len(ids), 0.9))
        order = np.argsort(-scores, kind="stable")
        yield (
            at_s,
            Detections(boxes[order].astype(np.float32), scores[order].astype(np.float32), np.zeros(len(order), int)),
        )


class _Chains:
    """Two-state chains, on or off: the share of time they are on is handed in, how long they stay on is fixed."""

    def __init__(self, end: float, random: np.random.Generator) -> None:
        self._end, self._random = end, random
        self._on: dict[int, bool] = {}

    def step(self, keys: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Return which of these are on now."""
        on = np.zeros(len(keys), bool)
        for n, (key, share) in enumerate(zip(keys.tolist(), shares.tolist(), strict=True)):
            begin = min(1.0, self._end * share / (1 - share))
            before = self._on.get(key)
            chance = share if before is None else 1 - self._end if before else begin
            self._on[key] = on[n] = self._random.random() < chance
        return on


class _Detector:
    def __init__(self, sequence: Sequence, noise: Noise, random: np.random.Generator) -> None:
        self._noise, self._random = noise, random
        end = min(1.0, 1 / (noise.burst_s * sequence.hz))
        self._missed, self._doubled, self._cluttered = (_Chains(end, random) for _ in range(3))
        self._parts: dict[int, np.ndarray] = {}
        self._low, self._high = sequence.xyxy.min(axis=0)[:2], sequence.xyxy.max(axis=0)[2:]
        self._wh = np.median(sequence.xyxy[:, 2:] - sequence.xyxy[:, :2], axis=0)
        self._places = random.uniform(self._low, self._high, (noise.clutter_places, 2))
        birds = [(len(xyxy), crowding(xyxy).sum()) for _, _, xyxy in sequence]
        mean_birds, crowded = np.mean(birds, axis=0)
        self._base = (1 - noise.recall) / (1 + (noise.crowd - 1) * crowded / mean_birds)
        # False boxes for each bird that is found, and what of them stays at fixed places.
        self._false = 1 / noise.precision - 1
        self._fixed = mean_birds * noise.recall * self._false * (1 - noise.doubled) / 2

    def look(self, ids: np.ndarray, xyxy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return boxes and scores."""
        shares = np.minimum(0.9, self._base * np.where(crowding(xyxy), self._noise.crowd, 1))
        seen = ~self._missed.step(ids, shares)
        boxes = np.vstack([self._jittered(xyxy[seen]), self._doubles(ids[seen], xyxy[seen]), self._clutter(seen.sum())])
        scores = np.r_[self._random.beta(6, 2, seen.sum()), self._random.beta(3, 3, len(boxes) - seen.sum())]
        return boxes, np.clip(scores, 0.26, 1)

    def _jittered(self, xyxy: np.ndarray) -> np.ndarray:
        wh = xyxy[:, 2:] - xyxy[:, :2]
        length = np.sqrt(wh.prod(axis=1, keepdims=True))
        centres = (xyxy[:, :2] + xyxy[:, 2:]) / 2 + length * self._random.normal(0, self._noise.centre, wh.shape)
        half = wh * np.exp(self._random.normal(0, self._noise.size, wh.shape)) / 2
        return np.hstack([centres - half, centres + half])

    def _doubles(self, ids: np.ndarray, found: np.ndarray) -> np.ndarray:
        """Set a second, smaller box on some birds."""
        doubled = self._doubled.step(ids, np.full(len(ids), self._false * self._noise.doubled))
        on = found[doubled]
        wh = on[:, 2:] - on[:, :2]
        # A double shows a part of its bird, the same one for as long as it lasts.
        shifts, shares = np.split(np.array([self._part(bird) for bird in ids[doubled]]).reshape(-1, 4), 2, axis=1)
        centres = (on[:, :2] + on[:, 2:]) / 2 + wh * shifts
        return self._jittered(np.hstack([centres - wh * shares / 2, centres + wh * shares / 2]))

    def _part(self, bird: int) -> np.ndarray:
        random = self._random
        return self._parts.setdefault(bird, np.r_[random.uniform(-0.25, 0.25, 2), random.uniform(0.45, 0.8, 2)])

    def _clutter(self, birds: int) -> np.ndarray:
        """Set boxes on drinkers, which stay, and on anything else, once."""
        random, places = self._random, len(self._places)
        on = self._cluttered.step(np.arange(places), np.full(places, min(0.9, self._fixed / places)))
        number = random.poisson(birds * self._false * (1 - self._noise.doubled) / 2)
        centres = np.vstack([self._places[on], random.uniform(self._low, self._high, (number, 2))])
        centres += self._wh * random.normal(0, self._noise.centre, centres.shape)
        half = self._wh * np.exp(random.normal(0, self._noise.size, centres.shape)) / 2
        return np.hstack([centres - half, centres + half])


def crowding(xyxy: np.ndarray) -> np.ndarray:
    """Say of each box whether it overlaps another by IoU .1 or more."""
    overlap = iou(xyxy, xyxy)
    np.fill_diagonal(overlap, 0)
    return overlap.max(axis=1, initial=0) >= 0.1


def iou(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return intersection over union, (n, m)."""
    least = np.maximum(boxes[:, None, :2], others[None, :, :2])
    most = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.clip(most - least, 0, None).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)[:, None] + (others[:, 2:] - others[:, :2]).prod(axis=1)
    return shared / np.maximum(areas - shared, 1e-9)
