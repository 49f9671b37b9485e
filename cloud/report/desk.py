"""Reports as one part of the service: from a wish to the printed report. Blocking; call it from a thread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from cloud.api.language import Language
from cloud.errors import Unheard
from cloud.report.build import comparison_report, day_report, flock_report, week_report
from cloud.report.facts import FlockFacts
from cloud.report.gather import Gatherer
from cloud.report.model import Report
from cloud.report.others import standing_of
from cloud.report.printed import Printed, printed
from cloud.report.units import Units

FlockKind = Literal["day", "week", "flock"]
"""Reports of one flock."""

BUILD: Final[Mapping[str, Callable[[FlockFacts], Report]]] = {"day": day_report, "week": week_report}

COMPARED_MOST: Final = 8
"""More flocks side by side than a page is wide for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report somebody wants.

    Attributes:
        kind: of one flock, or a comparison of several.
        flocks: farm and flock of each.
        last: the last day it covers; a flock that was over earlier ends earlier.
        language: of its words.
        units: of its numbers.
        reads: the organisations whose flocks the reader may see, for what other flocks are like; None: nobody is
            known to read it, and nothing of others is in it.
    """

    kind: FlockKind | Literal["comparison"]
    flocks: tuple[tuple[str, str], ...]
    last: date
    language: Language = "en"
    units: Units = "si"
    reads: frozenset[int] | None = None


def last_day(wanted: date | None, today: date) -> date:
    """Return the last day a report covers: today unless another one is wanted.

    Raises:
        Unheard: that day has not come yet.
    """
    if wanted is not None and wanted > today:
        sentence = f"{wanted} has not come yet; a report can cover days until {today}."
        raise Unheard("day_not_come", sentence, f"{wanted} 还没有到，报告最晚到 {today}。")
    return wanted or today


def report(gatherer: Gatherer, wish: Wish) -> Printed:
    """Return a report.

    Raises:
        Unheard: there is no such flock, or its birds had not come.
    """
    named = _distinct(wish.flocks)
    facts = [gatherer.flock(farm, flock, wish.last) for farm, flock in named]
    return printed(_model(gatherer, wish, named, facts), wish.language, wish.units)


def _model(gatherer: Gatherer, wish: Wish, named: Sequence[tuple[str, str]], facts: Sequence[FlockFacts]) -> Report:
    if wish.kind in BUILD:
        return BUILD[wish.kind](facts[0])
    reads = wish.reads or frozenset()
    found = [
        None if wish.reads is None else standing_of(gatherer.records, farm, one, reads)
        for (farm, _), one in zip(named, facts, strict=True)
    ]
    if wish.kind == "flock":
        return flock_report(facts[0], found[0])
    same = all(one == found[0] for one in found) and len({one.breed for one in facts}) == 1
    return comparison_report(facts, found[0] if same else None)


def _distinct(flocks: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(flocks))
