"""Gates laid through real pens, and how far a count is from the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np

from edge.vision.gate import Crossings, GateRules, Hole, HoleCounter, Line
from edge.vision.line_gate import LineCounter
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
    """Sums over gates.

    Attributes:
        crossings: true ones, in and out.
        net: sum over gates of |(in - out) - true (in - out)|.
        absolute: sum over gates of |in - true in| + |out - true out|.
        total: counted ones, in and out.
    """

    crossings: int = 0
    net: int = 0
    absolute: int = 0
    total: int = 0

    def add(self, counted: Crossings, true: Crossings) -> None:
        """Take one gate."""
        off_in, off_out = counted.birds_in - true.birds_in, counted.birds_out - true.birds_out
        self.crossings += true.birds_in + true.birds_out
        self.total += counted.birds_in + counted.birds_out
        self.net += abs(off_in - off_out)
        self.absolute += abs(off_in) + abs(off_out)


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


def gate_error(hens: list[Sequence], step: int, noise: Noise | None, seed: int) -> GateError:
    """Count at lines through each pen with every step-th frame, beside the truth at the full rate."""
    error = GateError()
    for pen in hens:
        lines = lines_through(pen, angles=2, shares=(0.3, 0.5, 0.7))
        true = count(lines, true_tracks(pen))
        for counted, was in zip(count(lines, tracked(pen.every(step), noise, seed)), true, strict=True):
            error.add(counted, was)
    return error
