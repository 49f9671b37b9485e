"""Records of alerts: what the rules remember, alerts, their transitions. A transition is a row first.

Several workers may judge the same house at once. What a rule remembers has a version; a write on top of another than
the one that was read is refused as a whole (``Overtaken``), so the same transition can't be written twice, and each
takes the next number of its alert.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cloud.alerts.rules.judging import Change, Level, Memory
from cloud.store.records import Records, add
from cloud.store.tables import Alert, AlertTransition, RuleMemory, Table

Subject = tuple[str, str, str]
"""Rule, device and source; the last two are empty for a whole house."""


class Overtaken(Exception):
    """Another worker has judged the same meanwhile; judge again on what is there now."""


@dataclass(slots=True)
class Kept:
    """What a rule remembers of a subject, as it is kept.

    Attributes:
        memory: of the rule.
        seen_ms: measurements up to here were looked at, doubtful ones too.
        alert: the open alert, None without one.
        version: of the row; 0 = not kept yet.
        counted: last state of a counter that only rises, for rules that look at its rise.
        counted_ms: when it rose last.
    """

    memory: Memory = field(default_factory=Memory)
    seen_ms: int = 0
    alert: str | None = None
    version: int = 0
    counted: float | None = None
    counted_ms: int | None = None

    def copy(self) -> "Kept":
        """Return another with the same content."""
        return replace(self, memory=self.memory.copy())


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging one subject: to be kept, and what happened meanwhile, oldest first."""

    subject: Subject
    kept: Kept
    changes: tuple[Change, ...] = ()
    target: float | None = None
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that happened to an alert, as its row says it."""

    farm: str
    house: str
    alert: str
    n: int
    rule: str
    kind: str
    level: Level
    at_ms: int


def kept(connection: Connection, farm: str, house: str) -> dict[Subject, Kept]:
    """Return all that the rules remember of a house."""
    query = select(RuleMemory).where(RuleMemory.farm == farm, RuleMemory.house == house)
    return {(row.rule, row.device, row.source): _kept(row) for row in connection.execute(query)}


def keep(records: Records, farm: str, house: str, judged: Iterable[Judged], now_ms: int) -> list[Transition]:
    """Keep all this in one transaction; on return it is on the disk.

    Raises:
        Overtaken: nothing was written, another worker was first.
        StoreUnavailable: nothing was written; try again later.
    """
    with records.writing() as connection:
        return [
            transition for one in judged for transition in _Writer(connection, farm, house, one, now_ms).transitions()
        ]


class _Writer:
    """Writes what came of judging one subject."""

    def __init__(self, connection: Connection, farm: str, house: str, judged: Judged, now_ms: int) -> None:
        self._connection = connection
        self._farm = farm
        self._house = house
        self._judged = judged
        self._now_ms = now_ms
        self._alert = judged.kept.alert

    def transitions(self) -> list[Transition]:
        """Write, and return what was told."""
        told = [self._told(change) for change in self._judged.changes]
        if not told and self._alert is not None:
            self._refresh()
        self._keep_memory()
        return told

    def _told(self, change: Change) -> Transition:
        if change.kind == "opened":
            self._open(change)
            n = 1
        else:
            n = self._change(change)
        alert = self._alert or ""
        row = {"alert": alert, "n": n, "at_ms": change.at_ms, "noted_ms": self._now_ms, "kind": change.kind}
        told = {"level": change.level, "value": change.value, "limit": change.limit}
        add(self._connection, AlertTransition, {**row, **told, "by": "", "until_ms": None, "to": ""})
        if change.kind == "resolved":
            self._alert = None
        rule, _, _ = self._judged.subject
        return Transition(self._farm, self._house, alert, n, rule, change.kind, change.level, change.at_ms)

    def _open(self, change: Change) -> None:
        rule, device, source = self._judged.subject
        self._alert = f"a-{secrets.token_hex(10)}"
        values = {
            "alert": self._alert, "farm": self._farm, "house": self._house, "rule": rule, "device": device,
            "source": source, "state": "open", "opened_ms": change.at_ms, "finding": self._judged.finding, "n": 1,
            **self._now(change),
        }  # fmt: skip
        if not _inserted(self._connection, Alert, values):
            raise Overtaken

    def _change(self, change: Change) -> int:
        values: dict[str, Any] = {**self._now(change), "n": Alert.n + 1}
        if self._judged.finding:
            values["finding"] = self._judged.finding
        if change.kind == "resolved":
            # How grave it was stays to be read.
            values |= {"state": "resolved", "resolved_ms": change.at_ms, "level": Alert.level}
        if change.kind == "worsened":
            # What was acknowledged or put off was less than this.
            values |= {"acknowledged_by": None, "acknowledged_ms": None, "snoozed_until_ms": None}
        is_it = (Alert.alert == self._alert, Alert.state == "open")
        statement = update(Alert).where(*is_it).values(values).returning(Alert.n)
        n = self._connection.execute(statement).scalar()
        if n is None:
            raise Overtaken
        return n

    def _refresh(self) -> None:
        """Write down how an open alert stands, though nothing happened to it."""
        values: dict[str, Any] = {"value": self._judged.kept.memory.value, "target": self._judged.target}
        if self._judged.finding:
            values["finding"] = self._judged.finding
        self._connection.execute(update(Alert).where(Alert.alert == self._alert, Alert.state == "open").values(values))

    def _now(self, change: Change) -> dict[str, Any]:
        silent = self._judged.kept.memory.silent
        now: dict[str, Any] = {"level": change.level, "silent": silent, "changed_ms": change.at_ms}
        if change.value is not None:
            now |= {"value": change.value, "limit": change.limit, "target": self._judged.target}
        return now

    def _keep_memory(self) -> None:
        rule, device, source = self._judged.subject
        of = {"farm": self._farm, "house": self._house, "rule": rule, "device": device, "source": source}
        version = self._judged.kept.version
        row = _memory_row(self._judged.kept, self._alert)
        if version == 0:
            written = _inserted(self._connection, RuleMemory, {**of, **row})
        else:
            statement = update(RuleMemory).where(*_is(of), RuleMemory.version == version).values(row)
            written = self._connection.execute(statement).rowcount == 1
        if not written:
            raise Overtaken


def _inserted(connection: Connection, table: type[Table], row: Mapping[str, Any]) -> bool:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(row).on_conflict_do_nothing()
    # Not every driver counts the rows of an insert; what it gives back can be counted.
    return connection.execute(statement.returning(*table.__table__.primary_key)).first() is not None


def _is(of: Mapping[str, str]) -> list[ColumnElement[bool]]:
    return [getattr(RuleMemory, name) == value for name, value in of.items()]


def _memory_row(kept: Kept, alert: str | None) -> dict[str, Any]:
    memory = kept.memory
    watch_ms, warning_ms, severe_ms = memory.since_ms
    return {
        "version": kept.version + 1, "alert": alert, "level": memory.level, "silent": memory.silent,
        "seen_ms": kept.seen_ms, "last_ms": memory.last_ms, "value": memory.value, "watch_ms": watch_ms,
        "warning_ms": warning_ms, "severe_ms": severe_ms, "calm_ms": memory.calm_ms, "calm_level": memory.calm_level,
        "counted": kept.counted, "counted_ms": kept.counted_ms,
    }  # fmt: skip


def _kept(row: Row[Any]) -> Kept:
    memory = Memory(
        row.level,
        row.silent,
        row.last_ms,
        row.value,
        [row.watch_ms, row.warning_ms, row.severe_ms],
        row.calm_ms,
        row.calm_level,
    )
    return Kept(memory, row.seen_ms, row.alert, row.version, row.counted, row.counted_ms)
