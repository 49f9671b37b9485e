"""A person's count of the birds, held against what the camera saw at that time; it becomes the camera's factor."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from edge.errors import NotCalibrated
from edge.vision.calibration import Calibration

REMEMBERED = 10_000
"""Windows per camera: a day of the shortest usual ones."""
NEAR_S = 120.0
"""A picture is shown beside the count of its window; more than so far off, nothing was seen at that time."""


@dataclass(frozen=True, slots=True)
class _Window:
    at: datetime
    seen: float
    network: str


class HandCounts:
    """What the cameras saw lately, and the counts by hand it is compared with; called from any thread.

    Args:
        calibrations: of each camera, by its slug.
    """

    def __init__(self, calibrations: Mapping[str, Calibration]) -> None:
        self._calibrations = calibrations
        self._windows: dict[str, deque[_Window]] = {slug: deque(maxlen=REMEMBERED) for slug in calibrations}
        self._lock = threading.Lock()

    def seen(self, camera: str, at: datetime, birds: float, network: str) -> None:
        """Remember a window's count, uncorrected, and when it ended."""
        with self._lock:
            self._windows[camera].append(_Window(at, birds, network))

    def factor(self, camera: str, network: str) -> float:
        """Return what the birds that ``network`` sees are to be multiplied with; 1 = no correction."""
        return self._calibrations[camera].factor(network)

    def take(self, camera: str, about_at: datetime, birds: int) -> str:
        """Learn from a count by hand and say what it did.

        Raises:
            NotCalibrated: nothing can be learned from it; the message says why.
        """
        with self._lock:
            windows = list(self._windows[camera])
        nearest = min(windows, key=lambda one: abs((one.at - about_at).total_seconds()), default=None)
        if nearest is None or abs((nearest.at - about_at).total_seconds()) > NEAR_S:
            raise NotCalibrated(f"{camera} has no count of {about_at:%H:%M} any more; count again in a fresh picture")
        factor = self._calibrations[camera].add(birds, nearest.seen, at=about_at, network=nearest.network)
        return f"{birds} by hand and {nearest.seen:g} seen: counts are multiplied by {factor:.2f} from now on"
