"""Where alerts go, how people want to be told, and what became of messages."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from cloud.alerts.delivery.channels.push import SubscriptionKeys
from cloud.alerts.delivery.notice import Language, Level
from cloud.api.models.base import Answer
from cloud.api.models.session import readable
from cloud.store.channels import State, Trouble
from contract.messages import UtcTime

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["22:00"])]
"""A minute of the day, local time of the farm."""

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(readable)]
"""What a channel is called; it stands in subjects of mails, so it is one line."""

Note = Literal["", "push_seldom_arrives"]
"""What to know beforehand: in mainland China browsers' push services mostly can't be reached."""


class KindNow(Answer):
    """A way to a person that can be added; the best one for this place stands first."""

    kind: str
    example: str = Field(description="what its address looks like")
    note: Note


class ChannelNow(Answer):
    """A channel, and how it does; its address is secret and is not told."""

    channel: int
    kind: str
    label: str
    shown: str = Field(description="what may be shown of its address")
    language: Language
    state: State
    trouble: Trouble = Field(description="why the last try failed; empty when it did not")
    delivered_at: UtcTime | None


class ChannelsNow(Answer):
    """All channels of a person or a farm, and what can be added."""

    channels: list[ChannelNow]
    kinds: list[KindNow]
    push_key: str = Field(description="the key that a browser subscribes with, base64url")


class NewChannel(BaseModel):
    """A channel to add: an e-mail address, the address of a messenger's bot, or an Apprise URL."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = Field(min_length=1, max_length=2_000, examples=["barks://api.day.app/DEVICE-KEY"])
    label: Label = Field(examples=["Bark on my phone"])
    language: Language | None = Field(default=None, description="of its messages; null: the reader's of this request")


class NewPush(BaseModel):
    """A browser's push subscription, as ``PushSubscription.toJSON()`` gives it, with a name for the phone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = Field(pattern=r"^https?://[^\s/]+/\S+$", max_length=1_000)
    expiration_time: float | None = Field(default=None, alias="expirationTime")
    keys: SubscriptionKeys
    label: Label = Field(examples=["Chrome, Android"])
    language: Language | None = None


class QuietHours(BaseModel):
    """Hours in which only severe alerts ring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: Clock
    ends: Clock


class Notifying(BaseModel):
    """How a person wants to be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_level: Level = Field(description="the least bad that is told at once; the rest stands in the digest")
    quiet: QuietHours | None
    digest_at: Clock | None = Field(description="when the daily digest comes; null: never")


class Escalating(BaseModel):
    """Who of a farm is told after whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severe_minutes: int = Field(ge=1, le=1_440, description="without an answer the next person is told after this")
    warning_minutes: int = Field(ge=1, le=10_080)
    cap_per_hour: int = Field(
        ge=1, le=200, description="messages of the farm within an hour, but for new severe alerts"
    )
    order: list[str] = Field(max_length=100, description="names; who may answer and is not named comes after them")


class ListenerNow(Answer):
    """Somebody who may answer a farm's alerts; without a working channel it is at once the next one's turn."""

    name: str
    channels: int
    reachable: bool


class EscalationNow(Answer):
    """Who of a farm is told after whom, and whether they can be."""

    severe_minutes: int
    warning_minutes: int
    cap_per_hour: int
    people: list[ListenerNow]


class DeliveryNow(Answer):
    """A message on its way over one channel; delivered: the channel's service took it."""

    channel: int
    label: str
    kind: str
    state: Literal["pending", "delivered", "failed"]
    tries: int
    trouble: Trouble
    settled_at: UtcTime | None


class NotificationNow(Answer):
    """A message to a person or group, and how far it got."""

    notification: str
    at: UtcTime
    farm: str
    house: str | None
    to: str = Field(description="a person's name; empty: the farm's group chat")
    purpose: str
    level: Level
    subject: str = Field(description="in the language of the request")
    deliveries: list[DeliveryNow]
