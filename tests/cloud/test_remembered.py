"""What ingest remembers: only what was committed, only as much as it may, and nothing where others write too."""

from pathlib import Path

import pytest
from sqlalchemy import URL

from cloud.store.records import Records
from cloud.store.remembered import Remembered, Rows


class Asked(Exception):
    pass


def never(keys: list[str]) -> dict[str, int]:
    raise Asked(keys)


def test_what_is_written_counts_once_it_is_committed():
    rows: Rows[str, int] = Rows(10)
    rows.write({"a": 1})
    with pytest.raises(Asked):
        rows.of(["a"], never)
    rows.committed()
    assert rows.of(["a"], never) == {"a": 1}
    assert rows.of(["a", "b"], lambda keys: dict.fromkeys(keys, 2)) == {"a": 1, "b": 2}


def test_a_failed_transaction_is_forgotten_with_what_was_known_before():
    remembered = Remembered(ranges=Rows(10))
    with remembered.transaction():
        remembered.ranges.write({("a",): [(1, 5)]})
    with pytest.raises(RuntimeError), remembered.transaction():
        remembered.ranges.write({("a",): [(1, 9)]})
        raise RuntimeError
    assert remembered.ranges.of([("a",)], lambda keys: {key: [(1, 7)] for key in keys}) == {("a",): [(1, 7)]}


def test_it_is_bounded():
    rows: Rows[int, int] = Rows(3)
    rows.write({number: number for number in range(4)})
    rows.committed()
    assert rows.of([1], lambda _: {}) == {}


def test_beside_other_workers_nothing_is_remembered(tmp_path: Path):
    assert Remembered.beside(Records(URL.create("postgresql+psycopg", database="henwise"))).houses._most == 0
    assert Remembered.beside(Records(tmp_path / "records.db")).houses._most > 0
