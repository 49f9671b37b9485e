"""Restoring a backup into an empty installation, and looking whether everything is there again."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePath
from typing import Final, Literal

from sqlalchemy import Connection, select

from cloud.backup import points, rows
from cloud.backup.archive import Manifest, Told, entry_of, opened
from cloud.backup.keys import restore_keys
from cloud.config import CloudConfig
from cloud.errors import BadBackup, CannotStart
from cloud.store import findings, migrations, pictures
from cloud.store.choice import chosen_media, chosen_series
from cloud.store.folder import make_data_dir, only_one, records_of
from cloud.store.media import Key
from cloud.store.named import Named
from cloud.store.records import Records
from cloud.store.series import SeriesStore

Part = Literal["records", "series", "pictures"]
PARTS: Final[tuple[Part, ...]] = ("records", "series", "pictures")
PICTURES_AT_ONCE: Final = 64


def restore(config: CloudConfig, source: Path, told: Told, parts: tuple[Part, ...] = PARTS) -> Manifest:
    """Restore a backup, or parts of it, into the stores that the configuration names; they must be empty.

    Raises:
        BadBackup: it is damaged or of a newer Henwise, or it is not all there afterwards.
        CannotStart: a store is not empty, or a service is running.
        StoreUnavailable: a store can't be written now.
    """
    make_data_dir(config.data_dir)
    with only_one(config.data_dir), opened(source, told) as (folder, manifest):
        if "records" in parts:
            _restore_records(records_of(config), folder, manifest, told)
            restore_keys(folder, config.data_dir)
        if "series" in parts:
            _restore_series(config, folder, told)
        if "pictures" in parts:
            _restore_pictures(config, folder, manifest, told)
    return manifest


def _restore_records(records: Records, folder: Path, manifest: Manifest, told: Told) -> None:
    records.open()
    try:
        with records.writing() as connection:
            _refuse_filled(connection)
            migrations.downgrade(connection, "base")
            _to_version(connection, manifest)
            for number, table in enumerate(rows.tables_of(connection), 1):
                if table.name not in manifest.tables:
                    raise BadBackup(f"the backup lacks the table {table.name} of its version")
                rows.load(connection, table, folder / "records" / f"{table.name}.jsonl.gz")
                if rows.entry_of(connection, table) != manifest.tables[table.name]:
                    raise BadBackup(f"the table {table.name} did not come back as it was; nothing was restored")
                told("records", number, len(manifest.tables))
            migrations.upgrade(connection)
            _forget_missing_pictures(connection, manifest)
    finally:
        records.close()


def _forget_missing_pictures(connection: Connection, manifest: Manifest) -> None:
    """Bring the records up to the pictures: some were let go after the records had been read and before their turn."""

    def missing(key: Key) -> bool:
        return f"pictures/{key.path.as_posix()}" not in manifest.files

    pictures.forget(connection, [key for key in pictures.all_keys(connection) if missing(key)])
    findings.forget_pictures(connection, [key for key in findings.with_pictures(connection) if missing(key)])


def _refuse_filled(connection: Connection) -> None:
    for table in rows.tables_of(connection):
        if connection.execute(select(1).select_from(table).limit(1)).first() is not None:
            raise CannotStart(f"records: the table {table.name} is not empty; restore into an empty database")


def _to_version(connection: Connection, manifest: Manifest) -> None:
    try:
        migrations.upgrade(connection, manifest.revision)
    except CannotStart as error:
        raise BadBackup(f"the backup is of a newer Henwise ({manifest.version}); update this one") from error


def _restore_series(config: CloudConfig, folder: Path, told: Told) -> None:
    source = folder / "series" / "series.db"
    if not source.is_file():
        return
    if config.series.store == "embedded":
        _copy_series(source, config.data_dir / "series.db")
        return
    with tempfile.TemporaryDirectory(prefix=".henwise-", dir=config.data_dir) as aside:
        copy = Path(aside) / "series.db"  # a store writes as soon as it is opened; the backup stays as it is
        shutil.copyfile(source, copy)
        with points.kept_in(copy) as kept:
            _fill_series(chosen_series(config), kept, told)


def _copy_series(source: Path, target: Path) -> None:
    if target.exists():
        raise CannotStart(f"series: {target} is there already; restore into an empty data_dir")
    shutil.copyfile(source, target)
    if entry_of(target) != entry_of(source):
        raise BadBackup(f"series: {target} did not come back as it was; remove it and restore again")


def _fill_series(store: SeriesStore, kept: SeriesStore, told: Told) -> None:
    store.open()
    try:
        if store.all_keys():
            raise CannotStart("series: there are some already; restore into an empty database")
        points.copy_points(kept, store, lambda done, total: told("series", done, total))
        points.compare(kept, store, lambda done, total: told("compare", done, total))
    finally:
        store.close()


def _restore_pictures(config: CloudConfig, folder: Path, manifest: Manifest, told: Told) -> None:
    media = chosen_media(config)
    media.open()
    if next(media.paths(), None) is not None:
        raise CannotStart("pictures: there are some already; restore into an empty folder or bucket")
    names = [PurePath(name) for name in manifest.files if name.startswith("pictures/")]
    done = 0
    for some in _batches(names, PICTURES_AT_ONCE):
        media.write((Named(name.relative_to("pictures")), (folder / name).read_bytes()) for name in some)
        done += len(some)
        told("pictures", done, len(names))
    if (found := sum(1 for _ in media.paths())) != manifest.pictures:
        raise BadBackup(f"of {manifest.pictures} pictures {found} are there; empty the store and restore again")


def _batches(names: list[PurePath], size: int) -> Iterator[list[PurePath]]:
    left = iter(names)
    while some := list(islice(left, size)):
        yield some
