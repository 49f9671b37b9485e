"""What processes of one installation tell each other, and how it is written for PostgreSQL's NOTIFY. Pure but for SQL.

Only names travel, no values: whoever hears one reads the records.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, text

from contract.place import Place

CHANNEL: Final = "henwise"
MOST_BYTES: Final = 7_900
"""PostgreSQL refuses 8,000 and more."""


@dataclass(slots=True)
class Signal:
    """Something has changed.

    Attributes:
        changed: (farm, house) -> members of HouseNow.
        announced: devices that have just connected.
        mail: a person has said something to a device.
        decided: it was decided anew which devices may speak.
    """

    changed: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    announced: set[Place] = field(default_factory=set)
    mail: bool = False
    decided: bool = False

    def written(self) -> Iterator[str]:
        """Give it as texts that a notification holds."""
        if self.mail:
            yield json.dumps({"mail": True})
        if self.decided:
            yield json.dumps({"decided": True})
        parts = [{"changed": [*house, *sorted(members)]} for house, members in sorted(self.changed.items())]
        parts += [{"announced": [place.farm, place.house, place.device]} for place in self.announced]
        line: list[str] = []
        for part in map(json.dumps, parts):
            if line and sum(map(len, line)) + len(line) + len(part) > MOST_BYTES:
                yield "\n".join(line)
                line = []
            line.append(part)
        if line:
            yield "\n".join(line)

    @classmethod
    def read(cls, payload: str) -> "Signal":
        """Read what ``written`` gave."""
        signal = cls()
        for part in map(json.loads, payload.splitlines()):
            signal.mail |= part.get("mail", False)
            signal.decided |= part.get("decided", False)
            if "changed" in part:
                farm, house, *members = part["changed"]
                signal.changed.setdefault((farm, house), set()).update(members)
            if "announced" in part:
                farm, house, device = part["announced"]
                signal.announced.add(Place(farm=farm, house=house, device=device))
        return signal


def notify(connection: Connection, signal: Signal) -> None:
    """Send a signal with the caller's transaction; with SQLite there is nobody else to hear it."""
    if connection.dialect.name == "postgresql":
        for payload in signal.written():
            connection.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})
