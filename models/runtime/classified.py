"""What a classifier says about some pictures, as a struct of arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.detections import expect

NOT_SURE = "not_sure"
"""The answer where no class is probable enough."""


@dataclass(frozen=True, eq=False)
class Classified:
    """Answers for n pictures; n may be 0.

    Args:
        classes: names of the classes, in the order of the columns.
        probabilities: (n, classes) float32, calibrated; rows sum to 1.
        answers: n names of classes, the network's reject class among them, or NOT_SURE.

    Raises:
        ValueError: shapes, types or values don't fit.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    answers: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check shapes, types and values."""
        expect("probabilities", self.probabilities, (len(self.answers), len(self.classes)), np.float32)
        if not np.allclose(self.probabilities.sum(axis=1), 1, atol=1e-3):
            raise ValueError("the probabilities of a picture must sum to 1")
        unknown = set(self.answers) - {*self.classes, NOT_SURE}
        if unknown:
            raise ValueError(f"answers {sorted(unknown)} are neither classes nor {NOT_SURE}")

    def __len__(self) -> int:
        return len(self.answers)

    def column(self, name: str) -> NDArray[np.float32]:
        """Return (n,) float32, the probability of one class.

        Raises:
            ValueError: the network has no such class.
        """
        return np.asarray(self.probabilities[:, self.classes.index(name)])
