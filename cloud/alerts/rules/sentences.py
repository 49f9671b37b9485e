"""What an alert says, in a neighbour's words, in English and Chinese. Pure."""

from dataclasses import dataclass
from typing import Final

from cloud.alerts.rules.judging import LEVEL_NAMES, Level
from cloud.alerts.rules.names import Language, spoken
from cloud.alerts.rules.table import Rule, Sentences
from contract.quantities import DEVICE

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

LEVEL_WORDS: Final = {
    "en": {"watch": "Keep an eye on it", "warning": "Look soon", "severe": "Act now"},
    "zh": {"watch": "留意", "warning": "尽快查看", "severe": "立即处理"},
}
NO_DATA: Final = {
    "en": "No data since: nobody can say whether it is over.",
    "zh": "之后没有数据，无法判断是否已恢复。",
}
WHOLE_HOUSE: Final = {"en": "The house", "zh": "鸡舍"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What an alert's sentences are about; ``device`` and ``source`` are empty for the house."""

    device: str
    source: str
    value: float | None
    limit: float | None = None
    target: float | None = None
    silent: bool = False


def said(rule: Rule, facts: Facts, language: Language) -> Sentences:
    """Return what is, how bad that is and what to do, filled in."""
    words = rule.en if language == "en" else rule.zh
    what = words.what.format_map(
        {
            "where": _where(facts, language),
            "value": number(facts.value, rule.decimals),
            "drop": number(None if facts.value is None else -facts.value, rule.decimals),
            "limit": number(facts.limit, _decimals(facts.limit, rule.decimals)),
            "target": number(facts.target, 0),
        }
    )
    if facts.silent:
        what = f"{what}{' ' if language == 'en' else ''}{NO_DATA[language]}"
    return words.model_copy(update={"what": what})


def level_word(level: Level, language: Language) -> str:
    """Return how pressing a level is, in two words; empty for none."""
    return LEVEL_WORDS[language].get(LEVEL_NAMES[level], "")


def number(value: float | None, decimals: int) -> str:
    """Write a number as people read it, with a true minus; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) else f"{0:.{decimals}f}"


def _where(facts: Facts, language: Language) -> str:
    slug = facts.device if facts.source == DEVICE else facts.source or facts.device
    return spoken(slug, language) if slug else WHOLE_HOUSE[language]


def _decimals(value: float | None, decimals: int) -> int:
    """A limit like 14.4 ppm keeps its decimal though its values are shown without."""
    return decimals if value is None or round(value, decimals) == value else decimals + 1
