"""Backups, restored and compared: between kinds of stores, of a running service, damaged ones, older ones."""

import asyncio
import json
import signal
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from typer.testing import CliRunner

from cloud.alerts.delivery.keys import load_keys
from cloud.app import create_app
from cloud.backup import rows, taking
from cloud.backup.archive import Manifest
from cloud.backup.restoring import restore
from cloud.backup.taking import take
from cloud.book.flocks import FlockBook
from cloud.book.moment import Writing
from cloud.cli import app
from cloud.config import CloudConfig
from cloud.errors import BadBackup, CannotStart
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import drawings, findings, ledger, migrations, people, pictures, verdicts
from cloud.store.choice import chosen_media, chosen_series
from cloud.store.flocks import FlockFacts
from cloud.store.folder import ASIDE, UNFINISHED, only_one, records_of, refuse_unfinished
from cloud.store.records import Records
from cloud.store.series import SeriesKey
from cloud.store.verdicts import Said
from contract.messages import Message, encode
from tests.cloud.sending import BOOT, JPEG, NOON, PI, at, count, finding, readings, result, snapshot, status, topic_of
from tests.influx_servers import Influx
from tests.postgresql import PostgreSQL

TEMPERATURE = SeriesKey(PI.farm, PI.house, PI.device, "thermo-1", "temperature_celsius")
UPDATED_AT = NOON + timedelta(days=1)


@pytest.fixture
def influx(tmp_path: Path) -> Iterator[Influx]:
    folder = tmp_path / "influx"
    folder.mkdir()
    server = Influx(folder)
    server.start()
    yield server
    server.stop()


def told(_what: str, done: int, total: int) -> None:
    assert 0 <= done <= total


def sqlite(folder: Path, **more: Any) -> CloudConfig:
    folder.mkdir(exist_ok=True)
    return CloudConfig.model_validate({"data_dir": folder / "data", **more})


def on_postgresql(folder: Path, url: URL, **more: Any) -> CloudConfig:
    return sqlite(folder, records={"url": url.render_as_string()}, **more)


@contextmanager
def stores(config: CloudConfig) -> Iterator[tuple[Records, Any, Any]]:
    config.data_dir.mkdir(exist_ok=True)
    records, series, media = records_of(config), chosen_series(config), chosen_media(config)
    records.open()
    series.open()
    media.open()
    yield records, series, media
    series.close()
    records.close()


def settle(settler: Settler, *messages: Message) -> None:
    assert settler.settle([Arrived(topic_of(one), encode(one)) for one in messages]).kept_aside == 0


def fill(config: CloudConfig) -> None:
    """Keep something in every kind of store, bytes, dates and Chinese among it."""
    with stores(config) as (records, series, media):
        settler = Settler(series, records, media, 10, clock=lambda: NOON)
        temperatures = [readings(seq, temperature_celsius=20 + seq / 7) for seq in range(1, 60)]
        settle(settler, *temperatures, count(60, 31.0), snapshot(61), finding(62), status("online"))
        settle(settler, result(63, "v-9", "好的"))
        settler.settle([Arrived("henwise/v1/hill/house-2/pi-1/readings", bytes(range(256)))])
        verdicts.say(records, Said(PI, "v-1", "cam-1", "f-1", 0, "right", None, 5, "梅"))
        people.add_user(records, people.Passwords(), "mei", "correct horse", NOON)
        facts = FlockFacts("house-2", "ross-308", NOON.date(), 480)
        FlockBook(records, "hill").place("f-1", facts, Writing("mei", 0, NOON.date()))


def contents(config: CloudConfig) -> dict[str, Any]:
    """Return everything the stores of a configuration hold."""
    with stores(config) as (records, series, media):
        with records.reading() as connection:
            tables = {table.name: rows.entry_of(connection, table) for table in rows.tables_of(connection)}
        keys = series.all_keys()
        points = {key: series.window(key, 0, 2**42, 1_000).mean.tolist() for key in keys}
        images = sorted((str(path), media.read(taking.Named(path))) for path in media.paths())
    return {"tables": tables, "points": points, "pictures": images}


def test_from_sqlite_to_postgresql_and_back_everything_is_the_same(tmp_path: Path, postgresql: PostgreSQL):
    first, last = sqlite(tmp_path / "first"), sqlite(tmp_path / "last")
    middle = on_postgresql(tmp_path / "middle", postgresql.database())
    fill(first)
    keys = load_keys(first.data_dir)
    manifest = take(first, tmp_path / "one.tar", told)
    restore(middle, tmp_path / "one.tar", told)
    take(middle, tmp_path / "two", told)
    restore(last, tmp_path / "two", told)
    assert contents(first) == contents(middle) == contents(last)
    restored = load_keys(last.data_dir)
    assert (restored.public, restored.links) == (keys.public, keys.links)
    assert (last.data_dir / "notify" / "links.key").stat().st_mode & 0o077 == 0
    assert (manifest.series, manifest.pictures, manifest.tables["kept_aside"].rows) == (3, 2, 1)
    assert (tmp_path / "one.tar").stat().st_mode & 0o077 == 0
    with stores(middle) as (records, _, _):  # numbers go on after those that were restored
        people.add_user(records, people.Passwords(), "jun", "correct horse", NOON)


def test_only_the_records_move_when_only_they_shall(tmp_path: Path, postgresql: PostgreSQL):
    old = sqlite(tmp_path / "old")
    fill(old)
    take(old, tmp_path / "one", told)
    new = old.model_copy(update={"records": on_postgresql(tmp_path, postgresql.database()).records})
    restore(new, tmp_path / "one", told, ("records",))
    assert contents(old) == contents(new)


def test_series_move_into_influxdb_and_out_of_it(tmp_path: Path, influx: Influx):
    old, back = sqlite(tmp_path / "old"), sqlite(tmp_path / "back")
    fill(old)
    told_influx = {"store": "influx", "url": influx.url}
    new = sqlite(tmp_path / "new", series=told_influx)
    take(old, tmp_path / "one", told)
    restore(new, tmp_path / "one", told)
    take(new, tmp_path / "two", told)
    restore(back, tmp_path / "two", told)
    assert contents(old)["points"] == contents(back)["points"]


def test_a_backup_of_a_running_service_holds_all_that_it_calls_settled(tmp_path: Path):
    old, new = sqlite(tmp_path / "old"), sqlite(tmp_path / "new")
    ended = threading.Event()
    with stores(old) as (records, series, media):
        settler = Settler(series, records, media, 10, clock=lambda: UPDATED_AT)

        def run() -> None:
            seq = 1
            while not ended.is_set():
                settle(
                    settler, *(readings(seq + n, temperature_celsius=20 + n / 8) for n in range(8)), snapshot(seq + 8)
                )
                seq += 9

        writer = threading.Thread(target=run)
        writer.start()
        try:
            for number in range(3):
                manifest = take(old, tmp_path / f"{number}", told)
        finally:
            ended.set()
            writer.join()
    restore(new, tmp_path / "2", told)
    with stores(new) as (records, series, media):
        [(first, last)] = ledger.settled(records, PI)[BOOT]
        stored = set(series.window(TEMPERATURE, 0, 2**42, 10**7).at_ms.tolist())
        wanted = {int(at(seq).timestamp() * 1000) for seq in range(first, last + 1) if seq % 9}
        assert wanted <= stored
        assert first == 1
        assert manifest.tables["seq_ranges"].rows == 1
        with records.reading() as connection:
            taken = pictures.all_keys(connection)
        assert all(media.read(key) == JPEG for key in taken)


def test_pictures_let_go_while_a_backup_is_taken_are_forgotten_with_it(tmp_path: Path):
    old, new = sqlite(tmp_path / "old"), sqlite(tmp_path / "new")
    with stores(old) as (records, series, media):
        settler = Settler(series, records, media, 1, clock=lambda: UPDATED_AT)
        settle(settler, snapshot(1), finding(2))

        def told_in_between(what: str, done: int, total: int) -> None:
            if (what, done) == ("records", total):  # the records are in the backup, the pictures are not yet
                settle(settler, snapshot(3), finding(4, "f-2"))

        take(old, tmp_path / "backup", told_in_between)
    restore(new, tmp_path / "backup", told)
    with stores(new) as (records, _, media), records.reading() as connection:
        assert not pictures.all_keys(connection)
        [found] = findings.newest(records, PI.farm, PI.house, unanswered=None, limit=9)
        assert (found.key.finding, found.pictured) == ("f-1", False)


class TestRefusals:
    @pytest.fixture
    def taken(self, tmp_path: Path) -> Path:
        fill(sqlite(tmp_path / "old"))
        take(sqlite(tmp_path / "old"), tmp_path / "backup", told)
        return tmp_path / "backup"

    @pytest.mark.parametrize("name", ["records/houses.jsonl.gz", "series/series.db", "pictures"])
    def test_a_damaged_or_missing_file_is_found_before_anything_is_written(
        self, taken: Path, tmp_path: Path, name: str
    ):
        path = taken / name if name != "pictures" else next((taken / name).rglob("*.jpg"))
        new = sqlite(tmp_path / "new")
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        with pytest.raises(BadBackup, match="damaged"):
            restore(new, taken, told)
        path.unlink()
        with pytest.raises(BadBackup, match="can't be read"):
            restore(new, taken, told)
        assert not (new.data_dir / "series.db").exists()

    def test_a_file_that_leads_out_of_the_backup_is_refused(self, taken: Path, tmp_path: Path):
        manifest = json.loads((taken / "manifest.json").read_text())
        picture = next(name for name in manifest["files"] if name.startswith("pictures/"))
        manifest["files"]["pictures/../../outside.jpg"] = manifest["files"][picture]
        (tmp_path / "outside.jpg").write_bytes((taken / picture).read_bytes())
        (taken / "manifest.json").write_text(json.dumps(manifest))
        new = sqlite(tmp_path / "new")
        with pytest.raises(BadBackup, match="out of the backup"):
            restore(new, taken, told)
        assert not (new.data_dir.parent / "outside.jpg").exists()

    def test_stores_that_are_not_empty_are_refused(self, taken: Path, tmp_path: Path):
        for part, words in (("records", "not empty"), ("series", "series"), ("pictures", "pictures")):
            with pytest.raises(CannotStart, match=words):
                restore(sqlite(tmp_path / "old"), taken, told, (part,))  # type: ignore[arg-type]

    def test_a_backup_of_a_newer_version_is_refused(self, taken: Path, tmp_path: Path):
        manifest = json.loads((taken / "manifest.json").read_text())
        for change in ({"format": 2}, {"revision": "9999"}):
            (taken / "manifest.json").write_text(json.dumps(manifest | change))
            with pytest.raises(BadBackup, match="newer Henwise"):
                restore(sqlite(tmp_path / "new"), taken, told)

    def test_what_is_no_backup_is_refused(self, tmp_path: Path):
        (tmp_path / "text.tar").write_text("no tar file")
        (tmp_path / "folder").mkdir()
        for name in ("text.tar", "folder"):
            with pytest.raises(BadBackup):
                restore(sqlite(tmp_path / "new"), tmp_path / name, told)

    def test_a_backup_overwrites_nothing_and_a_failed_one_leaves_nothing(self, taken: Path, tmp_path: Path):
        with pytest.raises(CannotStart, match="there already"):
            take(sqlite(tmp_path / "old"), taken, told)
        (tmp_path / "old" / "data" / "series.db").write_bytes(b"no database" * 1_000)
        with pytest.raises(Exception, match="series"):
            take(sqlite(tmp_path / "old"), tmp_path / "other.tar", told)
        assert [path.name for path in tmp_path.iterdir() if "other" in path.name] == []


def test_a_backup_of_older_tables_is_restored_and_brought_up_to_date(tmp_path: Path, postgresql: PostgreSQL):
    old = sqlite(tmp_path / "old")
    fill(old)
    manifest = Manifest(version="0.0.1", taken_at_ms=0)
    (tmp_path / "backup").mkdir()
    with stores(old) as (records, _, _):
        with records.writing() as connection:
            migrations.downgrade(connection, "0003")
        taking._take_records(records, tmp_path / "backup", manifest, told)
    taking._sign(tmp_path / "backup", manifest, told)
    new = on_postgresql(tmp_path / "new", postgresql.database())
    restore(new, tmp_path / "backup", told, ("records",))
    with stores(new) as (records, _, _):
        assert [one.key.finding for one in findings.newest(records, PI.farm, PI.house, unanswered=None, limit=5)] == [
            "f-1"
        ]
        assert verdicts.of_findings(records, PI.farm, PI.house, ["f-1"])["pi-1", "f-1"].by == "梅"
        assert drawings.newest(records, PI, "cam-1") is None


KILLED = """
import os, sys
from pathlib import Path
from cloud.backup.restoring import restore
from cloud.config import CloudConfig

def told(what, done, total):
    if what == sys.argv[3]:
        os.kill(os.getpid(), 9)

restore(CloudConfig(data_dir=Path(sys.argv[1])), Path(sys.argv[2]), told)
"""


async def killed_restore(config: CloudConfig, backup: Path, part: str) -> None:
    arguments = [str(config.data_dir), str(backup), part]
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *arguments)
    assert await asyncio.wait_for(ended.wait(), 120) == -signal.SIGKILL


async def test_what_a_killed_restore_had_unpacked_goes_with_the_next_start_or_restore(tmp_path: Path):
    old, new = sqlite(tmp_path / "old"), sqlite(tmp_path / "new")
    fill(old)
    (tmp_path / "stick").mkdir()
    backup = tmp_path / "stick" / "backup.tar"
    take(old, backup, told)

    async def killed() -> None:
        await killed_restore(new, backup, "check")
        assert list((new.data_dir / ASIDE).rglob("manifest.json"))
        assert list(backup.parent.iterdir()) == [backup]

    await killed()
    with only_one(new.data_dir):
        assert not (new.data_dir / ASIDE).exists()
    await killed()
    restore(new, backup, told)
    assert not (new.data_dir / ASIDE).exists()
    assert contents(old) == contents(new)


async def test_a_restore_that_was_killed_again_and_again_is_finished_and_not_served_before(tmp_path: Path):
    old, new = sqlite(tmp_path / "old"), sqlite(tmp_path / "new")
    fill(old)
    take(old, tmp_path / "backup", told)
    for part in ("records", "series", "pictures"):
        await killed_restore(new, tmp_path / "backup", part)
        with pytest.raises(CannotStart, match="did not come to its end"):
            refuse_unfinished(new.data_dir)
    app = create_app(new)
    with pytest.raises(CannotStart, match="did not come to its end"):
        async with app.router.lifespan_context(app):
            pass
    restore(new, tmp_path / "backup", told)
    assert contents(old) == contents(new)
    assert not (new.data_dir / UNFINISHED).exists()


def test_a_restore_that_is_refused_leaves_nothing_and_another_one_does_not_go_on_with_it(tmp_path: Path):
    old, new = sqlite(tmp_path / "old"), sqlite(tmp_path / "new")
    fill(old)
    for name in ("one", "two"):
        take(old, tmp_path / name, told)
    (new.data_dir / "pictures" / "hill").mkdir(parents=True)
    stray = new.data_dir / "pictures" / "hill" / "stray.jpg"
    stray.write_bytes(JPEG)
    with pytest.raises(CannotStart, match="pictures"):
        restore(new, tmp_path / "one", told)
    assert not (new.data_dir / "series.db").exists()
    assert not (new.data_dir / UNFINISHED).exists()
    stray.unlink()

    def pulled(what: str, _done: int, _total: int) -> None:
        if what == "series":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(new, tmp_path / "one", pulled)
    with pytest.raises(CannotStart, match="another backup"):
        restore(new, tmp_path / "two", told)
    restore(new, tmp_path / "one", told, ("series",))
    assert (new.data_dir / UNFINISHED).exists()  # the pictures are not there yet
    restore(new, tmp_path / "one", told)
    assert contents(old) == contents(new)


def test_the_verbs_say_what_they_did(tmp_path: Path):
    fill(sqlite(tmp_path / "old"))
    for name in ("old", "new"):
        (tmp_path / f"{name}.toml").write_text(f'data_dir = "{tmp_path / name / "data"}"\n')
    (tmp_path / "new").mkdir()
    run = CliRunner().invoke
    done = run(app, ["backup", str(tmp_path / "b.tar"), "-c", str(tmp_path / "old.toml")])
    assert done.exit_code == 0, done.output
    assert "3 series, 2 pictures" in done.output
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert "manifest.json" in tar.getnames()
    done = run(app, ["restore", str(tmp_path / "b.tar"), "-c", str(tmp_path / "new.toml")])
    assert done.exit_code == 0, done.output
    assert "records, series, pictures" in done.output
    done = run(app, ["restore", str(tmp_path / "b.tar"), "-c", str(tmp_path / "new.toml")])
    assert done.exit_code == 1
    assert "not empty" in done.output
    assert run(app, ["restore", str(tmp_path / "b.tar"), "--only", "people"]).exit_code == 2
