"""Who may do what: roles, the rights each role brings, and what a person or a token is granted. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar


class Right(StrEnum):
    """One kind of thing that may be done on a farm."""

    READ = "read"
    """See everything a farm's houses show: numbers, pictures, findings, the live stream."""
    RECORD = "record"
    """Write down what a person saw: the daily log, verdicts, counts and weighings by hand."""
    ANSWER = "answer"
    """Acknowledge and snooze alerts."""
    FLOCK = "flock"
    """Place, thin, transfer, harvest and close flocks."""
    LIMITS = "limits"
    """Change the thresholds of alerts."""
    CHANNELS = "channels"
    """Say where alerts go, and when."""
    DEVICES = "devices"
    """Enrol devices, draw marks in their pictures, have them take one."""
    OPERATE = "operate"
    """Tell devices what changes them: tare, restart, configure, update; read their logs."""
    EXPORT = "export"
    """Take tables and reports away."""
    PEOPLE = "people"
    """Invite, change and remove people, make tokens, read the audit log, add farms, let flocks be counted."""


class Role(StrEnum):
    """What a person is on a farm."""

    OWNER = "owner"
    FARMER = "farmer"
    AGRONOMIST = "agronomist"
    TECHNICIAN = "technician"
    VIEWER = "viewer"


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OWNER: frozenset(Right),
    Role.FARMER: frozenset(Right) - {Right.PEOPLE, Right.OPERATE},
    Role.AGRONOMIST: frozenset({Right.READ, Right.EXPORT}),
    Role.TECHNICIAN: frozenset({Right.READ, Right.ANSWER, Right.DEVICES, Right.OPERATE}),
    Role.VIEWER: frozenset({Right.READ}),
}
"""Role -> its rights; docs/people.md prints the same table."""

NONE: Final[frozenset[Right]] = frozenset()


@dataclass(frozen=True, slots=True)
class Grants:
    """What somebody may do where.

    Attributes:
        farms: farm -> rights there.
        organisations: organisation -> rights on all its farms, those to come too.
    """

    farms: Mapping[str, frozenset[Right]] = field(default_factory=dict)
    organisations: Mapping[int, frozenset[Right]] = field(default_factory=dict)

    def on(self, farm: str) -> frozenset[Right]:
        """Return the rights on a farm; none: it does not exist for them."""
        return self.farms.get(farm, NONE)

    def within(self, organisation: int) -> frozenset[Right]:
        """Return the rights on a whole organisation."""
        return self.organisations.get(organisation, NONE)


_Name = TypeVar("_Name", str, int)


def united(parts: Iterable[tuple[_Name, frozenset[Right]]]) -> dict[_Name, frozenset[Right]]:
    """Return name -> all rights given under it."""
    rights: dict[_Name, frozenset[Right]] = {}
    for name, some in parts:
        rights[name] = rights.get(name, NONE) | some
    return rights
