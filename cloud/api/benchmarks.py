"""Benchmarks: an owner lets a farm's flocks be counted, and sees where they stand among others."""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request

from cloud.api.caller import WithCaller, may
from cloud.api.flocks import FlockPath
from cloud.api.language import Language, language_of
from cloud.api.models import BenchmarkNow, BenchmarkRow, TakingPart, TakingPartNow
from cloud.api.paths import FarmPath
from cloud.api.reports import gatherer
from cloud.api.services import WithServices
from cloud.api.times import perhaps
from cloud.flock.benchmarks import LEAST_FLOCKS, LEAST_ORGANISATIONS
from cloud.report.figure_rows import figure_rows
from cloud.report.others import read_by, standing_of
from cloud.report.standing import Row
from cloud.report.units import shown
from cloud.report.words import season
from cloud.rights import Right
from cloud.store import audit, benchmarks
from cloud.store.benchmarks import Part

router = APIRouter(tags=["benchmarks"])


@router.get("/farms/{farm}/benchmarking", dependencies=[Depends(may(Right.READ))])
def read_benchmarking(farm: FarmPath, services: WithServices) -> TakingPartNow:
    """Say whether a farm's flocks are counted among others'."""
    with services.records.reading() as connection:
        return _now(benchmarks.part_of(connection, farm))


@router.put("/farms/{farm}/benchmarking", dependencies=[Depends(may(Right.PEOPLE))])
def keep_benchmarking(farm: FarmPath, wanted: TakingPart, services: WithServices, caller: WithCaller) -> TakingPartNow:
    """Let a farm's flocks be counted, or no longer. What was told before stays as it is, and is nobody's."""
    actor = caller.acting()
    with services.records.writing() as connection:
        before = benchmarks.part_of(connection, farm)
        if (before is not None) == wanted.taking_part:
            return _now(before)
        if wanted.taking_part:
            benchmarks.take_part(connection, farm, Part(actor.who, actor.at_ms))
        else:
            benchmarks.leave(connection, farm)
        audit.note(connection, actor, "benchmarking-on" if wanted.taking_part else "benchmarking-off", farm, farm=farm)
        return _now(benchmarks.part_of(connection, farm))


@router.get("/farms/{farm}/flocks/{flock}/benchmark", dependencies=[Depends(may(Right.READ))])
def read_benchmark(
    farm: FarmPath, flock: FlockPath, request: Request, services: WithServices, caller: WithCaller
) -> BenchmarkNow:
    """Return a flock's figures beside the quartiles of flocks of its breed and season."""
    today = services.zones.day(farm, datetime.now(UTC))
    facts = gatherer(services).flock(farm, flock, today, climate=False)
    with services.records.reading() as connection:
        takes_part = benchmarks.part_of(connection, farm) is not None
    found = standing_of(services.records, farm, facts, read_by(services.records, caller.grants))
    language = language_of(request.headers)
    return BenchmarkNow(
        taking_part=takes_part,
        season=found.period.season if found else None,
        year=found.period.year if found else None,
        season_name=season(found.period, language) if found else None,
        rows=[_row(one, language) for one in found.rows(facts)] if found else [],
        least_flocks=LEAST_FLOCKS,
        least_organisations=LEAST_ORGANISATIONS,
    )


def _row(one: Row, language: Language) -> BenchmarkRow:
    row = figure_rows()[one.figure]
    unit, others = shown(row.unit, "si"), one.others
    return BenchmarkRow(
        key=one.figure,
        name=row.en if language == "en" else row.zh,
        unit=unit.en if language == "en" else unit.zh,
        decimals=row.decimals,
        own=one.own,
        low=others.low,
        median=others.median,
        high=others.high,
        flocks=others.flocks,
    )


def _now(part: Part | None) -> TakingPartNow:
    if part is None:
        return TakingPartNow(taking_part=False, by="", since=None)
    return TakingPartNow(taking_part=True, by=part.by, since=perhaps(part.since_ms))
