"""What the dashboard shows beside the numbers: data that came late, and droppings that were looked at."""

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table


class LateData(Table):
    """Ten minutes of which a device has sent data late; ``arrived_ms`` is when the last of them came."""

    __tablename__ = "late_data"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    from_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    arrived_ms: Mapped[int] = mapped_column(BigInteger)


class DroppingsCheck(Table):
    """A photo of a dropping, and what a network said of it; ``sha256`` is of the photo."""

    __tablename__ = "droppings_checks"
    __table_args__ = (Index("droppings_checks_by_time", "farm", "house", "at_ms"),)

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    check: Mapped[str] = mapped_column(SLUG, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(100))
    flock: Mapped[str | None] = mapped_column(SLUG)
    answer: Mapped[str] = mapped_column(SLUG)
    probabilities: Mapped[str] = mapped_column(Text)
    network: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
