"""Light side of the room: run a shipped network on a frame. numpy, OpenCV and one inference library; never torch."""

from models.runtime.backends import LIBRARIES, installed
from models.runtime.classified import NOT_SURE, Classified
from models.runtime.classifier import DROPPINGS, POSTURE, Classifier
from models.runtime.closer import Gaze
from models.runtime.crops import cut_crops
from models.runtime.detections import Detections
from models.runtime.detector import SHIPPED, Detector
from models.runtime.tiles import Tiles

__all__ = [
    "DROPPINGS",
    "LIBRARIES",
    "NOT_SURE",
    "POSTURE",
    "SHIPPED",
    "Classified",
    "Classifier",
    "Detections",
    "Detector",
    "Gaze",
    "Tiles",
    "cut_crops",
    "installed",
]
