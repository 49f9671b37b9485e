"""Where alerts go, how people want to be told, what was said to whom, and how far it got."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table

RECIPIENT = String(32)


class Channel(Table):
    """A way to a person, or to a farm's group chat; exactly one of ``user_id`` and ``farm`` is set.

    ``address`` is a secret (an Apprise URL, or a push subscription as JSON) and never leaves the service;
    ``fingerprint`` is its hash, so that the same one is not added twice. ``session`` is the sign-in (its token's hash)
    in which a browser's push was switched on: when that is over, what is pushed there says nothing of the farm.
    """

    __tablename__ = "channels"
    __table_args__ = (
        Index("channels_by_user", "user_id"),
        Index("channels_by_farm", "farm"),
        Index("channels_by_fingerprint", "fingerprint", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    farm: Mapped[str | None] = mapped_column(SLUG)
    kind: Mapped[str] = mapped_column(String(32))
    label: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    shown: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    failures: Mapped[int]
    failing_since_ms: Mapped[int | None] = mapped_column(BigInteger)
    delivered_ms: Mapped[int | None] = mapped_column(BigInteger)
    trouble: Mapped[str] = mapped_column(String(32))
    session: Mapped[str | None] = mapped_column(String(64))


class Listener(Table):
    """How a person wants to be told."""

    __tablename__ = "listeners"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    from_level: Mapped[str] = mapped_column(String(16))
    quiet_from_minute: Mapped[int | None]
    quiet_until_minute: Mapped[int | None]
    digest_minute: Mapped[int | None]


class Turn(Table):
    """Whose turn it is on a farm; who has no row here comes after those who have."""

    __tablename__ = "turns"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int]


class FarmNotifying(Table):
    """How a farm wants to be told, in minutes; see ``cloud.alerts.delivery.recipients``."""

    __tablename__ = "farm_notifying"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    escalate_severe_minutes: Mapped[int]
    escalate_warning_minutes: Mapped[int]
    cap_per_hour: Mapped[int]


class Notification(Table):
    """A message to one recipient."""

    __tablename__ = "notifications"
    __table_args__ = (Index("notifications_by_farm", "farm", "at_ms"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    farm: Mapped[str] = mapped_column(SLUG)
    house: Mapped[str | None] = mapped_column(SLUG)
    recipient: Mapped[str] = mapped_column(RECIPIENT)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    at_ms: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(Text)


class Telling(Table):
    """One thing that was said to one recipient; its key is what keeps it from being said twice."""

    __tablename__ = "tellings"
    __table_args__ = (Index("tellings_by_alert", "alert"), Index("tellings_by_time", "farm", "at_ms"))

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    recipient: Mapped[str] = mapped_column(RECIPIENT, primary_key=True)
    alert: Mapped[str] = mapped_column(String(32), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    at_ms: Mapped[int] = mapped_column(BigInteger)
    notification: Mapped[str] = mapped_column(ForeignKey("notifications.id", ondelete="CASCADE"))


class Delivery(Table):
    """A notification on its way over one channel; see ``cloud.store.deliveries``."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("deliveries_by_due", "state", "next_ms"), Index("deliveries_by_channel", "channel_id"))

    notification: Mapped[str] = mapped_column(ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int]
    at_ms: Mapped[int] = mapped_column(BigInteger)
    next_ms: Mapped[int] = mapped_column(BigInteger)
    worker: Mapped[str] = mapped_column(String(32))
    settled_ms: Mapped[int | None] = mapped_column(BigInteger)
    trouble: Mapped[str] = mapped_column(String(32))
