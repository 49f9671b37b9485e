"""Slugs read aloud, as the dashboard reads them: ``house-2`` is House 2 or 2 号鸡舍."""

import re
from typing import Final

from cloud.alerts.delivery.notice import Language

_NOUNS: Final[dict[str, tuple[str, str]]] = {
    "house": ("House", "鸡舍"),
    "farm": ("Farm", "养殖场"),
    "pen": ("Pen", "栏"),
}
_NUMBERED: Final = re.compile(r"([a-z]+)(?:-?(\d+))?")


def spoken(slug: str, language: Language) -> str:
    """Return a house's or farm's name as it is said."""
    found = _NUMBERED.fullmatch(slug)
    noun = _NOUNS.get(found[1]) if found else None
    if found is None or noun is None:
        return slug.replace("-", " ").capitalize()
    name = noun[0] if language == "en" else noun[1]
    if found[2] is None:
        return name
    return f"{name} {found[2]}" if language == "en" else f"{found[2]} 号{name}"
