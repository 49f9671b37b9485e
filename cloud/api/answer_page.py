"""The small pages behind links in messages: plain HTML, for they open in messengers' own browsers too."""

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final

from cloud.alerts.delivery.links import Deed
from cloud.alerts.delivery.phrases import PHRASES
from cloud.api.language import Language

_PAGE: Final = Template("""<!doctype html>
<html lang="$lang"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/answer.css"><title>Henwise 慧养鸡</title></head>
<body><main>$content</main></body></html>
""")

_VOID: Final[Mapping[Language, str]] = {
    "en": "This link no longer works. Open Henwise to see your alerts.",
    "zh": "此链接已失效。请打开慧养鸡查看告警。",
}
_OPEN: Final[Mapping[Language, str]] = {"en": "Open Henwise", "zh": "打开慧养鸡"}


def asking(deed: Deed, subject: str, language: Language) -> str:
    """Return the page that asks; its one button sends the answer to the page's own address."""
    phrases = PHRASES[language]
    label = phrases.acknowledge if deed == "acknowledge" else phrases.snooze
    return _page(language, f'<h1>{escape(subject)}</h1><form method="post"><button>{escape(label)}</button></form>')


def answered(deed: Deed, page: str, language: Language) -> str:
    """Return the page that says what was done."""
    phrases = PHRASES[language]
    done = phrases.acknowledged if deed == "acknowledge" else phrases.snoozed
    return _page(language, f"<h1>{escape(done)}</h1>{_link(page, language)}")


def void(language: Language) -> str:
    """Return the page of a link that is over."""
    return _page(language, f"<h1>{escape(_VOID[language])}</h1>{_link('/', language)}")


def _link(page: str, language: Language) -> str:
    return f'<p><a href="{escape(page)}">{escape(_OPEN[language])}</a></p>'


def _page(language: Language, content: str) -> str:
    return _PAGE.substitute(lang="zh-CN" if language == "zh" else "en", content=content)
