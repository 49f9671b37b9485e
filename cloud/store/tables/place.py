"""Houses and their devices."""

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table


class House(Table):
    """A house that a device spoke for, or that a flock was placed in."""

    __tablename__ = "houses"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    first_seen_ms: Mapped[int] = mapped_column(BigInteger)
    floor_m2: Mapped[float | None]


class Device(Table):
    """An edge device as it last described itself."""

    __tablename__ = "devices"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    announcement: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    status_at_ms: Mapped[int | None] = mapped_column(BigInteger)
