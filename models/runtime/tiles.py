"""Cut a wide view into overlapping tiles, so that small birds are seen at the size they were filmed."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np

from models.runtime.detections import Detections

SizeWH = tuple[int, int]
Grid = tuple[int, int]
"""Columns and rows."""
Tiles = Literal["auto", "off"] | Grid

OVERLAP = 0.2
"""Share of a tile that its neighbour sees too: a bird up to this size lies whole in one of them."""
COMFORT_PX = 40
"""Median short side of the birds, in input pixels, from which the whole frame is enough. vision-notes of the trials:
1280 px or tiles help only where birds are under about 20 px; twice that leaves room for the small ones of a flock."""
WITNESSES = 5
"""Birds that must have been seen before their size says anything."""
GAIN = 1.4
"""Tiles that would show the birds less than so many times larger are not worth their time."""
MAX_RUNS = 10
"""Runs of the network per frame at most, the whole frame included."""


@dataclass(frozen=True)
class Tile:
    """A part of a frame, in frame pixels; right and bottom are past the last pixel."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size_wh(self) -> SizeWH:
        """Width and height, pixels."""
        return self.right - self.left, self.bottom - self.top


def cut(frame_wh: SizeWH, grid: Grid) -> list[Tile]:
    """Cut a frame into columns x rows tiles of one size, each sharing OVERLAP of its side with the next."""
    across, down = (_spans(side, parts) for side, parts in zip(frame_wh, grid, strict=True))
    return [Tile(left, top, right, bottom) for top, bottom in down for left, right in across]


def _spans(side: int, parts: int) -> list[tuple[int, int]]:
    length = min(side, ceil(side / (1 + (parts - 1) * (1 - OVERLAP))))
    starts = [round(at * (side - length) / max(1, parts - 1)) for at in range(parts)]
    return [(start, start + length) for start in starts]


def choose_grid(frame_wh: SizeWH, input_wh: SizeWH, whole: Detections, *, max_runs: int = MAX_RUNS) -> Grid:
    """Choose a grid for a frame from what the whole of it showed; (1, 1) when tiles would gain nothing.

    The tiles are as large as they may be for birds of COMFORT_PX in the input, but never enlarge the frame; when that
    takes more than ``max_runs`` runs, the tiles are larger.

    Args:
        frame_wh: size of the frame.
        input_wh: largest input of the network.
        whole: what was found in the whole frame, boxes in frame pixels.
        max_runs: runs per frame at most, the one on the whole frame included.
    """
    fitting = min(limit / side for limit, side in zip(input_wh, frame_wh, strict=True))
    scale = 1.0
    if len(whole) >= WITNESSES:
        short_px = float(np.median((whole.xyxy[:, 2:] - whole.xyxy[:, :2]).min(axis=1)))
        scale = min(1.0, COMFORT_PX / max(short_px, 1.0))
    if scale < GAIN * fitting:
        return (1, 1)
    while True:
        grid = _parts(frame_wh[0] * scale, input_wh[0]), _parts(frame_wh[1] * scale, input_wh[1])
        if grid == (1, 1) or grid[0] * grid[1] < max_runs:
            return grid
        scale *= 0.95


def _parts(side: float, limit: int) -> int:
    """How many overlapping tiles of ``limit`` cover ``side``."""
    return 1 if side <= limit else ceil((side / limit - OVERLAP) / (1 - OVERLAP))
