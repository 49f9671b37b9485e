"""What is staged, beside a dict that does the same slowly."""

import random

import numpy as np
import pytest

from cloud.store.embedded import staged as staged_module
from cloud.store.embedded.schema import Batch, batch_of
from cloud.store.embedded.staged import Staged


def batch(chance: random.Random, rows: int) -> Batch:
    return batch_of([(chance.randrange(1, 3000), chance.randrange(50), chance.random()) for _ in range(rows)])


class Slow:
    """Series -> time -> value."""

    def __init__(self) -> None:
        self.points: dict[int, dict[int, float]] = {}

    def add(self, rows: Batch) -> None:
        for series, at_ms, value in rows.tolist():
            self.points.setdefault(series, {})[at_ms] = value

    def of(self, series: int) -> list[tuple[int, float]]:
        return sorted(self.points.get(series, {}).items())


def columns_of(staged: Staged, series: int) -> list[tuple[int, float]]:
    columns = staged.of(series)
    return list(zip(columns.at_ms.tolist(), columns.value.tolist(), strict=True))


def test_runs_of_any_size_hold_what_was_added_and_the_last_word_of_a_time_wins():
    chance, staged, slow = random.Random(1), Staged(), Slow()
    for _ in range(60):
        rows = batch(chance, chance.choice([0, 1, 5, 400, 3000]))
        staged.add(rows)
        slow.add(rows)
    assert staged.series == len(slow.points)
    for series in range(1, 3000, 7):
        assert columns_of(staged, series) == slow.of(series)


def test_what_leaves_is_handed_out_once_and_seen_until_it_is_gone():
    chance, staged, leaving, fresh = random.Random(2), Staged(), Slow(), Slow()
    for _ in range(9):
        rows = batch(chance, 500)
        staged.add(rows)
        leaving.add(rows)
    staged.rotate()
    assert (staged.rows, staged.series, staged.sealing) == (0, 0, True)
    rows = batch(chance, 700)
    staged.add(rows)
    fresh.add(rows)
    handed_out: dict[int, list[tuple[int, float]]] = {}
    while staged.sealing:
        some = staged.leaving(200)
        assert 0 < len(some) <= 200
        series = min(some)
        both = leaving.points[series] | fresh.points.get(series, {})
        assert columns_of(staged, series) == sorted(both.items())
        staged.gone(some)
        assert columns_of(staged, series) == fresh.of(series)
        assert not handed_out.keys() & some.keys()
        for number, columns in some.items():
            handed_out[number] = list(zip(columns.at_ms.tolist(), columns.value.tolist(), strict=True))
    assert handed_out == {series: leaving.of(series) for series in leaving.points}
    assert staged.leaving(200) == {}


def test_runs_stay_few(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(staged_module, "RUN_MOST", 5_000)
    chance, staged = random.Random(3), Staged()
    for _ in range(300):
        staged.add(batch(chance, 100))
    sizes = [len(run[0]) for run in staged._fresh]
    assert len(sizes) <= 30_000 // 5_000 + np.log2(5_000 / 100) + 2
    assert sum(sizes) == 30_000
