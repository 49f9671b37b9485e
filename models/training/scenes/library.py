"""Rendered birds: the sprites of models.training.blender, found by kind, colour and the camera's elevation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from models.errors import DatasetError
from models.training.scenes.sprites import Sprite

NEAR_DEGREES = 9
"""Sprites seen from within this much of the wished elevation serve."""
ODD = {"lying": 0.25, "back": 0.15}
"""Birds that lie on their side or back are rare in a flock: how often one is taken where a standing one is at 1."""


FIELDS = ("kind", "posture", "colour", "elevation_degrees", "px_per_length")


@dataclass(frozen=True)
class Rendered:
    """One rendered bird: its file, and what the renderer knows of it."""

    path: Path
    kind: str
    posture: str
    colour: str
    elevation_degrees: float
    px_per_length: float

    def sprite(self) -> Sprite:
        """Read the picture.

        Raises:
            DatasetError: the file cannot be read.
        """
        return _read(self)


@lru_cache(maxsize=8000)
def _read(bird: Rendered) -> Sprite:
    bgra = cv2.imread(str(bird.path), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.ndim != 3 or bgra.shape[2] != 4:  # height, width, and colour with alpha
        raise DatasetError(f"{bird.path} is not a picture with transparency: render the library again")
    view = "top" if bird.elevation_degrees >= 70 else "side"  # from there on any direction is up
    return Sprite(bgra, "chick" if bird.kind == "chick" else "adult", view, grey=False, source=f"rendered {bird.kind}")


class Library:
    """All rendered birds of a folder.

    Args:
        birds: the birds; at least one.
    """

    def __init__(self, birds: list[Rendered]) -> None:
        self._birds = birds
        self._elevations = np.array([bird.elevation_degrees for bird in birds])
        self._colours = np.array([bird.colour for bird in birds])
        self._kinds = np.array([bird.kind for bird in birds])
        self._weights = np.array([ODD.get(bird.posture, 1.0) for bird in birds])

    @classmethod
    def open(cls, folder: Path) -> "Library":
        """Read the index of a folder of sprites.

        Raises:
            DatasetError: there is no index, or it names no bird.
        """
        try:
            listed = json.loads((folder / "index.json").read_text(encoding="utf-8"))
            birds = [Rendered(path=folder / item["file"], **{name: item[name] for name in FIELDS}) for item in listed]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DatasetError(f"{folder} holds no library of sprites: {error} (docs/training.md, Blender)") from error
        if not birds:
            raise DatasetError(f"{folder} holds no sprites yet (docs/training.md, Blender)")
        return cls(birds)

    def __len__(self) -> int:
        """Return the number of birds."""
        return len(self._birds)

    def __iter__(self) -> Iterator[Rendered]:
        """Yield the birds in the order of the index."""
        return iter(self._birds)

    def colours(self, kind: str) -> list[str]:
        """Name the colours there are of a kind, as often as there are birds of it."""
        return [str(colour) for colour in self._colours[self._kinds == kind]]

    def kinds(self) -> list[str]:
        """Name the kinds there are."""
        return sorted(set(self._kinds.tolist()))

    def flock(self, kind: str, colours: frozenset[str]) -> "Flock":
        """Gather the birds of one kind and these colours."""
        fits = np.flatnonzero((self._kinds == kind) & np.isin(self._colours, sorted(colours)))
        order = fits[self._elevations[fits].argsort(kind="stable")]
        return Flock([self._birds[i] for i in order], self._elevations[order], self._weights[order])


class Flock:
    """Birds of one strain, in order of the camera's elevation."""

    def __init__(self, birds: list[Rendered], elevations: np.ndarray, weights: np.ndarray) -> None:
        self._birds, self._elevations, self._weights = birds, elevations, weights

    def pick(self, rng: np.random.Generator, elevation_degrees: float) -> Rendered:
        """Take a bird seen from about this elevation; the nearest dozen serve where there is none."""
        reach = (elevation_degrees - NEAR_DEGREES, elevation_degrees + NEAR_DEGREES)
        low, high = (int(end) for end in np.searchsorted(self._elevations, reach))
        if high - low < 12:  # a dozen different birds
            middle = int(np.searchsorted(self._elevations, elevation_degrees))
            low = max(0, min(middle - 6, len(self._birds) - 12))
            high = min(len(self._birds), low + 12)
        weights = self._weights[low:high]
        return self._birds[low + int(rng.choice(high - low, p=weights / weights.sum()))]
