"""Cut a wide view into overlapping tiles, so that small birds are seen at the size they were filmed."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

SizeWH = tuple[int, int]
Grid = tuple[int, int]
"""Columns and rows."""
Tiles = Literal["auto", "off", "close"] | Grid
"""Small birds looked at again as they need it; the whole frame only; always on a larger input; always in tiles."""

OVERLAP = 0.2
"""Share of a tile that its neighbour sees too: a bird up to this size lies whole in one of them."""


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


def parted(frame_wh: SizeWH, input_wh: SizeWH, scale: float, *, max_runs: int) -> Grid:
    """Return a grid whose tiles show a frame at a scale, or as near to it as ``max_runs`` allows; (1, 1) for none.

    Args:
        frame_wh: size of the frame.
        input_wh: largest input of the network.
        scale: input pixels per frame pixel.
        max_runs: runs per frame at most, the one on the whole frame included.
    """
    while True:
        grid = _parts(frame_wh[0] * scale, input_wh[0]), _parts(frame_wh[1] * scale, input_wh[1])
        if grid == (1, 1) or grid[0] * grid[1] < max_runs:
            return grid
        scale *= 0.95


def _parts(side: float, limit: int) -> int:
    """How many overlapping tiles of ``limit`` cover ``side``."""
    return 1 if side <= limit else ceil((side / limit - OVERLAP) / (1 - OVERLAP))
