"""Which frames a network learns most from: those it is unsure of. Pure."""

from collections import deque
from statistics import median

import numpy as np
from numpy.typing import NDArray

NEAR = 0.1
"""A box whose score is this near to the threshold could as well have been left out."""
MANY_NEAR = 0.3
"""Share of such boxes that makes a frame uncertain."""
FEWEST_NEAR = 2
JUMP = 0.25
"""So far, as a share, from the median of the frames before: birds don't come and go within a second."""
LEAST_JUMP_BIRDS = 3
FRAMES = 9


class Uncertain:
    """Looks at a camera's frames one after the other.

    Args:
        threshold: from which score on the network's boxes count.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._birds: deque[int] = deque(maxlen=FRAMES)

    def is_uncertain(self, scores: NDArray[np.float32]) -> bool:
        """Say whether a frame with these scores (n,) is worth a person's look.

        It is when many of its boxes lie near the threshold, above or below, or when the count jumps.
        """
        birds = int((scores >= self._threshold).sum())
        near = int((np.abs(scores - self._threshold) < NEAR).sum())
        usual = median(self._birds) if len(self._birds) == FRAMES else birds
        self._birds.append(birds)
        jumped = abs(birds - usual) >= max(LEAST_JUMP_BIRDS, JUMP * usual)
        return jumped or near >= max(FEWEST_NEAR, MANY_NEAR * len(scores))
