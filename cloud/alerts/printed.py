"""A replay on a desk: as a table for people, as JSON for programs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from cloud.alerts.replay import Replayed, Ring
from cloud.alerts.rules.names import Language
from cloud.alerts.rules.sentences import LANGUAGES, level_word
from cloud.alerts.telling import level_name, ring_said
from cloud.store.mail import instant
from contract.messages import rfc3339


def document(played: Replayed) -> dict[str, object]:
    """Return a replay as a JSON document."""
    return {"rings": [_ring(ring) for ring in played.rings], "told": len(played.told_ms)}


def _ring(ring: Ring) -> dict[str, object]:
    device, source = ring.source
    times = {"opened_at": ring.opened_ms, "ended_at": ring.ended_ms}
    return {
        "rule": ring.rule, "level": level_name(ring.level), "device": device or None, "source": source or None,
        **{name: None if at_ms is None else rfc3339(instant(at_ms)) for name, at_ms in times.items()},
        "silent": ring.ended_silent, "value": ring.value, "limit": ring.limit,
        **{language: ring_said(ring, language).model_dump() for language in LANGUAGES},
    }  # fmt: skip


def show(played: Replayed, zone: ZoneInfo, language: Language, days: float) -> None:
    """Print a replay of so many days as a table."""
    table = Table(*_HEADS[language])
    for ring in played.rings:
        table.add_row(*_row(ring, zone, language))
    console = Console()
    console.print(table)
    rate = len(played.told_ms) / max(days, 1)
    console.print(_SUMS[language].format(rings=len(played.rings), told=len(played.told_ms), days=days, rate=rate))


_HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("from", "until", "level", "what"),
    "zh": ("开始", "结束", "级别", "内容"),
}
_SUMS: dict[Language, str] = {
    "en": "{rings} alerts in {days:.1f} days; somebody would have been told {told} times, {rate:.1f} a day.",
    "zh": "{days:.1f} 天内告警 {rings} 次，共通知 {told} 次，平均每天 {rate:.1f} 次。",
}


def _row(ring: Ring, zone: ZoneInfo, language: Language) -> tuple[str, ...]:
    said = ring_said(ring, language)
    until = "" if ring.ended_ms is None else _moment(ring.ended_ms, zone)
    gap = ": " if language == "en" else "："
    return _moment(ring.opened_ms, zone), until, level_word(ring.level, language), f"{said.name}{gap}{said.what}"


def _moment(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M")
