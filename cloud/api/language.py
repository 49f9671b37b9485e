"""The language a person reads, as their program says it."""

from typing import Final, Literal, get_args

from starlette.datastructures import Headers

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


def language_of(headers: Headers) -> Language:
    """Return the first of our languages that ``Accept-Language`` (RFC 9110, 12.5.4) asks for; English without one."""
    wishes = [_wish(part) for part in headers.get("accept-language", "").split(",")]
    for name, weight in sorted(wishes, key=lambda wish: -wish[1]):
        for language in LANGUAGES:
            if weight > 0 and name.split("-")[0] == language:
                return language
    return "en"


def _wish(part: str) -> tuple[str, float]:
    name, _, parameter = part.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        weight = 0.0
    return name.strip().lower(), weight
