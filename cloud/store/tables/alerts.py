"""Alerts, what happened to them, what the rules remember, and what houses set for themselves."""

from sqlalchemy import BigInteger, Double, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table

SOURCE = String(127)
"""A source may be a camera's zone, ``<camera>.<zone>``."""
ID = String(32)


class Alert(Table):
    """One alert from its opening to its end; ``device`` and ``source`` are empty for a whole house.

    ``n`` counts its transitions: whoever changes it takes the next one, so no two can write the same.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "alerts_one_open",
            "farm", "house", "rule", "device", "source",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("alerts_by_time", "farm", "house", "opened_ms"),
        Index("alerts_snoozed", "snoozed_until_ms"),
    )  # fmt: skip

    alert: Mapped[str] = mapped_column(ID, primary_key=True)
    farm: Mapped[str] = mapped_column(SLUG)
    house: Mapped[str] = mapped_column(SLUG)
    rule: Mapped[str] = mapped_column(SLUG)
    device: Mapped[str] = mapped_column(SLUG)
    source: Mapped[str] = mapped_column(SOURCE)
    state: Mapped[str] = mapped_column(String(16))
    level: Mapped[int]
    silent: Mapped[bool]
    opened_ms: Mapped[int] = mapped_column(BigInteger)
    changed_ms: Mapped[int] = mapped_column(BigInteger)
    resolved_ms: Mapped[int | None] = mapped_column(BigInteger)
    value: Mapped[float | None] = mapped_column(Double)
    limit: Mapped[float | None] = mapped_column(Double)
    target: Mapped[float | None] = mapped_column(Double)
    finding: Mapped[str] = mapped_column(SLUG)
    acknowledged_by: Mapped[str | None] = mapped_column(String(100))
    acknowledged_ms: Mapped[int | None] = mapped_column(BigInteger)
    snoozed_until_ms: Mapped[int | None] = mapped_column(BigInteger)
    assigned_to: Mapped[str | None] = mapped_column(String(100))
    n: Mapped[int]


class AlertTransition(Table):
    """One thing that happened to an alert: a row first, a message second.

    ``at_ms`` is when it was so by the data, ``noted_ms`` when this row was written.
    """

    __tablename__ = "alert_transitions"
    __table_args__ = (Index("alert_transitions_by_time", "noted_ms"),)

    alert: Mapped[str] = mapped_column(ID, primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    noted_ms: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    level: Mapped[int]
    value: Mapped[float | None] = mapped_column(Double)
    limit: Mapped[float | None] = mapped_column(Double)
    by: Mapped[str] = mapped_column(String(100))
    until_ms: Mapped[int | None] = mapped_column(BigInteger)
    to: Mapped[str] = mapped_column(String(100))


class RuleMemory(Table):
    """What a rule remembers of one subject, so that a restart or another worker goes on where it was.

    ``version`` counts its writes: a write on top of an older one than the newest is refused.
    """

    __tablename__ = "rule_memories"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    rule: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    source: Mapped[str] = mapped_column(SOURCE, primary_key=True)
    version: Mapped[int]
    alert: Mapped[str | None] = mapped_column(ID)
    level: Mapped[int]
    silent: Mapped[bool]
    seen_ms: Mapped[int] = mapped_column(BigInteger)
    last_ms: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[float | None] = mapped_column(Double)
    watch_ms: Mapped[int | None] = mapped_column(BigInteger)
    warning_ms: Mapped[int | None] = mapped_column(BigInteger)
    severe_ms: Mapped[int | None] = mapped_column(BigInteger)
    calm_ms: Mapped[int | None] = mapped_column(BigInteger)
    calm_level: Mapped[int]
    counted: Mapped[float | None] = mapped_column(Double)
    counted_ms: Mapped[int | None] = mapped_column(BigInteger)


class AlertSettings(Table):
    """What a house has set for itself, a row for each time somebody changed it; the newest version counts."""

    __tablename__ = "alert_settings"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(100))
    document: Mapped[str] = mapped_column(Text)
