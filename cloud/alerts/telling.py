"""Alerts as the API answers with them and as messages say them. Pure."""

from datetime import datetime

from cloud.alerts.replay import Ring
from cloud.alerts.rules.judging import LEVEL_NAMES, Level
from cloud.alerts.rules.names import Language
from cloud.alerts.rules.sentences import Facts, said
from cloud.alerts.rules.table import Rule, rules
from cloud.api.models import AlertHappened, AlertLevel, AlertNow, AlertSaid, RingNow
from cloud.notice import evidence_url
from cloud.store.alert_book import Happened, Raised
from cloud.store.findings import EvidenceKey
from cloud.store.mail import instant
from contract.place import Place

GONE = Rule.model_validate(
    {
        "key": "gone", "group": "devices", "signal": "", "side": "above", "unit": "", "decimals": 1, "range": (0, 0),
        "hysteresis": 0, "hold_min": 0, "source": "", "verified": False,
        "en": {"name": "Alert", "what": "{where}: {value}", "means": "", "todo": ""},
        "zh": {"name": "告警", "what": "{where}：{value}", "means": "", "todo": ""},
    }
)  # fmt: skip
"""Stands in for the rule of an old alert that this version has no more."""


def alert_now(raised: Raised) -> AlertNow:
    """Return an alert as the API answers with it."""
    rule = rules().get(raised.rule, GONE)
    facts = Facts(raised.device, raised.source, raised.value, raised.limit, raised.target, raised.silent)
    return AlertNow(
        alert=raised.alert,
        rule=raised.rule,
        group=rule.group,
        level=level_name(raised.level),
        state=raised.state,
        silent=raised.silent,
        device=raised.device or None,
        source=raised.source or None,
        opened_at=instant(raised.opened_ms),
        changed_at=instant(raised.changed_ms),
        resolved_at=_instant(raised.resolved_ms),
        value=raised.value,
        limit=raised.limit,
        target=raised.target,
        unit=rule.unit,
        en=_said(rule, facts, "en"),
        zh=_said(rule, facts, "zh"),
        acknowledged_by=raised.acknowledged_by,
        acknowledged_at=_instant(raised.acknowledged_ms),
        snoozed_until=_instant(raised.snoozed_until_ms),
        assigned_to=raised.assigned_to,
        finding=raised.finding or None,
        picture=evidence_url(_evidence(raised, raised.finding_ms)) if raised.finding_ms is not None else None,
    )


def happened_now(one: Happened) -> AlertHappened:
    """Return a transition as the API answers with it."""
    return AlertHappened.model_validate(
        {
            "n": one.n, "kind": one.kind, "at": instant(one.at_ms), "noted_at": instant(one.noted_ms),
            "level": level_name(one.level) if one.level else None, "value": one.value, "limit": one.limit,
            "by": one.by or None, "until": _instant(one.until_ms), "to": one.to or None,
        }
    )  # fmt: skip


def ring_now(ring: Ring) -> RingNow:
    """Return an alert that would have been as the API answers with it."""
    device, source = ring.source
    return RingNow(
        rule=ring.rule,
        level=level_name(ring.level),
        device=device or None,
        source=source or None,
        opened_at=instant(ring.opened_ms),
        ended_at=_instant(ring.ended_ms),
        silent=ring.ended_silent,
        value=ring.value,
        limit=ring.limit,
        en=ring_said(ring, "en"),
        zh=ring_said(ring, "zh"),
    )


def ring_said(ring: Ring, language: Language) -> AlertSaid:
    """Return what an alert that would have been says."""
    facts = Facts(*ring.source, ring.value, ring.limit, ring.target, ring.ended_silent)
    return _said(rules()[ring.rule], facts, language)


def level_name(level: Level) -> AlertLevel:
    """Return a level's name; an alert has one, so 0 is read as the least."""
    name = LEVEL_NAMES[max(level, 1)]
    if name == "none":
        raise ValueError(f"{level} is no alert's level")
    return name


def _said(rule: Rule, facts: Facts, language: Language) -> AlertSaid:
    return AlertSaid(**said(rule, facts, language).model_dump())


def _evidence(raised: Raised, at_ms: int) -> EvidenceKey:
    return EvidenceKey(Place(farm=raised.farm, house=raised.house, device=raised.device), raised.finding, at_ms)


def _instant(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else instant(at_ms)
