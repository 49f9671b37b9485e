"""A channel that no longer works is itself an alarm: told to the same person another way, else to the next people."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from cloud.alerts.delivery import compose
from cloud.alerts.delivery.audience import name_of
from cloud.alerts.delivery.sources import Person
from cloud.store import channels, deliveries, notifications
from cloud.store.channels import KeptChannel, Trouble
from cloud.store.deliveries import Claimed
from cloud.store.notifications import Letter

PURPOSE: Final = "channel"


def note_failure(
    connection: Connection, worker: str, one: Claimed, trouble: Trouble, people: Sequence[Person], now_ms: int
) -> bool:
    """Note that a try failed; when that ends the channel, write the alarm in the same transaction.

    Returns:
        True when an alarm was written.
    """
    fate = deliveries.failed(connection, worker, one, trouble, now_ms)
    if fate == "again":
        return False
    live = [it for it in channels.reaching(connection, one.farm, [person.user for person in people]) if _works(it, one)]
    mine = [channel for channel in live if channel.owner == one.channel.owner]
    if fate == "gone" and mine:
        return False  # another browser or channel of theirs got the message: nothing is lost
    recipient, ways = (name_of(one.user), mine) if mine else _next(live, people)
    if not ways:
        return False
    channel = one.channel
    lost = compose.channel_lost(channel.label, channel.kind, channel.shown, trouble, one.content)
    user = ways[0].owner.user
    letter = Letter(
        id=f"lost-{channel.id}-{now_ms}",
        farm=one.farm,
        house=None,
        recipient=recipient,
        user=user,
        purpose=PURPOSE,
        content=lost,
        channels=tuple(way.id for way in ways),
    )
    return notifications.post_within(connection, letter, now_ms)


def _works(channel: KeptChannel, one: Claimed) -> bool:
    return channel.id != one.channel.id and channel.state != "dead"


def _next(live: Sequence[KeptChannel], people: Sequence[Person]) -> tuple[str, list[KeptChannel]]:
    """Return the first of the farm's people who can be reached, else its group chat."""
    ways: defaultdict[str, list[KeptChannel]] = defaultdict(list)
    for channel in live:
        ways[name_of(channel.owner.user)].append(channel)
    for name in [*(name_of(person.user) for person in people), name_of(None)]:
        if name in ways:
            return name, ways[name]
    return name_of(None), []
