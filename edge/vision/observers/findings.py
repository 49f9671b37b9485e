"""Findings, made of what was found and the picture it rests on."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from contract.messages import Box, FindingKind, HealthFinding, Reason
from edge.origin import Origin
from edge.vision.evidence import evidence
from edge.vision.keeping import Keeper
from edge.vision.observers.seen import Seen
from edge.vision.picture import boxes_in, small_picture


class Findings:
    """Makes the findings of one camera, and keeps their pictures for the person who will judge them.

    Args:
        origin: who speaks.
        camera: slug of the camera.
        network: what finds the birds.
        keeper: where the pictures are kept.
    """

    def __init__(self, origin: Origin, camera: str, *, network: str, keeper: Keeper) -> None:
        self._origin = origin
        self._camera = camera
        self._network = network
        self._keeper = keeper

    def tell(
        self,
        seen: Seen,
        *,
        kind: FindingKind,
        score: float,
        reasons: Sequence[Reason],
        since_s: float,
        xyxy: NDArray[np.float32] | None,
    ) -> HealthFinding:
        """Make a finding of a frame.

        Args:
            seen: the frame that shows it.
            kind: what it may be.
            score: 0 to 1.
            reasons: why, the strongest first.
            since_s: since when it shows, on the frame's monotonic clock.
            xyxy: (4,) where, in the frame's pixels; None for the whole picture.
        """
        frame = seen.frame
        shown = evidence(frame.image, xyxy, score)
        made = HealthFinding(
            **self._origin.stamp(frame.at),
            camera=self._camera,
            finding=f"f-{secrets.token_hex(8)}",
            kind=kind,
            score=shown.box.score,
            reasons=list(reasons),
            since=frame.at - timedelta(seconds=max(0.0, frame.at_s - since_s)),
            box=shown.box,
            size_wh=shown.size_wh,
            jpeg=shown.jpeg,
        )
        whole = small_picture(frame.image, seen.birds.xyxy, seen.birds.scores)
        self._keeper.finding(made, whole, self._network, _found(xyxy, shown.box.score, seen, whole.size_wh))
        return made


def _found(xyxy: NDArray[np.float32] | None, score: float, seen: Seen, size_wh: tuple[int, int]) -> Box:
    place = np.array([0, 0, *seen.size_wh], np.float32) if xyxy is None else xyxy
    scaled = place[None] * np.float32(size_wh[0] / seen.size_wh[0])
    return boxes_in(scaled, np.array([score], np.float32), size_wh)[0]
