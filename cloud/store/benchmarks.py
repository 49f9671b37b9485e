"""Records of benchmarks: which farms take part, and the quartiles that were told once and for all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select

from cloud.flock.benchmarks import Period, Quartiles, Told, may_know
from cloud.store.records import Records, insert_all_new, upsert
from cloud.store.tables import Benchmark, Benchmarking, BenchmarkPart, Farm


@dataclass(frozen=True, slots=True)
class Part:
    """That a farm takes part, since when and by whose word."""

    by: str
    since_ms: int


def take_part(connection: Connection, farm: str, part: Part) -> None:
    """Let a farm's flocks be counted."""
    upsert(connection, Benchmarking, {"farm": farm, "by": part.by, "since_ms": part.since_ms})


def leave(connection: Connection, farm: str) -> None:
    """Let a farm's flocks be counted no more; quartiles that were told stay as they are."""
    connection.execute(delete(Benchmarking).where(Benchmarking.farm == farm))


def part_of(connection: Connection, farm: str) -> Part | None:
    """Return that a farm takes part, None when it does not."""
    row = connection.execute(select(Benchmarking).where(Benchmarking.farm == farm)).first()
    return Part(row.by, row.since_ms) if row else None


def taking_part(connection: Connection) -> list[tuple[str, int]]:
    """Return the farms that take part, each with the organisation it belongs to, sorted."""
    query = select(Farm.farm, Farm.organisation_id).join(Benchmarking, Benchmarking.farm == Farm.farm)
    return [(row.farm, row.organisation_id) for row in connection.execute(query.order_by(Farm.farm))]


def organisations_of(connection: Connection, farms: Collection[str]) -> frozenset[int]:
    """Return whose farms these are."""
    return frozenset(connection.scalars(select(Farm.organisation_id).where(Farm.farm.in_(farms))))


def is_told(connection: Connection, breed: str, period: Period) -> bool:
    """Say whether quartiles of a breed and period were told."""
    query = select(Benchmark.figure).where(*_at(Benchmark, breed, period)).limit(1)
    return connection.execute(query).first() is not None


def tell(connection: Connection, breed: str, period: Period, figures: Mapping[str, Quartiles], now_ms: int) -> None:
    """Keep the quartiles of a breed and period for good."""
    at = {"breed": breed, "year": period.year, "season": period.season}
    rows = [
        {
            **at, "figure": figure, "low": one.low, "median": one.median, "high": one.high, "flocks": one.flocks,
            "organisations": len(one.by_organisation), "made_ms": now_ms,
        }
        for figure, one in figures.items()
    ]  # fmt: skip
    parts = [
        {**at, "figure": figure, "organisation_id": organisation, "flocks": flocks}
        for figure, one in figures.items()
        for organisation, flocks in one.by_organisation.items()
    ]
    insert_all_new(connection, Benchmark, rows)
    insert_all_new(connection, BenchmarkPart, parts)


def told(
    records: Records, breed: str, periods: Iterable[Period], reads: Collection[int]
) -> tuple[Period, dict[str, Told]] | None:
    """Return the first of these periods of which a reader may know figures, with those figures.

    Args:
        records: where they are.
        breed: of the flocks.
        periods: the wanted one first.
        reads: the organisations whose flocks the reader may see.
    """
    with records.reading() as connection:
        for period in periods:
            found = _told(connection, breed, period, reads)
            if found:
                return period, found
    return None


def _told(connection: Connection, breed: str, period: Period, reads: Collection[int]) -> dict[str, Told]:
    known: dict[str, dict[int, int]] = {}
    parts = select(BenchmarkPart).where(*_at(BenchmarkPart, breed, period), BenchmarkPart.organisation_id.in_(reads))
    for row in connection.execute(parts):
        known.setdefault(row.figure, {})[row.organisation_id] = row.flocks
    return {
        row.figure: Told(row.low, row.median, row.high, row.flocks)
        for row in connection.execute(select(Benchmark).where(*_at(Benchmark, breed, period)))
        if may_know(row.flocks, row.organisations, known.get(row.figure, {}))
    }


def _at(table: type[Benchmark | BenchmarkPart], breed: str, period: Period) -> tuple[ColumnElement[bool], ...]:
    return (table.breed == breed, table.year == period.year, table.season == period.season)
