"""What other flocks are like, as far as somebody may know. Blocking."""

from collections.abc import Collection

from cloud.flock.benchmarks import period_of
from cloud.report.facts import FlockFacts
from cloud.report.standing import Standing
from cloud.rights import Grants
from cloud.store import benchmarks
from cloud.store.records import Records


def standing_of(records: Records, farm: str, facts: FlockFacts, reads: Collection[int]) -> Standing | None:
    """Return where a flock stands, as far as a reader may know; None: its farm takes no part, or too little is known.

    Its own season counts once it was told, till then the same season of the year before.

    Args:
        records: where quartiles are kept.
        farm: the flock's.
        facts: the flock's.
        reads: the organisations whose flocks the reader may see.
    """
    with records.reading() as connection:
        if benchmarks.part_of(connection, farm) is None:
            return None
    own = period_of(facts.placed_on)
    found = benchmarks.told(records, facts.breed, (own, own.before), reads)
    return Standing(*found) if found else None


def read_by(records: Records, grants: Grants) -> frozenset[int]:
    """Return the organisations some of whose flocks somebody may see."""
    with records.reading() as connection:
        return benchmarks.organisations_of(connection, grants.farms.keys()) | grants.organisations.keys()
