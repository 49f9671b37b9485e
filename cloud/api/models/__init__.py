"""Everything the API answers with, a file per noun; the dashboard's types are generated from these.

Times are RFC 3339 in UTC. A list holds one row per instrument or camera; what is not known is null, never zero.
"""

from cloud.api.models.base import Answer, Problem
from cloud.api.models.health import Health
from cloud.api.models.house import ClimateNow, DeviceNow, Flock, HouseName, HouseNow, HousePatch
from cloud.api.models.marks import DrawingNow, DrawnMarks, ViewNow
from cloud.api.models.people import (
    Acceptance,
    AuditPage,
    AuditRow,
    FarmNow,
    FarmText,
    HouseText,
    InvitationMade,
    InvitationNow,
    InvitationSeen,
    InvitationToken,
    NewFarm,
    NewInvitation,
    NewToken,
    PersonNow,
    Post,
    Posts,
    TokenMade,
    TokenNow,
)
from cloud.api.models.said import BIRDS_MAX, HandCount, Judgement, VerdictNow
from cloud.api.models.series import SeriesAnswer
from cloud.api.models.session import BelongsTo, Credentials, OwnWishes, PasswordChange, SessionNow, User, WaysIn
from cloud.api.models.vision import CountNow, FindingNow, FindingsNow, HouseCount, PictureNow, RollCallNow, WellnessNow
from cloud.api.models.weight import CurvePoint, WeightDay, WeightHistory, WeightNow

__all__ = [
    "BIRDS_MAX",
    "Acceptance",
    "Answer",
    "AuditPage",
    "AuditRow",
    "BelongsTo",
    "ClimateNow",
    "CountNow",
    "Credentials",
    "CurvePoint",
    "DeviceNow",
    "DrawingNow",
    "DrawnMarks",
    "FarmNow",
    "FarmText",
    "FindingNow",
    "FindingsNow",
    "Flock",
    "HandCount",
    "Health",
    "HouseCount",
    "HouseName",
    "HouseNow",
    "HousePatch",
    "HouseText",
    "InvitationMade",
    "InvitationNow",
    "InvitationSeen",
    "InvitationToken",
    "Judgement",
    "NewFarm",
    "NewInvitation",
    "NewToken",
    "OwnWishes",
    "PasswordChange",
    "PersonNow",
    "PictureNow",
    "Post",
    "Posts",
    "Problem",
    "RollCallNow",
    "SeriesAnswer",
    "SessionNow",
    "TokenMade",
    "TokenNow",
    "User",
    "VerdictNow",
    "ViewNow",
    "WaysIn",
    "WeightDay",
    "WeightHistory",
    "WeightNow",
    "WellnessNow",
]
