"""Light side of the room: run a shipped network on a frame. numpy, OpenCV and one inference library; never torch."""

from models.runtime.classified import NOT_SURE, Classified
from models.runtime.classifier import DROPPINGS, POSTURE, Classifier
from models.runtime.crops import cut_crops
from models.runtime.detections import Detections
from models.runtime.detector import SHIPPED, Detector

__all__ = [
    "DROPPINGS",
    "NOT_SURE",
    "POSTURE",
    "SHIPPED",
    "Classified",
    "Classifier",
    "Detections",
    "Detector",
    "cut_crops",
]
