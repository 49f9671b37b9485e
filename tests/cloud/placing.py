"""Flocks put into the records at once, for tests that are about something else."""

from cloud.store.flocks import FlockFacts, KeptFlock, add_version, default_id
from cloud.store.records import Records


def place(records: Records, facts: FlockFacts, version: int = 1, farm: str = "hill") -> None:
    kept = KeptFlock(default_id(facts.house, facts.placed_on), version, facts, "mei", 0)
    with records.writing() as connection:
        add_version(connection, farm, kept)
