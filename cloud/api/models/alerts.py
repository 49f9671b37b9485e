"""Alerts and the limits they rest on."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cloud.alerts.rules.settings import HouseSettings, OwnLimits
from cloud.alerts.rules.table import Group, Standard
from cloud.api.models.base import Answer
from contract.messages import UtcTime

AlertLevel = Literal["watch", "warning", "severe"]
TransitionKind = Literal[
    "opened", "worsened", "eased", "no_data", "data_back", "resolved",
    "acknowledged", "snoozed", "unsnoozed", "assigned",
]  # fmt: skip


class AlertSaid(Answer):
    """What an alert says in one language."""

    name: str
    what: str = Field(description="what is, with its numbers")
    means: str = Field(description="how bad that is")
    todo: str = Field(description="what to do now")


class AlertNow(Answer):
    """One alert."""

    alert: str
    rule: str
    group: Group
    level: AlertLevel = Field(description="as it is now; of a resolved one, as it last was")
    state: Literal["open", "resolved"]
    silent: bool = Field(description="no value came for too long: nobody can say whether it is over")
    device: str | None
    source: str | None = Field(description="instrument or camera; null for a whole device or house")
    opened_at: UtcTime
    changed_at: UtcTime
    resolved_at: UtcTime | None
    value: float | None
    limit: float | None = Field(description="of its level")
    target: float | None = Field(description="what the birds want at their age, where the rule has one")
    unit: str
    en: AlertSaid
    zh: AlertSaid
    acknowledged_by: str | None
    acknowledged_at: UtcTime | None
    snoozed_until: UtcTime | None
    assigned_to: str | None
    finding: str | None = Field(description="the newest finding it rests on")
    picture: str | None = Field(description="address of that finding's picture")


class AlertHappened(Answer):
    """One thing that happened to an alert."""

    n: int
    kind: TransitionKind
    at: UtcTime = Field(description="by the data")
    noted_at: UtcTime = Field(description="when it was written down")
    level: AlertLevel | None
    value: float | None
    limit: float | None
    by: str | None = Field(description="null: the rules")
    until: UtcTime | None
    to: str | None


class AlertHistory(Answer):
    """One alert and all that happened to it, oldest first."""

    alert: AlertNow
    happened: list[AlertHappened]


class AlertPage(Answer):
    """Some alerts, the newest first."""

    alerts: list[AlertNow]
    next: str | None = Field(description="hand this in as cursor for the next page; null: this is the last")


class Snooze(BaseModel):
    """How long an alert is put off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    until: AwareDatetime = Field(description="at most a week ahead")


class Assignment(BaseModel):
    """Who looks after an alert."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str | None = Field(max_length=100, description="a user's name; null: nobody in particular")


class StepsNow(Answer):
    """Limits of the three levels in the rule's unit; null where there is no such level."""

    watch: float | None
    warning: float | None
    severe: float | None


class RuleNow(Answer):
    """One rule as a house has it now."""

    rule: str
    group: Group
    en: str = Field(description="its name")
    zh: str
    side: Literal["above", "below"]
    unit: str
    from_target: bool = Field(description="limits are differences from the temperature the birds want at their age")
    target: float | None = Field(description="that temperature today")
    decimals: int
    low: float = Field(description="least that a limit may be set to")
    high: float
    enabled: bool
    asleep: bool = Field(description="says nothing for the birds that are here now, or while none are")
    limits: StepsNow = Field(description="what counts now")
    hold_min: float = Field(description="minutes a limit must be broken before it is told")
    shipped: StepsNow = Field(description="what would count today had nobody changed it")
    shipped_hold_min: float
    edited: bool
    source: str
    verified: bool = Field(description="false: the shipped limits are ours or at second hand")
    replayed: bool = Field(description="false: its past is not kept, a replay says nothing about it")


class SettingsChange(Answer):
    """Who changed what, once."""

    version: int
    by: str
    at: UtcTime
    settings: HouseSettings


class Thresholds(Answer):
    """A house's limits: each rule as it is now, and what was set here; the ETag belongs to ``version``."""

    version: int = Field(description="0: nothing was ever changed")
    changed_by: str | None
    changed_at: UtcTime | None
    settings: HouseSettings
    standard: Standard
    targets: list[tuple[float, float]] = Field(description="age in days and °C that count for the flock; empty without")
    targets_source: str | None
    rules: list[RuleNow]


class ReplayAsked(BaseModel):
    """Settings to try on the past."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    settings: HouseSettings | None = Field(default=None, description="null: those that count now")
    rules: list[str] | None = Field(default=None, max_length=100, description="only these; null: all")
    days: int = Field(default=30, ge=1, le=60)


class RingNow(Answer):
    """One alert that would have been."""

    rule: str
    level: AlertLevel = Field(description="the gravest it would have reached")
    device: str | None
    source: str | None
    opened_at: UtcTime
    ended_at: UtcTime | None = Field(description="null: still open at the end")
    silent: bool = Field(description="no value came any more while it was open")
    value: float
    limit: float | None
    en: AlertSaid
    zh: AlertSaid


class ReplayAnswer(Answer):
    """What would have rung."""

    from_: UtcTime = Field(alias="from")
    to: UtcTime
    rings: list[RingNow] = Field(description="oldest first, at most 500")
    counts: dict[str, int] = Field(description="how often each rule would have rung")
    told: int = Field(description="how often a person would have been told at all: opened or got worse")
    not_replayed: list[str] = Field(description="rules whose past is not kept")


__all__ = [
    "AlertHappened", "AlertHistory", "AlertLevel", "AlertNow", "AlertPage", "AlertSaid", "Assignment", "OwnLimits",
    "ReplayAnswer", "ReplayAsked", "RingNow", "RuleNow", "SettingsChange", "Snooze", "StepsNow", "Thresholds",
]  # fmt: skip
