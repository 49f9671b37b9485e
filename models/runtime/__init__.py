"""Light side of the room: run a shipped network on a frame. numpy, OpenCV and one inference library; never torch."""

from models.runtime.detections import Detections
from models.runtime.detector import SHIPPED, Detector

__all__ = ["SHIPPED", "Detections", "Detector"]
