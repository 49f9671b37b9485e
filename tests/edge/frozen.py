"""A real hen made to lie still."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from edge.vision.stillness import StillBirds
from edge.vision.tracking import Tracker
from models.runtime.detections import Detections
from tests.edge.hens import Sequence, iou


def frozen(hens: Sequence, victim: int, from_s: float) -> Sequence:
    """Hold one hen's box from a time on, in all later frames."""
    at_s = (hens.frames - hens.frames.min()) / hens.hz
    hers = hens.ids == victim
    last = np.flatnonzero(hers & (at_s <= from_s))
    box = hens.xyxy[last[-1] if len(last) else np.flatnonzero(hers)[0]]
    kept = ~hers | (at_s <= from_s)
    first_frame = hens.frames.min() + int(from_s * hens.hz) + 1
    frames = np.arange(first_frame, hens.frames.max() + 1)
    columns = (
        np.r_[hens.frames[kept], frames],
        np.r_[hens.ids[kept], np.full(len(frames), victim)],
        np.vstack([hens.xyxy[kept], np.tile(box, (len(frames), 1))]),
    )
    order = np.lexsort((columns[1], columns[0]))
    return replace(hens, frames=columns[0][order], ids=columns[1][order], xyxy=columns[2][order])


def told_frozen(
    hens: Sequence, victim: int, tracker: Tracker, still: StillBirds, found: Iterable[tuple[float, Detections]]
) -> bool:
    """Say whether the hen is among those told at any time."""
    box = hens.xyxy[hens.ids == victim][-1:]
    for at_s, detections in found:
        told = still.update(at_s, tracker.update(at_s, detections))
        if any(iou(box, bird.xyxy[None])[0, 0] > 0.3 for bird in told):
            return True
    return False
