"""Keeps pictures for training on the device, bounded: uncertain frames, those of findings, those a person counted.

A full store gives up the oldest uncertain pictures first, then findings nobody judged, at last those that carry a
person's word. A disk that refuses costs a picture, never a count.
"""

import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contract.messages import Box, HealthFinding, Verdict
from edge.config import KeepingConfig
from edge.vision.kept import Judged, Kept, Record, Why, all_kept, keep, sweep, write_record
from edge.vision.picture import Picture
from edge.vision.uncertain import Uncertain

log = logging.getLogger(__name__)

FOLDER = "kept"
"""Below data_dir."""
RECENT = 8
"""Snapshots per camera that are remembered, in memory, in case that somebody counts the birds in one of them."""
SAME_PICTURE_S = 1.0


@dataclass(slots=True)
class _Camera:
    judge: Uncertain
    day: int = 0
    kept_today: int = 0
    next_at: datetime | None = None
    recent: deque[tuple[datetime, Picture, str]] = field(default_factory=lambda: deque(maxlen=RECENT))


class Keeper:
    """The store of one device, for all its cameras and from any thread.

    Args:
        data_dir: the device's; the pictures go to ``kept`` in it.
        config: how much.
    """

    def __init__(self, data_dir: Path, config: KeepingConfig) -> None:
        self._folder = data_dir / FOLDER
        self._config = config
        self._lock = threading.Lock()
        self._cameras: dict[str, _Camera] = {}
        self._kept: list[Kept] = []
        self._bytes = 0

    def open(self) -> None:
        """Look at what is there; clear away what a power cut left half."""
        with self._lock:
            try:
                sweep(self._folder)
            except OSError as error:
                log.warning("%s can't be cleared up (%s); look at data_dir", self._folder, error)
            self._kept = list(all_kept(self._folder))
            self._bytes = sum(one.size_bytes for one in self._kept)

    @property
    def pictures(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def wants(self, camera: str, at: datetime, scores: NDArray[np.float32], threshold: float) -> bool:
        """Say whether a frame should be handed to ``uncertain``; call it with every frame.

        The day's pictures are spread over the day: the next is taken after half of its even share of it.

        Args:
            camera: its slug.
            at: when the frame was taken.
            scores: (n,) of its boxes.
            threshold: from which score on they count.
        """
        with self._lock:
            state = self._cameras.setdefault(camera, _Camera(Uncertain(threshold)))
            unsure = state.judge.is_uncertain(scores)
            if at.date().toordinal() != state.day:
                state.day, state.kept_today = at.date().toordinal(), self._already(camera, at)
            room = self._config.enabled and state.kept_today < self._config.uncertain_per_day
            return unsure and room and (state.next_at is None or at >= state.next_at)

    def _already(self, camera: str, at: datetime) -> int:
        same_day = [one for one in self._kept if one.record.camera == camera and one.record.at.date() == at.date()]
        return sum(one.record.why == "uncertain" for one in same_day)

    def uncertain(self, camera: str, at: datetime, picture: Picture, network: str) -> None:
        """Keep an uncertain frame, after ``wants`` said so."""
        with self._lock:
            state = self._cameras[camera]
            state.kept_today += 1
            state.next_at = at + timedelta(days=1) / (2 * max(1, self._config.uncertain_per_day))
            self._keep(_record(camera, at, "uncertain", picture, network), picture.jpeg)

    def finding(self, finding: HealthFinding, picture: Picture, network: str, found: Box) -> None:
        """Keep the frame of a finding, whole, so that a verdict on it can become a label.

        Args:
            finding: as it was sent; its own small picture is not what is kept.
            picture: the frame.
            network: what saw its boxes.
            found: the bird or group, in the picture's pixels.
        """
        record = _record(finding.camera, finding.at, "finding", picture, network).model_copy(
            update={
                "finding": finding.finding,
                "kind": finding.kind,
                "reasons": list(finding.reasons),
                "found": found,
            }
        )
        with self._lock:
            if self._config.enabled:
                self._keep(record, picture.jpeg)

    def snapshot(self, camera: str, at: datetime, picture: Picture, network: str) -> None:
        """Remember a snapshot that is being sent: a person may count the birds in it."""
        with self._lock:
            state = self._cameras.setdefault(camera, _Camera(Uncertain(0.5)))
            state.recent.append((at, picture, network))

    def judged(self, verdict: Verdict) -> bool:
        """Make a label of a verdict; False when its picture is not kept any more.

        Raises:
            OSError: the disk refuses.
        """
        with self._lock:
            word = Judged(verdict=verdict.verdict, at=verdict.at, answer=verdict.answer, birds=verdict.birds)
            about = next((kept for kept in self._kept if _is_about(verdict, kept.record)), None)
            # The files may be gone: `henwise-edge collect --move` empties the store beside a running agent.
            if about and about.jpeg.exists():
                again = write_record(about.jpeg, about.record.model_copy(update={"judged": word}))
                self._kept[self._kept.index(about)] = again
                self._bytes += again.size_bytes - about.size_bytes
                return True
            return self._counted(verdict, word)

    def _counted(self, verdict: Verdict, word: Judged) -> bool:
        state = self._cameras.get(verdict.camera)
        for at, picture, network in state.recent if state and self._config.enabled else ():
            if verdict.answer == "count" and _close(at, verdict.about_at):
                record = _record(verdict.camera, at, "count", picture, network)
                return self._keep(record.model_copy(update={"judged": word}), picture.jpeg)
        return False

    def _keep(self, record: Record, jpeg: bytes) -> bool:
        try:
            kept = keep(self._folder, record, jpeg)
        except OSError as error:
            log.warning("a picture of %s was not kept: %s", record.camera, error)
            return False
        self._kept.append(kept)
        self._bytes += kept.size_bytes
        while self._bytes > self._config.most_mb * 1_000_000 and self._kept:
            least = min(self._kept, key=_worth)
            self._kept.remove(least)
            self._bytes -= least.size_bytes
            try:
                least.remove()
            except OSError as error:
                log.warning("%s can't be deleted (%s); look at data_dir", least.jpeg, error)
        return kept in self._kept


def _worth(kept: Kept) -> tuple[int, datetime]:
    record = kept.record
    return (2 if record.judged else 0 if record.why == "uncertain" else 1), record.at


def _record(camera: str, at: datetime, why: Why, picture: Picture, network: str) -> Record:
    return Record(camera=camera, at=at, why=why, size_wh=picture.size_wh, boxes=picture.boxes, network=network)


def _is_about(verdict: Verdict, record: Record) -> bool:
    if verdict.finding is not None:
        return record.finding == verdict.finding
    return record.camera == verdict.camera and record.why != "finding" and _close(record.at, verdict.about_at)


def _close(one: datetime, other: datetime) -> bool:
    return abs((one - other).total_seconds()) < SAME_PICTURE_S
