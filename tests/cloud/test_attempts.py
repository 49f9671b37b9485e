"""Limits on wrong passwords, counted in the records for all processes together."""

import threading

import pytest

from cloud.store.attempts import PER_ADDRESS, PER_NAME, WINDOW_MS, Attempts
from cloud.store.records import Records


class Clock:
    def __init__(self) -> None:
        self.now_ms = 1_000_000

    def __call__(self) -> int:
        return self.now_ms


def test_an_address_that_tries_many_names_has_to_wait(records: Records):
    attempts = Attempts(records, Clock())
    assert [attempts.admit(f"name-{n}", "10.0.0.1") for n in range(PER_ADDRESS)] == [0] * PER_ADDRESS
    assert attempts.admit("another", "10.0.0.1") > 0
    assert attempts.admit("another", "10.0.0.2") == 0


def test_waiting_helps_and_a_refused_attempt_does_not_prolong(records: Records):
    clock = Clock()
    attempts = Attempts(records, clock)
    for _ in range(PER_NAME):
        attempts.admit("mei", "10.0.0.1")
    clock.now_ms += WINDOW_MS - 1_000
    assert attempts.admit("mei", "10.0.0.1") == 2
    clock.now_ms += 2_000
    assert attempts.admit("mei", "10.0.0.1") == 0


def test_a_clock_that_is_set_back_locks_nobody_out(records: Records):
    clock = Clock()
    clock.now_ms = 10 * 86_400_000
    attempts = Attempts(records, clock)
    for _ in range(PER_NAME):
        attempts.admit("mei", "10.0.0.1")
    clock.now_ms -= 86_400_000
    assert attempts.admit("mei", "10.0.0.1") == 0


def test_success_is_forgiven(records: Records):
    attempts = Attempts(records, Clock())
    for _ in range(2 * PER_ADDRESS):
        assert attempts.admit("mei", "10.0.0.1") == 0
        attempts.succeeded("mei", "10.0.0.1")


def test_workers_count_together_and_a_new_one_knows_what_was_tried(records: Records):
    workers = [Attempts(records, Clock()) for _ in range(4)]
    admitted: list[int] = []
    start = threading.Barrier(len(workers))

    def guess(worker: Attempts) -> None:
        start.wait()
        admitted.extend(worker.admit("mei", "10.0.0.1") for _ in range(PER_NAME))

    threads = [threading.Thread(target=guess, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(0) == PER_NAME
    assert Attempts(records, Clock()).admit("mei", "10.0.0.2") > 0


@pytest.mark.parametrize(
    ("names", "addresses"),
    [
        (["Mei@Farm.example", "mei@farm.example", " MEI@FARM.EXAMPLE "], ["10.0.0.1", "10.0.0.2"]),
        ([f"name-{n}" for n in range(40)], ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"]),
    ],
)
def test_other_spellings_of_one_name_or_network_count_as_one(records: Records, names: list[str], addresses: list[str]):
    attempts = Attempts(records, Clock())
    tried = [attempts.admit(names[n % len(names)], addresses[n % 2]) for n in range(PER_ADDRESS + 1)]
    assert tried[-1] > 0
