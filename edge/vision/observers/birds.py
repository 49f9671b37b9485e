"""Followed birds -> findings about single ones: one that lies on its side, is still for long, may be dead."""

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contract.messages import HealthFinding
from edge.camera_config import CameraConfig
from edge.vision.camera import Frame, Image
from edge.vision.learned import keep, restored
from edge.vision.observers.findings import Findings
from edge.vision.observers.seen import Seen
from edge.vision.rests import UsualRests
from edge.vision.stillness import StillBirds, StillRules
from edge.vision.suspects import SuspectConfig, Suspects
from edge.vision.tracking import Tracks
from models.card import ClassifierCard
from models.runtime import Classified, cut_crops

UNWELL = "unwell"
"""The class of a farm's own appearance network that tells a sick bird."""

KEEP_EVERY_S = 600.0
"""What is learned of the birds' rests is written so often."""


class Classifier(Protocol):
    """What tells something of a bird's crop; ``models.runtime.Classifier`` is one."""

    @property
    def card(self) -> ClassifierCard:
        """What network it is."""
        ...

    def classify(self, crops: Sequence[Image], /) -> Classified:
        """Say what each crop shows."""
        ...


class Birds:
    """Looks after the single birds of one camera.

    Args:
        config: the camera.
        findings: makes what is told.
        posture: tells standing, sitting, lying; None = it can't be run, nobody is told for its looks.
        appearance: a farm's own, with a class ``unwell``; None = there is none.
        tell_still: told with each frame how many birds lie still while the others move.
        folder: where the usual rests are kept.
        zone: the house's local time; None = the device's.
    """

    def __init__(
        self,
        config: CameraConfig,
        *,
        findings: Findings,
        posture: Classifier | None,
        appearance: Classifier | None,
        tell_still: Callable[[int], None],
        folder: Path,
        zone: tzinfo | None = None,
    ) -> None:
        self._tell = findings.tell
        self._posture = posture
        self._appearance = appearance
        self._tell_still = tell_still
        self._zone = zone
        self._kept = folder / f"rests-{config.slug}.json"
        self._rests = restored(self._kept, UsualRests.restore)
        self._next_keep_s = 0.0
        wellness = config.wellness
        self._learns = wellness.usual_rests
        self._still_s, self._dead_s = wellness.still_min * 60, wellness.dead_min * 60
        # Told from half the time on: until then a bird's suspicion grows.
        self._still = StillBirds(StillRules(still_s=self._still_s / 2, dead_s=self._dead_s))
        self._suspects = Suspects(
            SuspectConfig(
                still_s=self._still_s,
                dead_s=self._dead_s,
                again_s=wellness.again_min * 60,
                suspect_score=wellness.suspect_score,
            )
        )

    def look(self, _config: CameraConfig, _frame: Frame) -> Iterator[HealthFinding]:
        """Go on: a bird lies still wherever the marks are."""
        return iter(())

    def see(self, seen: Seen) -> Iterator[HealthFinding]:
        """Take one frame."""
        if seen.tracks is None:
            return
        clock_s = self._still.clock_s
        still = self._still.update(seen.frame.at_s, seen.tracks, night=seen.night)
        self._learn(seen, self._still.clock_s - clock_s)
        usual_s = self._usual_s()
        self._tell_still(sum(one.flock_moved_s >= max(self._still_s, usual_s) for one in still))
        if self._posture is not None:
            self._look_at(self._posture, seen.frame.image, seen.frame.at_s, seen.tracks)
        for suspicion in self._suspects.judge(seen.frame.at_s, still, usual_s=usual_s):
            yield self._tell(
                seen,
                kind=suspicion.kind,
                score=suspicion.score,
                reasons=suspicion.reasons,
                since_s=suspicion.since_s,
                xyxy=suspicion.xyxy,
            )

    def _learn(self, seen: Seen, moved_s: float) -> None:
        day = seen.frame.at.astimezone(self._zone).date()
        if moved_s:
            self._rests.watched(day, moved_s)
        for rest_s in self._still.rests_s:
            self._rests.ended(day, rest_s)
        if seen.frame.at_s >= self._next_keep_s:
            self._next_keep_s = seen.frame.at_s + KEEP_EVERY_S
            keep(self._kept, self._rests)

    def _usual_s(self) -> float:
        """Return how long birds that are well lie still here; while that is not known only the dead are told."""
        if not self._learns:
            return 0.0
        longest_s = self._rests.longest_s()
        return self._dead_s if longest_s is None else longest_s

    def _look_at(self, posture: Classifier, image: Image, at_s: float, tracks: Tracks) -> None:
        high, wide = image.shape[:2]
        chosen = self._suspects.choose(at_s, tracks.ids, tracks.xyxy, tracks.seen, frame_wh=(wide, high))
        if len(chosen):
            boxes = tracks.xyxy[chosen]
            postures = _said(posture, image, boxes, ("standing", "sitting", "lying"))
            unwell = _said(self._appearance, image, boxes, (UNWELL,))[:, 0] if self._appearance else None
            self._suspects.looked(at_s, tracks.ids[chosen], postures, unwell)


def _said(
    classifier: Classifier, image: Image, boxes: NDArray[np.float32], names: tuple[str, ...]
) -> NDArray[np.float32]:
    said = classifier.classify(cut_crops(image, boxes, margin=classifier.card.margin))
    return np.column_stack([said.column(name) for name in names])
