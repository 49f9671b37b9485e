"""kill -9 of the service, a worker, influxd, PostgreSQL and the broker, under load: what was acknowledged is there.

HENWISE_TEST_KILLS=50 for the long run (about eight minutes on two cores); a few are enough for every day.
"""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from cloud.store import ledger
from cloud.store.choice import chosen_series
from cloud.store.folder import opened_records
from cloud.store.records import Records
from cloud.store.series import SeriesKey
from cloud.store.tables import Alert, AlertTransition
from tests.cloud.big import Installation, installation
from tests.cloud.outboxes import Outbox
from tests.cloud.sending import BOOT, PI

KILLS = int(os.environ.get("HENWISE_TEST_KILLS", "8"))
DEVICES = 8
DRAIN_WITHIN_S = 180.0

pytestmark = [pytest.mark.system, pytest.mark.timeout(1_800)]


def parts(big: Installation) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """Return how each part is killed, and how it is started again."""

    def kill_service() -> None:
        assert big.service.process is not None
        big.service.process.kill()
        big.service.process.wait()

    def start_service() -> None:
        big.service.start_alone()

    worker = big.workers[0]
    return {
        "service": (kill_service, start_service),
        "worker": (worker.kill, worker.start),
        "influxd": (big.influx.kill, big.influx.start_influxd),
        "postgresql": (big.postgresql.kill, big.postgresql.start),
        "broker": (big.broker.kill, big.broker.start),
    }


async def kill_at_random(big: Installation, chance: random.Random) -> dict[str, int]:
    """Kill one part after another, all about as often, each down for a moment; return how often."""
    kills = dict.fromkeys(parts(big), 0)
    for _ in range(KILLS):
        name = min(kills, key=lambda name: (kills[name], chance.random()))
        kill, start = parts(big)[name]
        await asyncio.to_thread(kill)
        kills[name] += 1
        await asyncio.sleep(chance.uniform(0.2, 2.0))
        await asyncio.to_thread(start)
        await asyncio.sleep(chance.uniform(0.5, 3.0))
        await asyncio.to_thread(revive, big)
    return kills


def revive(big: Installation) -> None:
    """Start again what ended by itself, because a store was away when it began: what systemd does."""
    if big.service.process is None or big.service.process.poll() is not None:
        big.service.start_alone()
    for worker in big.workers:
        if worker.process is None or worker.process.poll() is not None:
            worker.start()


async def measure(outboxes: list[Outbox]) -> None:
    while True:
        for outbox in outboxes:
            outbox.measure()
        await asyncio.sleep(0.1)


@pytest.mark.xdist_group("kills")
async def test_kills_of_every_part_lose_nothing_that_was_acknowledged(tmp_path: Path):
    with installation(tmp_path, workers=1) as big:
        outboxes = [
            Outbox(big.broker.port, PI.model_copy(update={"device": f"pi-{number}"})) for number in range(DEVICES)
        ]
        sending = [asyncio.create_task(outbox.run()) for outbox in outboxes]
        measuring = asyncio.create_task(measure(outboxes))
        try:
            kills = await kill_at_random(big, random.Random(19))
            measuring.cancel()
            async with asyncio.timeout(DRAIN_WITHIN_S):
                while any(outbox.waiting for outbox in outboxes):
                    await asyncio.sleep(1)
                    await asyncio.to_thread(revive, big)
        finally:
            for task in (measuring, *sending):
                task.cancel()
            await asyncio.gather(measuring, *sending, return_exceptions=True)
        assert min(kills.values()) >= KILLS // len(kills)
        await asyncio.to_thread(assert_all_there, big, outboxes)


def assert_all_there(big: Installation, outboxes: list[Outbox]) -> None:
    series = chosen_series(big.config)
    series.open()
    with opened_records(big.config) as records:
        assert ledger.kept(records) == []
        for outbox in outboxes:
            place, events = outbox.place, outbox.committed
            assert ledger.settled(records, place)[BOOT] == [(1, len(events))]
            key = SeriesKey(place.farm, place.house, place.device, "thermo-1", "temperature_celsius")
            wanted = {
                round(event.at.timestamp() * 1000): event.values["temperature_celsius"] for event in events.values()
            }
            window = series.window(key, min(wanted), max(wanted) + 1, 10**7)
            assert dict(zip(window.at_ms.tolist(), window.mean.tolist(), strict=True)) == wanted
        assert_no_transition_twice(records)
    series.close()


def assert_no_transition_twice(records: Records) -> None:
    with records.reading() as connection:
        alerts = connection.execute(select(Alert.alert, Alert.n)).all()
        for alert, n in alerts:
            numbers = connection.scalars(
                select(AlertTransition.n).where(AlertTransition.alert == alert).order_by(AlertTransition.n)
            )
            assert list(numbers) == list(range(1, n + 1))
