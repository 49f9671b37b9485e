"""A message and the page call a thing the same."""

import re
from pathlib import Path

import pytest

import cloud
from cloud.alerts.rules.names import NOUNS, Language, spoken

WORDS = Path(cloud.__file__).parent / "dashboard" / "src" / "words"


def page_nouns(language: Language) -> dict[str, str]:
    """Return the nouns of the dashboard's file of words."""
    block = re.search(r"\n  nouns: \{\n(.*?)\n  \},", (WORDS / f"{language}.ts").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return dict(re.findall(r'^    (\w+): "([^"]*)",$', block[1], re.MULTILINE))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_messages_name_things_as_the_page_does(language: Language):
    assert page_nouns(language) == NOUNS[language]


@pytest.mark.parametrize(
    ("slug", "en", "zh"),
    [
        ("scale-1", "Scale 1", "1 号电子秤"),
        ("gate", "Gate", "出入口"),
        ("camera12", "Camera 12", "12 号摄像头"),
        ("north-wall", "North wall", "North wall"),
    ],
)
def test_a_number_stands_where_each_language_has_it(slug: str, en: str, zh: str):
    assert (spoken(slug, "en"), spoken(slug, "zh")) == (en, zh)
