"""The alerts of ``sources.AlertSource``, from the records the rules write."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from sqlalchemy import or_, select

from cloud.alerts.delivery.notice import Alert, Kind, Language, Level, Transition
from cloud.alerts.delivery.sources import Said
from cloud.alerts.telling import alert_now
from cloud.store import alert_actions, alert_book, tables
from cloud.store.alert_actions import Deed
from cloud.store.alerts import Transition as Happened
from cloud.store.findings import EvidenceKey
from cloud.store.records import Records
from cloud.store.tables import AlertTransition
from contract.place import Place

LIVELY_MS: Final = 48 * 3600_000
KINDS: Final = frozenset(get_args(Kind))


class AlertBook:
    """Reads and answers alerts.

    Args:
        records: where they are.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def lively(self, now_ms: int) -> Mapping[str, Sequence[Alert]]:
        """Return, by farm, the alerts that are open or changed within the last two days."""
        recent = select(AlertTransition.alert).where(AlertTransition.noted_ms > now_ms - LIVELY_MS)
        wanted = or_(tables.Alert.state == "open", tables.Alert.alert.in_(recent))
        query = select(tables.Alert).where(wanted).order_by(tables.Alert.opened_ms, tables.Alert.alert)
        with self._records.reading() as connection:
            rows = connection.execute(query).all()
            ids = select(tables.Alert.alert).where(wanted)
            happened = select(AlertTransition).where(AlertTransition.alert.in_(ids)).order_by(AlertTransition.n)
            of: defaultdict[str, list[Any]] = defaultdict(list)
            for one in connection.execute(happened):
                of[one.alert].append(one)
        by_farm: defaultdict[str, list[Alert]] = defaultdict(list)
        for row in rows:
            by_farm[row.farm].append(_alert(row, of[row.alert]))
        return by_farm

    def said(self, alert: str) -> Mapping[Language, Said]:
        """Return an alert's words as it stands."""
        raised = alert_book.find(self._records, alert)
        if raised is None:
            raise LookupError(alert)
        now = alert_now(raised)
        return {
            "en": Said(now.en.name, " ".join(part for part in (now.en.what, now.en.means, now.en.todo) if part)),
            "zh": Said(now.zh.name, f"{now.zh.what}{now.zh.means}{now.zh.todo}"),
        }

    def picture(self, alert: str) -> str | None:
        """Return the path of the picture of the finding that an alert rests on."""
        raised = alert_book.find(self._records, alert)
        if raised is None or raised.finding_ms is None:
            return None
        place = Place(farm=raised.farm, house=raised.house, device=raised.device)
        return str(EvidenceKey(place, raised.finding, raised.finding_ms).path)

    def acknowledge(self, farm: str, alerts: Sequence[str], by: str, now_ms: int) -> list[Happened]:
        """Note that somebody sees to these alerts."""
        deed = Deed(by, now_ms)
        open_ones = self._open(farm, alerts)
        return [one for alert in open_ones for one in alert_actions.acknowledge(self._records, alert, deed)]

    def snooze(self, farm: str, alerts: Sequence[str], by: str, until_ms: int, now_ms: int) -> list[Happened]:
        """Put these alerts off."""
        deed = Deed(by, now_ms)
        open_ones = self._open(farm, alerts)
        return [one for alert in open_ones for one in alert_actions.snooze(self._records, alert, until_ms, deed)]

    def _open(self, farm: str, alerts: Sequence[str]) -> list[str]:
        found = (alert_book.find(self._records, alert) for alert in alerts)
        return [one.alert for one in found if one is not None and one.farm == farm and one.state == "open"]


def _alert(row: Any, happened: Sequence[Any]) -> Alert:
    snoozed_ms, until_ms = _snooze(happened)
    return Alert(
        id=row.alert,
        farm=row.farm,
        house=row.house,
        rule=row.rule,
        level=_level(row.level),
        open=row.state == "open",
        transitions=tuple(
            Transition(one.n, one.noted_ms, one.kind, _level(one.level)) for one in happened if one.kind in KINDS
        ),
        acknowledged_ms=row.acknowledged_ms,
        snoozed_ms=snoozed_ms,
        snoozed_until_ms=until_ms,
        assigned_to=row.assigned_to,
    )


def _snooze(happened: Sequence[Any]) -> tuple[int | None, int | None]:
    """Return when the alert was last put off, and until when: as asked for, or when it was taken back."""
    snoozed_ms = until_ms = None
    for one in happened:
        if one.kind == "snoozed":
            snoozed_ms, until_ms = one.noted_ms, one.until_ms
        elif one.kind == "unsnoozed" and until_ms is not None:
            until_ms = min(until_ms, one.noted_ms)
    return snoozed_ms, until_ms


def _level(level: int) -> Level:
    names: dict[int, Level] = {1: "watch", 2: "warning", 3: "severe"}
    return names.get(level, "watch")
