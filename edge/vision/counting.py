"""Counts of single frames -> one count per window. Pure: the time is handed in.

A single frame is a poor witness: birds hide behind each other and the network blinks. The median over a window and the
10th and 90th percentiles say what was seen and how steady that was. Frames whose picture is not fit to be counted are
withheld; with fewer than half of the frames left there is no count at all.

The confidence is no probability. It is a product of three shares, each 1 at best, so that a person can see why it fell:

    sure    mean over all counted boxes of how far their score lies above the network's threshold, full at 0.3 above
            (or half way to 1, where that is less); 0.5 when there was no box, since nothing says that birds would be
            found here
    steady  1 / (1 + (high - low) / max(median, 4)): birds that come and go; 4 keeps one bird more or less from
            making a small flock look restless
    fit     frames counted of the frames looked at
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

SURE_ABOVE = 0.3
SURE_OF_NONE = 0.5
FEW_BIRDS = 4.0
FIT_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class FrameCount:
    """What one frame holds.

    Attributes:
        birds: on the camera's floor.
        own_birds: of these, on floor that no other camera counts.
        by_zone: slug of a zone -> birds in it.
        scores: of ``birds``, 0 to 1.
    """

    birds: int
    own_birds: int
    by_zone: Mapping[str, int]
    scores: Sequence[float]


@dataclass(frozen=True, slots=True)
class WindowCount:
    """What was seen over one window.

    Attributes:
        window_s: its length, in s.
        frames: frames that were counted, at least 1.
        visible_birds: median of the birds per frame.
        visible_low: 10th percentile.
        visible_high: 90th percentile.
        own_birds: median of the birds on floor that no other camera counts, as seen: not corrected.
        by_zone: slug of a zone -> median of the birds in it.
        confidence: 0 to 1, see above.
    """

    window_s: float
    frames: int
    visible_birds: float
    visible_low: float
    visible_high: float
    own_birds: float
    by_zone: dict[str, float]
    confidence: float


@dataclass(slots=True)
class _Window:
    began_s: float
    frames: list[FrameCount] = field(default_factory=list)
    withheld: int = 0


class CountWindow:
    """Collects counts until the window is over.

    Args:
        window_s: its length, in s.
        threshold: score below which the network gives no box.
    """

    def __init__(self, window_s: float, threshold: float) -> None:
        self._window_s = window_s
        self._threshold = threshold
        self._open: _Window | None = None

    def add(self, at_s: float, frame: FrameCount | None) -> WindowCount | None:
        """Take one frame and return the window that it closes, if there is one and it can be relied on.

        Args:
            at_s: when the frame was taken, on any clock that only rises, in s.
            frame: what it holds; None when its picture is not fit to be counted or the network gave up counting.
        """
        window = self._window_at(at_s)
        if frame is None:
            window.withheld += 1
        else:
            window.frames.append(frame)
        length_s = at_s - window.began_s
        if length_s < self._window_s:
            return None
        self._open = _Window(at_s)
        if len(window.frames) < FIT_LEAST * (len(window.frames) + window.withheld):
            return None
        return summary(window.frames, length_s, withheld=window.withheld, threshold=self._threshold)

    def _window_at(self, at_s: float) -> _Window:
        # After the camera was away, what was seen before is no longer news.
        if self._open is None or at_s - self._open.began_s > 2 * self._window_s:
            self._open = _Window(at_s)
        return self._open


def summary(frames: Sequence[FrameCount], window_s: float, *, withheld: int = 0, threshold: float) -> WindowCount:
    """Summarise at least one frame over a window of ``window_s`` s in which ``withheld`` more were not fit."""
    birds = sorted(frame.birds for frame in frames)
    low, middle, high = (percentile(birds, percent) for percent in (10, 50, 90))
    sure = _sure([score for frame in frames for score in frame.scores], threshold)
    steady = 1 / (1 + (high - low) / max(middle, FEW_BIRDS))
    return WindowCount(
        window_s=window_s,
        frames=len(frames),
        visible_birds=middle,
        visible_low=low,
        visible_high=high,
        own_birds=percentile(sorted(frame.own_birds for frame in frames), 50),
        by_zone={slug: percentile(sorted(one.by_zone[slug] for one in frames), 50) for slug in frames[0].by_zone},
        confidence=sure * steady * len(frames) / (len(frames) + withheld),
    )


def _sure(scores: Sequence[float], threshold: float) -> float:
    if not scores:
        return SURE_OF_NONE
    full = min(SURE_ABOVE, (1 - threshold) / 2) or 1.0
    return sum(min(1.0, max(0.0, (score - threshold) / full)) for score in scores) / len(scores)


def percentile(ordered: Sequence[int], percent: float) -> float:
    """Return a percentile of rising, non-empty values, linear between neighbours (numpy's default definition)."""
    position = (len(ordered) - 1) * percent / 100
    below, above = ordered[floor(position)], ordered[ceil(position)]
    return below + (above - below) * (position - floor(position))
