"""A card that does not give, or does not take, what it should for a moment costs nothing that was committed."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from contract.messages import Event
from edge.errors import OutboxStuck
from edge.outbox import Outbox
from edge.outbox_disk import PAGE_BYTES, can_be_read
from edge.outbox_file import OutboxFile
from tests.edge.samples import BOOT, reading, snapshot, weight
from tests.edge.waiting import wait_until


def seqs_of(outbox: Outbox | OutboxFile) -> list[int]:
    return [row.seq for row in outbox.waiting(live_since_ms=0, but=[], limit=10_000)]


def put_all(outbox: Outbox, *events: Event) -> list[int]:
    return [one.result(timeout=10) for one in [outbox.put(event) for event in events]]


def page_in_the_middle(file: Path) -> int:
    return file.stat().st_size // PAGE_BYTES // 2


@contextmanager
def writes_refused_from(size: int) -> Iterator[None]:
    """Let the kernel refuse what is written beyond so many bytes of a file: an I/O error to SQLite, no full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def read_wrongly(outbox: Outbox, file: Path) -> None:
    """Let the open outbox hold a page that was read as zeros, while the disk has it whole."""
    at = (page_in_the_middle(file) - 1) * PAGE_BYTES
    db: sqlite3.Connection = outbox._file._db
    with file.open("r+b", buffering=0) as disk:
        whole = disk.seek(at) and disk.read(PAGE_BYTES)
        disk.seek(at)
        disk.write(bytes(PAGE_BYTES))
        db.execute("PRAGMA shrink_memory")
        with pytest.raises(sqlite3.DatabaseError, match="malformed"):
            db.execute("SELECT sum(size) FROM outbox").fetchall()
        disk.seek(at)
        disk.write(whole)


def test_what_looks_damaged_for_a_moment_is_opened_again_and_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    file = tmp_path / "o.db"
    with Outbox(file, BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, *[reading() for _ in range(300)])
    with Outbox(file, "b" * 16, group_wait_s=0.02) as outbox:
        assert put_all(outbox, weight()) == [1]
        read_wrongly(outbox, file)
        assert seqs_of(outbox) == [*range(1, 301), 1]
        assert put_all(outbox, weight()) == [2]
    assert list(tmp_path.glob("*.broken-*")) == []
    assert "set aside" not in caplog.text


def test_a_commit_that_was_refused_and_is_there_all_the_same_is_not_there_twice(tmp_path: Path):
    """The WAL's last sync fails: SQLite says no, the next one who opens the file finds the commit."""
    file = tmp_path / "o.db"
    with Outbox(file, BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, *[reading() for _ in range(300)])
        outbox._file._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with closing(sqlite3.connect(file)) as ghost:
            ghost.execute(
                "INSERT INTO outbox (id, boot, seq, leaf, worth, at_ms, size, payload)"
                " SELECT id + 1, boot, seq + 1, leaf, worth, at_ms, size, payload FROM outbox WHERE id = 300"
            )
            ghost.commit()
            ghost.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        read_wrongly(outbox, file)
        assert seqs_of(outbox) == list(range(1, 301))
        assert outbox.rows == 300
        assert put_all(outbox, weight()) == [301]
        rows = outbox.waiting(live_since_ms=0, but=[], limit=10_000)
        assert (rows[-1].seq, rows[-1].leaf, len(rows)) == (301, "weight", 301)


def test_a_card_that_takes_no_rescued_events_is_tried_again(tmp_path: Path):
    file = tmp_path / "o.db"
    with Outbox(file, BOOT, group_wait_s=0.02) as outbox:
        put_all(outbox, *[reading() for _ in range(300)])
    page = page_in_the_middle(file)
    with file.open("r+b") as disk:
        disk.seek((page - 1) * PAGE_BYTES)
        disk.write(bytes(PAGE_BYTES))
    # One that can write no WAL can't even look, so as much is let through: the rescued file is what is refused.
    with writes_refused_from(48 * 1024), pytest.raises(OutboxStuck, match="disk I/O error"):
        OutboxFile(file, max_rows=1_000, max_bytes=10**6).open()
    assert list(tmp_path.glob("*.broken-*")) == []
    with Outbox(file, "b" * 16, group_wait_s=0.02) as outbox:
        assert len(seqs_of(outbox)) > 250
    assert len(list(tmp_path.glob("*.broken-*"))) == 1


def test_writes_that_are_refused_wait_in_memory_and_are_stored_when_the_card_takes_them(tmp_path: Path):
    file = tmp_path / "o.db"
    with Outbox(file, BOOT, retry_wait_s=0.05, group_wait_s=0.02) as outbox:
        put_all(outbox, reading())
        with writes_refused_from(100_000):
            late = [outbox.put(snapshot(150_000)), outbox.put(weight())]
            wait_until(lambda: "disk I/O error" in outbox.problem)
        assert [one.result(timeout=10) for one in late] == [2, 3]
        assert outbox.problem == ""
        assert seqs_of(outbox) == [1, 2, 3]


def test_bytes_that_the_kernel_does_not_give_are_told_from_wrong_ones(tmp_path: Path):
    (tmp_path / "wrong").write_bytes(b"no database at all")
    assert can_be_read(tmp_path / "wrong")
    assert not can_be_read(Path("/proc/self/mem"))  # the kernel says EIO of its first byte, as of a dead sector
