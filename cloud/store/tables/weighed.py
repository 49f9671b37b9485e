"""Weighings by hand."""

from datetime import date

from sqlalchemy import BigInteger, Double, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table


class HandWeighing(Table):
    """Birds of a house's flock weighed by hand, told on the page or, with ``device`` and ``scale``, beside a scale."""

    __tablename__ = "hand_weighings"
    __table_args__ = (Index("hand_weighings_by_day", "farm", "house", "day"),)

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    weighing: Mapped[str] = mapped_column(SLUG, primary_key=True)
    day: Mapped[date]
    grams: Mapped[float] = mapped_column(Double)
    birds: Mapped[int]
    cv_percent: Mapped[float | None] = mapped_column(Double)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(100))
    device: Mapped[str | None] = mapped_column(SLUG)
    scale: Mapped[str | None] = mapped_column(SLUG)
    removed: Mapped[bool]
