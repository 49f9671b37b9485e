"""Everything the API answers with, a file per noun; the dashboard's types are generated from these.

Times are RFC 3339 in UTC. A list holds one row per instrument or camera; what is not known is null, never zero.
"""

from cloud.api.models.alerts import (
    AlertHappened,
    AlertHistory,
    AlertLevel,
    AlertNow,
    AlertPage,
    AlertSaid,
    Assignment,
    ReplayAnswer,
    ReplayAsked,
    RingNow,
    RuleNow,
    SettingsChange,
    Snooze,
    StepsNow,
    Thresholds,
)
from cloud.api.models.base import Answer, Problem
from cloud.api.models.health import Health
from cloud.api.models.house import ClimateNow, DeviceNow, Flock, HouseName, HouseNow, HousePatch
from cloud.api.models.marks import DrawingNow, DrawnMarks, ViewNow
from cloud.api.models.said import BIRDS_MAX, HandCount, Judgement, VerdictNow
from cloud.api.models.series import SeriesAnswer
from cloud.api.models.session import Credentials, User
from cloud.api.models.vision import CountNow, FindingNow, FindingsNow, HouseCount, PictureNow, RollCallNow, WellnessNow
from cloud.api.models.weight import (
    WEIGHED_BIRDS_LEAST,
    WEIGHED_BIRDS_MOST,
    WEIGHED_GRAMS_LEAST,
    WEIGHED_GRAMS_MOST,
    CurvePoint,
    FlockWeight,
    HandWeighed,
    HandWeighing,
    WeightDay,
    WeightHistory,
    WeightNow,
)

__all__ = [
    "BIRDS_MAX",
    "WEIGHED_BIRDS_LEAST",
    "WEIGHED_BIRDS_MOST",
    "WEIGHED_GRAMS_LEAST",
    "WEIGHED_GRAMS_MOST",
    "AlertHappened",
    "AlertHistory",
    "AlertLevel",
    "AlertNow",
    "AlertPage",
    "AlertSaid",
    "Answer",
    "Assignment",
    "ClimateNow",
    "CountNow",
    "Credentials",
    "CurvePoint",
    "DeviceNow",
    "DrawingNow",
    "DrawnMarks",
    "FindingNow",
    "FindingsNow",
    "Flock",
    "FlockWeight",
    "HandCount",
    "HandWeighed",
    "HandWeighing",
    "Health",
    "HouseCount",
    "HouseName",
    "HouseNow",
    "HousePatch",
    "Judgement",
    "PictureNow",
    "Problem",
    "ReplayAnswer",
    "ReplayAsked",
    "RingNow",
    "RollCallNow",
    "RuleNow",
    "SeriesAnswer",
    "SettingsChange",
    "Snooze",
    "StepsNow",
    "Thresholds",
    "User",
    "VerdictNow",
    "ViewNow",
    "WeightDay",
    "WeightHistory",
    "WeightNow",
    "WellnessNow",
]
