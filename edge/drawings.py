"""A drawing from the page: checked as edge.toml is and against the camera's picture, kept, applied, answered."""

from datetime import datetime
from typing import Protocol

from contract.messages import Drawing
from edge.answering import Answer, Answers
from edge.camera_config import CameraConfig
from edge.config import EdgeConfig
from edge.errors import BadMarks
from edge.marks import DrawnMarks
from edge.origin import Origin
from edge.outbox import Outbox

SHAPE_TOLERANCE = 0.02
"""Width by height of two pictures of one camera differ by less: a small picture's sides are whole pixels."""


class Cameras(Protocol):
    """The running cameras; ``edge.vision.composition.Cameras`` is one."""

    def frame_wh(self, camera: str) -> tuple[int, int] | None:
        """Return width and height of a camera's frames, in pixels; None before the first."""
        ...

    def moved_since(self, camera: str) -> datetime | None:
        """Return since when a camera looks elsewhere than it used to; None when it does not."""
        ...

    def look(self, config: EdgeConfig, camera: str) -> bool:
        """Count with the marks of another configuration from the next frame on.

        Returns:
            True when counts by hand were made on another floor and hold no longer.
        """
        ...


class Drawings:
    """Handles drawings; hand ``take`` to the publisher.

    Args:
        origin: who we are.
        outbox: where the answers go.
        marks: what was drawn so far.
        cameras: the running ones; None on a device without.
    """

    def __init__(self, origin: Origin, outbox: Outbox, marks: DrawnMarks, cameras: Cameras | None) -> None:
        self._answers = Answers(origin, outbox)
        self._marks = marks
        self._cameras = cameras

    def take(self, drawing: Drawing) -> None:
        """Count with a drawing, if it can be, and put the answer into the outbox."""
        self._answers.give(drawing.drawing, f"drawing for {drawing.camera}", lambda: self._handle(drawing))

    def _handle(self, drawing: Drawing) -> Answer:
        if self._marks.holds(drawing):
            return Answer(done=True, detail="it holds already")
        try:
            turned = self._turned(drawing) if drawing.marks is not None else False
            camera, kept = self._marks.checked(drawing, turned=turned)
            if drawing.marks is not None:
                self._same_shape(drawing)
            config = self._marks.keep(camera, kept)
        except BadMarks as error:
            return Answer(done=False, detail=str(error), code=error.code)
        except OSError as error:
            problem = f"it can't be kept: {error.strerror or error}; make room on the disk or check it"
            return Answer(done=False, detail=problem, code="disk_refuses")
        return self._applied(config, camera)

    def _applied(self, config: EdgeConfig, camera: CameraConfig) -> Answer:
        lost = self._cameras is not None and self._cameras.look(config, camera.slug)
        told = f"{camera.slug} counts with it from now on"
        if lost:
            told += "; its counts by hand were made on another floor and hold no longer: count once more"
        return Answer(done=True, detail=told, code="counts_by_hand_lost" if lost else "")

    def _turned(self, drawing: Drawing) -> bool:
        moved_at = self._cameras.moved_since(drawing.camera) if self._cameras else None
        if moved_at is not None and drawing.picture_at < moved_at:
            told = f"the camera was turned at {moved_at:%Y-%m-%d %H:%M} UTC, after that picture was taken"
            raise BadMarks("camera_moved", f"{told}: draw on a newer picture")
        return moved_at is not None

    def _same_shape(self, drawing: Drawing) -> None:
        frame_wh = self._cameras.frame_wh(drawing.camera) if self._cameras else None
        if frame_wh is None:
            return
        shape, drawn = frame_wh[0] / frame_wh[1], drawing.size_wh[0] / drawing.size_wh[1]
        if abs(drawn / shape - 1) > SHAPE_TOLERANCE:
            sizes = f"{drawing.size_wh[0]} x {drawing.size_wh[1]}, its frames are {frame_wh[0]} x {frame_wh[1]}"
            raise BadMarks("other_picture", f"the picture drawn on was {sizes}: draw on a newer picture")
