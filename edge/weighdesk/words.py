"""What `henwise-edge weigh` says to a person, in English and Chinese."""

from datetime import date
from typing import Literal
from unicodedata import east_asian_width

from contract.statistics import DayOfWeights
from edge.weighdesk.replay import Replayed, WeighedDay, crate_mean
from edge.weighing import Refusal

Language = Literal["en", "zh"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "t": "t, s",
        "grams": "g",
        "spread": "span, g",
        "settled": "settled, s",
        "day": "day",
        "n": "weighings",
        "birds": "birds",
        "mean": "mean, g",
        "interval": "95 % interval",
        "median": "median",
        "cv": "CV, %",
        "uniform": "uniformity, %",
        "gain": "gain, g/day",
        "corrected": "flock, g",
        "gross": "gross, g",
        "tare": "tare, g",
        "each": "g a bird",
        "miscounted": "miscounted?",
        "none": "no bird was weighed in {samples} samples",
        "refused": "refused: {why}",
        "corrected_by": "{day}: the flock weighs {low:.0f} to {high:.0f} g, by the scale's last days and {n} weighings "
        "by hand: corrected by {away:+.1f} % for heavy birds that stay away from the scale (docs/weighing.md)",
        "groups": "{day}: two groups, likely hens and cocks: {low:.0f} g ({low_share:.0%}) and {high:.0f} g",
        "flock": "{day}: about {share:.0f} % of the flock were on the scale",
        "crates": "{n} crates, {birds} birds: {mean:.0f} g a bird{interval}",
    },
    "zh": {
        "t": "时间（秒）",
        "grams": "克",
        "spread": "波动（克）",
        "settled": "稳定（秒）",
        "day": "日期",
        "n": "称重次数",
        "birds": "只数",
        "mean": "均重（克）",
        "interval": "95% 区间",
        "median": "中位数",
        "cv": "变异系数 %",
        "uniform": "均匀度 %",
        "gain": "日增重（克）",
        "corrected": "全群（克）",
        "gross": "毛重（克）",
        "tare": "皮重（克）",
        "each": "每只（克）",
        "miscounted": "数错？",
        "none": "{samples} 个读数中没有称到鸡",
        "refused": "未采用：{why}",
        "corrected_by": "{day}：全群均重 {low:.0f} - {high:.0f} 克，依据近几日的秤和 {n} 次人工称重：重的鸡较少上秤，"
        "校正 {away:+.1f}%（docs/weighing.md）",
        "groups": "{day}：分成两群，可能是母鸡与公鸡：{low:.0f} 克（{low_share:.0%}）和 {high:.0f} 克",
        "flock": "{day}：约有全群 {share:.0f}% 的鸡上过秤",
        "crates": "{n} 筐，{birds} 只：每只 {mean:.0f} 克{interval}",
    },
}

REFUSALS: dict[Language, dict[Refusal, str]] = {
    "en": {"too_light": "too light", "too_heavy": "too heavy (two at once?)", "doubtful": "came and went don't agree"},
    "zh": {"too_light": "过轻", "too_heavy": "过重（两只同时？）", "doubtful": "上下秤重量不一致"},
}

NOTHING = "-"


def told(replayed: Replayed, language: Language) -> str:
    """Lay out each weighing, then each day, then what else is to be said."""
    words = WORDS[language]
    if replayed.crates:
        return _crates(replayed, words)
    if not replayed.weighings:
        return "\n".join([words["none"].format(samples=replayed.samples), *_refused(replayed, language)])
    each = [
        [f"{one.at_s:.1f}", f"{one.grams:.0f}", f"{one.spread_grams:.0f}", f"{one.settled_s:.1f}"]
        for one in replayed.weighings
    ]
    heads = [words[key] for key in ("t", "grams", "spread", "settled")]
    days = [_day_row(day) for day in replayed.days]
    day_heads = ("day", "n", "birds", "mean", "interval", "median", "cv", "uniform", "gain", "corrected")
    notes = [note for day in replayed.days for note in _notes(day, words)]
    tables = [*_table([heads, *each]), "", *_table([[words[key] for key in day_heads], *days])]
    return "\n".join([*tables, "", *notes, *_refused(replayed, language)]).rstrip()


def _day_row(day: WeighedDay) -> list[str]:
    weights = day.weights
    spread = weights.spread
    return [
        str(day.day),
        str(weights.n),
        str(weights.birds),
        f"{spread.mean:.0f}",
        _interval(weights) or NOTHING,
        f"{weights.median:.0f}",
        _number(spread.cv_percent),
        _number(weights.uniformity_percent),
        _number(weights.gain),
        f"{day.flock.grams:.0f}" if day.flock else NOTHING,
    ]


def _notes(day: WeighedDay, words: dict[str, str]) -> list[str]:
    notes, name = [], str(day.day) if isinstance(day.day, date) else f"{words['day']} {day.day}"
    flock, groups = day.flock, day.weights.groups
    if flock:
        low, high = flock.interval
        corrected = words["corrected_by"]
        notes.append(corrected.format(day=name, low=low, high=high, away=flock.away_percent, n=flock.hand_weighings))
    if groups:
        lighter, heavier = groups.lighter, groups.heavier
        notes.append(words["groups"].format(day=name, low=lighter.mean, low_share=lighter.share, high=heavier.mean))
    if day.weights.flock_percent is not None:
        notes.append(words["flock"].format(day=name, share=day.weights.flock_percent))
    return notes


def _refused(replayed: Replayed, language: Language) -> list[str]:
    why = ", ".join(f"{count} {REFUSALS[language][reason]}" for reason, count in replayed.refused.items() if count)
    return [WORDS[language]["refused"].format(why=why)] if why else []


def _crates(replayed: Replayed, words: dict[str, str]) -> str:
    heads = [words[key] for key in ("t", "gross", "tare", "birds", "each", "miscounted")]
    rows = [
        [
            f"{crate.at_s:.1f}",
            f"{crate.gross_grams:.0f}",
            f"{crate.tare_grams:.0f}",
            str(crate.birds),
            f"{crate.mean_grams:.0f}",
            "?" if crate.miscounted else "",
        ]
        for crate in replayed.crates
    ]
    weights = crate_mean(replayed.crates)
    lines = [*_table([heads, *rows]), ""]
    if weights:
        counted = [crate for crate in replayed.crates if not crate.miscounted]
        interval = _interval(weights)
        lines.append(
            words["crates"].format(
                n=len(counted),
                birds=sum(crate.birds for crate in counted),
                mean=weights.spread.mean,
                interval=f" ({interval})" if interval else "",
            )
        )
    return "\n".join(lines)


def _interval(weights: DayOfWeights) -> str:
    interval = weights.spread.interval
    return f"{interval[0]:.0f} - {interval[1]:.0f}" if interval else ""


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f}"


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(" " * (width - _width(cell)) + cell for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
