"""What delivery asks of others: the alerts, and the people of a farm."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cloud.alerts.delivery.notice import Alert, Language
from cloud.rights import Right
from cloud.store.alerts import Transition as Happened


@dataclass(frozen=True, slots=True)
class Said:
    """An alert in words: a headline of a few words; whole sentences of what is, what it means, what to do."""

    headline: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may answer alerts of a farm."""

    user: int
    name: str
    language: Language


class AlertSource(Protocol):
    """Where alerts are kept and answered; all calls block."""

    def lively(self, now_ms: int) -> Mapping[str, Sequence[Alert]]:
        """Return, by farm, the alerts that are open or changed within the last two days."""
        ...

    def said(self, alert: str) -> Mapping[Language, Said]:
        """Return an alert's words as it stands."""
        ...

    def picture(self, alert: str) -> str | None:
        """Return where an alert's picture is below the root of all pictures."""
        ...

    def acknowledge(self, farm: str, alerts: Sequence[str], by: str, now_ms: int) -> list[Happened]:
        """Note that somebody sees to these alerts; those that are over or seen to stay as they are."""
        ...

    def snooze(self, farm: str, alerts: Sequence[str], by: str, until_ms: int, now_ms: int) -> list[Happened]:
        """Put these alerts off; those that are over stay as they are."""
        ...


class PeopleSource(Protocol):
    """Who belongs to a farm; all calls block."""

    def answering(self, farm: str) -> Sequence[Person]:
        """List who may answer alerts there: those who work in the house first, owners after them."""
        ...

    def may(self, user: int, right: Right, farms: Collection[str]) -> bool:
        """Say whether a person has a right on all of these farms now."""
        ...
