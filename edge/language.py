"""What the device says to a person, in English and Chinese; and which of the two somebody at a terminal reads."""

import os
from collections.abc import Mapping
from typing import Literal, Self

Language = Literal["en", "zh"]


class Said(str):
    """A sentence: it is its English, and knows its Chinese."""

    __slots__ = ("zh",)

    zh: str

    def __new__(cls, en: str, zh: str = "") -> Self:
        """Return the sentence; without Chinese, a technical one, it reads the same in both."""
        said = super().__new__(cls, en)
        said.zh = zh or en
        return said

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # copies keep the Chinese
        """Return what a copy is made of."""
        return str(self), self.zh


def in_language(text: str, language: Language) -> str:
    """Return a sentence in a language; a plain text has only one."""
    return text.zh if language == "zh" and isinstance(text, Said) else str(text)


def spoken(environment: Mapping[str, str] | None = None) -> Language:
    """Return the language of whoever sits at the terminal, as LC_ALL, LC_MESSAGES or LANG says (locale(7))."""
    known = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if known.get(name):
            return "zh" if known[name].startswith("zh") else "en"
    return "en"


def say(text: str) -> str:
    """Return a sentence in the language of whoever sits at the terminal."""
    return in_language(text, spoken())
