"""Reading ahead: the same items in the same order, no further ahead than asked, and nothing left behind."""

import threading
from collections.abc import Generator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.read_ahead import read_ahead
from tests.edge.waiting import wait_until


class Source:
    """Numbers, and what became of them."""

    def __init__(self, count: int, broken_at: int | None = None) -> None:
        self.count = count
        self.broken_at = broken_at
        self.given = 0
        self.closed = False
        self.threads: set[int] = set()

    def numbers(self) -> Generator[int]:
        try:
            for number in range(self.count):
                if number == self.broken_at:
                    raise OSError("the disk is gone")
                self.threads.add(threading.get_ident())
                self.given += 1
                yield number
        finally:
            self.closed = True


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(1, 5))
def test_all_items_come_in_order_from_another_thread(count: int, most: int):
    source = Source(count)
    assert list(read_ahead(source.numbers(), most)) == list(range(count))
    assert source.closed
    assert threading.get_ident() not in source.threads


def test_it_is_no_further_ahead_than_asked():
    source = Source(100)
    items = read_ahead(source.numbers(), 3)
    assert next(items) == 0
    wait_until(lambda: source.given == 5, 10)  # the one taken, three that wait, and the one that finds no room
    assert next(items) == 1
    wait_until(lambda: source.given == 6, 10)


def test_what_goes_wrong_comes_after_the_items_before_it():
    source, got = Source(10, broken_at=4), []
    with pytest.raises(OSError, match="the disk is gone"):
        for number in read_ahead(source.numbers()):
            got.append(number)  # noqa: PERF402  # what came before the error is what is looked at
    assert got == [0, 1, 2, 3]
    assert source.closed


def test_who_leaves_early_leaves_no_thread_behind():
    source, before = Source(10**9), threading.active_count()
    for number in (items := read_ahead(source.numbers())):
        if number == 5:
            break
    items.close()  # type: ignore[attr-defined]  # it is a generator, though that is not promised
    assert source.closed
    assert threading.active_count() == before
