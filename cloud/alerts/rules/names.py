"""Names that machines write, read aloud: ``scale-1`` is Scale 1 or 1 号电子秤. Pure.

The words are the dashboard's (``words/en.ts``, ``words/zh.ts``); a test holds the two together.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["en", "zh"]

NOUNS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "house": "House", "farm": "Farm", "scale": "Scale", "camera": "Camera", "thermometer": "Thermometer",
        "climate": "Climate sensor", "gate": "Gate", "edge": "Edge device", "device": "Device", "pen": "Pen",
        "feeder": "Feeder", "drinker": "Drinker", "resting": "Resting area",
    },
    "zh": {
        "house": "鸡舍", "farm": "养殖场", "scale": "电子秤", "camera": "摄像头", "thermometer": "温度计",
        "climate": "温湿度传感器", "gate": "出入口", "edge": "边缘设备", "device": "设备", "pen": "栏",
        "feeder": "料盘", "drinker": "饮水器", "resting": "休息区",
    },
}  # fmt: skip

_NUMBERED = re.compile(r"([a-z]+)(?:-?(\d+))?")


def spoken(slug: str, language: Language) -> str:
    """Return a slug as a person says it."""
    found = _NUMBERED.fullmatch(slug)
    noun = NOUNS[language].get(found[1]) if found else None
    if found is None or noun is None:
        plain = slug.replace("-", " ")
        return plain[:1].upper() + plain[1:]
    if found[2] is None:
        return noun
    return f"{noun} {found[2]}" if language == "en" else f"{found[2]} 号{noun}"
