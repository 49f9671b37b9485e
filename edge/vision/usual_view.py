"""A camera's usual view on the device's disk: learned in one run, known in the next."""

import hashlib
import logging
from pathlib import Path
from typing import Protocol

from edge.camera_config import CameraConfig, masked
from edge.kept_file import read_kept, write_kept

log = logging.getLogger(__name__)

KEEP_EVERY_S = 3_600.0
"""It changes slowly; an SD card is spared."""


class Learner(Protocol):
    """What learns a view; ``edge.vision.condition.Condition`` is one."""

    def reference(self) -> bytes | None:
        """Give what was learned since the last call; None when nothing is new."""
        ...


def view_key(camera: CameraConfig) -> str:
    """Name a camera's place and floor: what was learned of one does not hold for another; 12 hex digits."""
    shown = f"{masked(camera.source)} {camera.position} {camera.floor}"
    return hashlib.sha256(shown.encode()).hexdigest()[:12]


class UsualView:
    """The file of one camera in one place; another ``position``, source or floor is another file.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next_s = float("-inf")

    @classmethod
    def of(cls, data_dir: Path, camera: CameraConfig) -> "UsualView":
        """Give the file of a camera as the agent keeps it."""
        return cls(data_dir / "cameras" / f"{camera.slug}.{view_key(camera)}.view")

    def load(self) -> bytes | None:
        """Return what was kept; None when nothing was."""
        return read_kept(self._path)

    def keep(self, at_s: float, learner: Learner) -> None:
        """Write what ``learner`` has learned, at most once an hour; a disk that is full is told, not raised."""
        if at_s < self._next_s:
            return
        reference = learner.reference()
        if reference is None:
            return
        self._next_s = at_s + KEEP_EVERY_S
        try:
            write_kept(self._path, reference)
            for old in self._path.parent.glob(f"{self._path.name.split('.')[0]}.*.view"):
                if old != self._path:
                    old.unlink()
        except OSError as error:
            log.warning("%s can't be written (%s); the view is learned anew after the next start", self._path, error)
