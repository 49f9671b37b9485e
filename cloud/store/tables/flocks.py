"""Flocks, what became of their birds, and the daily log of the houses.

Nothing here is overwritten: a corrected flock is a further version, a corrected event or entry a further row that
names the one it replaces, and taking one back is such a row of the kind ``withdrawn``.
"""

from datetime import date

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table

WHO = String(100)
WORDS = String(100)


class Flock(Table):
    """Birds placed together, as they were told of; the highest version counts."""

    __tablename__ = "flocks"
    __table_args__ = (Index("flocks_by_house", "farm", "house", "placed_on"),)

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    flock: Mapped[str] = mapped_column(SLUG, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    house: Mapped[str] = mapped_column(SLUG)
    breed: Mapped[str] = mapped_column(SLUG)
    sex: Mapped[str] = mapped_column(String(8))
    hatchery: Mapped[str] = mapped_column(WORDS)
    placed_on: Mapped[date]
    placed_birds: Mapped[int]
    dead_on_arrival: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    curve: Mapped[str | None] = mapped_column(SLUG)
    by: Mapped[str] = mapped_column(WHO)
    kept_ms: Mapped[int] = mapped_column(BigInteger)


class FlockEvent(Table):
    """Birds of a flock that were thinned, transferred or harvested, its closing, or an event taken back."""

    __tablename__ = "flock_events"
    __table_args__ = (
        Index("flock_events_by_replaced", "farm", "replaces", unique=True),
        Index("flock_events_by_flock", "farm", "flock"),
    )

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    event: Mapped[str] = mapped_column(SLUG, primary_key=True)
    flock: Mapped[str] = mapped_column(SLUG)
    house: Mapped[str] = mapped_column(SLUG)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    at_ms: Mapped[int] = mapped_column(BigInteger)
    birds: Mapped[int | None]
    kilograms: Mapped[float | None]
    to_house: Mapped[str | None] = mapped_column(SLUG)
    despite_withdrawal: Mapped[bool]
    empties: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(WHO)
    kept_ms: Mapped[int] = mapped_column(BigInteger)
    replaces: Mapped[str | None] = mapped_column(SLUG)


class LogEntry(Table):
    """One thing a person wrote down about a day in a house; ``photo`` is the SHA-256 of its picture."""

    __tablename__ = "log_entries"
    __table_args__ = (
        Index("log_entries_by_replaced", "farm", "house", "replaces", unique=True),
        Index("log_entries_by_day", "farm", "house", "day"),
    )

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    entry: Mapped[str] = mapped_column(SLUG, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    at_ms: Mapped[int] = mapped_column(BigInteger)
    birds: Mapped[int | None]
    kilograms: Mapped[float | None]
    litres: Mapped[float | None]
    cause: Mapped[str] = mapped_column(WORDS)
    name: Mapped[str] = mapped_column(WORDS)
    dose: Mapped[str] = mapped_column(WORDS)
    until: Mapped[date | None]
    withdrawal_days: Mapped[int | None]
    route: Mapped[str] = mapped_column(WORDS)
    note: Mapped[str] = mapped_column(Text)
    photo: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(WHO)
    kept_ms: Mapped[int] = mapped_column(BigInteger)
    replaces: Mapped[str | None] = mapped_column(SLUG)
