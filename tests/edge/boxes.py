"""Detections and tracks as tests write them down."""

import numpy as np

from edge.vision.tracking import Tracks
from models.runtime.detections import Detections


def boxes(*centres: tuple[float, float], size: float = 40, score: float = 0.8) -> Detections:
    """Give square boxes of ``size`` px around these centres."""
    places = np.array(centres, np.float32).reshape(-1, 2)
    half = np.float32(size / 2)
    xyxy = np.hstack([places - half, places + half])
    return Detections(xyxy, np.full(len(places), score, np.float32), np.zeros(len(places), np.int64))


def tracks(
    at_s: float, birds: dict[int, tuple[float, float]], *, size: float = 40, unseen: frozenset[int] = frozenset()
) -> Tracks:
    """Give birds, id to centre, as a Tracker tells them."""
    ids = np.array(sorted(birds), np.int64)
    found = boxes(*(birds[n] for n in ids.tolist()), size=size)
    seen = np.array([n not in unseen for n in ids.tolist()], bool)
    return Tracks(
        at_s=at_s, ids=ids, xyxy=found.xyxy, scores=found.scores, seen=seen,
        unseen_s=np.where(seen, 0.0, 1.0), first_seen_s=np.zeros(len(ids)),
    )  # fmt: skip
