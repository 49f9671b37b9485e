"""Counts by hand against what a camera saw: one factor per camera, applied openly beside the raw count.

The factor is the median of hand / seen over the newest counts by hand, so that one slip of the pen does not carry it;
it starts with the first and gets better with each. It never leaves 0.5 to 2.5: beyond that the network or the view is
wrong, not the count. A count by hand holds only for the network it was made with and for the camera's place: another
network, another floor polygon or a raised ``position`` make it stale; it is kept, and counts again when they come back.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from edge.camera_config import CameraConfig
from edge.errors import NotCalibrated
from edge.kept_file import read_kept, write_kept
from edge.vision.usual_view import view_key

log = logging.getLogger(__name__)

FACTOR_LEAST, FACTOR_MOST = 0.5, 2.5
NEWEST = 20
KEPT_MOST = 200
BIRDS_MOST = 100_000


class HandCount(BaseModel):
    """One count by hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime
    birds: int = Field(ge=1, le=BIRDS_MOST, description="counted by a person on the camera's floor")
    seen: float = Field(ge=1, le=BIRDS_MOST, description="visible birds of the camera at that time")
    network: str = Field(description="that saw them")
    view: str = Field(description="``view_key`` of the camera at that time")


def factor_of(counts: Sequence[HandCount], *, network: str, view: str) -> float:
    """Return what visible birds are to be multiplied with, 1 when no count by hand holds."""
    ratios = [one.birds / one.seen for one in counts if (one.network, one.view) == (network, view)][-NEWEST:]
    return min(max(median(ratios), FACTOR_LEAST), FACTOR_MOST) if ratios else 1.0


class Calibration:
    """The counts by hand of one camera in their file; written whole, so that a power cut leaves the old or the new.

    Args:
        path: the file; it need not be there.
        view: ``view_key`` of the camera.
    """

    def __init__(self, path: Path, view: str) -> None:
        self.view = view
        self._path = path
        self._read_at_ns = -1
        self._counts: list[HandCount] = []

    @classmethod
    def of(cls, data_dir: Path, camera: CameraConfig) -> "Calibration":
        """Give the calibration of a camera as the agent keeps it."""
        return cls(data_dir / "cameras" / f"{camera.slug}.hand-counts.json", view_key(camera))

    def factor(self, network: str) -> float:
        """Return the factor for what ``network`` sees; cheap, and it follows what another process adds."""
        return factor_of(self.counts(), network=network, view=self.view)

    def holding(self) -> int:
        """Return how many counts by hand were made on this floor, with any network."""
        return sum(one.view == self.view for one in self.counts())

    def counts(self) -> list[HandCount]:
        """Return all counts by hand, oldest first; a damaged file is set aside and told."""
        try:
            changed_ns = self._path.stat().st_mtime_ns
        except OSError:
            self._read_at_ns, self._counts = -1, []
            return []
        if changed_ns != self._read_at_ns:
            self._counts = self._read()
            self._read_at_ns = changed_ns
        return self._counts

    def add(self, birds: int, seen: float, *, at: datetime, network: str) -> float:
        """Keep a count by hand and return the factor that now holds.

        Args:
            birds: counted by a person on the camera's floor.
            seen: visible birds of the camera at that time, uncorrected.
            at: when it was.
            network: name of the network that saw them.

        Raises:
            NotCalibrated: nothing can be learned from it, or it can't be written; the message says why.
        """
        if not (1 <= birds <= BIRDS_MOST and 1 <= seen <= BIRDS_MOST):
            least = "a factor needs at least one bird in both" + (f", {BIRDS_MOST} at most" if seen >= 1 else "")
            raise NotCalibrated(f"{birds} by hand and {seen:g} seen: {least}")
        new = HandCount(at=at, birds=birds, seen=seen, network=network, view=self.view)
        rows = [one.model_dump(mode="json") for one in [*self.counts(), new][-KEPT_MOST:]]
        try:
            write_kept(self._path, json.dumps({"hand_counts": rows}, indent=1).encode())
        except OSError as error:
            raise NotCalibrated(f"{self._path} can't be written ({error.strerror}); check data_dir") from error
        return self.factor(network)

    def _read(self) -> list[HandCount]:
        content = read_kept(self._path)
        try:
            return [HandCount.model_validate(row) for row in json.loads(content or b"")["hand_counts"]]
        except (ValueError, ValidationError, KeyError, TypeError, RecursionError):
            aside = self._path.with_suffix(".damaged")
            log.warning("%s is damaged; it is set aside as %s and begun anew", self._path, aside.name)
            try:
                self._path.replace(aside)
            except OSError as refused:
                log.warning("%s can't be set aside (%s); look at data_dir", self._path, refused)
            return []
