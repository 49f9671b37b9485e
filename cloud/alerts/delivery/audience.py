"""Whom a farm can reach right now, over which channels, in which order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cloud.alerts.delivery.recipients import Recipient
from cloud.alerts.delivery.sources import Person
from cloud.store import channels, listeners
from cloud.store.channels import KeptChannel
from cloud.store.listeners import Escalation
from cloud.store.records import Records

GROUP = "farm"
"""The recipient that is a farm's group chat."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A farm's recipients.

    Attributes:
        recipients: those with a channel; a person without one can't be told, so it is the next one's turn.
        channels: recipient -> the channels to them.
        escalation: how the farm wants to be told.
    """

    recipients: tuple[Recipient, ...]
    channels: dict[str, tuple[KeptChannel, ...]]
    escalation: Escalation


def audience(records: Records, farm: str, people: Sequence[Person]) -> Audience:
    """Return a farm's audience; ``people`` are those who may answer, in their usual order."""
    names = {person.user: person.name for person in people}
    users = list(names)
    with records.reading() as connection:
        reaching = channels.reaching(connection, farm, users)
        wishes = listeners.wishes_of(connection, users)
        escalation = listeners.escalation_of(connection, farm)
    ways: defaultdict[str, list[KeptChannel]] = defaultdict(list)
    for channel in reaching:
        ways[name_of(channel.owner.user)].append(channel)
    reached = [user for user in _ordered(users, escalation) if name_of(user) in ways]
    # Whose channels are all dead comes last: they may work again, but nobody shall wait for an answer of theirs.
    reached.sort(key=lambda user: all(way.state == "dead" for way in ways[name_of(user)]))
    recipients = [
        Recipient(
            name_of(user),
            user,
            names[user],
            place,
            wishes[user].from_level,
            wishes[user].quiet,
            wishes[user].digest_minute,
        )
        for place, user in enumerate(reached)
    ]
    if GROUP in ways:
        recipients.append(Recipient(GROUP, digest_minute=None, repeated=False))
    return Audience(tuple(recipients), {name: tuple(of) for name, of in ways.items()}, escalation)


def name_of(user: int | None) -> str:
    """Return how a recipient is named in the records."""
    return GROUP if user is None else f"user-{user}"


def _ordered(users: Sequence[int], escalation: Escalation) -> list[int]:
    first = [user for user in escalation.order if user in users]
    return [*first, *(user for user in users if user not in first)]
