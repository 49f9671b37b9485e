"""Organisations, their farms, houses and devices."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table


class Organisation(Table):
    """Whoever farms belong to: a farmer, a company, a cooperative."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    created_ms: Mapped[int] = mapped_column(BigInteger)


class Farm(Table):
    """A farm that belongs to somebody; its slug is a level of the topics and so unique in the whole service."""

    __tablename__ = "farms"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    name: Mapped[str | None] = mapped_column(String(100))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    created_ms: Mapped[int] = mapped_column(BigInteger)


class House(Table):
    """A house that a device spoke for, or that a flock was placed in; its farm may belong to nobody yet."""

    __tablename__ = "houses"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    first_seen_ms: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str | None] = mapped_column(String(100))
    floor_m2: Mapped[float | None]


class Enrolment(Table):
    """Whether a device may speak: ``waiting``, ``approved`` or ``revoked``; see ``cloud.store.enrolments``."""

    __tablename__ = "enrolments"
    __table_args__ = (Index("enrolments_by_state", "state"),)

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    first_seen_ms: Mapped[int] = mapped_column(BigInteger)
    last_seen_ms: Mapped[int] = mapped_column(BigInteger)
    held_messages: Mapped[int] = mapped_column(BigInteger)
    decided_ms: Mapped[int | None] = mapped_column(BigInteger)
    by: Mapped[str | None] = mapped_column(String(100))


class EnrolmentCode(Table):
    """A code that makes one device's account, once; what is kept is its hash."""

    __tablename__ = "enrolment_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    farm: Mapped[str] = mapped_column(SLUG)
    house: Mapped[str] = mapped_column(SLUG)
    device: Mapped[str] = mapped_column(SLUG)
    by: Mapped[str] = mapped_column(String(100))
    expires_ms: Mapped[int] = mapped_column(BigInteger)


class Device(Table):
    """An edge device as it last described itself."""

    __tablename__ = "devices"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    announcement: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    status_at_ms: Mapped[int | None] = mapped_column(BigInteger)
