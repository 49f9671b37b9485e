"""What a detector found in one frame, as a struct of arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Detections:
    """Boxes of one frame; n may be 0. Checked once, here, so that nobody has to check again.

    Args:
        xyxy: (n, 4) float32, left, top, right, bottom in frame pixels.
        scores: (n,) float32 in 0..1, falling.
        class_ids: (n,) int64, index into the classes of the network's card.
        capped: more boxes were found than the card allows: a count of these is too low and is to be withheld.

    Raises:
        ValueError: shapes, types or values don't fit.
    """

    xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    capped: bool = False

    def __post_init__(self) -> None:
        """Check shapes, types and values."""
        n = len(self.scores)
        expect("xyxy", self.xyxy, (n, 4), np.float32)
        expect("scores", self.scores, (n,), np.float32)
        expect("class_ids", self.class_ids, (n,), np.int64)
        if not (np.isfinite(self.xyxy).all() and np.isfinite(self.scores).all()):
            raise ValueError("boxes and scores must be finite")
        if (self.xyxy[:, :2] > self.xyxy[:, 2:]).any():
            raise ValueError("a box's left and top must not lie beyond its right and bottom")

    def __len__(self) -> int:
        return len(self.scores)

    def at_least(self, score: float) -> Self:
        """Return those from a score on."""
        sure = self.scores >= score
        return type(self)(self.xyxy[sure], self.scores[sure], self.class_ids[sure], capped=self.capped)

    @classmethod
    def none(cls) -> Self:
        """Give the detections of a frame without birds."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int64))


def expect(name: str, array: np.ndarray, shape: tuple[int, ...], dtype: type[np.generic]) -> None:
    """Raise ValueError unless `array` has this shape and type."""
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(f"{name} must be {shape} {dtype.__name__}, is {array.shape} {array.dtype}")
