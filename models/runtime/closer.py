"""Small birds are looked at again, larger: which look serves a frame, and how a stream keeps to it.

The whole frame is looked at first, at the size the network's card says. When its birds are small there, it is looked at
once more: in one run on a larger input as far as that goes, which has no seams, else in tiles. Chosen on drawn houses
and scenes (models/LOG.md, "a closer look"): birds with a short side under 20 input pixels are found better half as
large again or twice as large, birds above that worse.
"""

from dataclasses import dataclass

import numpy as np

from models.runtime.detections import Detections
from models.runtime.tiles import Grid, SizeWH, parted

SMALL_PX, LARGE_PX = 20.0, 26.0
"""Median short side of the birds, in input pixels of the first look: below the one a frame is looked at again, above
the other a stream that was looked at closer no longer is."""
GOAL_PX, GOAL_IN_TILES_PX = 24.0, 40.0
"""So large the birds should be in one run; and in tiles, which cost no more for it where the frame is large."""
ZOOMS = (1.5, 2.0)
"""Inputs for one run on the whole frame, times the card's: 960 and 1,280 pixels for 640. Few, since the inference
library keeps memory for each."""
BETWEEN = 1.72
"""From this zoom on the larger input is nearer; frames that were filmed so large get it anyway."""
ONE_RUN = 2.2
"""From this zoom on one run would cost more than tiles, and more memory than a small device has."""
ENLARGED = 1.5
"""A frame is never enlarged by more: there is nothing more to see in it."""
PATIENCE = 10
"""Frames in a row that must ask for another look before a stream changes it."""
MAX_RUNS = 10
"""What a frame may cost at most, in runs at the card's input size."""


@dataclass(frozen=True)
class Look:
    """A way to look at a frame.

    Attributes:
        zoom: the network's input is so many times as large as the card says; 1 with tiles.
        grid: columns and rows of tiles, looked at besides the whole frame; (1, 1) for none.
    """

    zoom: float = 1.0
    grid: Grid = (1, 1)

    @property
    def one_run(self) -> bool:
        """Whether a single run on a larger input does."""
        return self.zoom > 1


WHOLE = Look()


class Gaze:
    """How one camera's frames are looked at; it changes its mind slowly, so that a count doesn't jump to and fro.

    A frame that belongs to no stream gets a gaze of its own.
    """

    def __init__(self) -> None:
        self.look: Look | None = None
        self._against = 0

    def settle(self, wanted: Look) -> Look:
        """Return the look for this frame, whose birds ask for ``wanted``; the first frame gets what it asks for."""
        if self.look is None:
            self.look = wanted
        self._against = self._against + 1 if wanted != self.look else 0
        if self._against >= PATIENCE:
            self.look, self._against = wanted, 0
        return self.look


def choose(
    frame_wh: SizeWH,
    input_wh: SizeWH,
    found: Detections,
    *,
    now: Look | None = None,
    fixed: bool = False,
    max_runs: int = MAX_RUNS,
) -> Look:
    """Choose how a frame is looked at, from what was found in it.

    Args:
        frame_wh: size of the frame, pixels.
        input_wh: largest input of the network by its card, pixels.
        found: the birds, in frame pixels.
        now: how the stream was looked at so far.
        fixed: the back end takes no other input size.
        max_runs: what a frame may cost at most, in runs at that input size, the first look included.
    """
    fitting = min(limit / side for limit, side in zip(input_wh, frame_wh, strict=True))
    most = ENLARGED / fitting
    if len(found):
        short_px = float(np.median((found.xyxy[:, 2:] - found.xyxy[:, :2]).min(axis=1))) * fitting
        if short_px >= (LARGE_PX if now not in (None, WHOLE) else SMALL_PX):
            return WHOLE
        if now not in (None, WHOLE):
            return now
        zoom = min(GOAL_PX / max(short_px, 1.0), most)
    else:  # a wide view may hold birds too small to be seen at all
        return Look(zoom=ZOOMS[0]) if fitting < 1 and not fixed else WHOLE
    if zoom < GOAL_PX / SMALL_PX:
        return WHOLE
    detailed = fitting <= 1 / ZOOMS[1]  # the frame itself is twice as large as the first look
    if fixed or (detailed and zoom >= ONE_RUN):
        larger = min(1.0, zoom * fitting * GOAL_IN_TILES_PX / GOAL_PX)  # as it was filmed, at most
        return Look(grid=parted(frame_wh, input_wh, max(larger, zoom * fitting), max_runs=max_runs))
    twice = (detailed or (zoom >= BETWEEN and most >= ZOOMS[1])) and ZOOMS[1] ** 2 < max_runs
    return Look(zoom=ZOOMS[twice])
