"""An example of everything that can be sent to the API, for its document; a test holds each to its schema."""

from typing import Any, Final

_DAY: Final = "2026-11-22"
_TOLD: Final = {"day": _DAY, "at": "2026-11-22T18:05:00.000Z"}

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "Acceptance": {"token": "from-the-link", "name": "Mei", "password": "a long sentence of mine"},
    "Assignment": {"to": "Li Wei"},
    "ClosedTold": {**_TOLD, "kind": "closed", "note": "Litter out on Monday."},
    "Credentials": {"name": "mei", "password": "a long sentence of mine"},
    "CullsTold": {**_TOLD, "kind": "culls", "birds": 2, "cause": "lame"},
    "Decision": {"state": "approved"},
    "DrawnMarks": {
        "marks": {"floor": [[0.05, 0.2], [0.95, 0.2], [0.95, 1.0], [0.05, 1.0]]},
        "picture_at": "2026-11-22T10:00:00.000Z",
        "size_wh": [1920, 1080],
        "device": "pi-1",
    },
    "Escalating": {"severe_minutes": 10, "warning_minutes": 60, "cap_per_hour": 6, "order": ["Mei", "Li Wei"]},
    "FarmText": {"name": "山丘农场", "time_zone": "Asia/Shanghai"},
    "FeedDeliveredTold": {**_TOLD, "kind": "feed-delivered", "kilograms": 4000, "name": "Grower 2"},
    "FeedEatenTold": {**_TOLD, "kind": "feed-eaten", "kilograms": 58.5},
    "Floor": {"floor_m2": 320},
    "HandCount": {"birds": 212, "about_at": "2026-11-22T10:00:00.000Z"},
    "HandWeighing": {"day": _DAY, "grams": 1480, "birds": 60},
    "HarvestedTold": {**_TOLD, "kind": "harvested", "birds": 460, "kilograms": 1012.5, "note": "Market hall"},
    "HouseSettings": {"standard": "china", "rules": {"ammonia": {"watch": 10, "warning": 15, "severe": 25}}},
    "HouseText": {"name": "2号舍"},
    "InvitationToken": {"token": "from-the-link"},
    "Judgement": {"answer": "false_alarm"},
    "Leaving": {"invitation": None},
    "MedicationTold": {
        **_TOLD,
        "kind": "medication",
        "name": "Amoxicillin",
        "dose": "20 mg/kg in the water",
        "until": "2026-11-26",
        "withdrawal_days": 7,
    },
    "MortalityTold": {**_TOLD, "kind": "mortality", "birds": 1},
    "NewChannel": {"address": "barks://api.day.app/DEVICE-KEY", "label": "Bark on my phone", "language": "zh"},
    "NewFarm": {"farm": "hillside", "name": "山丘农场", "time_zone": "Asia/Shanghai"},
    "NewInvitation": {"role": "farmer", "farm": "hillside", "days": 7},
    "NewPush": {
        "endpoint": "https://push.example/send/abc",
        "keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22},
        "label": "Chrome, Android",
    },
    "NewToken": {"name": "feed mill", "rights": ["read", "export"], "farms": ["hillside"], "days": 365},
    "NoteTold": {**_TOLD, "kind": "note", "note": "The drinker line in the north corner drips."},
    "Notifying": {
        "from_level": "warning",
        "quiet": {"begins": "22:00", "ends": "05:00"},
        "digest_at": "20:00",
    },
    "OwnWishes": {"language": "zh"},
    "PasswordChange": {"old": "a long sentence of mine", "new": "another long sentence"},
    "Placing": {
        "breed": "ross-308",
        "sex": "mixed",
        "hatchery": "Qingyuan hatchery",
        "placed_on": "2026-11-01",
        "placed_birds": 480,
        "dead_on_arrival": 2,
    },
    "Posts": {"posts": [{"role": "agronomist", "farm": None}]},
    "ReplayAsked": {"days": 30},
    "Snooze": {"until": "2026-11-22T20:00:00.000Z"},
    "ThinnedTold": {**_TOLD, "kind": "thinned", "birds": 60, "kilograms": 96},
    "TransferredTold": {**_TOLD, "kind": "transferred", "birds": 100, "to_house": "house-3"},
    "VaccinationTold": {**_TOLD, "kind": "vaccination", "name": "Newcastle La Sota", "route": "drinking water"},
    "WaterTold": {**_TOLD, "kind": "water", "litres": 105},
    "HouseName": {"farm": "hillside", "house": "house-2", "name": "2号舍"},
    "Problem": {
        "type": "about:blank",
        "title": "There is no such house.",
        "status": 404,
        "detail": "There is no house hillside/house-9.",
        "code": "no_such_house",
    },
}
"""Name of the schema -> an example."""
