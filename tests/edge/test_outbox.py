import fcntl
import json
import logging
import sqlite3
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.messages import Event, SeqRange, encode
from contract.topics import LEAVES
from edge.errors import OutboxStuck, OutboxTaken
from edge.outbox import GROUP_ROWS, WORTH, Outbox
from edge.outbox_disk import PAGE_BYTES
from edge.outbox_file import OutboxFile
from edge.outbox_rows import NewRow, Row
from tests.edge.samples import BOOT, finding, reading, snapshot, weight
from tests.edge.waiting import wait_until

LONG_AGO = 0


def rows_of(outbox: Outbox, limit: int = 10_000) -> list[Row]:
    return outbox.waiting(live_since_ms=LONG_AGO, but=(), limit=limit)


def put_all(outbox: Outbox, *events: Event) -> list[int]:
    return [number.result(timeout=60) for number in [outbox.put(event) for event in events]]


def test_an_event_gets_its_boot_and_number_when_it_is_stored(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", "a" * 16, group_wait_s=0.02) as outbox:
        assert put_all(outbox, reading(), weight(), snapshot()) == [1, 2, 3]
        stored = [json.loads(row.payload) for row in rows_of(outbox)]
    assert [(one["boot"], one["seq"]) for one in stored] == [("a" * 16, 1), ("a" * 16, 2), ("a" * 16, 3)]
    assert [row.leaf for row in rows_of_file(tmp_path)] == ["readings", "weight", "snapshot"]


def rows_of_file(folder: Path) -> list[Row]:
    with Outbox(folder / "o.sqlite", "f" * 16, group_wait_s=0.02) as outbox:
        return rows_of(outbox)


def test_rows_survive_and_a_new_boot_counts_from_one(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", "a" * 16, group_wait_s=0.02) as outbox:
        put_all(outbox, reading(), reading())
    with Outbox(tmp_path / "o.sqlite", "b" * 16, group_wait_s=0.02) as outbox:
        put_all(outbox, weight())
        assert [(row.boot[0], row.seq) for row in rows_of(outbox)] == [("a", 1), ("a", 2), ("b", 1)]
        assert outbox.rows == 3


def test_leaving_commits_what_is_pending(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        numbered = [outbox.put(reading()) for _ in range(50)]
    assert [one.result(timeout=0) for one in numbered] == list(range(1, 51))
    assert len(rows_of_file(tmp_path)) == 50


def test_what_piles_up_is_committed_together(tmp_path: Path):
    commits = threading.Semaphore(0)
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=3_600) as outbox:
        outbox.on_commit(commits.release)
        put_all(outbox, *[reading() for _ in range(GROUP_ROWS)])
        assert commits.acquire(timeout=60)
        assert not commits.acquire(blocking=False)


def test_a_reading_waits_for_company_and_goes_with_the_first_that_can_not(tmp_path: Path):
    commits = threading.Semaphore(0)
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=3_600) as outbox:
        outbox.on_commit(commits.release)
        patient = [outbox.put(one) for one in (reading(), snapshot(), reading())]
        assert outbox.put(weight()).result(timeout=60) == 4
        assert [one.result(timeout=0) for one in patient] == [1, 2, 3]
        assert commits.acquire(timeout=60)
        assert not commits.acquire(blocking=False)
        last = outbox.put(reading())
    assert last.result(timeout=0) == 5


def test_a_reading_without_company_goes_after_a_while(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.7) as outbox:
        before_s = time.monotonic()
        assert put_all(outbox, reading()) == [1]
        assert time.monotonic() - before_s >= 0.7


def test_threads_get_numbers_without_gaps_or_repeats(tmp_path: Path):
    seqs: list[int] = []
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:

        def put_some() -> None:
            seqs.extend(put_all(outbox, *[reading() for _ in range(60)]))

        threads = [threading.Thread(target=put_some) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(seqs) == list(range(1, 241))


def test_only_what_the_cloud_has_committed_goes(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, *[reading() for _ in range(10)])
        ids = {row.seq: row.id for row in rows_of(outbox)}
        gone = outbox.confirm(
            [
                SeqRange(boot=BOOT, first=2, last=4),
                SeqRange(boot=BOOT, first=9, last=99),
                SeqRange(boot="e" * 16, first=1, last=9),
            ]
        )
        assert sorted(gone) == [ids[2], ids[3], ids[4], ids[9], ids[10]]
        assert [row.seq for row in rows_of(outbox)] == [1, 5, 6, 7, 8]
        assert outbox.rows == 5
        assert outbox.confirm([SeqRange(boot=BOOT, first=2, last=4)]) == []


def test_live_rows_come_before_the_backlog_and_what_is_on_its_way_does_not_come(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, reading(age_s=900), reading(age_s=800), reading(), reading())
        newest = rows_of(outbox)[-1]
        minute_ago = newest.at_ms - 60_000
        assert [row.seq for row in outbox.waiting(live_since_ms=minute_ago, but=(), limit=3)] == [3, 4, 1]
        ids = [row.id for row in rows_of(outbox)]
        assert [row.seq for row in outbox.waiting(live_since_ms=minute_ago, but=ids[1:3], limit=9)] == [4, 1]


def test_what_the_cloud_has_is_kept_and_can_be_asked_for_again(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, *[reading() for _ in range(10)])
        outbox.confirm([SeqRange(boot=BOOT, first=1, last=6), SeqRange(boot=BOOT, first=9, last=9)])
        assert sorted(outbox.kept(), key=lambda span: span.first) == [
            SeqRange(boot=BOOT, first=1, last=6), SeqRange(boot=BOOT, first=9, last=9),
        ]  # fmt: skip
        lacking = [SeqRange(boot=BOOT, first=5, last=20), SeqRange(boot="e" * 16, first=1, last=9)]
        assert outbox.take_back(lacking) == 3
        assert [row.seq for row in rows_of(outbox)] == [5, 6, 7, 8, 9, 10]
        assert outbox.rows == 6
    with Outbox(tmp_path / "o.sqlite", "b" * 16, group_wait_s=0.02) as outbox:
        assert outbox.rows == 6
        assert outbox.kept() == [SeqRange(boot=BOOT, first=1, last=4)]


def test_what_is_kept_makes_room_before_what_waits(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, max_rows=4, group_wait_s=0.02) as outbox:
        put_all(outbox, reading(), reading(), reading())
        outbox.confirm([SeqRange(boot=BOOT, first=2, last=3)])
        put_all(outbox, snapshot(), snapshot())
        assert [row.seq for row in rows_of(outbox)] == [1, 4, 5]
        assert outbox.kept() == [SeqRange(boot=BOOT, first=3, last=3)]
        assert outbox.dropped_rows == 0


def test_what_is_kept_goes_after_two_days_and_what_waits_after_its_time(tmp_path: Path):
    day = 86_400
    with Outbox(tmp_path / "o.sqlite", BOOT, keep_days=0, max_days=30, group_wait_s=0.02) as outbox:
        put_all(outbox, reading(age_s=31 * day), reading(age_s=29 * day), reading())
        outbox.confirm([SeqRange(boot=BOOT, first=3, last=3)])
        outbox._file._swept_ms = 0
        wait_until(lambda: put_all(outbox, reading()) != [] and outbox.kept() == [])
        assert rows_of(outbox)[0].seq == 2
        assert outbox.dropped_rows == 1


def test_a_file_of_an_earlier_version_is_taken_over(tmp_path: Path):
    with sqlite3.connect(tmp_path / "o.sqlite") as db:
        db.executescript(
            "CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, seq INTEGER NOT NULL,"
            " leaf TEXT NOT NULL, worth INTEGER NOT NULL, at_ms INTEGER NOT NULL, size INTEGER NOT NULL,"
            " payload BLOB NOT NULL, UNIQUE (boot, seq)); CREATE INDEX outbox_worth ON outbox (worth, id);"
        )
        db.execute("INSERT INTO outbox VALUES (1, ?, 1, 'weight', 2, 5, 2, '{}')", (BOOT,))
    db.close()
    with Outbox(tmp_path / "o.sqlite", "b" * 16, group_wait_s=0.02) as outbox:
        assert [row.seq for row in rows_of(outbox)] == [1]
        assert len(outbox.confirm([SeqRange(boot=BOOT, first=1, last=1)])) == 1


@pytest.mark.parametrize(("group", "most"), [(GROUP_ROWS, 1_300), (4, 2_200)])
def test_an_sd_card_is_spared(tmp_path: Path, group: int, most: int):
    """Bytes written per message in groups: stored, committed, confirmed, kept (docs/device.md)."""
    messages = 1_000

    def written() -> int:
        lines = Path("/proc/thread-self/io").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("wchar")).split()[1])

    file = OutboxFile(tmp_path / "o.sqlite", max_rows=10_000, max_bytes=10**8)
    file.open()
    before = written()
    for first in range(1, messages, group):
        file.append([stored(seq) for seq in range(first, first + group)])
        file.confirm([SeqRange(boot=BOOT, first=first, last=first + group - 1)])
    per_message = (written() - before) / messages
    file.close()
    assert per_message <= most


def stored(seq: int) -> NewRow:
    said = reading().model_copy(update={"seq": seq})
    return NewRow(BOOT, seq, "readings", WORTH["readings"], int(said.at.timestamp() * 1000), encode(said))


def test_when_full_the_least_worth_goes_first_then_the_oldest(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, max_rows=4, group_wait_s=0.02) as outbox:
        put_all(outbox, snapshot(), weight(), reading(), reading(), snapshot(), finding(), weight())
        assert [(row.leaf, row.seq) for row in rows_of(outbox)] == [
            ("weight", 2),
            ("readings", 4),
            ("finding", 6),
            ("weight", 7),
        ]
        assert outbox.dropped_rows == 3
    with Outbox(tmp_path / "o.sqlite", BOOT, max_rows=4, group_wait_s=0.02) as outbox:
        assert outbox.dropped_rows == 3
        assert outbox.rows == 4


def test_bytes_are_bounded_as_well(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, max_bytes=10_000, group_wait_s=0.02) as outbox:
        put_all(outbox, weight(), snapshot(3000), snapshot(3000), snapshot(3000))
        assert [row.seq for row in rows_of(outbox)] == [1, 3, 4]


class PlainList:
    """What an outbox of six rows does, as plainly as can be: rows are (number, leaf, boot, seq), oldest first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, str, str, int]] = []
        self.kept: list[tuple[int, str, str, int]] = []
        self.dropped = 0

    def put(self, row: tuple[int, str, str, int]) -> None:
        self.waiting.append(row)
        while len(self.waiting) + len(self.kept) > 6:
            if self.kept:
                del self.kept[0]
            else:
                self.waiting.remove(min(self.waiting, key=lambda one: (WORTH[one[1]], one[0])))
                self.dropped += 1

    def move(self, boot: str, first: int, last: int, *, back: bool) -> None:
        source, target = (self.kept, self.waiting) if back else (self.waiting, self.kept)
        moved = [one for one in source if one[2] == boot and first <= one[3] <= last]
        target[:] = sorted([*target, *moved])
        source[:] = [one for one in source if one not in moved]


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.sampled_from(["snapshot", "readings", "weight", "finding"]),
            st.sampled_from(["snapshot", "readings", "weight", "finding"]),
            st.tuples(st.sampled_from(["committed", "lacking"]), st.integers(1, 30), st.integers(0, 5)),
            st.just("restart"),
        ),
        max_size=40,
    )
)
def test_the_file_agrees_with_a_plain_list(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str | tuple[str, int, int]]
):
    make = {"snapshot": snapshot, "readings": reading, "weight": weight, "finding": finding}
    plain, path, boots, seq = PlainList(), tmp_path_factory.mktemp("o") / "o.sqlite", 1, 0
    with ExitStack() as stack:

        def opened() -> Outbox:
            return stack.enter_context(Outbox(path, f"{boots:016x}", max_rows=6, group_wait_s=0))

        outbox = opened()
        for number, step in enumerate(steps):
            if step == "restart":
                stack.close()
                boots, seq = boots + 1, 0
                outbox = opened()
            elif isinstance(step, str):
                seq += 1
                assert put_all(outbox, make[step]()) == [seq]
                plain.put((number, step, f"{boots:016x}", seq))
            else:
                what, first, more = step
                span = SeqRange(boot=f"{boots:016x}", first=first, last=first + more)
                (outbox.take_back if what == "lacking" else outbox.confirm)([span])
                plain.move(span.boot, span.first, span.last, back=what == "lacking")
            rows = [(row.leaf, row.boot, row.seq) for row in rows_of(outbox)]
            assert rows == [one[1:] for one in plain.waiting]
            assert (outbox.rows, outbox.dropped_rows) == (len(plain.waiting), plain.dropped)


def test_a_full_disk_is_a_sentence_and_passes(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with Outbox(tmp_path / "o.sqlite", BOOT, retry_wait_s=0.05, group_wait_s=0.02) as outbox:
        put_all(outbox, reading())
        outbox._file._db.execute("PRAGMA max_page_count = 20")  # SQLite's own bound: SQLITE_FULL, as on a full disk
        with caplog.at_level(logging.INFO):
            stuck = [outbox.put(snapshot(200_000)), outbox.put(weight())]
            wait_until(lambda: outbox.problem != "")
            assert "make room on the disk" in outbox.problem
            outbox._file._db.execute("PRAGMA max_page_count = 1000000")
            assert [one.result(timeout=60) for one in stuck] == [2, 3]
        assert outbox.problem == ""
        assert [row.seq for row in rows_of(outbox)] == [1, 2, 3]
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_while_the_disk_refuses_memory_is_bounded_and_what_goes_is_counted(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, retry_wait_s=0.05, memory_rows=10, group_wait_s=0.02) as outbox:
        outbox._file._db.execute("PRAGMA max_page_count = 1")
        for _ in range(3):
            outbox.put(weight())
        for _ in range(30):
            outbox.put(snapshot(5_000))
        wait_until(lambda: outbox.problem != "" and outbox.dropped_rows > 0)
        outbox._file._db.execute("PRAGMA max_page_count = 1000000")
        wait_until(lambda: outbox.problem == "")
        assert put_all(outbox, weight())
        leaves = [row.leaf for row in rows_of(outbox)]
        assert leaves.count("weight") == 4
        assert leaves.count("snapshot") + outbox.dropped_rows == 30
        assert outbox._file.dropped() == {"snapshot": outbox.dropped_rows}
        assert [row.seq for row in rows_of(outbox)] == list(range(1, len(leaves) + 1))


def test_confirming_on_a_disk_that_refuses_is_harmless(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, reading(), reading())
        outbox._file._db.execute("PRAGMA query_only = ON")
        assert outbox.confirm([SeqRange(boot=BOOT, first=1, last=2)]) == []
        assert "sent again" in caplog.text
        outbox._file._db.execute("PRAGMA query_only = OFF")
        assert len(outbox.confirm([SeqRange(boot=BOOT, first=1, last=2)])) == 2
        assert outbox.rows == 0


def test_a_broken_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "o.sqlite").write_bytes(b"no database at all" * 100)
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        assert put_all(outbox, reading()) == [1]
    assert "set aside" in caplog.text
    assert [path.read_bytes()[:18] for path in tmp_path.glob("*.broken-*")] == [b"no database at all"]


def damage(file: Path, page: int) -> None:
    """Zero a page, as a dying SD card does."""
    with file.open("r+b") as disk:
        disk.seek((page - 1) * PAGE_BYTES)
        disk.write(bytes(PAGE_BYTES))


def root_of(file: Path, name: str) -> int:
    with closing(sqlite3.connect(file)) as db:
        return int(db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0])


def seqs_around(gap: list[int], last: int) -> bool:
    """Say whether these are the numbers up to ``last`` but for some in the midst."""
    missing = sorted(set(range(1, last + 1)) - set(gap))
    return 0 < len(missing) < 40 and missing == list(range(missing[0], missing[-1] + 1)) and missing[0] > 1


def test_a_damaged_page_costs_its_rows_and_no_others(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    file = tmp_path / "o.sqlite"
    with Outbox(file, BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, *[reading() for _ in range(300)])
        outbox.confirm([SeqRange(boot=BOOT, first=1, last=3)])
    damage(file, file.stat().st_size // PAGE_BYTES // 2)
    with Outbox(file, "b" * 16, group_wait_s=0.02) as outbox:
        seqs = [1, 2, 3, *(row.seq for row in rows_of(outbox))]
        assert seqs_around(seqs, 300)
        assert outbox.rows == len(seqs) - 3
        assert put_all(outbox, weight()) == [1]
    (aside,) = tmp_path.glob("*.broken-*")
    assert f"set aside as {aside}, a new one is begun with {len(seqs) - 3} events" in caplog.text
    assert len(rows_of_file(tmp_path)) == len(seqs) - 2
    assert list(tmp_path.glob("*.broken-*")) == [aside]


@pytest.mark.parametrize("page", ["a row's", "the index's"])
def test_damage_that_shows_while_it_runs_stops_nothing(tmp_path: Path, page: str, caplog: pytest.LogCaptureFixture):
    file = tmp_path / "o.sqlite"
    with Outbox(file, BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, *[reading() for _ in range(300)])
    whole = file.stat().st_size // PAGE_BYTES
    index = root_of(file, "sqlite_autoindex_outbox_1")
    with Outbox(file, "b" * 16, group_wait_s=0.02) as outbox:
        outbox._file._db.execute("PRAGMA shrink_memory")  # so that it looks at the disk again
        damage(file, whole // 2 if page == "a row's" else index)
        if page == "a row's":
            assert seqs_around([row.seq for row in rows_of(outbox)], 300)
        assert put_all(outbox, weight(), weight()) == [1, 2]
        rows = rows_of(outbox)
        assert [row.id for row in rows] == sorted({row.id for row in rows})
        assert rows[-1].id == 302
        assert page == "a row's" or len(rows) == 302
        new, old = SeqRange(boot="b" * 16, first=1, last=2), SeqRange(boot=BOOT, first=1, last=1)
        assert len(outbox.confirm([new, old])) == 3
        assert outbox.rows == len(rows) - 3
    assert caplog.text.count("set aside") == len(list(tmp_path.glob("*.broken-*"))) == 1


def test_a_disk_that_damages_every_file_is_not_filled_with_them(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    file = tmp_path / "o.sqlite"
    for turn in range(4):
        file.write_bytes(b"no database at all" * 100)
        (tmp_path / f"o.sqlite.broken-{turn}").touch()
        with Outbox(file, BOOT, group_wait_s=0.02) as outbox:
            assert put_all(outbox, reading()) == [1]
            index = root_of(file, "sqlite_autoindex_outbox_1")
            outbox._file._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert len(list(tmp_path.glob("*.broken-*"))) == 2
    with Outbox(file, "b" * 16, retry_wait_s=0.05, group_wait_s=0.02) as outbox:
        for seq in (1, None):
            outbox._file._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            outbox._file._db.execute("PRAGMA shrink_memory")
            damage(file, index)
            number = outbox.put(weight())
            if seq:
                assert number.result(timeout=60) == seq
        wait_until(lambda: "malformed" in outbox.problem)
        outbox._file._mended._anew_from_s = 0
        assert number.result(timeout=60) == 2
    assert [row.seq for row in rows_of_file(tmp_path)] == [1, 1, 2]


def test_a_power_cut_while_a_damaged_file_is_set_aside_loses_nothing(tmp_path: Path):
    file = tmp_path / "o.sqlite"
    with Outbox(file, BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, weight())
    file.rename(tmp_path / "o.sqlite.rescued")
    (tmp_path / "o.sqlite-wal").write_bytes(b"of the damaged one")
    assert [row.leaf for row in rows_of_file(tmp_path)] == ["weight"]


def test_two_agents_on_one_outbox_are_refused(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02), pytest.raises(OutboxTaken, match="another agent"):
        OutboxFile(tmp_path / "o.sqlite", max_rows=9, max_bytes=9).open()
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02):
        pass


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxStuck, match="check data_dir"):
        OutboxFile(tmp_path / "file" / "o.sqlite", max_rows=9, max_bytes=9).open()


def test_it_is_written_so_that_a_power_cut_loses_nothing(tmp_path: Path):
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        db: sqlite3.Connection = outbox._file._db
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        put_all(outbox, reading())
        outbox.confirm([SeqRange(boot=BOOT, first=1, last=1)])
        put_all(outbox, reading())
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # of what is measured, also after the cloud's word
        with (tmp_path / "o.lock").open("ab") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_every_event_of_the_contract_has_a_worth():
    assert set(WORTH) == {leaf.name for leaf in LEAVES.values() if issubclass(leaf.message, Event)}
