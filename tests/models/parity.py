"""What "the same birds" means between two back ends: the tolerance that docs/inference.md states."""

import cv2
import numpy as np

from edge.camera_config import SHIPPED_CLIP
from models.runtime import Detections
from models.training.measure.metrics import overlap

IOU = 0.98
SCORE = 0.01
EDGE = 0.01
"""A bird this near to the threshold may be seen by one and not by the other."""


def clip_frames(every: int) -> list[np.ndarray]:
    """Read every n-th frame of the shipped clip."""
    video, frames = cv2.VideoCapture(str(SHIPPED_CLIP)), []
    while video.grab():
        if int(video.get(cv2.CAP_PROP_POS_FRAMES) - 1) % every == 0:
            frames.append(video.retrieve()[1])
    return frames


def assert_same_birds(one: Detections, other: Detections, threshold: float = 0.25) -> None:
    """Hold each bird of one against the other's, both ways round; birds within EDGE of the threshold are free."""
    assert len(one)
    for these, those in ((one, other), (other, one)):
        iou = overlap(these.xyxy, those.xyxy)
        best = iou.argmax(axis=1)
        sure = these.scores > threshold + EDGE
        assert (iou.max(axis=1)[sure] > IOU).all()
        assert np.abs(these.scores - those.scores[best])[sure].max() < SCORE
