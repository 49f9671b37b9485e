"""What arrived, sorted into what can be kept and what is refused. Pure."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cloud.ingest.jpeg import jpeg_problem
from cloud.store.ledger import Range, Refused
from contract import topics
from contract.errors import BadInput
from contract.messages import SEQ_MAX, Event, HealthFinding, Message, Snapshot
from contract.place import Place

AHEAD_MAX = timedelta(hours=24)
"""A device whose clock runs further ahead is refused: its values would stay the newest for ever."""

_BOOT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as the broker handed it over; ``retained`` is true for state from before this connection."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message of the contract; ``payload`` as it came."""

    place: Place
    message: Message
    retained: bool
    payload: bytes


@dataclass(slots=True)
class Sorted:
    """A batch, sorted.

    Attributes:
        accepted: in the order of arrival.
        refused: to keep aside.
        settled: (place, boot) -> seqs that may be acknowledged once all this is on the disk.
        held: how many are left alone, because it can't be told now whether they are right.
    """

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    settled: dict[tuple[Place, str], list[Range]] = field(default_factory=dict)
    held: int = 0

    def refuse(self, arrived: Arrived, reason: str) -> None:
        """Keep a message aside; when its identity can be read it counts as settled, or it would be sent for ever."""
        self.refused.append(Refused(arrived.topic, arrived.payload, reason))
        identity = identity_of(arrived)
        if identity:
            place, boot, seq = identity
            self.settled.setdefault((place, boot), []).append((seq, seq))

    def accept(self, accepted: Accepted) -> None:
        """Keep a message of the contract."""
        self.accepted.append(accepted)
        event = accepted.message
        if isinstance(event, Event):
            self.settled.setdefault((accepted.place, event.boot), []).append((event.seq, event.seq))


def sorted_batch(batch: Iterable[Arrived], now: datetime, *, believed: bool = True) -> Sorted:
    """Read every message of a batch; ``now`` is the service's clock, which may be ``believed`` or not."""
    result = Sorted()
    for arrived in batch:
        if arrived.payload or not is_state(arrived.topic):
            _sort_one(result, arrived, now, believed=believed)
        # An empty payload on a state's topic only says that the broker forgot the state.
    return result


def is_state(topic: str) -> bool:
    """Say whether what travels on a topic is retained state."""
    leaf = topics.LEAVES.get(topic.rpartition("/")[2])
    return leaf is not None and leaf.retained


def identity_of(arrived: Arrived) -> tuple[Place, str, int] | None:
    """Read place, boot and seq of a message that is not of the contract; None when they can't be trusted."""
    try:
        place, _ = topics.split(arrived.topic)
        document = json.loads(arrived.payload)
    except (BadInput, ValueError, RecursionError):
        return None
    boot, seq = (document.get("boot"), document.get("seq")) if isinstance(document, dict) else (None, None)
    if not isinstance(boot, str) or not _BOOT.fullmatch(boot):
        return None
    if not isinstance(seq, int) or isinstance(seq, bool) or not 1 <= seq <= SEQ_MAX:
        return None
    return place, boot, seq


def _sort_one(result: Sorted, arrived: Arrived, now: datetime, *, believed: bool) -> None:
    try:
        place, message = topics.decode(arrived.topic, arrived.payload)
    except BadInput as error:
        result.refuse(arrived, str(error))
        return
    if message.at > now + AHEAD_MAX and not believed:
        result.held += 1  # not settled: the device sends it again, and by then our clock may be set
        return
    problem = _problem(message, now)
    if problem:
        result.refuse(arrived, problem)
    else:
        result.accept(Accepted(place, message, arrived.retained, arrived.payload))


def _problem(message: Message, now: datetime) -> str:
    """Say what is wrong with a message of the contract that only shows here; empty when nothing is."""
    if message.at > now + AHEAD_MAX:
        return f"at: {message.at} is ahead of the service's clock: set the device's clock"
    if isinstance(message, Snapshot | HealthFinding):
        return jpeg_problem(message.jpeg, message.size_wh)
    return ""
