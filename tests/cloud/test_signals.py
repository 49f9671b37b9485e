"""What processes tell each other, and who of them leads: on a real PostgreSQL, and alone with SQLite."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from cloud.leader import Leadership
from cloud.relay import Relay
from cloud.signals import MOST_BYTES, Signal
from cloud.store.leading import LeaderLock
from cloud.store.records import Records
from contract.place import Place
from tests.cloud.sending import PI
from tests.postgresql import PostgreSQL

WITHIN_S = 30.0


@asynccontextmanager
async def running(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await asyncio.sleep(0.02)


def test_a_signal_of_any_size_is_the_same_after_its_way():
    places = {Place(farm="f" * 60, house="h" * 60, device=f"d-{number}") for number in range(300)}
    changed = {("f" * 60, f"house-{number}"): {"climate", "counts"} for number in range(300)}
    signal = Signal(changed=changed, announced=places, mail=True, decided=True)
    payloads = list(signal.written())
    assert max(len(payload.encode()) for payload in payloads) <= MOST_BYTES
    read = [Signal.read(payload) for payload in payloads]
    assert {house: members for one in read for house, members in one.changed.items()} == changed
    assert {place for one in read for place in one.announced} == places
    assert [sum(one.mail for one in read), sum(one.decided for one in read)] == [1, 1]


class TestRelay:
    async def test_each_process_hears_all_and_once_more_after_an_outage(self, records: Records, records_at: Path | URL):
        other = Records(records_at)
        other.open()
        heard: list[list[Signal]] = [[], []]
        missed = [0, 0]

        def miss(number: int) -> None:
            missed[number] += 1

        relays = [
            Relay(records, heard[0].append, lambda: miss(0)),
            Relay(other, heard[1].append, lambda: miss(1)),
        ]
        async with running(*(asyncio.create_task(relay.run()) for relay in relays)):
            signal = Signal(changed={("hill", "house-2"): {"climate"}}, announced={PI}, mail=True)
            if isinstance(records_at, Path):
                relays[0].tell(signal)
                relays[0].settled(signal)
                assert heard == [[signal, signal], []]
            else:
                await until(lambda: missed == [1, 1])
                relays[0].tell(signal)
                relays[0].settled(signal)
                await until(lambda: len(heard[0]) == len(heard[1]) == 2)  # mail goes by itself
                assert heard[0] == heard[1]
                with other.writing() as connection:
                    connection.exec_driver_sql(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE application_name = 'henwise-listener' AND datname = current_database()"
                    )
                await until(lambda: missed == [2, 2])
        other.close()


class TestLeadership:
    async def test_one_leads_and_another_takes_over_when_it_dies(self, postgresql: PostgreSQL):
        url = postgresql.database()
        processes = [Records(url) for _ in range(3)]
        for process in processes:
            process.open()
        leaders = [Leadership(LeaderLock(process)) for process in processes]
        at_work: list[int] = []

        async def work(number: int) -> None:
            at_work.append(number)
            try:
                await asyncio.Event().wait()
            finally:
                at_work.remove(number)

        def start(number: int) -> list[asyncio.Task[None]]:
            leader = leaders[number]
            return [
                asyncio.create_task(leader.run()),
                asyncio.create_task(leader.leading(lambda: work(number))),
            ]

        tasks = [start(number) for number in range(3)]
        async with running(*(task for some in tasks for task in some)):
            await until(lambda: len(at_work) == 1)
            await asyncio.sleep(1.5)
            [first] = at_work
            for task in tasks[first]:
                task.cancel()
            await until(lambda: len(at_work) == 1 and at_work != [first])
            [second] = at_work
            # The server cuts the leader's connection: it must stop before, or when, another begins.
            with processes[second].writing() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
                    "AND pid <> pg_backend_pid()"
                )
            await until(lambda: len(at_work) == 1)
        for process in processes:
            process.close()

    async def test_a_lock_that_is_being_taken_at_the_end_is_released(self, postgresql: PostgreSQL):
        records = Records(postgresql.database())
        records.open()
        begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

        class Slow(LeaderLock):
            def held(self) -> bool:
                begun.set()
                go_on.wait(WITHIN_S)
                held = super().held()
                ended.set()
                return held

        lock = Slow(records)
        task = asyncio.create_task(Leadership(lock).run())
        await asyncio.to_thread(begun.wait, WITHIN_S)
        task.cancel()
        await asyncio.sleep(0.2)
        go_on.set()
        await asyncio.wait([task])
        assert await asyncio.to_thread(ended.wait, WITHIN_S)
        another = LeaderLock(records)
        assert await asyncio.to_thread(another.held)
        await asyncio.to_thread(another.release)
        records.close()

    async def test_a_service_with_sqlite_leads(self, tmp_path: Path):
        records = Records(tmp_path / "records.db")
        leadership, worked = Leadership(LeaderLock(records)), asyncio.Event()

        async def work() -> None:
            worked.set()
            await asyncio.Event().wait()

        tasks = asyncio.create_task(leadership.run()), asyncio.create_task(leadership.leading(work))
        async with running(*tasks):
            await asyncio.wait_for(worked.wait(), WITHIN_S)

    async def test_work_that_fails_says_so(self, tmp_path: Path):
        leadership = Leadership(LeaderLock(Records(tmp_path / "records.db")))

        async def work() -> None:
            raise ValueError("on purpose")

        async with running(asyncio.create_task(leadership.run())):
            with pytest.raises(ValueError, match="on purpose"):
                await asyncio.wait_for(leadership.leading(work), WITHIN_S)
