"""What ``henwise-edge count`` says to a person, in English and Chinese."""

from typing import Literal
from unicodedata import east_asian_width

from contract.messages import Cause
from edge.vision.desk import PathCount

Language = Literal["en", "zh"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "what": "footage",
        "pictures": "pictures",
        "birds": "birds",
        "range": "from - to",
        "confidence": "confidence",
        "saved": "saved",
        "left_out": "not counted",
        "none": "-",
        "network": "counted by {network}",
        "visible": "Birds that can be seen, not birds in the house; docs/counting.md says what the figures mean.",
    },
    "zh": {
        "what": "素材",
        "pictures": "张数",
        "birds": "只数",
        "range": "范围",
        "confidence": "可信度",
        "saved": "已保存",
        "left_out": "未计数",
        "none": "-",
        "network": "由 {network} 计数",
        "visible": "这是画面中看得见的鸡，不是舍内全部的鸡；各数字的含义见 docs/counting.md。",
    },
}

CAUSES: dict[Language, dict[Cause, str]] = {
    "en": {
        "picture_dark": "the picture is too dark",
        "picture_covered": "the lens is covered, dirty or out of focus",
        "other": "no picture that can be read, or more birds than the network may tell",
    },
    "zh": {
        "picture_dark": "画面太暗",
        "picture_covered": "镜头被遮挡、脏污或未对焦",
        "other": "图片无法读取，或鸡只超过网络单次上限",
    },
}


def table(counts: list[PathCount], language: Language) -> str:
    """Lay the counts out as a table with its notes below."""
    words = WORDS[language]
    head = [words[key] for key in ("what", "pictures", "birds", "range", "confidence")]
    rows = [head, *(_row(one, words["none"]) for one in counts)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(head))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    for one in counts:
        lines += _notes(one, language)
    if counts:
        lines += ["", words["network"].format(network=counts[0].network), words["visible"]]
    return "\n".join(lines)


def _row(one: PathCount, none: str) -> list[str]:
    birds = one.birds
    if birds is None:
        return [one.path, str(len(one.pictures)), none, none, none]
    many = len(one.pictures) > 1
    span = f"{birds.low:g} - {birds.high:g}" if many else none
    return [one.path, str(len(one.pictures)), f"{birds.median:g}", span, f"{birds.confidence:.0%}"]


def _notes(one: PathCount, language: Language) -> list[str]:
    words, causes = WORDS[language], CAUSES[language]
    left_out = [(row.name or f"{row.at_s:.1f} s", row.cause) for row in one.pictures if row.cause]
    notes = [f"  {words['left_out']}: {name}: {causes.get(cause, cause)}" for name, cause in left_out[:5]]
    if len(left_out) > len(notes):
        notes.append(f"  … +{len(left_out) - len(notes)}")
    return notes + [f"  {words['saved']}: {path}" for path in one.saved[:3]]


def _line(row: list[str], widths: list[int]) -> str:
    # Names to the left, figures to the right; Chinese characters are two columns wide on a terminal.
    padded = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
    first = row[0] + padded[0]
    return "  ".join([first, *(pad + cell for pad, cell in zip(padded[1:], row[1:], strict=True))])


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
