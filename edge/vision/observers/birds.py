"""Followed birds -> findings about single ones: one that lies on its side, is still for long, may be dead."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from contract.messages import HealthFinding
from edge.camera_config import CameraConfig
from edge.vision.camera import Image
from edge.vision.observers.findings import Findings
from edge.vision.observers.seen import Seen
from edge.vision.stillness import StillBirds
from edge.vision.suspects import SuspectConfig, Suspects
from edge.vision.tracking import Tracks
from models.card import ClassifierCard
from models.runtime import Classified, cut_crops


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
        posture: tells standing, sitting, lying.
        tell_still: told with each frame how many birds lie still while the others move.
    """

    def __init__(
        self, config: CameraConfig, *, findings: Findings, posture: Classifier, tell_still: Callable[[int], None]
    ) -> None:
        self._tell = findings.tell
        self._posture = posture
        self._tell_still = tell_still
        wellness = config.wellness
        self._still = StillBirds()
        self._still_s = wellness.still_min * 60
        self._suspects = Suspects(
            SuspectConfig(
                still_s=self._still_s,
                dead_s=wellness.dead_min * 60,
                again_s=wellness.again_min * 60,
                suspect_score=wellness.suspect_score,
            )
        )

    def see(self, seen: Seen) -> Iterator[HealthFinding]:
        """Take one frame."""
        if seen.tracks is None:
            return
        still = self._still.update(seen.frame.at_s, seen.tracks)
        self._tell_still(sum(seen.frame.at_s - one.since_s >= self._still_s for one in still))
        self._look_at(seen.frame.image, seen.frame.at_s, seen.tracks)
        for suspicion in self._suspects.judge(seen.frame.at_s, still):
            yield self._tell(
                seen,
                kind=suspicion.kind,
                score=suspicion.score,
                reasons=suspicion.reasons,
                since_s=suspicion.since_s,
                xyxy=suspicion.xyxy,
            )

    def _look_at(self, image: Image, at_s: float, tracks: Tracks) -> None:
        chosen = self._suspects.choose(at_s, tracks.ids, tracks.xyxy, tracks.seen)
        if len(chosen):
            crops = cut_crops(image, tracks.xyxy[chosen], margin=self._posture.card.margin)
            said = self._posture.classify(crops)
            columns = [said.column(name) for name in ("standing", "sitting", "lying")]
            self._suspects.looked(at_s, tracks.ids[chosen], np.column_stack(columns), None)
