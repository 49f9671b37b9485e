"""What a settled batch means for pages, for the courier and for the devices. Pure."""

from dataclasses import dataclass, field
from typing import Final

from cloud.signals import Signal
from cloud.store import ledger
from cloud.store.ledger import Range
from contract.messages import (
    Announcement,
    CommandResult,
    FlockCount,
    FlockHealth,
    HandWeighing,
    HealthFinding,
    Message,
    Readings,
    RollCall,
    Snapshot,
    Status,
    WeightSample,
)
from contract.place import Place
from contract.quantities import DEVICE

MEMBERS: Final[dict[type[Message], tuple[str, ...]]] = {
    Readings: ("climate",),
    FlockCount: ("counts", "house_count"),
    RollCall: ("roll_calls",),
    FlockHealth: ("wellness",),
    WeightSample: ("weight",),
    HandWeighing: ("weight",),
    Snapshot: ("pictures",),
    HealthFinding: ("findings",),
    CommandResult: ("findings", "counts", "views"),
    Announcement: ("devices", "views"),
    Status: ("devices", "counts", "house_count"),
}
"""Message -> the members of HouseNow that it changes."""


@dataclass(slots=True)
class Outcome:
    """What a settled batch means for others.

    Attributes:
        settled: (place, boot) -> ranges of seq that are on the disk, merged.
        changed: (farm, house) -> members of HouseNow that changed.
        messages: how many were settled, kept aside ones included.
        kept_aside: how many of them were kept aside.
        points: how many points were written.
        announced: devices that have just connected: what waits for them can be sent.
        lacking: (place, boot) -> what the device says this service has committed, and it has not: it was restored.
        held: how many messages were left alone: nobody approved their device, or they are ahead of a clock that nobody
            has set.
    """

    settled: dict[tuple[Place, str], list[Range]] = field(default_factory=dict)
    changed: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    messages: int = 0
    kept_aside: int = 0
    points: int = 0
    announced: set[Place] = field(default_factory=set)
    held: int = 0
    lacking: dict[tuple[Place, str], list[Range]] = field(default_factory=dict)

    @property
    def signal(self) -> Signal:
        """What pages and courier are told."""
        return Signal(changed=self.changed, announced=self.announced)

    def add(self, other: "Outcome") -> None:
        """Take over what another batch brought."""
        for key, ranges in other.settled.items():
            self.settled[key] = ledger.merged([*self.settled.get(key, []), *ranges])
        for house, members in other.changed.items():
            self.changed.setdefault(house, set()).update(members)
        self.messages += other.messages
        self.kept_aside += other.kept_aside
        self.points += other.points
        self.announced |= other.announced
        self.lacking |= other.lacking
        self.held += other.held

    def note_change(self, place: Place, message: Message) -> None:
        """Note what of its house's page a message changes."""
        members = MEMBERS.get(type(message), ())
        if isinstance(message, Readings) and message.instrument == DEVICE:
            members = ("devices",)
        if members:
            self.changed.setdefault((place.farm, place.house), set()).update(members)
