"""A picture by nothing but its path, as a backup knows it."""

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Named:
    """A key of ``cloud.store.media``."""

    path: PurePath
