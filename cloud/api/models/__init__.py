"""Everything the API answers with, a file per noun; the dashboard's types are generated from these.

Times are RFC 3339 in UTC. A list holds one row per instrument or camera; what is not known is null, never zero.
"""

from cloud.api.models.base import Answer, Problem
from cloud.api.models.devices import Decision, EnrolledDevice
from cloud.api.models.health import Health
from cloud.api.models.house import ClimateNow, DeviceNow, Flock, HouseName, HouseNow, HousePatch
from cloud.api.models.marks import DrawingNow, DrawnMarks, ViewNow
from cloud.api.models.said import BIRDS_MAX, HandCount, Judgement, VerdictNow
from cloud.api.models.series import SeriesAnswer
from cloud.api.models.session import Credentials, User
from cloud.api.models.vision import CountNow, FindingNow, FindingsNow, HouseCount, PictureNow, RollCallNow, WellnessNow
from cloud.api.models.weight import CurvePoint, WeightDay, WeightHistory, WeightNow

__all__ = [
    "BIRDS_MAX",
    "Answer",
    "ClimateNow",
    "CountNow",
    "Credentials",
    "CurvePoint",
    "Decision",
    "DeviceNow",
    "DrawingNow",
    "DrawnMarks",
    "EnrolledDevice",
    "FindingNow",
    "FindingsNow",
    "Flock",
    "HandCount",
    "Health",
    "HouseCount",
    "HouseName",
    "HouseNow",
    "HousePatch",
    "Judgement",
    "PictureNow",
    "Problem",
    "RollCallNow",
    "SeriesAnswer",
    "User",
    "VerdictNow",
    "ViewNow",
    "WeightDay",
    "WeightHistory",
    "WeightNow",
    "WellnessNow",
]
