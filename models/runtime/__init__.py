"""Light side of the room: run a shipped network on a frame. numpy, OpenCV and one inference library; never torch."""

from models.runtime.backends import LIBRARIES, installed
from models.runtime.detections import Detections
from models.runtime.detector import SHIPPED, Detector
from models.runtime.tiles import Tiles

__all__ = ["LIBRARIES", "SHIPPED", "Detections", "Detector", "Tiles", "installed"]
