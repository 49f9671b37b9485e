"""One frame with all that is known of it, and what looks at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from contract.messages import Cause, Event
from edge.camera_config import CameraConfig
from edge.vision.camera import Frame
from edge.vision.position import light_of
from edge.vision.tracking import Tracks
from edge.vision.view import Placed
from models.runtime.detections import Detections


@dataclass(frozen=True, eq=False)
class Seen:
    """One frame, looked at.

    Attributes:
        frame: the picture, and when it was taken.
        fault: why no count can rest on it; empty when it is fit.
        birds: boxes from the network's threshold on, in the frame's pixels; none when the picture has a fault.
        placed: where these birds stand.
        tracks: the birds followed over the frames; None when nobody follows them or the picture has a fault.
    """

    frame: Frame
    fault: Cause
    birds: Detections
    placed: Placed
    tracks: Tracks | None

    @property
    def night(self) -> bool:
        """Say whether the camera sees by infrared light: to the birds it is dark."""
        return light_of(self.frame.image) == "grey"

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the frame, in pixels."""
        return self.frame.image.shape[1], self.frame.image.shape[0]


class Observer(Protocol):
    """Makes events of frames; called in the order of the frames, by one thread."""

    def look(self, config: CameraConfig, frame: Frame) -> Iterable[Event]:
        """Take other marks, which hold from this frame on, and return what was gathered with those before."""
        ...

    def see(self, seen: Seen) -> Iterable[Event]:
        """Take one frame and return what is to be told."""
        ...
