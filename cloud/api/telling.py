"""Channels and messages as the API answers with them."""

from cloud.alerts.delivery.kinds import KINDS, PUSH, Kind
from cloud.api.language import Language
from cloud.api.models import ChannelNow, ChannelsNow, DeliveryNow, KindNow, NotificationNow
from cloud.store.channels import KeptChannel
from cloud.store.mail import instant
from cloud.store.sent import Sent


def kinds_now(*, mainland: bool, group: bool) -> list[KindNow]:
    """List what can be added, the best one for this place first; a group chat has no browser."""
    offered = [kind for kind in KINDS if not (group and kind.key == PUSH)]
    if mainland:
        # What can't be relied on there is not hidden: it stands last, with a word on it.
        offered.sort(key=lambda kind: len(KINDS) if kind.mainland is None else kind.mainland)
    return [_kind_now(kind, mainland=mainland) for kind in offered]


def channels_now(channels: list[KeptChannel], kinds: list[KindNow], push_key: str) -> ChannelsNow:
    """Return a person's or farm's channels."""
    return ChannelsNow(channels=[channel_now(channel) for channel in channels], kinds=kinds, push_key=push_key)


def channel_now(channel: KeptChannel) -> ChannelNow:
    """Return a channel without its address."""
    return ChannelNow(
        channel=channel.id,
        kind=channel.kind,
        label=channel.label,
        shown=channel.shown,
        language=channel.language,
        state=channel.state,
        trouble=channel.trouble,
        delivered_at=None if channel.delivered_ms is None else instant(channel.delivered_ms),
    )


def notification_now(sent: Sent, language: Language) -> NotificationNow:
    """Return a message and how far it got."""
    return NotificationNow(
        notification=sent.id,
        at=instant(sent.at_ms),
        farm=sent.farm,
        house=sent.house,
        to=sent.name,
        purpose=sent.purpose,
        level=sent.level,
        subject=sent.content.words[language].subject,
        deliveries=[
            DeliveryNow(
                channel=over.channel,
                label=over.label,
                kind=over.kind,
                state=over.state,
                tries=over.tries,
                trouble=over.trouble,
                settled_at=None if over.settled_ms is None else instant(over.settled_ms),
            )
            for over in sent.over
        ],
    )


def _kind_now(kind: Kind, *, mainland: bool) -> KindNow:
    seldom = mainland and kind.mainland is None
    return KindNow(
        kind=kind.key, example=kind.example, note="push_seldom_arrives" if seldom and kind.key == PUSH else ""
    )
