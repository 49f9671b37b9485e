"""Gates laid through real pens, and how far a count is from the truth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import cos, pi, sin

import numpy as np

from edge.vision.gate import Crossings, GateRules, Hole, HoleCounter, Line
from edge.vision.line_gate import LineCounter
from edge.vision.pieces import Piece
from edge.vision.tracking import Tracker, Tracks
from models.runtime.detections import Detections
from tests.edge.hens import Noise, Sequence, noisy


def lines_through(
    hens: Sequence, angles: int = 4, shares: tuple[float, ...] = (0.25, 0.4, 0.5, 0.6, 0.75)
) -> list[Line]:
    """Lay lines over the whole pen: each angle, at these quantiles of where the birds are."""
    centres = (hens.xyxy[:, :2] + hens.xyxy[:, 2:]) / 2
    lines = []
    for angle in np.arange(angles) * pi / angles:
        along, across = np.array([cos(angle), sin(angle)]), np.array([-sin(angle), cos(angle)])
        for offset in np.quantile(centres @ across, shares):
            start, end = offset * across - 5000 * along, offset * across + 5000 * along
            lines.append(Line((start[0], start[1]), (end[0], end[1])))
    return lines


def true_tracks(hens: Sequence) -> Iterator[Tracks]:
    """Tell the true birds as a perfect tracker would."""
    first: dict[int, float] = {}
    for at_s, ids, xyxy in hens:
        since = np.array([first.setdefault(bird, at_s) for bird in ids.tolist()])
        ones, zeros = np.ones(len(ids), np.float32), np.zeros(len(ids))
        yield Tracks(at_s, ids.astype(np.int64), xyxy.astype(np.float32), ones, ones > 0, zeros, since)


@dataclass
class GateError:
    """Sums over gates, none of which makes good for another.

    Attributes:
        true, counted: birds that passed.
        net: sum over gates of |(in - out) - true (in - out)|: by so much those who are outside are miscounted.
        absolute: sum over gates of |in - true in| + |out - true out|: each direction by itself.
    """

    true: Crossings = field(default_factory=Crossings)
    counted: Crossings = field(default_factory=Crossings)
    net: int = 0
    absolute: int = 0

    def add(self, counted: Crossings, true: Crossings) -> None:
        """Take one gate."""
        off_in, off_out = counted.birds_in - true.birds_in, counted.birds_out - true.birds_out
        self.true += true
        self.counted += counted
        self.net += abs(off_in - off_out)
        self.absolute += abs(off_in) + abs(off_out)

    @property
    def crossings(self) -> int:
        """Say how many truly passed, in and out."""
        return self.true.birds_in + self.true.birds_out


def true_count(lines: list[Line], hens: Sequence) -> list[Crossings]:
    """Count at all lines what truly passed: each bird's whole path, by its true id, which is never cut nor joined."""
    rules, sums = GateRules(), []
    wh = hens.xyxy[:, 2:] - hens.xyxy[:, :2]
    centres, lengths = hens.xyxy[:, :2] + wh / 2, np.sqrt(wh.prod(axis=1))
    at_s = (hens.frames - hens.frames.min()) / hens.hz
    for line in lines:
        total = Crossings()
        for bird in np.unique(hens.ids):
            path: Piece | None = None
            hers = hens.ids == bird
            for (x, y), length, now_s in zip(
                centres[hers].tolist(), lengths[hers].tolist(), at_s[hers].tolist(), strict=True
            ):
                path = path or Piece((x, y), now_s, (x, y), now_s, (x, y), length, kept=True)
                total += path.walk(line, (x, y), length, now_s, rules)
        sums.append(total)
    return sums


def count(lines: list[Line], told: Iterator[Tracks], rules: GateRules | None = None) -> list[Crossings]:
    """Count at all lines, also in the 4 s after the last frame, in which what was left open is settled."""
    counters = [LineCounter(line, rules) for line in lines]
    sums = [Crossings()] * len(lines)
    for tracks in and_nobody(told):
        sums = [total + counter.update(tracks.at_s, tracks) for total, counter in zip(sums, counters, strict=True)]
    return sums


def and_nobody(told: Iterator[Tracks]) -> Iterator[Tracks]:
    """Tell nobody for 4 s after the last frame."""
    at_s = 0.0
    for tracks in told:
        at_s = tracks.at_s
        yield tracks
    nobody = np.empty(0, np.float32)
    for n in range(1, 9):
        ids, times = np.empty(0, np.int64), np.empty(0)
        yield Tracks(at_s + n / 2, ids, np.empty((0, 4), np.float32), nobody, np.empty(0, bool), times, times)


def tracked(hens: Sequence, noise: Noise | None, seed: int, tracker: Tracker | None = None) -> Iterator[Tracks]:
    """Tell the birds as our tracker does on a detector's boxes."""
    tracker = tracker or Tracker()
    for at_s, detections in noisy(hens, noise, seed):
        yield tracker.update(at_s, detections)


def count_rush(hole: Hole, film: Sequence, noise: Noise | None, seed: int) -> Crossings:
    """Count at a pop hole, also in the 4 s after the last bird was seen."""
    counter, tracker, total, at_s = HoleCounter(hole), Tracker(exits=[hole.corners]), Crossings(), 0.0
    for tracks in tracked(film, noise, seed, tracker):
        at_s = tracks.at_s
        total += counter.update(at_s, tracks)
    for n in range(1, round(4 * film.hz)):
        tracks = tracker.update(at_s + n / film.hz, Detections.none())
        total += counter.update(tracks.at_s, tracks)
    return total


def gate_error(
    hens: Iterable[tuple[Sequence, Sequence]], noise: Noise | None, seeds: Iterable[int], *, many: bool = False
) -> GateError:
    """Count at lines through each pen.

    Args:
        hens: what the camera films, and what the truth is taken from.
        noise: of the detector.
        seeds: of the noise; each pen is played once with each.
        many: lay 20 lines through a pen instead of 6.
    """
    error = GateError()
    for shown, truly in hens:
        lines = lines_through(truly) if many else lines_through(truly, angles=2, shares=(0.3, 0.5, 0.7))
        true = true_count(lines, truly)
        for seed in seeds:
            for counted, was in zip(count(lines, tracked(shown, noise, seed)), true, strict=True):
                error.add(counted, was)
    return error
