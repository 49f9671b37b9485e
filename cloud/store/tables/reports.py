"""What reports stand on beside what was measured: curves of a farm's own, its prices, who gets which report when."""

from datetime import date

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table

WHO = String(100)


class GrowthCurve(Table):
    """A farm's own growth curve of a breed; ``points`` is JSON [[age in days, g], ...], ``formula`` JSON or null."""

    __tablename__ = "growth_curves"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    breed: Mapped[str] = mapped_column(SLUG, primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    points: Mapped[str] = mapped_column(Text)
    formula: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(WHO)
    kept_ms: Mapped[int] = mapped_column(BigInteger)


class FarmPrices(Table):
    """What a farmer entered of prices and the weight to sell at, as JSON."""

    __tablename__ = "farm_prices"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(WHO)
    kept_ms: Mapped[int] = mapped_column(BigInteger)


class ReportSchedule(Table):
    """A report that a person gets by e-mail: each day or each week at a time of day on the farm.

    Its message is in the language of each mailbox. ``formats`` is a JSON list; ``sent_day`` the last day it
    was handed to delivery.
    """

    __tablename__ = "report_schedules"
    __table_args__ = (Index("report_schedules_by_user", "user_id"), Index("report_schedules_by_farm", "farm"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    farm: Mapped[str] = mapped_column(SLUG)
    kind: Mapped[str] = mapped_column(String(8))
    weekday: Mapped[int | None]
    minute: Mapped[int]
    formats: Mapped[str] = mapped_column(Text)
    units: Mapped[str] = mapped_column(String(8))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    sent_day: Mapped[date | None]


class Benchmarking(Table):
    """A farm whose owner lets its flocks be counted among the anonymous quartiles."""

    __tablename__ = "benchmarking"

    farm: Mapped[str] = mapped_column(ForeignKey("farms.farm", ondelete="CASCADE"), primary_key=True)
    by: Mapped[str] = mapped_column(WHO)
    since_ms: Mapped[int] = mapped_column(BigInteger)


class Benchmark(Table):
    """Quartiles of a figure of all flocks of a breed placed in a season: told once, never reckoned again.

    They are nobody's: who leaves later is not in them any less, so that nobody can subtract.
    """

    __tablename__ = "benchmarks"

    breed: Mapped[str] = mapped_column(SLUG, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    season: Mapped[str] = mapped_column(String(8), primary_key=True)
    figure: Mapped[str] = mapped_column(String(32), primary_key=True)
    low: Mapped[float] = mapped_column(Double)
    median: Mapped[float] = mapped_column(Double)
    high: Mapped[float] = mapped_column(Double)
    flocks: Mapped[int]
    organisations: Mapped[int]
    made_ms: Mapped[int] = mapped_column(BigInteger)


class BenchmarkPart(Table):
    """How many flocks of an organisation counted in a benchmark: what its people know of it already."""

    __tablename__ = "benchmark_parts"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True)
    breed: Mapped[str] = mapped_column(SLUG, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    season: Mapped[str] = mapped_column(String(8), primary_key=True)
    figure: Mapped[str] = mapped_column(String(32), primary_key=True)
    flocks: Mapped[int]
